//! What holds of any bytes, whoever made them up: the fuzzer (`plugin/fuzz`), the files it or somebody
//! else has found (`tests/corpus.rs`), or nobody. Panics where it does not hold.

mod documented;
pub(crate) mod heap;
mod pin;

use std::sync::LazyLock;

use mynaq_interface::CardKind;
use time::macros::datetime;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use self::documented::Documented;
pub(crate) use self::pin::pin;
use super::allow::{AllowList, Purpose};
use super::answer::Answer;
use super::authority::Authorities;
use super::certificate::Certificate;
use super::channel::{Channel, MOST_COMMANDS};
use super::der::{self, NoHeader};
use super::jpki::{self, Lengths};
use super::kind;
use super::link::{Link, LinkFault};

/// Panics where something does not hold of these bytes.
#[cfg(test)]
pub(crate) type Holds = fn(&[u8]);

/// Every one of them, by the name of its target and its folder of the corpus.
#[cfg(test)]
pub(crate) const ALL: [(&str, Holds); 6] = [
    ("conversation", conversation),
    ("header", header),
    ("certificate", certificate),
    ("label", label),
    ("commands", commands),
    ("pin", pin),
];

/// The most a conversation holds of what a card said: the certificate as far as it has come, a piece,
/// the rest of that piece, and both together.
pub(crate) const MOST_SAID: usize = 5 * der::LONGEST;

/// The most it takes to take a certificate of so many bytes apart: x509-parser's tree, which for one
/// that consists of the shortest names there are comes to some fifty-five bytes for each.
pub(crate) const fn most_parsed(bytes: usize) -> usize {
    64 * bytes + 2048
}

/// A card that says what it was told to, and is gone then. It does not believe that only documented
/// commands come.
struct Scripted<'a> {
    answers: std::slice::Iter<'a, &'a [u8]>,
    documented: Documented,
}

impl Link for Scripted<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        assert!(self.documented.has(command), "{command:02X?}");
        let answer = *self.answers.next().ok_or(LinkFault::Removed)?;
        if let [.., high, low] = *answer {
            self.documented.answered(command, u16::from_be_bytes([high, low]));
        }
        Ok(Zeroizing::new(answer.to_vec()))
    }
}

/// A card's answers, each after its length in two bytes.
fn answers(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut answers = Vec::new();
    while let Some((&length, rest)) = bytes.split_first_chunk() {
        let (answer, rest) = rest.split_at(rest.len().min(u16::from_be_bytes(length).into()));
        answers.push(answer);
        bytes = rest;
    }
    answers
}

/// A card that answers so says nothing that makes us send what is not documented, keep on asking, hold
/// more than there is room for, or believe a certificate that is none.
pub(crate) fn conversation(bytes: &[u8]) {
    let answers = answers(bytes);
    for lengths in [Lengths::Extended, Lengths::Short, Lengths::Small] {
        say(&answers, lengths);
    }
}

/// One conversation. Returns how many commands it took, and the most it held.
pub(crate) fn say(answers: &[&[u8]], lengths: Lengths) -> (u32, usize) {
    let documented = Documented::new(Purpose::Reading);
    let mut card = Scripted { answers: answers.iter(), documented };
    let ((read, commands), held) = heap::most_held(|| {
        let mut channel = Channel::new(&mut card, Purpose::Reading);
        (jpki::read(&mut channel, lengths), channel.commands())
    });
    assert!(commands <= MOST_COMMANDS, "{commands} commands");
    // The link hands over what the card said before anybody has measured it.
    let longest = answers.iter().map(|answer| answer.len()).max().unwrap_or(0);
    assert!(held <= longest + MOST_SAID + most_parsed(der::LONGEST), "{held} bytes held");
    if let Ok((kind, certificate)) = read {
        assert!(matches!(kind, CardKind::MyNumber | CardKind::Unknown), "{kind:?}");
        assert_eq!(der::declared_length(certificate.der()), Ok(certificate.der().len()));
    }
    (commands, held)
}

/// A header says what X.690 says it does, or nothing; and the same bytes are an answer, or none.
pub(crate) fn header(bytes: &[u8]) {
    /// The header of a SEQUENCE of so many bytes.
    fn written(content: usize) -> Vec<u8> {
        let [.., high, middle, low] = content.to_be_bytes();
        match content {
            0..=0x7F => vec![0x30, low],
            0x80..=0xFF => vec![0x30, 0x81, low],
            0x100..=0xFFFF => vec![0x30, 0x82, middle, low],
            _ => vec![0x30, 0x83, high, middle, low],
        }
    }
    let is = |whole: usize| {
        (2..=5).any(|header| {
            let header = whole.checked_sub(header).map(written).filter(|h| h.len() == header);
            header.is_some_and(|header| bytes.starts_with(&header))
        })
    };
    match der::declared_length(bytes) {
        Ok(whole) => assert!(whole <= der::LONGEST && is(whole), "{whole}"),
        Err(NoHeader::TooLong(whole)) => assert!(whole > der::LONGEST && is(whole), "{whole}"),
        Err(NoHeader::Malformed) => {
            for (first, count) in [(1, 1), (2, 1), (2, 2), (2, 3)] {
                let length = bytes.get(first..first + count).unwrap_or_default();
                let content = length.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
                assert!(length.is_empty() || !bytes.starts_with(&written(content)), "{content}");
            }
        }
    }
    let copy = Zeroizing::new(bytes.to_vec());
    let (answer, held) = heap::most_held(|| Answer::parse(copy));
    assert!(held <= 64, "{held} bytes held");
    match (answer, bytes) {
        (Ok(answer), [data @ .., high, low]) if data.len() <= der::LONGEST => {
            assert_eq!((answer.data(), answer.status()), (data, u16::from_be_bytes([*high, *low])));
        }
        (Ok(_), _) => panic!("{} bytes are an answer", bytes.len()),
        (Err(_), _) => assert!(bytes.len() < 2 || bytes.len() > der::LONGEST + 2),
    }
}

const AUTHORITY: &[u8] = include_bytes!("../../../fuzz/corpus/certificate/authority");
/// What it has signed; the fuzzer knows of nothing else.
const SIGNED: [&[u8]; 3] = [
    AUTHORITY,
    include_bytes!("../../../fuzz/corpus/certificate/P01"),
    include_bytes!("../../../fuzz/corpus/certificate/X13"),
];

static AUTHORITIES: LazyLock<Authorities> = LazyLock::new(|| {
    let mut authorities = Authorities::default();
    authorities.add(AUTHORITY).expect("a certificate");
    authorities
});

fn signed_part(der: &[u8]) -> Vec<u8> {
    let (_, certificate) = X509Certificate::from_der(der).expect("a certificate");
    certificate.tbs_certificate.as_ref().to_vec()
}

/// Bytes are a certificate whose questions can all be asked, or none; and an authority vouches for
/// what it has signed alone.
pub(crate) fn certificate(bytes: &[u8]) {
    if bytes.len() > der::LONGEST {
        // Nobody would have read on.
        return;
    }
    let (parsed, held) = heap::most_held(|| Certificate::parse(Zeroizing::new(bytes.to_vec())));
    assert!(held <= most_parsed(bytes.len()), "{held} bytes held");
    if let Some(certificate) = parsed {
        assert_eq!(certificate.der(), bytes);
        assert!(certificate.is_same_as(&certificate));
        assert_eq!(format!("{certificate:?}"), "Certificate { .. }");
        let _ = (certificate.is_simulated(), certificate.has_card_policy());
        for now in [
            datetime!(2026-01-31 23:59:59 UTC),
            datetime!(1970-01-01 0:00 UTC),
            datetime!(9999-12-30 23:59:59 UTC),
        ] {
            let _ = certificate.validity(now);
        }
        let (message, signature) = bytes.split_at(bytes.len() / 2);
        assert!(!certificate.verifies(message, signature));
    }
    assert!(Authorities::default().vouch_for(bytes));
    if AUTHORITIES.vouch_for(bytes) {
        let is_known = |known: &&[u8]| signed_part(known) == signed_part(bytes);
        assert!(SIGNED.iter().any(is_known), "an authority vouches for what it has not signed");
    }
    // A file that somebody installs as an authority's.
    let _ = Authorities::default().add(bytes);
}

/// A label names a carrier when it is that name, and blanks up to 32 bytes; anything else is unknown.
pub(crate) fn label(bytes: &[u8]) {
    let names = [
        ("JPKIAPICCTOKEN2", CardKind::MyNumber),
        ("JPKIAPICCTOKEN", CardKind::BasicResident),
        ("JPKIAPGPSETOKEN", CardKind::Android),
        ("JPKIAPIOSTOKEN", CardKind::Iphone),
    ];
    let is_called = |name: &str| {
        let rest = bytes[..bytes.len().min(32)].strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.iter().all(|byte| b" \t\n\r\x0C".contains(byte)))
    };
    let named = names.into_iter().find(|(name, _)| is_called(name));
    let (kind, held) = heap::most_held(|| kind::of_label(bytes));
    assert_eq!((kind, held), (named.map_or(CardKind::Unknown, |(_, kind)| kind), 0));
}

/// What passes the list is what its documentation says, after any conversation: a byte for the
/// purpose, then commands, each after its length in one byte and before the card's status word.
pub(crate) fn commands(bytes: &[u8]) {
    let Some((&purpose, mut bytes)) = bytes.split_first() else { return };
    let purpose = if purpose % 2 == 0 { Purpose::Reading } else { Purpose::PinCheck };
    let (mut allow, mut documented) = (AllowList::new(purpose), Documented::new(purpose));
    while let Some((&length, rest)) = bytes.split_first() {
        let (command, rest) = rest.split_at(rest.len().min(length.into()));
        let (status, rest) = rest.split_at(rest.len().min(2));
        bytes = rest;
        assert_eq!(allow.admits(command), documented.has(command), "{purpose:?} {command:02X?}");
        if documented.has(command) {
            let status = status.iter().fold(0, |sum, &byte| sum << 8 | u16::from(byte));
            allow.follow(command, status);
            documented.answered(command, status);
        }
    }
}
