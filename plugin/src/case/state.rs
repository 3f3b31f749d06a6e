//! What a case holds: in memory only, and wiped when the case ends or the patient refuses.

use std::sync::Arc;

use mynaq_interface::{Error, ErrorCode, FieldState, Identity, Reason, Record};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::look_up::OpenLine;
use crate::card::{Cancel, Certificate, Task};
use crate::gate::{Basis, ListEntry};
use crate::wipe;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) basis: Basis,
    pub(super) card: Option<Card>,
    pub(super) last_try: LastTry,
    pub(super) reading: Option<Reading>,
    /// The line to the gateway, while a look-up may come.
    pub(super) line: Option<OpenLine>,
    pub(super) look_up: Option<LookUp>,
    pub(super) record: Option<Zeroizing<Record>>,
    /// What the gateway sent for the eye.
    pub(super) document: Option<Zeroizing<Vec<u8>>>,
    /// The last viewing without consent: its notice is to be handed over, also to somebody who wakes
    /// up and refuses.
    pub(super) notice_due: Option<NoticeDue>,
    /// Cards that turned out to be other people's: they are not read again in this case.
    pub(super) set_aside: Vec<SetAside>,
    /// What the card is on the department's opt-out list, once that has closed the case.
    pub(super) list_entry: Option<ListEntry>,
}

/// What the notice tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoticeDue {
    pub(super) reason: Reason,
    pub(super) viewed_at: OffsetDateTime,
}

/// A card that is known only as one not to be taken: a hash tells nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetAside([u8; 32]);

impl SetAside {
    pub(super) fn of(card: &Certificate) -> Self {
        let digest =
            wipe::shallow_after(|| ring::digest::digest(&ring::digest::SHA256, card.der()));
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        SetAside(hash)
    }
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
/// word of the crew; and one word is good for one check of one card.
#[derive(Debug, Default)]
pub(super) enum LastTry {
    /// No card has said that one try is left, or something else came after it did.
    #[default]
    NotAsked,
    /// The last PIN check of the case ended because this card has one try left.
    Refused(Arc<Certificate>),
    /// The crew wants it spent.
    Allowed(Arc<Certificate>),
}

impl LastTry {
    /// Takes the crew's word.
    pub(super) fn allow(&mut self) -> Result<(), Error> {
        match std::mem::take(self) {
            LastTry::NotAsked => Err(Error::new(ErrorCode::WrongState)
                .detail("the last PIN check did not end with card.pin_last_try")),
            LastTry::Refused(card) | LastTry::Allowed(card) => {
                *self = LastTry::Allowed(card);
                Ok(())
            }
        }
    }

    /// A PIN check begins and uses the crew's word up, whatever comes of it: the one card whose last
    /// try it may spend, if any.
    pub(super) fn take(&mut self) -> Option<Arc<Certificate>> {
        match std::mem::take(self) {
            LastTry::Allowed(card) => Some(card),
            LastTry::Refused(_) | LastTry::NotAsked => None,
        }
    }

    /// A PIN check of this card ended with an error.
    pub(super) fn after(&mut self, error: ErrorCode, card: Option<Arc<Certificate>>) {
        if let (ErrorCode::CardPinLastTry, Some(card)) = (error, card) {
            *self = LastTry::Refused(card);
        }
    }
}

/// A reading under way.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) cancel: Cancel,
    pub(super) task: Task,
}

/// A look-up under way. Dropping it cancels it.
#[derive(Debug)]
pub(super) struct LookUp {
    pub(super) request: String,
    /// The check that opened the gate, whatever is checked meanwhile.
    pub(super) identity: Identity,
    /// Why there was no consent, when there was none.
    pub(super) reason: Option<Reason>,
    pub(super) _cancel: oneshot::Sender<()>,
}

impl State {
    /// Whether this look-up is the one under way.
    pub(super) fn is_looking_up(&self, request: &str) -> bool {
        self.look_up.as_ref().is_some_and(|current| current.request == request)
    }

    /// The fields the crew has accepted.
    pub(super) fn accepted(&self) -> Vec<String> {
        let fields = self.record.iter().flat_map(|record| &record.fields);
        fields
            .filter(|field| matches!(field.state, FieldState::Accepted { .. }))
            .map(|field| field.name.clone())
            .collect()
    }

    /// Forgets everything of the patient; what was decided about them stays. Says whether there
    /// was anything to forget. A look-up under way has been given up before.
    pub(super) fn wipe(&mut self) -> bool {
        if let Some(reading) = self.reading.take() {
            reading.cancel.cancel();
        }
        self.line = None;
        self.basis.forget_card();
        self.last_try = LastTry::NotAsked;
        self.list_entry = None;
        let held = (self.card.take(), self.record.take(), self.document.take());
        !matches!(held, (None, None, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: ErrorCode = ErrorCode::CardPinLastTry;

    fn card() -> Arc<Certificate> {
        let world = mynaq_simulator::World::generate(mynaq_simulator::today()).unwrap();
        let der = world.certificate("P01").unwrap().to_vec();
        Arc::new(Certificate::parse(Zeroizing::new(der)).unwrap())
    }

    #[test]
    fn the_last_try_is_allowed_only_after_a_card_has_said_that_it_is_the_last() {
        let (mut last_try, card) = (LastTry::default(), card());
        assert_eq!(last_try.allow().unwrap_err().code(), ErrorCode::WrongState);
        for other in ErrorCode::ALL.iter().filter(|code| **code != LAST) {
            last_try.after(*other, Some(Arc::clone(&card)));
            assert!(last_try.allow().is_err(), "{other:?}");
        }
        assert!(last_try.take().is_none(), "nobody allowed it");
        last_try.after(LAST, Some(Arc::clone(&card)));
        last_try.after(ErrorCode::CardTimeout, None);
        last_try.allow().unwrap();
        last_try.allow().unwrap();
        assert!(last_try.take().is_some_and(|held_to| held_to.is_same_as(&card)));
    }

    #[test]
    fn one_word_of_the_crew_is_good_for_one_check_whatever_comes_of_it() {
        let card = card();
        let mut last_try = LastTry::Allowed(Arc::clone(&card));
        assert!(last_try.take().is_some());
        assert!(last_try.take().is_none() && last_try.allow().is_err(), "used up");
        last_try.after(ErrorCode::CardCancelled, Some(Arc::clone(&card)));
        assert!(last_try.allow().is_err(), "the last check ended otherwise");
        last_try.after(LAST, Some(card));
        assert!(last_try.take().is_none() && last_try.allow().is_err(), "refused is not allowed");
    }

    #[test]
    fn what_was_allowed_for_one_patient_is_forgotten_with_them() {
        let mut state = State { last_try: LastTry::Allowed(card()), ..State::default() };
        state.wipe();
        assert!(matches!(state.last_try, LastTry::NotAsked));
    }
}
