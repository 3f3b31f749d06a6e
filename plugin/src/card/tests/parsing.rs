//! No answer of a card panics, keeps us busy, or makes us hold more than its cap.

use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::card::allow::Purpose;
use crate::card::answer::{Answer, Malformed};
use crate::card::certificate::Certificate;
use crate::card::channel::{Channel, MOST_COMMANDS};
use crate::card::der;
use crate::card::fault::Fault;
use crate::card::jpki::{self, Lengths};
use crate::card::kind;
use crate::card::link::{Link, LinkFault};

/// A card that says whatever it was told to, and has no more to say after that.
struct Scripted(std::vec::IntoIter<Vec<u8>>);

impl Link for Scripted {
    fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        self.0.next().map(Zeroizing::new).ok_or(LinkFault::Removed)
    }
}

fn read(answers: Vec<Vec<u8>>, lengths: Lengths) -> (Result<Vec<u8>, Fault>, u32) {
    let mut card = Scripted(answers.into_iter());
    let mut channel = Channel::new(&mut card, Purpose::Reading);
    let read = jpki::read(&mut channel, lengths).map(|(_, certificate)| certificate.der().to_vec());
    (read, channel.commands())
}

fn with_status(data: &[u8], status: u16) -> Vec<u8> {
    [data, &status.to_be_bytes()].concat()
}

fn certificate() -> &'static [u8] {
    super::world().certificate("P01").unwrap()
}

#[test]
fn a_card_that_gives_its_answers_in_pieces_is_read() {
    let der = certificate();
    // 61xx after the SELECT, and after each piece of the certificate.
    let mut answers = vec![with_status(&[], 0x6110), with_status(&[0x6F, 0x00], 0x9000)];
    let pieces: Vec<_> = der.chunks(256).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let last = at + 1 == pieces.len();
        answers.push(with_status(piece, if last { 0x9000 } else { 0x6100 }));
    }
    assert_eq!(read(answers, Lengths::Extended).0.unwrap(), der);
}

#[test]
fn a_card_that_wants_another_length_is_asked_again_once() {
    let der = certificate();
    let mut answers = vec![with_status(&[], 0x9000), with_status(&[], 0x6CF0)];
    answers.push(with_status(&der[..240], 0x9000));
    answers.extend(der[240..].chunks(256).map(|piece| with_status(piece, 0x9000)));
    assert_eq!(read(answers, Lengths::Extended).0.unwrap(), der);
    // It says so again and again.
    let stubborn = std::iter::repeat_n(with_status(&[], 0x6C10), 100).collect();
    let (read, commands) = read(stubborn, Lengths::Short);
    // Twice for the application, once for each of the four others.
    assert!(read.is_err() && commands == 6, "{commands}");
}

#[test]
fn the_longest_certificate_in_the_worst_way_is_read_and_more_than_that_is_not_waited_for() {
    // Another length, then the rest, for each 240 bytes of 8 KiB.
    let extension = [0x30, 0x07, 0x06, 0x01, 0x2A, 0x04, 0x02, 0x30, 0x00];
    let der = super::caps::certificate(&[], &extension.repeat(8090 / extension.len()));
    let in_pieces = |rests: usize| {
        let mut answers = vec![with_status(&[], 0x9000)];
        for piece in der.chunks(240) {
            answers.push(with_status(&[], 0x6CF0));
            answers.extend(std::iter::repeat_n(with_status(&[], 0x61F0), rests));
            answers.push(with_status(piece, 0x9000));
        }
        answers.push(with_status(format!("{:<32}", "JPKIAPICCTOKEN2").as_bytes(), 0x9000));
        answers
    };
    assert!(der.len() > 34 * 240 && der.len() <= der::LONGEST, "{}", der.len());
    let (read_one, commands) = read(in_pieces(1), Lengths::Small);
    assert_eq!((read_one.unwrap(), commands), (der.clone(), 3 * 35 + 2));
    // Each command's answer ends; the conversation would take a thousand of them.
    let (read, commands) = read(in_pieces(30), Lengths::Small);
    assert!(matches!(read, Err(Fault::Link(LinkFault::NotPassed(_)))));
    assert_eq!(commands, MOST_COMMANDS);
}

#[test]
fn headers_that_lie_are_not_believed() {
    let ok = with_status(&[], 0x9000);
    for head in [&[0x30, 0x82, 0xFF, 0xFF][..], &[0x31, 0x82, 0x00, 0x04], &[0x30], &[0x30, 0x80]] {
        let (read, commands) = read(vec![ok.clone(), with_status(head, 0x9000)], Lengths::Extended);
        assert!(matches!(read, Err(Fault::Card(_))) && commands == 2, "{head:02X?}");
    }
    // Says 1000 bytes, gives 4, then one at a time.
    let mut slow = vec![ok, with_status(&[0x30, 0x82, 0x03, 0xE4], 0x9000)];
    slow.extend(std::iter::repeat_n(with_status(&[0], 0x9000), 2_000));
    let (read, commands) = read(slow, Lengths::Extended);
    assert!(read.is_err() && commands == 3, "{commands}");
}

#[test]
fn answers_are_believed_up_to_eight_kilobytes_and_a_status() {
    let parse = |length| Answer::parse(Zeroizing::new(vec![0x90; length]));
    assert_eq!(parse(0).unwrap_err(), Malformed::Nothing);
    assert_eq!(parse(1).unwrap_err(), Malformed::OneByte);
    assert_eq!((parse(2).unwrap().status(), parse(2).unwrap().data()), (0x9090, &[][..]));
    assert_eq!(parse(8194).unwrap().data().len(), 8192);
    assert_eq!(parse(8195).unwrap_err(), Malformed::TooLong(8195));
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let data = || prop::collection::vec(any::<u8>(), 0..300);
    let status = prop_oneof![
        Just(0x9000_u16),
        Just(0x6282),
        Just(0x6982),
        Just(0x6A82),
        Just(0x6700),
        Just(0x6B00),
        Just(0x6F00),
        0x6100_u16..=0x61FF,
        0x6C00_u16..=0x6CFF,
        any::<u16>(),
    ];
    prop_oneof![
        data(),
        (data(), status).prop_map(|(data, status)| with_status(&data, status)),
        (data(), any::<u16>()).prop_map(|(data, length)| {
            let [high, low] = length.to_be_bytes();
            with_status(&[&[0x30, 0x82, high, low], data.as_slice()].concat(), 0x9000)
        }),
        (0..1590_usize, any::<u8>()).prop_map(|(at, byte)| {
            let mut der = certificate().to_vec();
            let last = der.len() - 1;
            der[at.min(last)] = byte;
            with_status(&der, 0x9000)
        }),
        Just(vec![0x90, 0x00]),
    ]
}

proptest! {
    #[test]
    fn no_answers_of_a_card_panic_or_keep_us_busy(
        answers in prop::collection::vec(answer(), 0..60),
        lengths in prop_oneof![
            Just(Lengths::Extended), Just(Lengths::Short), Just(Lengths::Small)
        ],
    ) {
        let (read, commands) = read(answers, lengths);
        prop_assert!(commands <= MOST_COMMANDS, "{}", commands);
        if let Ok(der) = read {
            prop_assert!(der.len() <= der::LONGEST);
        }
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        if let Ok(length) = der::declared_length(&bytes) {
            prop_assert!((2..=der::LONGEST).contains(&length));
        }
        kind::of_label(&bytes);
        let _ = Certificate::parse(Zeroizing::new(bytes.clone()));
        if let Ok(answer) = Answer::parse(Zeroizing::new(bytes.clone())) {
            prop_assert_eq!(answer.data(), &bytes[..bytes.len() - 2]);
        }
    }

    #[test]
    fn no_certificate_with_a_changed_byte_makes_the_parser_panic(at in 0..1590_usize, to: u8) {
        let mut der = certificate().to_vec();
        let last = der.len() - 1;
        der[at.min(last)] = to;
        let changed = der != certificate();
        let _ = Certificate::parse(Zeroizing::new(der.clone()));
        // What is signed: the first member of the certificate, whose header has four bytes too.
        let signed = 4..8 + usize::from(u16::from_be_bytes([certificate()[6], certificate()[7]]));
        if changed && signed.contains(&at) {
            prop_assert!(!super::authorities().vouch_for(&der));
        }
        prop_assert!(changed || super::authorities().vouch_for(&der));
    }
}
