//! What the gateway did not take, and why.

use std::sync::{Mutex, PoisonError};

/// One reason, and how often it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was wrong: the element of a message and what it should be, or `HTTP: …`, `TLS: …`,
    /// `line: …`. It holds no content of an element.
    pub reason: String,
    /// How often since the start.
    pub times: u64,
}

/// Reasons are few; a program that finds more than this is not worth listening to.
const LIMIT: usize = 1_000;

#[derive(Default)]
pub(crate) struct Refusals(Mutex<Vec<Refusal>>);

impl Refusals {
    pub(super) fn enter(&self, reason: String) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = log.iter_mut().find(|refusal| refusal.reason == reason) {
            known.times += 1;
        } else if log.len() < LIMIT {
            log.push(Refusal { reason, times: 1 });
        }
    }

    /// Every reason, in the order in which they were first met.
    pub(crate) fn all(&self) -> Vec<Refusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
