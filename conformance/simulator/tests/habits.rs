//! Every switch of the card and its reader, seen from outside.

use std::sync::{Arc, LazyLock};

use mynaq_simulator::{
    Atr, BeyondEnd, Desk, Extended, Habits, OnReselect, OnReset, Session, Uid, Verified, World,
};
use time::macros::date;

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(date!(2026 - 11 - 23)).expect("a world")));

const SELECT: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const LEAVE: &[u8] = &[0x00, 0xA4, 0x04, 0x0C, 7, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
const LONG: &[u8] = &[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00];
const SHORT: &[u8] = &[0x00, 0xB0, 0x8A, 0x00, 0x00];
const TRIES: &[u8] = &[0x00, 0x20, 0x00, 0x98];
const PIN: &[u8] = &[0x00, 0x20, 0x00, 0x98, 4, 0x31, 0x32, 0x33, 0x34];

/// A session with P01 under these habits.
struct Hand(Session);

impl Hand {
    fn with(habits: Habits) -> Hand {
        let slot = Desk::new(Arc::clone(&WORLD)).first();
        slot.set_habits(habits);
        slot.tap("P01").expect("a card");
        let mut session = slot.connect().expect("a card");
        session.power_on();
        Hand(session)
    }

    fn selected(habits: Habits) -> Hand {
        let mut hand = Hand::with(habits);
        assert_eq!(hand.say(SELECT), [0x90, 0x00]);
        hand
    }

    fn say(&mut self, apdu: &[u8]) -> Vec<u8> {
        self.0.exchange(apdu).into_answer().expect("the card is there")
    }

    /// Signs, to see whether the PIN is verified.
    fn signs(&mut self) -> bool {
        let apdu = [&[0x80, 0x2A, 0x00, 0x97, 51][..], &[7; 51], &[0]].concat();
        self.say(&apdu).ends_with(&[0x90, 0x00])
    }
}

fn certificate() -> &'static [u8] {
    WORLD.certificate("P01").expect("a certificate")
}

#[test]
fn extended_commands_are_answered_refused_cut_or_lost() {
    let with = |extended| Hand::selected(Habits { extended, ..Habits::default() });
    let whole = [certificate(), &[0x90, 0x00]].concat();
    assert_eq!(with(Extended::Answered).say(LONG), whole);
    assert_eq!(with(Extended::Refused).say(LONG), [0x67, 0x00]);
    let cut = with(Extended::Cut(500)).say(LONG);
    assert_eq!(cut, [&certificate()[..500], &[0x90, 0x00]].concat());
    assert_eq!(with(Extended::Lost).say(LONG).len(), 1, "no status word");
    for extended in [Extended::Refused, Extended::Cut(500), Extended::Lost] {
        assert_eq!(with(extended).say(SHORT).len(), 258, "short ones are no matter: {extended:?}");
    }
}

#[test]
fn a_clamp_holds_whatever_was_asked_but_not_for_signatures() {
    let mut hand = Hand::selected(Habits { le_clamp: Some(231), ..Habits::default() });
    for read in [LONG, SHORT] {
        assert_eq!(hand.say(read), [&certificate()[..231], &[0x90, 0x00]].concat());
    }
    assert_eq!(hand.say(&[0x00, 0xB0, 0x8A, 0x00, 0x10]).len(), 18);
    hand.say(PIN);
    assert!(hand.signs());
}

#[test]
fn beyond_the_end_is_refused_or_warned_of() {
    let length = u16::try_from(certificate().len()).expect("a short file");
    let at = |offset: u16| {
        let [high, low] = offset.to_be_bytes();
        [0x00, 0xB0, high, low, 0x00]
    };
    let mut hand = Hand::selected(Habits::default());
    hand.say(SHORT);
    assert_eq!(hand.say(&at(length - 3)).len(), 5);
    assert!(hand.say(&at(length - 3)).ends_with(&[0x90, 0x00]));
    assert_eq!(hand.say(&at(length)), [0x6B, 0x00]);

    let mut hand = Hand::selected(Habits { beyond_end: BeyondEnd::Warned, ..Habits::default() });
    assert!(hand.say(SHORT).ends_with(&[0x90, 0x00]), "there is more than was asked for");
    let left = hand.say(&at(length - 3));
    assert!(left.len() == 5 && left.ends_with(&[0x62, 0x82]));
    assert_eq!(hand.say(&at(length)), [0x62, 0x82]);
    assert_eq!(hand.say(&at(0x7FFF)), [0x62, 0x82]);
    assert!(hand.say(LONG).ends_with(&[0x62, 0x82]));
}

#[test]
fn the_first_command_after_a_cold_start_may_be_lost() {
    let mut hand = Hand::with(Habits { first_6f00: true, ..Habits::default() });
    for _ in 0..2 {
        assert_eq!(hand.say(SELECT), [0x6F, 0x00]);
        assert_eq!(hand.say(SELECT), [0x90, 0x00]);
        hand.0.reset();
        assert_eq!(hand.say(SELECT), [0x90, 0x00], "a reset is no cold start");
        hand.0.power_off();
        hand.0.power_on();
    }
}

#[test]
fn a_verified_pin_is_forgotten_or_kept_at_a_reset_but_never_without_power() {
    for (on_reset, kept) in [(OnReset::Forgets, false), (OnReset::Keeps, true)] {
        let mut hand = Hand::selected(Habits { on_reset, ..Habits::default() });
        hand.say(PIN);
        hand.0.reset();
        assert!(!hand.signs(), "nothing is selected");
        hand.say(SELECT);
        assert_eq!(hand.signs(), kept, "{on_reset:?}");
        // Leaving the application is the way to be sure.
        hand.0.reset();
        hand.say(LEAVE);
        hand.say(SELECT);
        assert!(!hand.signs());
        hand.say(PIN);
        hand.0.power_off();
        hand.0.power_on();
        hand.say(SELECT);
        assert!(!hand.signs());
    }
}

#[test]
fn selecting_again_keeps_or_clears_a_verified_pin() {
    for (on_reselect, kept) in [(OnReselect::Keeps, true), (OnReselect::Clears, false)] {
        let mut hand = Hand::selected(Habits { on_reselect, ..Habits::default() });
        hand.say(PIN);
        hand.say(SELECT);
        assert_eq!(hand.signs(), kept, "{on_reselect:?}");
    }
}

#[test]
fn an_empty_verify_tells_the_tries_or_success() {
    for (verified, said) in [(Verified::TriesLeft, [0x63, 0xC3]), (Verified::Success, [0x90, 0x00])]
    {
        let mut hand = Hand::selected(Habits { verified, ..Habits::default() });
        assert_eq!(hand.say(TRIES), [0x63, 0xC3], "it is not verified yet");
        hand.say(PIN);
        assert_eq!(hand.say(TRIES), said);
    }
}

#[test]
fn the_number_of_the_card_is_refused_or_another_each_time() {
    let uid = &[0xFF, 0xCA, 0x00, 0x00, 0x00];
    assert_eq!(Hand::with(Habits::default()).say(uid), [0x68, 0x81]);
    let habits = Habits { uid: Uid::Random, first_6f00: true, ..Habits::default() };
    let mut hand = Hand::with(habits);
    let one = hand.say(uid);
    assert!(one.len() == 6 && one.ends_with(&[0x90, 0x00]));
    assert_eq!(hand.say(uid), one);
    hand.0.power_off();
    hand.0.power_on();
    assert_ne!(hand.say(uid), one);
    assert_eq!(hand.say(SELECT), [0x6F, 0x00], "the card itself was not asked");
}

#[test]
fn a_reader_makes_up_any_atr() {
    let hand = Hand::with(Habits::default());
    assert_eq!(hand.0.atr().as_deref(), Some(Atr::JpkiTypeB.bytes()));
    for atr in Atr::ALL {
        let hand = Hand::with(Habits { atr: Some(atr), ..Habits::default() });
        assert_eq!(hand.0.atr().as_deref(), Some(atr.bytes()), "{atr}");
    }
}
