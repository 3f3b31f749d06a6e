//! The one list of what may reach a card (P2), whoever asks.
//!
//! It stands in the transport and reads bytes, not [`Command`](super::command::Command)s: a mistake
//! above it cannot get around it. No application but 公的個人認証AP can be read, and of that one three
//! files; so the My Number itself, what is printed on the card, and everything that writes stay out
//! of reach. `ALLOWED.md` beside this file holds what passes, made by trying everything.

use super::answer::{DONE, WARNED};
use super::command::{Application, File, KEY, PIN, SHA256_DIGEST_INFO};

/// Why somebody talks to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To read the certificate. No secret is near, and no command that uses one passes.
    Reading,
    /// To let the card check the patient's PIN.
    PinCheck,
}

/// Stands between everybody and one card under power.
#[derive(Debug)]
pub(crate) struct AllowList {
    purpose: Purpose,
    place: Place,
    /// The card has said 61xx: it holds an answer ready.
    more: bool,
}

/// Where on the card we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere but in 公的個人認証AP, or nobody knows.
    Elsewhere,
    /// In 公的個人認証AP; this of its files is current.
    Jpki(Option<File>),
}

/// No file of this application is longer.
const LAST_OFFSET_HIGH: u8 = 0x1F;

impl AllowList {
    pub(crate) fn new(purpose: Purpose) -> Self {
        AllowList { purpose, place: Place::Elsewhere, more: false }
    }

    /// Whether these bytes may be sent now.
    pub(crate) fn admits(&self, apdu: &[u8]) -> bool {
        let pin_check = self.purpose == Purpose::PinCheck;
        match (apdu, self.place) {
            ([0x00, 0xA4, 0x04, 0x0C, length, name @ ..], _) => {
                usize::from(*length) == name.len() && application(name).is_some()
            }
            ([0x00, 0xC0, 0x00, 0x00, _], _) => self.more,
            (_, Place::Elsewhere) => false,
            ([0x00, 0xB0, 0x86 | 0x8A, 0x00, _], _) => true,
            ([0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00], _) => true,
            ([0x00, 0xB0, 0x88, 0x00, _], _) => pin_check,
            ([0x00, 0xB0, 0x00..=LAST_OFFSET_HIGH, _, _], Place::Jpki(current)) => {
                current.is_some()
            }
            ([0x00, 0x20, 0x00, PIN], _) => pin_check,
            ([0x00, 0x20, 0x00, PIN, 4, digits @ ..], _) => {
                pin_check && digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)
            }
            ([0x80, 0x2A, 0x00, KEY, 51, digest_info @ .., 0x00], _) => {
                pin_check && digest_info.len() == 51 && digest_info.starts_with(&SHA256_DIGEST_INFO)
            }
            _ => false,
        }
    }

    /// Follows what the card made of a command that was admitted.
    pub(crate) fn follow(&mut self, apdu: &[u8], status: u16) {
        self.more = status >> 8 == 0x61;
        let done = matches!(status, DONE | WARNED) || self.more;
        match apdu {
            // After a SELECT that failed nobody knows where the card stands.
            [0x00, 0xA4, _, _, _, name @ ..] => {
                let there = done && application(name) == Some(Application::Jpki);
                self.place = if there { Place::Jpki(None) } else { Place::Elsewhere };
            }
            [0x00, 0xB0, by_name @ 0x80..=0xFF, ..] if done => {
                self.place =
                    Place::Jpki(File::ALL.into_iter().find(|f| 0x80 | *f as u8 == *by_name));
            }
            [0x00, 0xB0, 0x80..=0xFF, ..] => self.place = Place::Jpki(None),
            // VERIFY and COMPUTE DIGITAL SIGNATURE make the PIN or the key current.
            [0x00, 0x20, ..] | [0x80, 0x2A, ..] => self.place = Place::Jpki(None),
            _ => {}
        }
    }
}

fn application(name: &[u8]) -> Option<Application> {
    Application::ALL.into_iter().find(|application| application.identifier() == name)
}
