//! What a card is without power: its files, its key, and the tries left to its PINs.

use std::sync::{Arc, Mutex, PoisonError};

use super::application::{Application, PinName};
use super::atr::Atr;
use super::jpki::{Content, Jpki};
use crate::tries::{Keeper, Tries};

/// Every card has the same PINs; they are no secret.
const PIN: &[u8] = b"1234";
const SIGNATURE_PIN: &[u8] = b"SIMULATED1";

/// A card as somebody holds it in the hand.
pub struct Plastic {
    id: String,
    /// What a reader usually says of it; a mute card has none.
    atr: Option<Atr>,
    chip: Chip,
    tries: Mutex<Tries>,
    keeper: Option<Arc<Keeper>>,
}

/// What can be selected.
pub(super) enum Chip {
    /// The applications of a My Number Card, or of what resembles one.
    Jpki(Box<Jpki>),
    /// Only this, and nothing behind it opens.
    Other(Application),
}

/// What came of an attempt at a PIN.
pub(super) enum Tried {
    Right,
    Wrong(u8),
    Blocked,
    /// The card could not write its counter down.
    Failed,
}

impl Plastic {
    pub(super) fn made(id: &str, atr: Option<Atr>, chip: Chip, tries: Tries) -> Plastic {
        Plastic { id: id.into(), atr, chip, tries: Mutex::new(tries), keeper: None }
    }

    /// The same card with the tries that were kept for it, which it will go on keeping.
    pub(crate) fn kept_by(self, keeper: Arc<Keeper>) -> Plastic {
        let factory = *self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = Mutex::new(keeper.of(&self.id, factory));
        Plastic { tries, keeper: Some(keeper), ..self }
    }

    /// `P01` and so on.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn atr(&self) -> Option<Atr> {
        self.atr
    }

    pub(super) fn has(&self, application: Application) -> bool {
        match &self.chip {
            Chip::Jpki(_) => !matches!(application, Application::Foreign(_)),
            Chip::Other(only) => application == *only,
        }
    }

    fn jpki(&self) -> Option<&Jpki> {
        match &self.chip {
            Chip::Jpki(jpki) => Some(jpki),
            Chip::Other(_) => None,
        }
    }

    /// A file of the JPKI application.
    pub(super) fn file(&self, number: u16) -> Option<Content<'_>> {
        self.jpki()?.file(number)
    }

    pub(super) fn tries(&self, pin: PinName) -> u8 {
        *self.tries.lock().unwrap_or_else(PoisonError::into_inner).of(pin)
    }

    pub(super) fn try_pin(&self, pin: PinName, typed: &[u8]) -> Tried {
        let right = match pin {
            PinName::Authentication => PIN,
            PinName::Signature => SIGNATURE_PIN,
        };
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *tries;
        let left = tries.of(pin);
        if *left == 0 {
            return Tried::Blocked;
        }
        let tried = if typed == right {
            *left = full(pin);
            Tried::Right
        } else {
            *left -= 1;
            Tried::Wrong(*left)
        };
        match &self.keeper {
            Some(keeper) if *tries != before && keeper.keep(&self.id, *tries).is_err() => {
                Tried::Failed
            }
            _ => tried,
        }
    }

    /// See [`Jpki::sign`].
    pub(super) fn sign(&self, digest_info: &[u8]) -> Option<Vec<u8>> {
        self.jpki()?.sign(digest_info)
    }
}

/// The tries of a PIN that was right.
fn full(pin: PinName) -> u8 {
    let mut tries = Tries::FULL;
    *tries.of(pin)
}

impl Tries {
    fn of(&mut self, pin: PinName) -> &mut u8 {
        match pin {
            PinName::Authentication => &mut self.authentication,
            PinName::Signature => &mut self.signature,
        }
    }
}
