//! The card over the drill reader: how many commands, what happens when it is pulled, the PIN.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use mynaq_conformance::{Script, Stage};
use mynaq_host_sdk::{Case, Consent, DoorKind, Error, ErrorCode, EventBody, Identity};
use mynaq_ledger::Fact;
use zeroize::Zeroizing;

#[test]
fn two_commands_read_a_card_and_nine_do_where_the_reader_is_short() {
    let stage = Stage::new(Some("P01"));
    Script::default().play(&stage.case()).unwrap().record.unwrap();
    assert_eq!(stage.simulator.apdus().len(), 2);

    let stage = Stage::new(Some("P01"));
    stage.simulator.short_only(true);
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert!(outcome.record.is_some());
    // One of them is the extended command that was refused.
    assert!(stage.simulator.apdus().len() <= 9, "{}", stage.simulator.apdus().len());
}

// clauses: CASE-2 EVT-5
#[test]
fn a_card_pulled_at_any_command_is_asked_for_again_and_the_case_goes_on() {
    for pulled_at in 1..=2 {
        let stage = Stage::new(None);
        let case = stage.case();
        case.read_card().unwrap();
        case.identity(Identity::Visual).unwrap();
        case.consent(Consent::Given, None).unwrap();
        stage.simulator.tear_at(pulled_at);
        stage.simulator.tap("P01").unwrap();
        let error = loop {
            let event = case.next_event(Duration::from_secs(20)).unwrap().expect("trouble");
            match event.body {
                EventBody::Trouble { error, goes_on, .. } => break (error, goes_on),
                _ => continue,
            }
        };
        assert_eq!(
            (error.0.code(), error.0.ja()),
            (ErrorCode::CardRemoved, "もう一度かざしてください")
        );
        assert!(error.1, "nobody has to press a button");
        stage.simulator.tap("P01").unwrap();
        assert!(Script::default().follow(&case).unwrap().record.is_some(), "pulled at {pulled_at}");
    }
}

// clauses: CASE-8 EVT-5
#[test]
fn a_card_that_never_comes_ends_in_time_and_cancelling_ends_at_once() {
    let stage = Stage::new(None);
    stage.reconfigure("wait_seconds = 30", "wait_seconds = 1");
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::CardTimeout);

    let stage = Stage::new(None);
    let case = stage.case();
    case.read_card().unwrap();
    case.cancel().unwrap();
    let outcome = Script::default().follow(&case).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::CardCancelled);
    assert!(case.read_card().is_ok(), "it can be started again");
}

#[test]
fn wrong_digits_are_counted_and_the_last_try_is_never_spent() {
    let stage = Stage::new(Some("P01"));
    let wrong = Script { identity: Identity::Pin, pin: "9999", ..Script::default() };
    let codes: Vec<_> =
        (0..3).map(|_| wrong.play(&stage.case()).unwrap().error.unwrap().code()).collect();
    use ErrorCode::{CardPinLastTry, CardPinWrong};
    assert_eq!(codes, [CardPinWrong, CardPinWrong, CardPinLastTry]);
    assert_eq!(stage.digits_sent_after(0), 2);
    assert_eq!(stage.simulator.bytes_said(), 0);
}

#[test]
fn after_a_pin_check_the_application_is_left() {
    let stage = Stage::new(Some("P01"));
    let by_pin = Script { identity: Identity::Pin, pin: "1234", ..Script::default() };
    assert!(by_pin.play(&stage.case()).unwrap().record.is_some());
    let last = stage.simulator.apdus().pop().unwrap();
    // SELECT of the card manager.
    assert!(last.apdu.starts_with(&[0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51]));
    let malformed = Script { pin: "12a4", ..by_pin }.play(&stage.case()).unwrap_err();
    assert_eq!(malformed.code(), ErrorCode::CardPinMalformed);
}

fn by_pin(case: &Case, digits: &str) -> Result<(), Error> {
    case.identity_by_pin(&Zeroizing::new(digits.to_owned()))
}

/// How the reading under way ends.
fn end_of(case: &Case) -> ErrorCode {
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("an end");
        if let EventBody::Trouble { error, goes_on: false, .. } = event.body {
            return error.code();
        }
    }
}

/// A case on whose card, P01's, one try is left, and which has been told so.
fn with_one_try_left(stage: &Stage, door: DoorKind) -> Case {
    let case = stage.case_by(door);
    let not_yet = |case: &Case| case.allow_last_try().unwrap_err().code();
    assert_eq!(not_yet(&case), ErrorCode::WrongState, "no PIN was checked");
    for expected in [ErrorCode::CardPinWrong, ErrorCode::CardPinWrong, ErrorCode::CardPinLastTry] {
        assert_eq!(not_yet(&case), ErrorCode::WrongState, "before {expected}");
        by_pin(&case, "9999").unwrap();
        assert_eq!(end_of(&case), expected);
    }
    case
}

fn allowed_so_often(stage: &Stage) -> usize {
    stage.facts().iter().filter(|fact| **fact == Fact::LastTryAllowed).count()
}

// clauses: CASE-10
#[test]
fn the_last_try_is_allowed_after_it_was_refused_and_that_is_told_and_entered() {
    for door in [DoorKind::C, DoorKind::Rust] {
        let stage = Stage::new(Some("P01"));
        let case = with_one_try_left(&stage, door);
        // What has nothing to do with the PIN changes nothing.
        case.identity(Identity::Visual).unwrap();
        case.allow_last_try().unwrap();
        while case.next_event(Duration::from_secs(20)).unwrap().expect("an event").body
            != EventBody::LastTryAllowed
        {}
        case.close().unwrap();
        assert_eq!(allowed_so_often(&stage), 1);
    }
}

// clauses: CASE-10
#[test]
fn the_next_check_uses_the_word_of_the_crew_up_whatever_comes_of_it() {
    let stage = Stage::new(Some("P01"));
    let case = with_one_try_left(&stage, DoorKind::C);
    case.allow_last_try().unwrap();
    // Digits that are none start no check.
    assert_eq!(by_pin(&case, "12a4").unwrap_err().code(), ErrorCode::CardPinMalformed);
    case.allow_last_try().unwrap();
    // A check that met no card was one.
    stage.simulator.remove();
    by_pin(&case, "1234").unwrap();
    let under_way = case.allow_last_try().unwrap_err();
    assert_eq!(under_way.code(), ErrorCode::WrongState);
    case.cancel().unwrap();
    assert_eq!(end_of(&case), ErrorCode::CardCancelled);
    assert_eq!(case.allow_last_try().unwrap_err().code(), ErrorCode::WrongState, "used up");
    // The card was not touched: it still says that one try is left.
    stage.simulator.tap("P01").unwrap();
    by_pin(&case, "1234").unwrap();
    assert_eq!(end_of(&case), ErrorCode::CardPinLastTry);
}

// clauses: CASE-10 GATE-2
#[test]
fn a_refusal_takes_the_word_for_the_last_try_back() {
    let stage = Stage::new(Some("P01"));
    let case = with_one_try_left(&stage, DoorKind::C);
    case.consent(Consent::Refused, None).unwrap();
    assert_eq!(case.allow_last_try().unwrap_err().code(), ErrorCode::GateRefused);
    assert_eq!(by_pin(&case, "1234").unwrap_err().code(), ErrorCode::GateRefused);
    case.close().unwrap();
    assert_eq!(allowed_so_often(&stage), 0);
}

// clauses: CASE-10
#[test]
fn an_allowed_last_try_is_spent_on_the_card_it_was_allowed_for() {
    let stage = Stage::new(Some("P01"));
    let case = with_one_try_left(&stage, DoorKind::C);
    let digits_sent = || stage.digits_sent_after(0);
    case.allow_last_try().unwrap();
    // Somebody else's card lies there now: it gets nothing of what was typed.
    stage.simulator.tap("P02").unwrap();
    by_pin(&case, "1234").unwrap();
    assert_eq!(end_of(&case), ErrorCode::CardChanged);
    assert_eq!(digits_sent(), 2);
    // Used up all the same.
    stage.simulator.tap("P01").unwrap();
    by_pin(&case, "1234").unwrap();
    assert_eq!(end_of(&case), ErrorCode::CardPinLastTry);
    assert_eq!(digits_sent(), 2);

    case.allow_last_try().unwrap();
    by_pin(&case, "1234").unwrap();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("an event");
        match event.body {
            EventBody::IdentityRecorded { identity } => break assert_eq!(identity, Identity::Pin),
            EventBody::Trouble { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
    assert_eq!(digits_sent(), 3);
}

/// what the card proved stands in the event, the record and the ledger.
// clauses: GATE-7
#[test]
fn what_the_card_proved_stands_in_event_record_and_ledger() {
    for (script, proven) in [
        (Script::default(), false),
        (Script { identity: Identity::Pin, pin: "1234", ..Script::default() }, true),
    ] {
        let stage = Stage::new(Some("P01"));
        let case = stage.case();
        let outcome = script.play(&case).unwrap();
        let read = outcome.events.iter().find_map(|event| match &event.body {
            EventBody::CardRead { card, .. } => Some(card.possession_proven),
            _ => None,
        });
        assert_eq!(read, Some(proven));
        let card = outcome.record.unwrap().card.unwrap();
        assert_eq!((card.identity, card.possession_proven), (script.identity, proven));
        case.close().unwrap();
        let entered = stage.facts().into_iter().find_map(|fact| match fact {
            Fact::CardRead { possession_proven, .. } => Some(possession_proven),
            _ => None,
        });
        assert_eq!(entered, Some(proven));
    }
}

#[test]
fn a_card_nobody_vouches_for_is_no_card_where_the_department_has_said_who_may() {
    let world = mynaq_conformance::world();
    let stage = Stage::new(Some("P01"));
    std::fs::write(stage.path("authority.der"), world.authority_certificate().unwrap()).unwrap();
    stage.reconfigure("wait_seconds = 30", "wait_seconds = 30\nauthorities = [\"authority.der\"]");
    assert!(Script::default().play(&stage.case()).unwrap().record.is_some());

    // The line's authority is one too, and has signed no card.
    let stage = Stage::new(Some("P01"));
    stage.reconfigure("wait_seconds = 30", "wait_seconds = 30\nauthorities = [\"authority.pem\"]");
    let outcome = Script::default().play(&stage.case()).unwrap();
    let error = outcome.error.unwrap();
    assert_eq!(error.code(), ErrorCode::CardUnreadable);
    assert!(error.technical().unwrap().contains("authority"), "{error}");
    assert_eq!(stage.simulator.bytes_said(), 0);

    for (file, text) in [("none.pem", None), ("empty.pem", Some("")), ("key.pem", Some("x"))] {
        let stage = Stage::new(None);
        if let Some(text) = text {
            stage.write(file, text);
        }
        let named = format!("wait_seconds = 30\nauthorities = [\"{file}\"]");
        stage.reconfigure("wait_seconds = 30", &named);
        let refused = stage.session(DoorKind::C, mynaq_conformance::LogBook::default());
        let error = refused.map(drop).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigCredentials, "{file}");
        assert!(error.technical().unwrap().contains(file), "{error}");
    }
}
