//! The gateway's own log: who was looked up, how, and on what basis.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What the gateway said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person's data.
    Answered,
    /// Eligibility only, with a notice: the certificate expired a short time ago.
    Notice,
    /// Several people.
    Several,
    /// Nobody registered.
    NotRegistered,
    /// The person has opted out.
    OptedOut,
    /// The certificate expired too long ago.
    Expired,
    /// The certificate belongs to nobody.
    Unknown,
}

/// One well-formed request and what came of it.
#[derive(Clone, Debug)]
pub struct Viewing {
    /// When it arrived.
    pub at: SystemTime,
    /// The person's id, where the certificate belongs to somebody.
    pub person: Option<String>,
    /// 情報要求パターン: 1, 2 or 3.
    pub pattern: u8,
    /// 同意区分: 1 given, 3 unobtainable.
    pub consent: u8,
    /// Kind (OQSCD041) and way (OQSCD042) of each factor of the viewer's log-in, as far as named.
    pub factors: Vec<(String, String)>,
    /// The request's ArbitraryFileIdentifier.
    pub identifier: String,
    /// The request's MedicalInstitutionCode.
    pub institution: String,
    /// What was answered.
    pub outcome: Outcome,
}

/// The log forgets its oldest entries beyond this number.
const LIMIT: usize = 10_000;

#[derive(Default)]
pub(crate) struct Viewings(Mutex<VecDeque<Viewing>>);

impl Viewings {
    pub(super) fn enter(&self, viewing: Viewing) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LIMIT {
            log.pop_front();
        }
        log.push_back(viewing);
    }

    /// All that are remembered, oldest first.
    pub(crate) fn all(&self) -> Vec<Viewing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
