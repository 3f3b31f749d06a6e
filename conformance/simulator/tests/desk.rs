//! The desk in this process: two slots, tears and cards that come again, without thread or runtime.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use mynaq_simulator::{
    BitRate, Desk, Fault, Garbage, Reply, Script, Session, Slot, Tear, Timing, World,
};
use time::macros::date;

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(date!(2026 - 11 - 23)).expect("a world")));

const SELECT: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const READ: &[u8] = &[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00];
const OK: &[u8] = &[0x90, 0x00];

fn desk() -> Desk {
    Desk::new(Arc::clone(&WORLD))
}

fn with(card: &str, script: Script) -> Slot {
    let slot = desk().first();
    slot.tap(card).expect("a card");
    slot.play(&script).expect("a script");
    slot
}

fn powered(slot: &Slot) -> Session {
    let mut session = slot.connect().expect("a card");
    session.power_on();
    session
}

fn say(session: &mut Session, apdu: &[u8]) -> Option<Vec<u8>> {
    session.exchange(apdu).into_answer()
}

#[test]
fn two_slots_hold_two_cards_and_each_card_is_there_once() {
    let desk = desk();
    let (first, second) = (desk.first(), desk.second());
    assert!(first.connect().is_none());
    first.tap("P01").expect("a card");
    second.tap("P02").expect("another card");
    let (mut one, mut other) = (powered(&first), powered(&second));
    for session in [&mut one, &mut other] {
        assert_eq!(say(session, SELECT).as_deref(), Some(OK));
    }
    assert!(say(&mut one, READ) != say(&mut other, READ));
    assert_eq!((first.apdus().len(), second.commands()), (2, 2));

    second.remove();
    assert!(one.is_there() && !other.is_there());
    assert_eq!((other.atr(), other.exchange(READ).reply), (None, Reply::Gone));
    second.tap("P01").expect("the first slot's card");
    assert!(!one.is_there(), "there is one of each card");
    assert_eq!((first.card(), second.card().as_deref()), (None, Some("P01")));
}

#[test]
fn a_tear_before_inside_or_after_leaves_different_traces() {
    let wrong = [&[0x00, 0x20, 0x00, 0x98, 4][..], b"9999"].concat();
    for (tear, heard, tries) in [
        (Tear::Before, Reply::Gone, 0xC3),
        (Tear::Inside, Reply::Torn { announced: 2, heard: vec![0x63] }, 0xC2),
        (Tear::After, Reply::Answer(vec![0x63, 0xC2]), 0xC2),
    ] {
        let slot = with("P01", Script::new().at(2, Fault::Tear(tear)));
        let mut session = powered(&slot);
        assert_eq!(say(&mut session, SELECT).as_deref(), Some(OK));
        assert_eq!(session.exchange(&wrong).reply, heard);
        assert!(!session.is_there() && slot.card().is_none());
        let told = (tear == Tear::After).then_some(0x63C2);
        assert_eq!(slot.apdus().last().expect("it is in the log").status, told);

        // Each fault happens once; the tries tell whether the command was executed.
        slot.tap("P01").expect("the card again");
        let mut session = powered(&slot);
        say(&mut session, SELECT);
        let left = say(&mut session, &[0x00, 0x20, 0x00, 0x98]).expect("an answer");
        assert_eq!(left, [0x63, tries], "{tear:?}");
    }
}

#[test]
fn after_a_tear_another_card_comes_by_itself() {
    let script = Script::new()
        .at(1, Fault::Tear(Tear::Before))
        .then("P02", Duration::from_secs(60))
        .then("P01", Duration::ZERO);
    let slot = with("P01", script);
    assert_eq!(powered(&slot).exchange(SELECT).reply, Reply::Gone);
    assert_eq!(slot.card(), None, "not yet");
    slot.pass(Duration::from_secs(59));
    assert_eq!(slot.card(), None, "not yet");
    slot.pass(Duration::from_secs(1));
    assert_eq!(slot.card().as_deref(), Some("P02"));
    slot.tear_at(1);
    let _ = powered(&slot).exchange(SELECT);
    assert_eq!(slot.card().as_deref(), Some("P01"), "at once");
    assert!(slot.play(&Script::new().then("P99", Duration::ZERO)).is_err());
}

#[test]
fn an_exchange_costs_microseconds() {
    let slot = with("P02", Script::new());
    let mut session = powered(&slot);
    let before = Instant::now();
    for _ in 0..1_000 {
        assert_eq!(say(&mut session, SELECT).as_deref(), Some(OK));
    }
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
}

#[test]
fn time_is_computed_and_not_slept() {
    let slot = with("P01", Script::new().at(3, Fault::Spike(Duration::from_secs(900))));
    let ms = Duration::from_millis;
    slot.set_timing(Timing {
        latency: ms(50),
        select: ms(10),
        sign: ms(650),
        read: ms(200),
        bit_rate: None,
    });
    let before = Instant::now();
    let mut session = powered(&slot);
    assert_eq!(session.exchange(SELECT).delay, ms(60));
    assert_eq!(session.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x00]).delay, ms(250));
    assert_eq!(session.exchange(&[0x00, 0x20, 0x00, 0x98]).delay, ms(900_050));
    let sign = [&[0x80, 0x2A, 0x00, 0x97, 1, 1][..], &[0]].concat();
    assert_eq!(session.exchange(&sign).delay, ms(700));

    let certificate = u32::try_from(WORLD.certificate("P01").expect("one").len()).expect("short");
    let bit_rate = Some(BitRate::Kbit106);
    slot.set_timing(Timing { bit_rate, ..Timing::default() });
    // Seven bytes there, the certificate and two bytes back, 94.4 µs each.
    let delay = session.exchange(READ).delay.as_micros();
    assert_eq!(delay, u128::from((certificate + 9) * 1280 * 100 / 1356));
    assert!(before.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_reset_a_stuck_card_and_garbage_are_as_on_the_line() {
    let script = Script::new()
        .at(2, Fault::Reset)
        .at(4, Fault::Garbage(Garbage::Nothing))
        .at(4, Fault::Tear(Tear::After))
        .at(6, Fault::Stuck);
    let slot = with("P01", script);
    let mut session = powered(&slot);
    say(&mut session, SELECT);
    assert_eq!(say(&mut session, READ).as_deref(), Some(&[0x6A, 0x82][..]), "nothing selected");
    say(&mut session, SELECT);
    assert_eq!(say(&mut session, READ).as_deref(), Some(&[][..]), "two faults at one command");
    assert!(!session.is_there());

    slot.tap("P01").expect("the card again");
    let mut session = powered(&slot);
    (0..5).for_each(|_| assert_eq!(say(&mut session, SELECT).as_deref(), Some(OK)));
    assert_eq!(session.exchange(SELECT).reply, Reply::Silence);
    assert!(session.is_there());
    assert_eq!(powered(&slot).exchange(SELECT).reply, Reply::Silence);
    slot.tap("P01").expect("taken up and laid down");
    assert_eq!(say(&mut powered(&slot), SELECT).as_deref(), Some(OK));
}

#[test]
fn garbage_of_every_kind_is_told_from_the_certificate() {
    let der = WORLD.certificate("P01").expect("a certificate");
    for garbage in ["wrong-length", "cut-short", "random", "one-byte", "nothing", "6A82", "long"] {
        let slot = with("P01", format!("2={garbage}").parse().expect("a script"));
        let mut session = powered(&slot);
        say(&mut session, SELECT);
        let answer = say(&mut session, READ).expect("an answer");
        assert_ne!(answer[..answer.len().saturating_sub(2)], *der, "{garbage}");
        let answer = say(&mut session, READ).expect("an answer");
        assert_eq!(answer[..answer.len() - 2], *der, "once only");
    }
}
