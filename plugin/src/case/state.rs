//! What a case holds: in memory only, and wiped when the case ends or the patient refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mynaq_interface::{Error, ErrorCode, Reason, Record};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::card::Certificate;
use crate::gate::Basis;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) basis: Basis,
    pub(super) card: Option<Card>,
    pub(super) last_try: LastTry,
    pub(super) reading: Option<Reading>,
    pub(super) look_up: Option<LookUp>,
    pub(super) record: Option<Zeroizing<Record>>,
    /// Whether somebody was viewed without consent in this case.
    pub(super) notice_due: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Running,
    Poisoned,
    Closed,
}

/// The card that was read.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) certificate: Arc<Certificate>,
    /// Whether it proved that it holds the certificate's key, in any reading of this case.
    pub(super) possession_proven: bool,
}

/// Whether the last try of a PIN may be spent. A wrong one locks the card for good, so it takes a
/// word of the crew, and one word is good for one check.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastTry {
    /// No card has said that one try is left, or something else came after it did.
    #[default]
    NotAsked,
    /// The last PIN check of the case ended because one try is left.
    Refused,
    /// The crew wants it spent.
    Allowed,
}

impl LastTry {
    /// Takes the crew's word.
    pub(super) fn allow(&mut self) -> Result<(), Error> {
        match self {
            LastTry::NotAsked => Err(Error::new(ErrorCode::WrongState)
                .detail("the last PIN check did not end with card.pin_last_try")),
            LastTry::Refused | LastTry::Allowed => {
                *self = LastTry::Allowed;
                Ok(())
            }
        }
    }

    /// A PIN check begins and uses the crew's word up, whatever comes of it. Says whether it may
    /// spend the last try.
    pub(super) fn take(&mut self) -> bool {
        std::mem::take(self) == LastTry::Allowed
    }

    /// A reading ended with an error.
    pub(super) fn after(&mut self, error: ErrorCode) {
        if error == ErrorCode::CardPinLastTry {
            *self = LastTry::Refused;
        }
    }
}

/// A reading under way.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) cancelled: Arc<AtomicBool>,
}

impl Reading {
    pub(super) fn new() -> Self {
        Reading { cancelled: Arc::default() }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cancelled, &other.cancelled)
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }
}

/// A look-up under way. Dropping it cancels it.
#[derive(Debug)]
pub(super) struct LookUp {
    pub(super) request: String,
    /// Why there was no consent, when there was none.
    pub(super) reason: Option<Reason>,
    pub(super) _cancel: oneshot::Sender<()>,
}

impl State {
    /// Forgets everything of the patient; what was decided about them stays. Says whether there
    /// was anything to forget. A look-up under way has been given up before.
    pub(super) fn wipe(&mut self) -> bool {
        if let Some(reading) = self.reading.take() {
            reading.cancel();
        }
        self.basis.card = false;
        self.last_try = LastTry::NotAsked;
        let (card, record) = (self.card.take(), self.record.take());
        card.is_some() || record.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: ErrorCode = ErrorCode::CardPinLastTry;

    #[test]
    fn the_last_try_is_allowed_only_after_a_card_has_said_that_it_is_the_last() {
        let mut last_try = LastTry::default();
        assert_eq!(last_try.allow().unwrap_err().code(), ErrorCode::WrongState);
        for other in ErrorCode::ALL.iter().filter(|code| **code != LAST) {
            last_try.after(*other);
            assert!(last_try.allow().is_err(), "{other:?}");
        }
        assert!(!last_try.take(), "nobody allowed it");
        last_try.after(LAST);
        last_try.after(ErrorCode::CardTimeout);
        last_try.allow().unwrap();
        last_try.allow().unwrap();
        assert!(last_try.take());
    }

    #[test]
    fn one_word_of_the_crew_is_good_for_one_check_whatever_comes_of_it() {
        let mut last_try = LastTry::Allowed;
        assert!(last_try.take());
        assert!(!last_try.take() && last_try.allow().is_err(), "used up");
        last_try.after(ErrorCode::CardCancelled);
        assert!(last_try.allow().is_err(), "the last check ended otherwise");
        last_try.after(LAST);
        assert!(!last_try.take() && last_try == LastTry::NotAsked, "refused is not allowed");
    }

    #[test]
    fn what_was_allowed_for_one_patient_is_forgotten_with_them() {
        let mut state = State { last_try: LastTry::Allowed, ..State::default() };
        state.wipe();
        assert_eq!(state.last_try, LastTry::NotAsked);
    }
}
