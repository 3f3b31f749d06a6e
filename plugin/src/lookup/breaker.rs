//! When to ask again: one answer for all cases of a terminal.
//!
//! After failures the pauses grow, and while they last only one attempt at a time tries whether the
//! line is there again; the others hear of its outcome. A gateway that says when it can be asked again
//! is believed, within limits. What a crew starts by hand is tried at once, unless the gateway has
//! asked not to be.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::Notify;

/// The pause after the first failure; it doubles.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer: somebody waits in an ambulance.
const LONGEST: Duration = Duration::from_secs(10);
/// No gateway silences a terminal for longer: what it said may be wrong.
const LONGEST_HOLD: Duration = Duration::from_secs(600);

/// What the failures so far mean for the next attempt.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
    /// The line is there again.
    recovered: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// No attempt by itself before this.
    pause: Option<Instant>,
    /// No attempt at all before this: the gateway said so.
    hold: Option<Instant>,
}

/// Who wants to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A crew, by hand.
    Crew,
    /// A look-up that goes on by itself.
    Itself,
}

impl Breaker {
    /// Whether an attempt may go now; otherwise how long to wait before asking again.
    pub(super) fn enter(&self, asker: Asker, now: Instant) -> Result<(), Duration> {
        let mut state = self.lock();
        let left = |until: Option<Instant>| {
            until?.checked_duration_since(now).filter(|left| !left.is_zero())
        };
        if let Some(left) = left(state.hold) {
            return Err(left);
        }
        if asker == Asker::Itself
            && let Some(left) = left(state.pause)
        {
            return Err(left);
        }
        if state.failures > 0 {
            // This one tries; the others wait for what it finds.
            state.pause = Some(now + pause(state.failures));
        }
        Ok(())
    }

    /// An attempt failed: how long to wait before the next.
    pub(super) fn failed(&self, now: Instant) -> Duration {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        let pause = pause(state.failures);
        state.pause = Some(now + pause);
        pause
    }

    /// The gateway does not want to be asked before this has passed: how long that is taken for.
    pub(super) fn hold(&self, wait: Duration, now: Instant) -> Duration {
        let wait = wait.min(LONGEST_HOLD);
        self.lock().hold = Some(now + wait);
        wait
    }

    /// The gateway answered.
    pub(super) fn answered(&self) {
        *self.lock() = State::default();
        self.recovered.notify_waiters();
    }

    /// Waits until the time has passed, or the line is there again.
    pub(super) async fn wait(&self, time: Duration) {
        // Whichever comes first; a look-up in another case may have got through.
        let _ = tokio::time::timeout(time, self.recovered.notified()).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Between half of it and the whole, by chance: after a tunnel not all ambulances ask at once.
fn pause(failures: u32) -> Duration {
    let whole = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST);
    let mut octet = [0];
    // Without chance the whole of it is as good.
    let share = SystemRandom::new().fill(&mut octet).map_or(255, |()| u32::from(octet[0]));
    whole * (256 + share) / 511
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_grow_to_their_limit_and_end_with_an_answer() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let mut longest = Duration::ZERO;
        for failure in 0..20 {
            let whole = FIRST.saturating_mul(1 << failure).min(LONGEST);
            let pause = breaker.failed(now);
            assert!(pause >= whole / 2 && pause <= whole, "{failure}: {pause:?} of {whole:?}");
            longest = longest.max(pause);
        }
        assert!(longest >= LONGEST / 2);
        assert!(breaker.enter(Asker::Itself, now).is_err());
        breaker.answered();
        assert_eq!(breaker.enter(Asker::Itself, now), Ok(()));
        assert!(breaker.failed(now) <= FIRST, "it begins anew");
    }

    #[test]
    fn one_tries_and_the_others_wait_but_a_crew_may() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let later = now + breaker.failed(now);
        assert!(breaker.enter(Asker::Itself, now).is_err());
        assert_eq!(breaker.enter(Asker::Itself, later), Ok(()));
        assert!(breaker.enter(Asker::Itself, later).is_err(), "one at a time");
        assert_eq!(breaker.enter(Asker::Crew, later), Ok(()));
    }

    #[test]
    fn a_gateway_that_asks_for_a_pause_gets_it_from_everybody_within_limits() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        assert_eq!(breaker.hold(SECOND, now), SECOND);
        for asker in [Asker::Crew, Asker::Itself] {
            assert_eq!(breaker.enter(asker, now), Err(SECOND));
            assert_eq!(breaker.enter(asker, now + SECOND), Ok(()));
        }
        assert_eq!(breaker.hold(Duration::MAX, now), LONGEST_HOLD);
    }
}
