//! What is held of what a card says, measured: how much it claims makes no difference.

use zeroize::Zeroizing;

use crate::card::answer::Answer;
use crate::card::certificate::Certificate;
use crate::card::der;
use crate::card::jpki::Lengths;
use crate::card::trial::{self, MOST_SAID, heap, most_parsed};

const ALL_LENGTHS: [Lengths; 3] = [Lengths::Extended, Lengths::Short, Lengths::Small];
/// Commands and reasons.
const BESIDES: usize = 1024;

fn with_status(data: &[u8], status: u16) -> Vec<u8> {
    [data, &status.to_be_bytes()].concat()
}

/// The most any of the three lengths holds while a card answers so.
fn held(answers: &[Vec<u8>]) -> usize {
    let answers: Vec<_> = answers.iter().map(Vec::as_slice).collect();
    ALL_LENGTHS.map(|lengths| trial::say(&answers, lengths).1).into_iter().max().unwrap()
}

#[test]
fn what_is_held_is_counted() {
    let (kept, most) = heap::most_held(|| {
        drop(vec![0_u8; 3000]);
        vec![0_u8; 1000]
    });
    assert_eq!((kept.len(), most), (1000, 3000));
    let (_, most) = heap::most_held(|| drop(kept));
    assert_eq!(most, 0);
    // What grows is there twice for a moment.
    let (_, most) = heap::most_held(|| {
        let mut grown = Vec::with_capacity(100);
        grown.extend([0_u8; 100]);
        grown.reserve_exact(50);
    });
    assert_eq!(most, 250);
}

#[test]
fn a_claim_costs_nothing() {
    let ok = || with_status(&[], 0x9000);
    for header in [
        &[0x30, 0x82, 0xFF, 0xFF][..],
        &[0x30, 0x83, 0xFF, 0xFF, 0xFF],
        &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x30, 0x80],
    ] {
        let held = held(&[ok(), with_status(header, 0x9000)]);
        assert!(held <= BESIDES, "{header:02X?}: {held}");
    }
    // This one is believed, and room is made for it.
    let held = held(&[ok(), with_status(&[0x30, 0x82, 0x1F, 0xFC], 0x9000)]);
    assert!((der::LONGEST..der::LONGEST + BESIDES).contains(&held), "{held}");
}

#[test]
fn pieces_come_to_eight_kilobytes_at_most() {
    // Without end, without content and with as much as there can be in one.
    for length in [0, 1, 256, der::LONGEST] {
        let held = held(&vec![with_status(&vec![0x30; length], 0x61FF); 200]);
        assert!(held <= 3 * der::LONGEST + BESIDES, "{length}: {held}");
    }
    // A certificate of which each piece comes in pieces that are too much together.
    let most = with_status(&[0; der::LONGEST], 0x61FF);
    let first = with_status(&[&[0x30, 0x82, 0x1F, 0xFC], &[0; 252][..]].concat(), 0x9000);
    let held = held(&[with_status(&[], 0x9000), first, most.clone(), most]);
    assert!(held > 3 * der::LONGEST && held <= MOST_SAID, "{held}");
}

#[test]
fn answers_longer_than_any_are_let_go() {
    for length in [der::LONGEST + 1, 65_534, 1 << 24] {
        let long = with_status(&vec![0x30; length], 0x9000);
        let claim = with_status(&[0x30, 0x82, 0x1F, 0xFC], 0x9000);
        let held = held(&[with_status(&[], 0x9000), claim, long.clone()]);
        // The link's own, and what was there before.
        assert!(held <= long.len() + der::LONGEST + BESIDES, "{length}: {held}");
        let answer = Zeroizing::new(long);
        let (parsed, held) = heap::most_held(|| Answer::parse(answer));
        assert!(parsed.is_err() && held == 0, "{length}: {held}");
    }
}

/// A DER value of this tag.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [header, content.to_vec()].concat()
}

/// Eight kilobytes with the form of a certificate, which consist of these names and extensions.
pub(super) fn certificate(subject: &[u8], extensions: &[u8]) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| tlv(0x30, &parts.concat());
    let algorithm = sequence(&[&tlv(0x06, &[0x2A, 0x03])]);
    let bits = tlv(0x03, &[0, 0]);
    let day = tlv(0x17, b"260101000000Z");
    let signed = sequence(&[
        &tlv(0xA0, &tlv(0x02, &[2])),
        &tlv(0x02, &[1]),
        &algorithm,
        &sequence(&[]),
        &sequence(&[&day, &day]),
        &tlv(0x30, subject),
        &sequence(&[&algorithm, &bits]),
        &tlv(0xA3, &tlv(0x30, extensions)),
    ]);
    sequence(&[&signed, &algorithm, &bits])
}

#[test]
fn a_certificate_of_the_smallest_parts_is_taken_apart_within_bounds() {
    let as_often_as_fits = |part: &[u8]| part.repeat(7900 / part.len());
    let name = tlv(0x31, &tlv(0x30, &[tlv(0x06, &[0x2A]), tlv(0x0C, &[])].concat()));
    let extension = |id: &[u8], content: &[u8]| {
        tlv(0x30, &[tlv(0x06, id), tlv(0x04, &tlv(0x30, content))].concat())
    };
    let policy = tlv(0x30, &tlv(0x06, &[0x2A]));
    let address = tlv(0x86, &[]);
    let point = tlv(0x30, &[]);
    let purpose = tlv(0x06, &[0x2A]);
    for (what, der) in [
        ("names", certificate(&as_often_as_fits(&name), &[])),
        ("extensions", certificate(&[], &as_often_as_fits(&extension(&[0x2A], &[])))),
        ("policies", certificate(&[], &extension(&[0x55, 29, 32], &as_often_as_fits(&policy)))),
        ("addresses", certificate(&[], &extension(&[0x55, 29, 17], &as_often_as_fits(&address)))),
        ("points", certificate(&[], &extension(&[0x55, 29, 31], &as_often_as_fits(&point)))),
        ("purposes", certificate(&[], &extension(&[0x55, 29, 37], &as_often_as_fits(&purpose)))),
    ] {
        assert!((7500..=der::LONGEST).contains(&der.len()), "{what}: {}", der.len());
        let (parsed, held) = heap::most_held(|| Certificate::parse(Zeroizing::new(der.clone())));
        assert!(parsed.is_some() && held <= most_parsed(der.len()), "{what}: {held}");
    }
}
