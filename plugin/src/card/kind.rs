//! What a crew has laid down, told from the card alone.
//!
//! | what | how it is told | commands |
//! |---|---|---|
//! | マイナンバーカード | its certificate's policy | none more |
//! | the same, of a later generation of the label | the certificate is free to read | 1 |
//! | 住基カード, Android, iPhone | the label in EF 0006 | 1 |
//! | no certificate (absent, empty, filled with FF) | the label in EF 0006 | 1 |
//! | 運転免許証, 在留カード, payment card, passport | which application there is | 1 to 4 |
//! | a later card without 公的個人認証AP, or anything else | none of these | 4 |
//! | face-authentication card, somebody under 15 | with a PIN check only: EF 0008, tries left | 1 |
//!
//! The answer to reset tells nothing: readers make it up, and other cards share it. A certificate does
//! not tell a child's card from an adult's; who holds it is for the crew to see.

use mynaq_interface::{CardKind, ErrorCode, Presence};

use super::answer::{DONE, WARNED};
use super::channel::Channel;
use super::command::{Application, Command, File};
use super::fault::{Fault, unexpected};
use super::link::LinkFault;

/// Which sort of carrier the label names (EF 0006, space padded to 32 bytes). A new generation of a
/// known label is unknown, never taken for an old one.
///
/// Every card with this application has a label. One that does not give it has lost its power for a
/// moment, most likely, and says of the application what it would say without.
pub(crate) fn by_label(channel: &mut Channel<'_>) -> Result<CardKind, Fault> {
    let answer = channel.send(&Command::ReadFirst(File::Token, 32))?;
    match answer.status() {
        DONE | WARNED => Ok(of_label(answer.data())),
        status => Err(unexpected("the token label", status).into()),
    }
}

/// The kind a token label names.
pub(crate) fn of_label(record: &[u8]) -> CardKind {
    match record.get(..32).unwrap_or(record).trim_ascii_end() {
        b"JPKIAPICCTOKEN2" => CardKind::MyNumber,
        b"JPKIAPICCTOKEN" => CardKind::BasicResident,
        b"JPKIAPGPSETOKEN" => CardKind::Android,
        b"JPKIAPIOSTOKEN" => CardKind::Iphone,
        _ => CardKind::Unknown,
    }
}

/// What to tell the crew of a card of this kind that gave no certificate, or has it locked.
pub(crate) fn without_certificate(kind: CardKind, locked: bool) -> ErrorCode {
    match kind {
        // This one is free to read: a card that says otherwise may say it better the next time.
        CardKind::MyNumber if locked => ErrorCode::CardUnreadable,
        CardKind::MyNumber => ErrorCode::CardNoCertificate,
        CardKind::BasicResident => ErrorCode::CardBasicResident,
        CardKind::Android | CardKind::Iphone => ErrorCode::CardPhone,
        CardKind::Unknown => ErrorCode::CardNotMyNumber,
    }
}

/// What to tell the crew of a card that does not know 公的個人認証AP. Nothing is read of it.
pub(crate) fn without_application(channel: &mut Channel<'_>) -> Result<ErrorCode, LinkFault> {
    const OTHERS: [(Application, ErrorCode); 4] = [
        (Application::DrivingLicence, ErrorCode::CardDrivingLicence),
        (Application::ResidenceCard, ErrorCode::CardForeign),
        (Application::Payment, ErrorCode::CardForeign),
        (Application::Passport, ErrorCode::CardForeign),
    ];
    for (application, code) in OTHERS {
        if channel.send(&Command::Select(application))?.status() == DONE {
            return Ok(code);
        }
    }
    Ok(ErrorCode::CardNotMyNumber)
}

/// Whether there is a signing certificate, as EF 0008 says: its first byte is 8F with one. What
/// stands there without one is not public (`ASSUMPTIONS.md`).
pub(crate) fn signing_certificate(channel: &mut Channel<'_>) -> Result<Presence, LinkFault> {
    let answer = channel.send(&Command::ReadFirst(File::State, 3))?;
    Ok(match (answer.status(), answer.data()) {
        (DONE, [0x8F, ..]) => Presence::Present,
        (DONE, [_, ..]) => Presence::Absent,
        _ => Presence::Unknown,
    })
}
