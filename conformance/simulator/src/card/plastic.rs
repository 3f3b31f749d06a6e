//! What a card is without power: its files, its key, and the tries left to its PINs.

use std::sync::{Mutex, PoisonError};

use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::application::{Application, PinName, file};
use super::atr::Atr;
use crate::error::Error;
use crate::people::PinData;
use crate::pki::Marking;
use crate::world::{OtherCard, World};

/// Every card has the same PINs; they are no secret.
const PIN: &[u8] = b"1234";
const SIGNATURE_PIN: &[u8] = b"SIMULATED1";

/// A card as somebody holds it in the hand.
pub struct Plastic {
    id: String,
    atr: Atr,
    jpki: Option<Jpki>,
    tries: Mutex<Tries>,
}

/// The JPKI application's content.
struct Jpki {
    token: Vec<u8>,
    state: [u8; 3],
    certificate: Certificate,
    authority: Vec<u8>,
    key: Option<RsaPrivateKey>,
}

enum Certificate {
    /// Anybody may read it; an empty one was never issued.
    Free(Vec<u8>),
    /// The holder has to open it.
    Closed,
    /// The file does not exist.
    Missing,
}

struct Tries {
    authentication: u8,
    signature: u8,
}

/// What is behind a file number.
pub(super) enum Content<'a> {
    Free(&'a [u8]),
    Closed,
    Key(PinName),
    Pin(PinName),
}

/// What came of an attempt at a PIN.
pub(super) enum Tried {
    Right,
    Wrong(u8),
    Blocked,
}

impl Plastic {
    /// The card of a person (`P01` …) or one of the other cards (`X01` …), as it left the factory.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id; [`Error::Pki`] when its key could not be
    /// made.
    pub fn new(world: &World, id: &str) -> Result<Plastic, Error> {
        match (world.person(id), OtherCard::find(id)) {
            (Some(person), _) => Plastic::of_person(world, id, person.card.pins),
            (None, Some(card)) => Plastic::of_card(world, card),
            (None, None) => Err(Error::UnknownCard(id.into())),
        }
    }

    fn of_person(world: &World, id: &str, pins: PinData) -> Result<Plastic, Error> {
        let identity = world.identity(id)?;
        let jpki = Jpki {
            token: token("JPKIAPICCTOKEN2"),
            state: [0x8F, 0x8F, 0x00],
            certificate: Certificate::Free(identity.certificate.clone()),
            authority: world.authority(Marking::Simulated)?.der().to_vec(),
            key: Some(identity.key.clone()),
        };
        let tries = match pins {
            PinData::Set => Tries { authentication: 3, signature: 5 },
            PinData::Locked => Tries { authentication: 0, signature: 0 },
        };
        Ok(Plastic {
            id: id.into(),
            atr: Atr::JpkiTypeB,
            jpki: Some(jpki),
            tries: Mutex::new(tries),
        })
    }

    fn of_card(world: &World, card: OtherCard) -> Result<Plastic, Error> {
        let (atr, label, certificate) = match card {
            OtherCard::Jukki => (Atr::JukkiTypeB, "JPKIAPICCTOKEN", Certificate::Missing),
            OtherCard::Android => (Atr::JpkiTypeB, "JPKIAPGPSETOKEN", Certificate::Closed),
            OtherCard::Iphone => (Atr::JpkiTypeB, "JPKIAPIOSTOKEN", Certificate::Closed),
            OtherCard::Uncertified => {
                (Atr::JpkiTypeB, "JPKIAPICCTOKEN2", Certificate::Free(Vec::new()))
            }
            OtherCard::Unmarked => {
                let certificate = world.identity(card.id())?.certificate.clone();
                (Atr::JpkiTypeB, "JPKIAPICCTOKEN2", Certificate::Free(certificate))
            }
            OtherCard::Licence => (Atr::LicenceTypeB, "", Certificate::Missing),
        };
        let marking =
            if card == OtherCard::Unmarked { Marking::Unmarked } else { Marking::Simulated };
        let key =
            if card.has_identity() { Some(world.identity(card.id())?.key.clone()) } else { None };
        let jpki = match card {
            OtherCard::Licence => None,
            _ => Some(Jpki {
                token: token(label),
                // What stands here when a certificate is absent is not public; zero is a guess.
                state: if key.is_some() { [0x8F, 0x8F, 0x00] } else { [0x00; 3] },
                certificate,
                authority: world.authority(marking)?.der().to_vec(),
                key,
            }),
        };
        let tries = Mutex::new(Tries { authentication: 3, signature: 5 });
        Ok(Plastic { id: card.id().into(), atr, jpki, tries })
    }

    /// `P01` and so on.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn atr(&self) -> Atr {
        self.atr
    }

    pub(super) fn has(&self, application: Application) -> bool {
        match application {
            Application::Manager | Application::Guarded(_) | Application::Jpki => {
                self.jpki.is_some()
            }
        }
    }

    /// A file of the JPKI application.
    pub(super) fn file(&self, number: u16) -> Option<Content<'_>> {
        let jpki = self.jpki.as_ref()?;
        Some(match number {
            // No certificate for signing is simulated: this file never opens.
            file::SIGNATURE_CERTIFICATE => Content::Closed,
            file::SIGNATURE_CA | file::CA => Content::Free(&jpki.authority),
            file::TOKEN => Content::Free(&jpki.token),
            file::STATE => Content::Free(&jpki.state),
            file::CERTIFICATE => match &jpki.certificate {
                Certificate::Free(der) => Content::Free(der),
                Certificate::Closed => Content::Closed,
                Certificate::Missing => return None,
            },
            file::KEY => Content::Key(PinName::Authentication),
            file::PIN => Content::Pin(PinName::Authentication),
            file::SIGNATURE_KEY => Content::Key(PinName::Signature),
            file::SIGNATURE_PIN => Content::Pin(PinName::Signature),
            _ => return None,
        })
    }

    pub(super) fn tries(&self, pin: PinName) -> u8 {
        *self.tries.lock().unwrap_or_else(PoisonError::into_inner).of(pin)
    }

    pub(super) fn try_pin(&self, pin: PinName, typed: &[u8]) -> Tried {
        let (right, full) = match pin {
            PinName::Authentication => (PIN, 3),
            PinName::Signature => (SIGNATURE_PIN, 5),
        };
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let left = tries.of(pin);
        if *left == 0 {
            return Tried::Blocked;
        }
        if typed == right {
            *left = full;
            return Tried::Right;
        }
        *left -= 1;
        Tried::Wrong(*left)
    }

    /// Pads what was sent (PKCS#1 v1.5, type 1) and signs it; `None` for input of a wrong length.
    pub(super) fn sign(&self, digest_info: &[u8]) -> Option<Vec<u8>> {
        let key = self.jpki.as_ref()?.key.as_ref()?;
        if digest_info.is_empty() {
            return None;
        }
        key.sign(Pkcs1v15Sign::new_unprefixed(), digest_info).ok()
    }
}

impl Tries {
    fn of(&mut self, pin: PinName) -> &mut u8 {
        match pin {
            PinName::Authentication => &mut self.authentication,
            PinName::Signature => &mut self.signature,
        }
    }
}

/// EF 0006: a PKCS#11 token description of 160 bytes, numbers in big-endian order.
fn token(label: &str) -> Vec<u8> {
    let padded = |text: &str, width: usize| format!("{text:<width$}").into_bytes();
    let mut record = padded(label, 32);
    record.extend(padded("SIMULATED", 32));
    record.extend(padded("SIMULATED CARD", 16));
    record.extend(padded("0000000000000000", 16));
    // Flags, six limits (the longest and shortest PIN are the last two), four memory sizes.
    for number in [0x0000_040D_u32, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0] {
        record.extend(number.to_be_bytes());
    }
    record.extend(*b"0301");
    record.extend(padded("", 16));
    record
}
