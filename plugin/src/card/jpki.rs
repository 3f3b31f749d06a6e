//! 公的個人認証AP: from its selection to the user authentication certificate.

use mynaq_interface::{CardKind, Error, ErrorCode};
use zeroize::Zeroizing;

use super::answer::{
    Answer, BEYOND_END, CONDITIONS_NOT_SATISFIED, DONE, FILE_NOT_FOUND, NO_DIAGNOSIS,
    SECURITY_NOT_SATISFIED, UNKNOWN_INSTRUCTION, WARNED, WRONG_LENGTH,
};
use super::certificate::Certificate;
use super::channel::Channel;
use super::command::{Application, Command, File};
use super::fault::{Fault, unexpected};
use super::link::LinkFault;
use super::{der, kind};

/// How a reader takes commands. The first that works is remembered for each reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lengths {
    /// The whole certificate in one extended command; short ones where the card refuses that.
    Extended,
    /// 256 bytes at a time.
    Short,
    /// 240 bytes at a time: some readers cannot pass 256 bytes and a status word on.
    Small,
}

impl Lengths {
    /// What to try when the reader does not pass this on.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Lengths::Extended => Some(Lengths::Short),
            Lengths::Short => Some(Lengths::Small),
            Lengths::Small => None,
        }
    }

    const fn piece(self) -> usize {
        match self {
            Lengths::Extended | Lengths::Short => 256,
            Lengths::Small => 240,
        }
    }
}

/// Selects the application and reads the certificate: two commands on the normal way.
pub(crate) fn read(
    channel: &mut Channel<'_>,
    lengths: Lengths,
) -> Result<(CardKind, Certificate), Fault> {
    if !select(channel)? {
        return Err(kind::without_application(channel)?.into());
    }
    let der = match read_certificate(channel, lengths)? {
        Content::Certificate(der) => der,
        without => {
            let (kind, locked) = (kind::by_label(channel)?, matches!(without, Content::Locked));
            return Err(kind::without_certificate(kind, locked).into());
        }
    };
    let certificate = Certificate::parse(der).ok_or_else(|| {
        Error::new(ErrorCode::CardUnreadable).detail("the certificate is not one")
    })?;
    if certificate.has_card_policy() {
        return Ok((CardKind::MyNumber, certificate));
    }
    // The certificate leaves open what this is; the label says.
    match kind::by_label(channel)? {
        kind @ (CardKind::MyNumber | CardKind::Unknown) => Ok((kind, certificate)),
        other => Err(kind::without_certificate(other, false).into()),
    }
}

/// False when the card does not know the application.
fn select(channel: &mut Channel<'_>) -> Result<bool, LinkFault> {
    let status = channel.send(&Command::Select(Application::Jpki))?.status();
    match status {
        DONE => Ok(true),
        FILE_NOT_FOUND => Ok(false),
        // One card was seen to refuse the very first command after power-up (6F00). Cards of other
        // families have words of their own for what they do not know, and say them again.
        _ => Ok(channel.send(&Command::Select(Application::Jpki))?.status() == DONE),
    }
}

/// What is in the certificate's file.
enum Content {
    /// Something with a certificate's header.
    Certificate(Zeroizing<Vec<u8>>),
    /// It asks for a PIN, as phones do.
    Locked,
    /// Nothing: the file does not exist, is empty, or is filled with FF.
    Nothing,
}

fn read_certificate(channel: &mut Channel<'_>, lengths: Lengths) -> Result<Content, Fault> {
    let first = read_first(channel, lengths)?;
    match first.status() {
        DONE | WARNED => {}
        SECURITY_NOT_SATISFIED => return Ok(Content::Locked),
        FILE_NOT_FOUND | BEYOND_END => return Ok(Content::Nothing),
        status => return Err(unexpected("READ BINARY", status).into()),
    }
    if first.data().iter().all(|&byte| byte == 0xFF) {
        return Ok(Content::Nothing);
    }
    let whole = der::declared_length(first.data())
        .map_err(|fault| Error::new(ErrorCode::CardUnreadable).detail(fault))?;
    let mut der = Zeroizing::new(Vec::with_capacity(whole));
    der.extend_from_slice(&first.data()[..first.data().len().min(whole)]);
    while der.len() < whole {
        let wanted = lengths.piece().min(whole - der.len());
        // 0 asks for 256.
        let length = u8::try_from(wanted).unwrap_or(0);
        let offset = u16::try_from(der.len()).unwrap_or(u16::MAX);
        let piece = pieces(channel.send(&Command::ReadOn(offset, length)), lengths)?;
        match (piece.status(), piece.data()) {
            // A piece shorter than asked for is the end, wherever the header says it is: a card
            // that answers byte by byte must not keep the crew waiting. A longer one is nonsense.
            (DONE | WARNED, data) if data.len() == wanted => der.extend_from_slice(data),
            (status, _) => {
                return Err(Error::new(ErrorCode::CardUnreadable)
                    .detail(format_args!("the certificate ends early with {status:04X}"))
                    .into());
            }
        }
    }
    Ok(Content::Certificate(der))
}

fn read_first(channel: &mut Channel<'_>, lengths: Lengths) -> Result<Answer, Fault> {
    let file = File::AuthCertificate;
    if lengths == Lengths::Extended {
        let answer = channel.send(&Command::ReadWhole(file)).map_err(|fault| match fault {
            // Some readers say of a command they cannot pass on what they say of a card that is gone.
            LinkFault::NotPassed(_) | LinkFault::Removed => Fault::Lengths(fault),
            fault => Fault::Link(fault),
        })?;
        match answer.status() {
            WRONG_LENGTH | CONDITIONS_NOT_SATISFIED | UNKNOWN_INSTRUCTION | NO_DIAGNOSIS => {}
            _ => return Ok(answer),
        }
    }
    let length = u8::try_from(lengths.piece()).unwrap_or(0);
    pieces(channel.send(&Command::ReadFirst(file, length)), lengths)
}

/// A read that does not come through may come through in smaller pieces.
fn pieces(answer: Result<Answer, LinkFault>, lengths: Lengths) -> Result<Answer, Fault> {
    answer.map_err(|fault| match fault {
        LinkFault::NotPassed(_) if lengths.next().is_some() => Fault::Lengths(fault),
        fault => Fault::Link(fault),
    })
}
