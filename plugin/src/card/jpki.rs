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
        let wanted = if length == 0 { 256 } else { usize::from(length) };
        match (piece.status(), piece.data()) {
            // A piece shorter than asked for is the end, wherever the header says it is: a card
            // that answers byte by byte must not keep the crew waiting.
            (DONE | 0x6282, data) if data.len() >= wanted => {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::card::link::Link;

    /// A card that says whatever it was told to, and has no more to say after that.
    struct Scripted {
        answers: std::vec::IntoIter<Vec<u8>>,
    }

    impl Link for Scripted {
        fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
            self.answers.next().map(Zeroizing::new).ok_or(LinkFault::Removed)
        }

        fn unpower(&mut self) {}
    }

    fn read_from(answers: Vec<Vec<u8>>, lengths: Lengths) -> (Result<CardKind, ReadFault>, u32) {
        let mut channel = Channel::new(Box::new(Scripted { answers: answers.into_iter() }));
        let read = read(&mut channel, lengths).map(|(kind, _)| kind);
        (read, channel.commands())
    }

    fn code(answers: &[&[u8]]) -> ErrorCode {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        match read_from(answers, Lengths::Extended).0 {
            Err(ReadFault::Card(error)) => error.code(),
            other => panic!("{other:?}"),
        }
    }

    fn label(text: &str) -> Vec<u8> {
        let mut answer = format!("{text:32}").into_bytes();
        answer.extend([0x90, 0x00]);
        answer
    }

    const OK: &[u8] = &[0x90, 0x00];

    #[test]
    fn an_absent_certificate_has_three_forms_and_one_meaning() {
        let filler = [&[0xFF; 64], OK].concat();
        for absent in [OK, &[0x6A, 0x82], &[0x6B, 0x00], &filler] {
            assert_eq!(
                code(&[OK, absent, &label("JPKIAPICCTOKEN2")]),
                ErrorCode::CardNoCertificate
            );
            assert_eq!(code(&[OK, absent, &label("JPKIAPICCTOKEN")]), ErrorCode::CardBasicResident);
            // A later generation of the label is not taken for one that is known.
            assert_eq!(code(&[OK, absent, &label("JPKIAPICCTOKEN3")]), ErrorCode::CardNotMyNumber);
        }
    }

    #[test]
    fn the_first_command_after_power_up_may_be_refused_once() {
        let refused: &[u8] = &[0x6F, 0x00];
        let no_such_file: &[u8] = &[0x6A, 0x82];
        assert_eq!(
            code(&[refused, OK, no_such_file, &label("JPKIAPIOSTOKEN")]),
            ErrorCode::CardPhone
        );
        assert_eq!(code(&[refused, refused]), ErrorCode::CardNotMyNumber);
    }

    #[test]
    fn headers_that_lie_are_not_believed() {
        for head in
            [&[0x30, 0x82, 0xFF, 0xFF][..], &[0x31, 0x82, 0x00, 0x04], &[0x30], &[0x30, 0x80]]
        {
            assert_eq!(code(&[OK, &[head, OK].concat()]), ErrorCode::CardUnreadable);
        }
        // Says 1000 bytes, gives 4, then one at a time.
        let slow: Vec<Vec<u8>> = std::iter::once(OK.to_vec())
            .chain(std::iter::once([&[0x30, 0x82, 0x03, 0xE4], OK].concat()))
            .chain(std::iter::repeat_n(vec![0x00, 0x90, 0x00], 2_000))
            .collect();
        let (read, commands) = read_from(slow, Lengths::Extended);
        assert!(read.is_err() && commands == 3, "{commands}");
    }

    #[test]
    fn a_reader_that_does_not_pass_the_extended_command_on_is_told_apart() {
        struct Refusing(u32);
        impl Link for Refusing {
            fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
                self.0 += 1;
                match self.0 {
                    1 => Ok(Zeroizing::new(OK.to_vec())),
                    _ => Err(LinkFault::NotPassed("NOT_TRANSACTED".into())),
                }
            }
            fn unpower(&mut self) {}
        }
        let read = read(&mut Channel::new(Box::new(Refusing(0))), Lengths::Extended);
        assert!(matches!(read, Err(ReadFault::ExtendedNotPassed)));
    }

    proptest! {
        #[test]
        fn no_answer_of_a_card_panics_or_keeps_us_busy(
            answers in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..300),
                    prop::collection::vec(any::<u8>(), 0..300).prop_map(|mut answer| {
                        answer.splice(0..0, [0x30, 0x82, 0x05, 0x00]);
                        answer.extend([0x90, 0x00]);
                        answer
                    }),
                    Just(vec![0x90, 0x00]),
                ],
                0..60,
            ),
            extended: bool,
        ) {
            let lengths = if extended { Lengths::Extended } else { Lengths::Short };
            let (_, commands) = read_from(answers, lengths);
            prop_assert!(commands <= 40);
        }
    }
}
