//! The PIN as the fallback identity check: the card itself checks what the patient typed, and then
//! proves with a signature that it holds the certificate's key.
//!
//! Three wrong tries lock the PIN until the holder has been to the town hall. So the digits somebody
//! typed are sent once, the tries left are asked for before (which spends none), and the last one is
//! spent only when the crew has said so.

use std::sync::{Arc, Mutex, PoisonError};

use mynaq_interface::{Error, ErrorCode, Presence};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::answer::DONE;
use super::certificate::Certificate;
use super::channel::Channel;
use super::command::{Application, Command};
use super::fault::{Fault, unexpected};
use super::kind;

/// One PIN check.
#[derive(Debug)]
pub(crate) struct PinCheck {
    /// Taken when they are sent: nobody sends what somebody typed a second time.
    digits: Mutex<Option<Digits>>,
    /// Whether the crew has said that the last try may be spent.
    last_try: bool,
    /// Whose card it must be: of the first certificate that was read for this check, or before it.
    holder: Mutex<Option<Arc<Certificate>>>,
}

/// What the patient typed. Wiped on drop; shows nothing when printed.
pub(crate) struct Digits(Zeroizing<[u8; 4]>);

impl Digits {
    /// Four ASCII digits.
    ///
    /// # Errors
    /// [`ErrorCode::CardPinMalformed`].
    pub(crate) fn parse(typed: &str) -> Result<Self, Error> {
        match <[u8; 4]>::try_from(typed.as_bytes()) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => {
                Ok(Digits(Zeroizing::new(digits)))
            }
            _ => Err(ErrorCode::CardPinMalformed.into()),
        }
    }
}

impl std::fmt::Debug for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digits")
    }
}

impl PinCheck {
    pub(crate) fn new(digits: Digits, last_try: bool, holder: Option<Arc<Certificate>>) -> Self {
        PinCheck { digits: Mutex::new(Some(digits)), last_try, holder: Mutex::new(holder) }
    }

    /// Whose card it must be, as far as that is known.
    pub(crate) fn holder(&self) -> Option<Arc<Certificate>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this may be tried again by itself on a card that comes back: only if the digits have
    /// not been sent, and it can be seen that it is the same card.
    pub(crate) fn may_go_on(&self) -> bool {
        self.holder().is_some() && !self.is_spent()
    }

    /// Whether the digits have been sent: from then on nothing is tried again by itself.
    pub(crate) fn is_spent(&self) -> bool {
        self.digits.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Lets the card check the digits and prove that it holds the certificate's key.
    pub(crate) fn run(
        &self,
        channel: &mut Channel<'_>,
        certificate: &Arc<Certificate>,
        given_up: &dyn Fn() -> bool,
    ) -> Result<Presence, Fault> {
        self.hold_to(certificate)?;
        let signing = kind::signing_certificate(channel)?;
        self.ask_tries(channel, signing)?;
        if given_up() {
            return Err(ErrorCode::CardCancelled.into());
        }
        let verified = self.verify(channel);
        let proven = verified.and_then(|()| prove_possession(channel, certificate));
        // Whatever came of it: leave the application, so that the next program finds nothing
        // unlocked. A card that is gone has locked itself, and every other loses its power when this
        // exclusive link ends; so nothing depends on the answer.
        let _ = channel.send(&Command::Select(Application::CardManager));
        proven.map(|()| signing)
    }

    /// Digits that were typed for one card never reach another.
    fn hold_to(&self, certificate: &Arc<Certificate>) -> Result<(), Fault> {
        let mut holder = self.holder.lock().unwrap_or_else(PoisonError::into_inner);
        let known = holder.get_or_insert_with(|| Arc::clone(certificate));
        if known.is_same_as(certificate) { Ok(()) } else { Err(ErrorCode::CardChanged.into()) }
    }

    /// Goes on only with tries to spare.
    fn ask_tries(&self, channel: &mut Channel<'_>, signing: Presence) -> Result<(), Fault> {
        let mut status = channel.send(&Command::PinTries)?.status();
        if status == DONE {
            // Another program has left the PIN unlocked, and the card does not count meanwhile:
            // leaving the application locks it again.
            channel.send(&Command::Select(Application::CardManager))?;
            channel.send(&Command::Select(Application::Jpki))?;
            status = channel.send(&Command::PinTries)?.status();
        }
        match status {
            0x63C2..=0x63CF => Ok(()),
            0x63C1 if self.last_try => Ok(()),
            0x63C1 => Err(ErrorCode::CardPinLastTry.into()),
            LOCKED | BLOCKED_ISO | BLOCKED if signing == Presence::Absent => {
                Err(ErrorCode::CardNoPin.into())
            }
            LOCKED | BLOCKED_ISO | BLOCKED => Err(ErrorCode::CardPinLocked.into()),
            // Nobody knows how many are left: none is spent.
            status => Err(unexpected("the question for the tries left", status).into()),
        }
    }

    fn verify(&self, channel: &mut Channel<'_>) -> Result<(), Fault> {
        let digits = self.digits.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Digits(digits) =
            digits.ok_or_else(|| Error::new(ErrorCode::CardCancelled).detail("sent before"))?;
        match channel.send(&Command::VerifyPin(digits))?.status() {
            DONE => Ok(()),
            LOCKED | BLOCKED_ISO | BLOCKED => Err(ErrorCode::CardPinLocked.into()),
            status @ 0x63C1..=0x63CF => Err(Error::new(ErrorCode::CardPinWrong)
                .detail(format_args!("残り{}回 / {} tries left", status & 0xF, status & 0xF))
                .into()),
            status => Err(unexpected("VERIFY", status).into()),
        }
    }
}

/// The try that locked it, and the empty question afterwards.
const LOCKED: u16 = 0x63C0;
/// ISO 7816-4's word for it.
const BLOCKED_ISO: u16 = 0x6983;
/// JICSAP's word for it.
const BLOCKED: u16 = 0x6984;

fn prove_possession(channel: &mut Channel<'_>, certificate: &Certificate) -> Result<(), Fault> {
    let mut challenge = [0; 32];
    SystemRandom::new()
        .fill(&mut challenge)
        .map_err(|_| Error::new(ErrorCode::Panic).detail("the system gives no random numbers"))?;
    let hashed = digest(&SHA256, &challenge);
    let hashed = <[u8; 32]>::try_from(hashed.as_ref())
        .map_err(|_| Error::new(ErrorCode::Panic).detail("a SHA-256 digest of another length"))?;
    let answer = channel.send(&Command::Sign(hashed))?;
    if answer.status() == DONE && certificate.verifies(&challenge, answer.data()) {
        Ok(())
    } else {
        Err(ErrorCode::CardSignature.into())
    }
}
