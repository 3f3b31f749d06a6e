//! The card alone: APDU in, APDU out.

use std::sync::Arc;

use mynaq_simulator::{Card, Extended, Habits, Plastic, World};
use time::macros::date;

const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
const MANAGER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
/// DigestInfo of SHA-256 up to the digest, RFC 8017 §9.2 note 1.
const SHA256: &[u8] = &[
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

struct Hand {
    card: Card,
    habits: Habits,
}

impl Hand {
    fn of(plastic: &Arc<Plastic>) -> Hand {
        let mut card = Card::new(Arc::clone(plastic));
        card.power_on();
        Hand { card, habits: Habits::default() }
    }

    fn say(&mut self, apdu: &[u8]) -> (Vec<u8>, u16) {
        let mut answer = self.card.transmit(apdu, self.habits);
        let status = answer.split_off(answer.len().checked_sub(2).expect("two bytes of status"));
        (answer, u16::from_be_bytes([status[0], status[1]]))
    }

    fn status(&mut self, apdu: &[u8]) -> u16 {
        self.say(apdu).1
    }

    fn select(&mut self, aid: &[u8]) -> u16 {
        let mut apdu = vec![0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).expect("short")];
        apdu.extend(aid);
        self.status(&apdu)
    }

    fn file(&mut self, number: u8) -> u16 {
        self.status(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, number])
    }

    fn pin(&mut self, typed: &[u8]) -> u16 {
        let mut apdu = vec![0x00, 0x20, 0x00, 0x98, u8::try_from(typed.len()).expect("short")];
        apdu.extend(typed);
        self.status(&apdu)
    }

    fn tries(&mut self) -> u16 {
        self.status(&[0x00, 0x20, 0x00, 0x98])
    }

    fn sign(&mut self, digest: &[u8]) -> (Vec<u8>, u16) {
        let mut apdu = vec![0x80, 0x2A, 0x00, 0x97, 51];
        apdu.extend(SHA256);
        apdu.extend(digest);
        apdu.push(0x00);
        self.say(&apdu)
    }
}

fn world() -> World {
    World::generate(date!(2026 - 11 - 23)).expect("a world")
}

fn plastic(id: &str) -> Arc<Plastic> {
    Arc::new(Plastic::new(&world(), id).expect("a card"))
}

#[test]
fn the_certificate_is_the_same_in_one_long_read_and_in_short_ones() {
    let world = world();
    let der = world.certificate("P01").expect("a certificate");
    let mut hand = Hand::of(&Arc::new(Plastic::new(&world, "P01").expect("a card")));
    assert_eq!(hand.select(JPKI), 0x9000);

    let (long, status) = hand.say(&[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]);
    assert_eq!((long.as_slice(), status), (der, 0x9000));

    hand.habits.extended = Extended::Refused;
    assert_eq!(hand.status(&[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]), 0x6700);
    assert_eq!(hand.file(0x0A), 0x9000);
    let mut short = Vec::new();
    while short.len() < der.len() {
        let [high, low] = u16::try_from(short.len()).expect("a short file").to_be_bytes();
        let (piece, status) = hand.say(&[0x00, 0xB0, high, low, 0x00]);
        assert_eq!(status, 0x9000);
        assert!(!piece.is_empty() && piece.len() <= 256);
        short.extend(piece);
    }
    assert_eq!(short, der);
    let [high, low] = u16::try_from(der.len()).expect("a short file").to_be_bytes();
    assert_eq!(hand.status(&[0x00, 0xB0, high, low, 0x00]), 0x6B00);
}

#[test]
fn the_token_record_names_the_kind_of_card() {
    for (id, label) in [
        ("P01", "JPKIAPICCTOKEN2"),
        ("X01", "JPKIAPICCTOKEN"),
        ("X02", "JPKIAPGPSETOKEN"),
        ("X06", "JPKIAPIOSTOKEN"),
        ("X08", "JPKIAPICCTOKEN2"),
        ("X13", "JPKIAPICCTOKEN3"),
    ] {
        let mut hand = Hand::of(&plastic(id));
        assert_eq!(hand.select(JPKI), 0x9000);
        let (record, status) = hand.say(&[0x00, 0xB0, 0x86, 0x00, 0x00]);
        assert_eq!((record.len(), status), (160, 0x9000), "{id}");
        assert_eq!(record[..32], *format!("{label:<32}").as_bytes(), "{id}");
    }
}

#[test]
fn other_cards_do_not_give_a_certificate() {
    let read = [0x00, 0xB0, 0x8A, 0x00, 0x00];
    for (id, status) in
        [("X01", 0x6A82), ("X02", 0x6982), ("X04", 0x9000), ("X06", 0x6982), ("X08", 0x6A82)]
    {
        let mut hand = Hand::of(&plastic(id));
        assert_eq!(hand.select(JPKI), 0x9000, "{id}");
        assert_eq!(hand.say(&read), (Vec::new(), status), "{id}");
    }
    let mut wiped = Hand::of(&plastic("X07"));
    wiped.select(JPKI);
    assert_eq!(wiped.say(&read), (vec![0xFF; 256], 0x9000));
}

#[test]
fn cards_of_other_kinds_know_their_own_application_and_open_nothing() {
    let licence: &[u8] = &[&[0xA0, 0, 0, 2, 0x31, 1][..], &[0; 10]].concat();
    let residence: &[u8] = &[&[0xD3, 0x92, 0xF0, 0, 0x4F, 2][..], &[0; 10]].concat();
    let payment: &[u8] = b"2PAY.SYS.DDF01";
    let passport: &[u8] = &[0xA0, 0, 0, 2, 0x47, 0x10, 1];
    let all = [
        ("X03", licence),
        ("X10", residence),
        ("X11", payment),
        ("X12", passport),
        ("X09", MANAGER),
    ];
    for (id, own) in all {
        let mut hand = Hand::of(&plastic(id));
        for aid in [JPKI, TEXT, MANAGER, licence, residence, payment, passport] {
            let status = if aid == own { 0x9000 } else { 0x6A82 };
            assert_eq!(hand.select(aid), status, "{id} {aid:02X?}");
        }
        hand.select(own);
        let closed = if id == "X09" { 0x6A82 } else { 0x6982 };
        assert_eq!(hand.status(&[0x00, 0xB0, 0x8A, 0x00, 0x00]), closed, "{id}");
        assert_eq!(hand.status(&[0x00, 0xB0, 0x81, 0x00, 0x00]), closed, "{id}");
    }
    let mut hand = Hand::of(&plastic("P01"));
    assert_eq!(hand.select(licence), 0x6A82);
}

#[test]
fn a_mute_card_has_no_atr_and_executes_nothing() {
    let mut hand = Hand::of(&plastic("X14"));
    assert!(hand.card.atr(hand.habits).is_empty());
    assert_eq!(hand.select(MANAGER), 0x6F00);
    hand.card.reset(hand.habits);
    assert_eq!(hand.select(MANAGER), 0x6F00);
}

#[test]
fn the_state_file_tells_the_truth_about_both_certificates() {
    for (id, state, signing) in [
        ("P01", [0x8F, 0x8F, 0x00], 0x6982),
        ("P03", [0x00, 0x8F, 0x00], 0x6A82),
        ("P04", [0x00, 0x8F, 0x00], 0x6A82),
        ("X01", [0x8F, 0x00, 0x00], 0x6982),
        ("X02", [0x8F, 0x8F, 0x00], 0x6982),
        ("X04", [0x00, 0x00, 0x00], 0x6A82),
        ("X07", [0x8F, 0x00, 0x00], 0x6982),
        ("X08", [0x8F, 0x00, 0x00], 0x6982),
        ("X13", [0x8F, 0x8F, 0x00], 0x6982),
    ] {
        let mut hand = Hand::of(&plastic(id));
        hand.select(JPKI);
        assert_eq!(hand.say(&[0x00, 0xB0, 0x88, 0x00, 0x00]), (state.to_vec(), 0x9000), "{id}");
        assert_eq!(hand.status(&[0x00, 0xB0, 0x81, 0x00, 0x00]), signing, "{id}");
        assert_eq!(hand.file(0x01) == 0x9000, signing == 0x6982, "{id}");
    }
}

#[test]
fn wrong_pins_count_down_across_power_and_lock() {
    let plastic = plastic("P02");
    let mut hand = Hand::of(&plastic);
    hand.select(JPKI);
    assert_eq!(hand.tries(), 0x63C3);
    assert_eq!(hand.pin(b"0000"), 0x63C2);
    assert_eq!(hand.pin(b"1234"), 0x9000);
    assert_eq!(hand.tries(), 0x63C3);
    assert_eq!(hand.pin(b"0000"), 0x63C2);

    let mut hand = Hand::of(&plastic);
    hand.select(JPKI);
    assert_eq!(hand.file(0x18), 0x9000);
    assert_eq!(hand.status(&[0x00, 0x20, 0x00, 0x80]), 0x63C2);
    assert_eq!(hand.pin(b"123"), 0x63C1);
    assert_eq!(hand.pin(b"12345"), 0x63C0);
    assert_eq!(hand.pin(b"1234"), 0x6984);
    assert_eq!(hand.tries(), 0x63C0);
}

#[test]
fn a_card_without_pin_is_locked_from_the_factory() {
    let mut hand = Hand::of(&plastic("P04"));
    hand.select(JPKI);
    assert_eq!(hand.tries(), 0x63C0);
    assert_eq!(hand.pin(b"1234"), 0x6984);
    assert_eq!(hand.status(&[0x00, 0x20, 0x00, 0x9B]), 0x63C0);
}

#[test]
fn a_signature_needs_the_pin_and_verifies_with_ring() {
    let world = world();
    let mut hand = Hand::of(&Arc::new(Plastic::new(&world, "P01").expect("a card")));
    hand.select(JPKI);
    let message = b"the challenge of a verifier";
    let digest = ring::digest::digest(&ring::digest::SHA256, message);
    assert_eq!(hand.sign(digest.as_ref()), (Vec::new(), 0x6982));
    assert_eq!(hand.pin(b"1234"), 0x9000);
    let (signature, status) = hand.sign(digest.as_ref());
    assert_eq!((signature.len(), status), (256, 0x9000));

    let der = world.certificate("P01").expect("a certificate");
    let (_, certificate) = x509_parser::parse_x509_certificate(der).expect("a certificate");
    let key = &certificate.public_key().subject_public_key.data;
    ring::signature::UnparsedPublicKey::new(&ring::signature::RSA_PKCS1_2048_8192_SHA256, key)
        .verify(message, &signature)
        .expect("the card's signature");
}

#[test]
fn leaving_the_application_or_power_forgets_the_pin_but_selecting_it_again_does_not() {
    let mut hand = Hand::of(&plastic("P01"));
    let digest = [7; 32];
    hand.select(JPKI);
    hand.pin(b"1234");
    assert_eq!(hand.select(JPKI), 0x9000);
    assert_eq!(hand.sign(&digest).1, 0x9000);

    for leave in [MANAGER, TEXT] {
        hand.select(JPKI);
        hand.pin(b"1234");
        assert_eq!(hand.select(leave), 0x9000);
        hand.select(JPKI);
        assert_eq!(hand.sign(&digest).1, 0x6982);
    }
    hand.pin(b"1234");
    hand.card.reset(hand.habits);
    hand.select(JPKI);
    assert_eq!(hand.sign(&digest).1, 0x6982);
}

#[test]
fn what_is_closed_stays_closed() {
    let mut hand = Hand::of(&plastic("P01"));
    hand.select(JPKI);
    hand.pin(b"1234");
    assert_eq!(hand.status(&[0x00, 0xB0, 0x81, 0x00, 0x00]), 0x6982);
    // The My Number itself: file 0001 of the text application.
    assert_eq!(hand.select(TEXT), 0x9000);
    assert_eq!(hand.file(0x01), 0x9000);
    assert_eq!(hand.status(&[0x00, 0xB0, 0x00, 0x00, 0x00]), 0x6982);
    assert_eq!(hand.status(&[0x00, 0xB0, 0x81, 0x00, 0x00]), 0x6982);
}

#[test]
fn nothing_unknown_is_allowed() {
    let mut hand = Hand::of(&plastic("P01"));
    hand.select(JPKI);
    for (apdu, status) in [
        (&[0x00, 0xB0, 0x00, 0x00, 0x00][..], 0x6986), // no file selected
        (&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x12, 0x34], 0x6A82),
        (&[0x00, 0xA4, 0x00, 0x00], 0x6A86),
        (&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xD3], 0x6A86),
        (&[0x00, 0xA4, 0x04, 0x0C, 0x02, 0xD3, 0x92], 0x6A82), // a prefix is not a name
        (&[0x00, 0xB0, 0x98, 0x00, 0x00], 0x6981),             // a PIN is not a file to read
        (&[0x00, 0x24, 0x01, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34], 0x6D00),
        (&[0x80, 0xA2, 0x00, 0x00], 0x6A86),
        (&[0x00, 0xD6, 0x00, 0x00, 0x01, 0x00], 0x6D00),
        (&[0x01, 0xB0, 0x8A, 0x00, 0x00], 0x6881),
        (&[0xFF, 0xCA, 0x00, 0x00, 0x00], 0x6881),
        (&[0x90, 0xB0, 0x8A, 0x00, 0x00], 0x6E00),
        (&[0x00, 0xB0, 0x8A], 0x6700),
        (&[], 0x6700),
    ] {
        assert_eq!(hand.say(apdu), (Vec::new(), status), "{apdu:02X?}");
    }
    hand.card.power_off();
    assert_eq!(hand.status(&[0x00, 0xB0, 0x8A, 0x00, 0x00]), 0x6F00);
}

#[test]
fn no_apdu_of_up_to_seven_bytes_breaks_the_card() {
    let mut hand = Hand::of(&plastic("P01"));
    hand.select(JPKI);
    let edges = [0x00, 0x01, 0x02, 0x0C, 0x7F, 0x80, 0x8A, 0x98, 0xFF];
    for instruction in [0xA4, 0xB0, 0x20, 0x2A] {
        for (p1, p2) in edges.iter().flat_map(|p1| edges.iter().map(move |p2| (*p1, *p2))) {
            for body in
                [&[][..], &[0], &[1], &[0xFF], &[0, 0], &[0, 0, 0], &[0, 0xFF, 0xFF], &[2, 0, 0x18]]
            {
                for class in [0x00, 0x80] {
                    let mut apdu = vec![class, instruction, p1, p2];
                    apdu.extend(body);
                    // `say` fails if there is no status word.
                    hand.say(&apdu);
                }
            }
        }
    }
    assert_eq!(hand.select(JPKI), 0x9000);
}
