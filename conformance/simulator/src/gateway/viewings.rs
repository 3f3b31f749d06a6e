//! The gateway's own log: who was looked up, how, and on what basis.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rsa::sha2::{Digest, Sha256};

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
    /// A fault on command: no result.
    Failed,
}

/// One well-formed request and what came of it.
#[derive(Clone, Debug)]
pub struct Viewing {
    /// When it arrived first.
    pub at: SystemTime,
    /// How often it arrived: the same identifier with the same bytes.
    pub times: u64,
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
    /// The subject of the client's certificate, where the request came over a line.
    pub client: Option<String>,
    /// What was answered, the last time.
    pub outcome: Outcome,
}

/// The log forgets its oldest entries beyond this number.
const LIMIT: usize = 20_000;

/// An institution and its identifier of a request.
type Key = (String, String);
type Fingerprint = [u8; 32];

#[derive(Default)]
pub(crate) struct Viewings(Mutex<Log>);

#[derive(Default)]
struct Log {
    viewings: VecDeque<Viewing>,
    /// The number of each viewing since the start, and what its request looked like.
    known: HashMap<Key, (u64, Fingerprint)>,
    forgotten: u64,
}

/// What a request is to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entered {
    New,
    /// The same once more.
    Again,
    /// Another request had this identifier.
    Contradicts,
}

impl Viewings {
    /// Enters a viewing that came of these bytes.
    pub(super) fn enter(&self, viewing: Viewing, request: &[u8]) -> Entered {
        let fingerprint = Fingerprint::from(Sha256::digest(request));
        let key = key(&viewing);
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log = &mut *guard;
        if let Some((number, before)) = log.known.get(&key) {
            if *before != fingerprint {
                return Entered::Contradicts;
            }
            let index = usize::try_from(number - log.forgotten).ok();
            if let Some(known) = index.and_then(|index| log.viewings.get_mut(index)) {
                known.times += 1;
                known.outcome = viewing.outcome;
            }
            return Entered::Again;
        }
        if log.viewings.len() == LIMIT
            && let Some(oldest) = log.viewings.pop_front()
        {
            log.known.remove(&self::key(&oldest));
            log.forgotten += 1;
        }
        log.known.insert(key, (log.forgotten + log.viewings.len() as u64, fingerprint));
        log.viewings.push_back(viewing);
        Entered::New
    }

    /// All that are remembered, oldest first.
    pub(crate) fn all(&self) -> Vec<Viewing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).viewings.iter().cloned().collect()
    }
}

fn key(viewing: &Viewing) -> Key {
    (viewing.institution.clone(), viewing.identifier.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewing(identifier: usize) -> Viewing {
        Viewing {
            at: SystemTime::now(),
            times: 1,
            person: None,
            pattern: 1,
            consent: 1,
            factors: Vec::new(),
            identifier: identifier.to_string(),
            institution: "9910000001".into(),
            client: None,
            outcome: Outcome::Answered,
        }
    }

    #[test]
    fn the_log_is_bounded_and_still_knows_whom_it_remembers() {
        let log = Viewings::default();
        for number in 0..LIMIT + 2 {
            assert_eq!(log.enter(viewing(number), b"request"), Entered::New);
        }
        assert_eq!(log.all().len(), LIMIT);
        assert_eq!(log.all()[0].identifier, "2", "the oldest two are forgotten");
        assert_eq!(log.enter(viewing(2), b"request"), Entered::Again);
        assert_eq!(log.enter(viewing(LIMIT + 1), b"request"), Entered::Again);
        assert_eq!(log.enter(viewing(2), b"another"), Entered::Contradicts);
        assert_eq!(log.enter(viewing(0), b"another"), Entered::New, "forgotten is forgotten");
        let all = log.all();
        assert_eq!(all.len(), LIMIT);
        assert_eq!(all.iter().filter(|viewing| viewing.times == 2).count(), 1, "2 is gone by now");
    }
}
