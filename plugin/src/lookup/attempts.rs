//! One look-up, attempt after attempt, until it is answered, is hopeless, or has taken too long.
//!
//! Every attempt sends the same request with the same identifier: the gateway counts one viewing.

use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorClass, ErrorCode};

use super::breaker::{Asker, Breaker};
use super::progress::Progress;
use super::transport::{Line, Message, Next, Reply, Setback};

/// How often in a row a connection may be closed before an answer began, until that means that the
/// gateway does not take our certificate.
const DOUBTS: u32 = 3;

/// How a look-up ended without an answer.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Why.
    pub(crate) error: Error,
    /// When asking again can help, where that is known.
    pub(crate) next: Option<Duration>,
}

impl<E: Into<Error>> From<E> for Ended {
    fn from(error: E) -> Self {
        Ended { error: error.into(), next: None }
    }
}

/// The attempts of one look-up.
pub(super) struct Attempts<'a> {
    pub(super) line: &'a dyn Line,
    pub(super) breaker: &'a Breaker,
    pub(super) progress: &'a Progress<'a>,
    /// When it has taken too long.
    pub(super) deadline: Instant,
}

impl Attempts<'_> {
    /// Asks until `read` takes a reply.
    pub(super) async fn run<T>(
        &self,
        message: &Message,
        mut read: impl FnMut(Reply) -> Result<T, Setback>,
    ) -> Result<T, Ended> {
        let mut asker = Asker::Crew;
        let mut tally = Tally::default();
        self.progress.attempt();
        loop {
            self.turn(asker).await?;
            asker = Asker::Itself;
            let left = self.deadline.saturating_duration_since(Instant::now());
            let exchange =
                self.progress.told_after_a_moment(self.line.exchange(message, self.progress));
            let outcome = match tokio::time::timeout(left, exchange).await {
                Ok(outcome) => outcome.and_then(&mut read),
                Err(_) => Err(Error::from(ErrorCode::NetworkTimeout).into()),
            };
            match outcome {
                Ok(answer) => {
                    self.breaker.answered();
                    return Ok(answer);
                }
                Err(setback) => self.after(setback, &mut tally).await?,
            }
        }
    }

    /// Waits for its turn, if it has to.
    async fn turn(&self, asker: Asker) -> Result<(), Ended> {
        loop {
            let Err(wait) = self.breaker.enter(asker, Instant::now()) else { return Ok(()) };
            let waiting = Error::from(ErrorCode::NetworkWaiting);
            self.pause(waiting, wait, asker == Asker::Crew).await?;
        }
    }

    /// What a setback means: another attempt after a while, or the end.
    async fn after(&self, setback: Setback, tally: &mut Tally) -> Result<(), Ended> {
        let Setback { error, next } = setback;
        if next == Next::AtOnce {
            // It never arrived, so it does not count.
            return Ok(());
        }
        let error = tally.count(error, next);
        if !tally.goes_on(&error) {
            if error.class() == ErrorClass::Gateway {
                // Whatever it said, the line is there.
                self.breaker.answered();
            }
            return Err(error.into());
        }
        let now = Instant::now();
        let wait = match next {
            Next::After(wait) => self.breaker.hold(wait, now),
            _ => self.breaker.failed(now),
        };
        self.pause(error, wait, true).await?;
        self.progress.attempt();
        Ok(())
    }

    /// Lets a time pass, if there is as much left. The crew hears why, unless it has heard.
    async fn pause(&self, error: Error, wait: Duration, told: bool) -> Result<(), Ended> {
        if Instant::now() + wait >= self.deadline {
            return Err(Ended { error, next: Some(wait) });
        }
        if told {
            self.progress.trouble(error, wait);
        }
        self.progress.waiting(wait);
        self.breaker.wait(wait).await;
        Ok(())
    }
}

/// What the attempts so far have come to.
#[derive(Debug, Default)]
struct Tally {
    /// How often an answer came that could not be used.
    unusable: u32,
    /// How often in a row a connection was closed before an answer.
    doubts: u32,
}

impl Tally {
    /// Counts a setback, and says what it is by now.
    fn count(&mut self, error: Error, next: Next) -> Error {
        self.doubts = if next == Next::Doubtful { self.doubts + 1 } else { 0 };
        if self.doubts < DOUBTS {
            return error;
        }
        Error::new(ErrorCode::GatewayCertificateRefused).detail(format_args!(
            "{DOUBTS} connections were closed before an answer: {}",
            error.technical().unwrap_or_default()
        ))
    }

    /// Whether another attempt can help.
    fn goes_on(&mut self, error: &Error) -> bool {
        match patience(error.code()) {
            Patience::UntilTheEnd => true,
            Patience::Once => {
                self.unusable += 1;
                self.unusable <= 1
            }
            Patience::None => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// The line comes and goes in a moving vehicle, and gateways come back.
    UntilTheEnd,
    /// The gateway answered with something that is no use; it may have been an accident.
    Once,
    /// The same will come of it.
    None,
}

fn patience(code: ErrorCode) -> Patience {
    match code {
        ErrorCode::NetworkUnreachable
        | ErrorCode::NetworkTimeout
        | ErrorCode::NetworkLost
        | ErrorCode::NetworkNameUnknown
        | ErrorCode::NetworkIntercepted
        | ErrorCode::NetworkProxy
        | ErrorCode::NetworkFolder
        | ErrorCode::NetworkWaiting
        | ErrorCode::GatewayBusy
        | ErrorCode::GatewayMaintenance => Patience::UntilTheEnd,
        ErrorCode::GatewayFault | ErrorCode::GatewayUnreadable | ErrorCode::GatewayMismatch => {
            Patience::Once
        }
        _ => Patience::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_the_way_are_asked_again() {
        for &code in ErrorCode::ALL {
            let class = Error::from(code).class();
            let of_the_way = matches!(class, ErrorClass::Network | ErrorClass::Gateway);
            let asked_again = patience(code) != Patience::None;
            assert!(!asked_again || of_the_way, "{code:?}");
            // What the catalogue calls final is not tried again in the same way for long.
            let endless = patience(code) == Patience::UntilTheEnd;
            assert!(!endless || Error::from(code).retry(), "{code:?}");
        }
        assert_eq!(patience(ErrorCode::NetworkCancelled), Patience::None);
        assert_eq!(patience(ErrorCode::GatewayOptedOut), Patience::None);
    }

    #[test]
    fn connections_closed_again_and_again_mean_that_the_certificate_is_refused() {
        let lost = || Error::from(ErrorCode::NetworkLost);
        let mut tally = Tally::default();
        assert_eq!(tally.count(lost(), Next::Doubtful).code(), ErrorCode::NetworkLost);
        assert_eq!(tally.count(lost(), Next::Doubtful).code(), ErrorCode::NetworkLost);
        // Something else in between: it was the line.
        tally.count(ErrorCode::NetworkUnreachable.into(), Next::ByCode);
        for _ in 1..DOUBTS {
            assert_eq!(tally.count(lost(), Next::Doubtful).code(), ErrorCode::NetworkLost);
        }
        let refused = tally.count(lost(), Next::Doubtful);
        assert_eq!(refused.code(), ErrorCode::GatewayCertificateRefused);
        assert!(!tally.goes_on(&refused));
    }

    #[test]
    fn an_answer_of_no_use_is_asked_for_once_more() {
        let mut tally = Tally::default();
        assert!(tally.goes_on(&ErrorCode::GatewayUnreadable.into()));
        assert!(!tally.goes_on(&ErrorCode::GatewayFault.into()));
        assert!(tally.goes_on(&ErrorCode::NetworkLost.into()));
    }
}
