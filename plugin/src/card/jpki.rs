//! 公的個人認証AP: reading the user authentication certificate, and the PIN check.

use mynaq_interface::{CardKind, Error, ErrorCode};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::apdu::{Command, ShortFile};
use super::certificate::Certificate;
use super::link::{Channel, LinkFault};

/// DER of the DigestInfo of a SHA-256 digest, before the digest itself (RFC 8017, 9.2).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
/// No certificate of this family is longer; a header that says so is not believed.
const LONGEST_CERTIFICATE: usize = 8 * 1024;

const DONE: u16 = 0x9000;
const SECURITY_NOT_SATISFIED: u16 = 0x6982;
const FILE_NOT_FOUND: u16 = 0x6A82;
const BEYOND_END: u16 = 0x6B00;
const FIRST_AFTER_RESET: u16 = 0x6F00;

/// What went wrong while reading.
#[derive(Debug)]
pub(crate) enum ReadFault {
    /// The link.
    Link(LinkFault),
    /// The card.
    Card(Error),
    /// The reader did not pass the extended command on: connect again and read in short pieces.
    ExtendedNotPassed,
}

impl From<LinkFault> for ReadFault {
    fn from(fault: LinkFault) -> Self {
        ReadFault::Link(fault)
    }
}

impl From<Error> for ReadFault {
    fn from(error: Error) -> Self {
        ReadFault::Card(error)
    }
}

impl From<ErrorCode> for ReadFault {
    fn from(code: ErrorCode) -> Self {
        ReadFault::Card(code.into())
    }
}

/// How the certificate is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lengths {
    /// One extended command, short ones where the card refuses it.
    Extended,
    /// 256 bytes at a time.
    Short,
}

/// Selects the application and reads the certificate.
pub(crate) fn read(
    channel: &mut Channel<'_>,
    lengths: Lengths,
) -> Result<(CardKind, Certificate), ReadFault> {
    select(channel)?;
    match read_certificate(channel, lengths)? {
        Outcome::Bytes(der) => match Certificate::parse(der) {
            Some(certificate) if certificate.has_card_policy() => {
                Ok((CardKind::MyNumber, certificate))
            }
            // The certificate leaves open what this is; the label says.
            Some(certificate) => match label(channel)? {
                CardKind::MyNumber | CardKind::Unknown => Ok((CardKind::MyNumber, certificate)),
                other => Err(wrong_kind(other).into()),
            },
            None => Err(Error::new(ErrorCode::CardUnreadable)
                .detail("the certificate is not one")
                .into()),
        },
        Outcome::Locked | Outcome::Absent => Err(wrong_kind(label(channel)?).into()),
    }
}

/// Lets the card check the PIN and prove that it holds the certificate's key.
///
/// Asks for the tries left first, which spends none, and refuses to spend the last one.
pub(crate) fn verify_pin(
    channel: &mut Channel<'_>,
    certificate: &Certificate,
    digits: &Zeroizing<[u8; 4]>,
) -> Result<(), ReadFault> {
    match channel.send(&Command::PinTries)?.status() {
        0x63C0 | 0x6983 | 0x6984 => return Err(ErrorCode::CardPinLocked.into()),
        0x63C1 => return Err(ErrorCode::CardPinLastTry.into()),
        _ => {}
    }
    match channel.send(&Command::VerifyPin(digits.clone()))?.status() {
        DONE => {}
        0x63C0 | 0x6983 | 0x6984 => return Err(ErrorCode::CardPinLocked.into()),
        status @ 0x63C1..=0x63CF => {
            return Err(Error::new(ErrorCode::CardPinWrong)
                .detail(format_args!("残り{}回 / {} tries left", status & 0xF, status & 0xF))
                .into());
        }
        status => return Err(unexpected("VERIFY", status).into()),
    }
    let proven = prove_possession(channel, certificate);
    // Whatever came of it: leave the application, so that the next program finds nothing unlocked.
    let left = channel.send(&Command::Leave);
    channel.unpower();
    proven?;
    left?;
    Ok(())
}

fn prove_possession(channel: &mut Channel<'_>, certificate: &Certificate) -> Result<(), ReadFault> {
    let mut challenge = [0; 32];
    SystemRandom::new()
        .fill(&mut challenge)
        .map_err(|_| Error::new(ErrorCode::Panic).detail("the system gives no random numbers"))?;
    let digest_info = [&SHA256_DIGEST_INFO, digest(&SHA256, &challenge).as_ref()].concat();
    let answer = channel.send(&Command::Sign(digest_info))?;
    if answer.status() == DONE && certificate.verifies(&challenge, answer.data()) {
        Ok(())
    } else {
        Err(ErrorCode::CardSignature.into())
    }
}

fn select(channel: &mut Channel<'_>) -> Result<(), ReadFault> {
    let mut status = channel.send(&Command::SelectJpki)?.status();
    if status == FIRST_AFTER_RESET {
        // One card was seen to refuse the very first command after power-up.
        status = channel.send(&Command::SelectJpki)?.status();
    }
    match status {
        DONE => Ok(()),
        FILE_NOT_FOUND => Err(ErrorCode::CardNotMyNumber.into()),
        status => Err(Error::new(ErrorCode::CardNotMyNumber)
            .detail(format_args!("SELECT answered {status:04X}"))
            .into()),
    }
}

enum Outcome {
    Bytes(Zeroizing<Vec<u8>>),
    /// The file asks for a PIN: a phone.
    Locked,
    /// No such file, or nothing in it.
    Absent,
}

fn read_certificate(channel: &mut Channel<'_>, lengths: Lengths) -> Result<Outcome, ReadFault> {
    let first = match lengths {
        Lengths::Extended => match channel.send(&Command::ReadWhole(ShortFile::AuthCertificate)) {
            Ok(answer) if answer.status() == 0x6700 || answer.status() == 0x6D00 => {
                channel.send(&Command::ReadFirst(ShortFile::AuthCertificate, 0))?
            }
            Ok(answer) => answer,
            Err(LinkFault::NotPassed(_)) => return Err(ReadFault::ExtendedNotPassed),
            Err(fault) => return Err(fault.into()),
        },
        Lengths::Short => channel.send(&Command::ReadFirst(ShortFile::AuthCertificate, 0))?,
    };
    match first.status() {
        DONE | 0x6282 => {}
        SECURITY_NOT_SATISFIED => return Ok(Outcome::Locked),
        FILE_NOT_FOUND | BEYOND_END => return Ok(Outcome::Absent),
        status => return Err(unexpected("READ BINARY", status).into()),
    }
    if first.data().iter().all(|&byte| byte == 0xFF) {
        return Ok(Outcome::Absent);
    }
    let whole = declared_length(first.data())?;
    let mut der = Zeroizing::new(Vec::with_capacity(whole));
    der.extend_from_slice(&first.data()[..first.data().len().min(whole)]);
    while der.len() < whole {
        let offset = u16::try_from(der.len()).unwrap_or(u16::MAX);
        // 0 asks for 256; the last piece is asked for exactly.
        let length = u8::try_from(whole - der.len()).unwrap_or(0);
        let piece = channel.send(&Command::ReadOn(offset, length))?;
        match (piece.status(), piece.data()) {
            (DONE | 0x6282, data @ [_, ..]) => {
                let wanted = data.len().min(whole - der.len());
                der.extend_from_slice(&data[..wanted]);
            }
            (status, _) => {
                return Err(Error::new(ErrorCode::CardUnreadable)
                    .detail(format_args!("the certificate ends early with {status:04X}"))
                    .into());
            }
        }
    }
    Ok(Outcome::Bytes(der))
}

/// The length a certificate's header declares, header included; never believed beyond the cap.
fn declared_length(head: &[u8]) -> Result<usize, Error> {
    let length = match head {
        [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => {
            return Err(
                Error::new(ErrorCode::CardUnreadable).detail("the certificate's header is not one")
            );
        }
    };
    if length > LONGEST_CERTIFICATE {
        return Err(Error::new(ErrorCode::CardUnreadable)
            .detail(format_args!("the certificate claims {length} bytes")));
    }
    Ok(length)
}

/// The token label, space padded to 32 bytes. A new generation of a known label is told as unknown,
/// never taken for an old one.
fn label(channel: &mut Channel<'_>) -> Result<CardKind, ReadFault> {
    let answer = channel.send(&Command::ReadFirst(ShortFile::Token, 32))?;
    let label = answer.data().get(..32).unwrap_or(answer.data()).trim_ascii_end();
    Ok(match label {
        b"JPKIAPICCTOKEN2" => CardKind::MyNumber,
        b"JPKIAPICCTOKEN" => CardKind::BasicResident,
        b"JPKIAPGPSETOKEN" => CardKind::Android,
        b"JPKIAPIOSTOKEN" => CardKind::Iphone,
        _ => CardKind::Unknown,
    })
}

/// What to tell the crew of a card that gave no usable certificate.
fn wrong_kind(kind: CardKind) -> Error {
    Error::new(match kind {
        CardKind::MyNumber => ErrorCode::CardNoCertificate,
        CardKind::BasicResident => ErrorCode::CardBasicResident,
        CardKind::Android | CardKind::Iphone => ErrorCode::CardPhone,
        CardKind::Unknown => ErrorCode::CardNotMyNumber,
    })
}

fn unexpected(command: &str, status: u16) -> Error {
    Error::new(ErrorCode::CardUnreadable).detail(format_args!("{command} answered {status:04X}"))
}
