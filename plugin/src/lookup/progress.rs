//! What the crew hears while a look-up is under way.
//!
//! Most take a third of a second, and then there is nothing to hear. What takes longer than a moment
//! says what it is doing and how long it will go on trying.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode, LookUpPhase, Patient};

use super::message::Answer;
use super::transport::News;

/// A look-up that has an answer by then says nothing of its phases.
const MOMENT: Duration = Duration::from_secs(1);

/// Who is told.
pub(crate) trait Listener: Send + Sync {
    /// How far it is.
    fn progress(&self, step: Step);
    /// An attempt failed, and the next comes by itself after a while.
    fn trouble(&self, error: Error, next: Duration);
    /// Whose data is coming.
    fn patient(&self, patient: Patient);
}

/// How far a look-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) phase: LookUpPhase,
    /// From 1.
    pub(crate) attempt: u32,
    /// Until it gives up.
    pub(crate) remaining: Duration,
    /// Until the next attempt, while it waits for one.
    pub(crate) next: Option<Duration>,
}

/// Passes on what happens, once it takes longer than a moment.
pub(super) struct Progress<'a> {
    listener: &'a dyn Listener,
    identifier: &'a str,
    deadline: Instant,
    begun: Instant,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    attempt: u32,
    phase: Option<LookUpPhase>,
    /// What was told last.
    told: Option<(u32, LookUpPhase)>,
    patient_told: bool,
    trouble_told: Option<ErrorCode>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(
        listener: &'a dyn Listener,
        identifier: &'a str,
        begun: Instant,
        deadline: Instant,
    ) -> Self {
        Progress { listener, identifier, deadline, begun, inside: Mutex::default() }
    }

    /// The next attempt begins.
    pub(super) fn attempt(&self) {
        let mut inside = self.lock();
        inside.attempt += 1;
        inside.phase = None;
    }

    /// Runs an attempt; after a moment the phase it is in is told.
    pub(super) async fn told_after_a_moment<T>(&self, attempt: impl Future<Output = T>) -> T {
        tokio::pin!(attempt);
        let moment = MOMENT.saturating_sub(self.begun.elapsed());
        tokio::select! {
            biased;
            outcome = &mut attempt => return outcome,
            () = tokio::time::sleep(moment) => self.tell(None),
        }
        attempt.await
    }

    /// An attempt failed. The same trouble again is no news: how long it waits for the next one is.
    pub(super) fn trouble(&self, error: Error, next: Duration) {
        if self.lock().trouble_told.replace(error.code()) != Some(error.code()) {
            self.listener.trouble(error, next);
        }
    }

    /// It waits for its next attempt.
    pub(super) fn waiting(&self, next: Duration) {
        self.lock().phase = Some(LookUpPhase::Waiting);
        self.tell(Some(next));
    }

    /// Tells where it is, each phase of an attempt once.
    fn tell(&self, next: Option<Duration>) {
        let step = {
            let mut inside = self.lock();
            let Some(phase) = inside.phase else { return };
            let now = (inside.attempt, phase);
            if inside.told.replace(now) == Some(now) {
                return;
            }
            let remaining = self.deadline.saturating_duration_since(Instant::now());
            Step { phase, attempt: inside.attempt, remaining, next }
        };
        self.listener.progress(step);
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl News for Progress<'_> {
    fn phase(&self, phase: LookUpPhase) {
        self.lock().phase = Some(phase);
        if self.begun.elapsed() >= MOMENT {
            self.tell(None);
        }
    }

    fn so_far(&self, answer: &[u8]) {
        if self.lock().patient_told {
            return;
        }
        if let Some(patient) = Answer::first_part(answer, self.identifier) {
            self.lock().patient_told = true;
            self.listener.patient(patient);
        }
    }
}
