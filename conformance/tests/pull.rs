//! A whole case whose card is pulled before, inside and after every command, with the same or another
//! card coming back, and with every fault at every command: it ends in the right state each time.
//! `plugin/src/card/tests` does the same to the card room alone, with more faults, in less time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Outcome, Script, Stage, opening};
use mynaq_host_sdk::{
    Case, Consent, DoorKind, ErrorCode, EventBody, GateState, Identity, Lack, Session,
};
use mynaq_simulator::{Extended, Fault, Garbage, Habits, Tear};
use zeroize::Zeroizing;

/// No reading of a card here may take longer, whatever happens to it.
const LONGEST: Duration = Duration::from_secs(8);

/// One pull of P01, and who comes back.
#[derive(Debug, Clone, Copy)]
struct Pull {
    at: u64,
    tear: Tear,
    back: &'static str,
}

impl Pull {
    /// Every pull of a sequence of so many commands.
    fn every(commands: u64) -> impl Iterator<Item = Pull> {
        let tears = [Tear::Before, Tear::Inside, Tear::After];
        let ats = (1..=commands).flat_map(move |at| tears.map(|tear| (at, tear)));
        ats.flat_map(|(at, tear)| ["P01", "P02"].map(|back| Pull { at, tear, back }))
    }

    /// Whether the answer to this command came through.
    fn heard(self, command: u64) -> bool {
        command < self.at || (command == self.at && self.tear == Tear::After)
    }

    /// The pull is about to happen.
    fn plan(self, stage: &Stage) {
        let script = mynaq_simulator::Script::new().at(self.at, Fault::Tear(self.tear));
        stage.simulator.first().play(&script.then(self.back, Duration::ZERO)).unwrap();
    }
}

/// A stage without a card, and a session on it.
fn stage() -> (Stage, Session) {
    let stage = Stage::new(None);
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    (stage, session)
}

/// Who has been viewed since.
fn viewed_since(stage: &Stage, before: usize) -> Vec<String> {
    let viewings = stage.simulator.viewings();
    viewings[before..].iter().map(|viewing| viewing.person.clone().unwrap()).collect()
}

fn ends_in_time(what: &str, play: impl FnOnce() -> Outcome) -> Outcome {
    let begun = Instant::now();
    let outcome = play();
    assert!(begun.elapsed() < LONGEST, "{what}: {:?}", begun.elapsed());
    outcome
}

// clauses: CASE-2
#[test]
fn whoever_came_back_is_viewed_and_nobody_else() {
    let (stage, session) = stage();
    for (extended, commands) in [(Extended::Answered, 2), (Extended::Refused, 9)] {
        stage.simulator.first().set_habits(Habits { extended, ..Habits::default() });
        for pull in Pull::every(commands) {
            let what = format!("{extended:?} {pull:?}");
            stage.simulator.remove();
            pull.plan(&stage);
            stage.simulator.tap("P01").unwrap();
            let before = stage.simulator.viewings().len();
            let case = session.open_case(&opening()).unwrap();
            let outcome = ends_in_time(&what, || Script::default().play(&case).unwrap());
            let whose = if pull.heard(commands) { "P01" } else { pull.back };
            assert!(outcome.record.is_some(), "{what}: {:?}", outcome.error);
            assert_eq!(viewed_since(&stage, before), [whose], "{what}");
        }
    }
}

/// Until the gate says what it still waits for.
fn missing(case: &Case) -> Vec<Lack> {
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("the gate");
        if let EventBody::Gate { state: GateState::Waiting { missing }, .. } = event.body {
            return missing;
        }
    }
}

/// The card of the case is known, and lies on the reader again in the middle of its second reading.
// clauses: CASE-3
#[test]
fn another_card_takes_everything_back_and_the_same_card_nothing() {
    let (stage, session) = stage();
    for pull in Pull::every(2) {
        stage.simulator.remove();
        stage.simulator.first().play(&mynaq_simulator::Script::new()).unwrap();
        stage.simulator.tap("P01").unwrap();
        let case = session.open_case(&opening()).unwrap();
        case.read_card().unwrap();
        assert_eq!(missing(&case), [Lack::Identity, Lack::Consent]);
        case.identity(Identity::Visual).unwrap();
        assert_eq!(missing(&case), [Lack::Consent]);

        stage.simulator.remove();
        pull.plan(&stage);
        stage.simulator.tap("P01").unwrap();
        case.read_card().unwrap();
        let mut changed = false;
        let missing = loop {
            let event = case.next_event(Duration::from_secs(20)).unwrap().expect("an event");
            match event.body {
                EventBody::Trouble { error, goes_on: false, .. } => {
                    assert_eq!(error.code(), ErrorCode::CardChanged, "{pull:?}");
                    changed = true;
                }
                EventBody::Gate { state: GateState::Waiting { missing }, .. } => break missing,
                _ => {}
            }
        };
        let another = !pull.heard(2) && pull.back == "P02";
        assert_eq!(changed, another, "{pull:?}");
        let expected: &[Lack] =
            if another { &[Lack::Identity, Lack::Consent] } else { &[Lack::Consent] };
        assert_eq!(missing, expected, "{pull:?}");
        case.close().unwrap();
    }
    assert_eq!(stage.simulator.bytes_said(), 0, "nobody consented to anything");
}

/// SELECT, certificate, state, tries, VERIFY, signature, leaving.
const PIN_SEQUENCE: u64 = 7;

// clauses: CASE-12
#[test]
fn digits_reach_one_card_once_and_nobody_else_is_viewed() {
    let (stage, session) = stage();
    for pull in Pull::every(PIN_SEQUENCE) {
        let what = format!("{pull:?}");
        stage.simulator.remove();
        pull.plan(&stage);
        stage.simulator.tap("P01").unwrap();
        let (before, commands) = (stage.simulator.viewings().len(), stage.simulator.apdus().len());
        let case = session.open_case(&opening()).unwrap();
        let by_pin = Script { identity: Identity::Pin, pin: "1234", ..Script::default() };
        let outcome = ends_in_time(&what, || by_pin.play(&case).unwrap());
        let (known, sent, proven) = (pull.heard(2), pull.heard(4), pull.heard(6));
        let expected = match (known, sent, proven, pull.back) {
            (.., true, _) | (true, false, false, "P01") => Ok(()),
            (true, false, false, _) => Err(ErrorCode::CardChanged),
            // A try may be spent, or the card was gone before anybody knew whose it was.
            _ => Err(ErrorCode::CardRemoved),
        };
        match expected {
            Ok(()) => {
                let card = outcome.record.expect(&what).card.expect("what it rests on");
                assert!(card.possession_proven, "{what}");
                assert_eq!(viewed_since(&stage, before), ["P01"], "{what}");
            }
            Err(code) => {
                assert_eq!(outcome.error.map(|error| error.code()), Some(code), "{what}");
                assert!(viewed_since(&stage, before).is_empty(), "{what}");
            }
        }
        let digits = stage.digits_sent_after(commands);
        assert!(digits <= 1, "{what}: {digits}");
        assert!(digits == 0 || expected != Err(ErrorCode::CardChanged), "{what}");
    }
}

#[test]
fn every_fault_at_every_command_ends_in_time_with_the_right_person_or_a_reason() {
    let (stage, session) = stage();
    let faults = [
        Fault::Reset,
        Fault::Spike(Duration::from_millis(20)),
        Fault::Garbage(Garbage::WrongLength(20)),
        Fault::Garbage(Garbage::WrongLength(0xFFFF)),
        Fault::Garbage(Garbage::CutShort),
        Fault::Garbage(Garbage::OneByte),
        Fault::Garbage(Garbage::Nothing),
        Fault::Garbage(Garbage::Status(0x6F00)),
        Fault::Garbage(Garbage::Status(0x6982)),
        Fault::Garbage(Garbage::Long(u16::MAX)),
    ];
    for fault in faults {
        for at in 1..=2 {
            let what = format!("{fault:?} at {at}");
            stage.simulator.remove();
            let script = mynaq_simulator::Script::new().at(at, fault);
            stage.simulator.first().play(&script).unwrap();
            stage.simulator.tap("P01").unwrap();
            let before = stage.simulator.viewings().len();
            let case = session.open_case(&opening()).unwrap();
            let outcome = ends_in_time(&what, || Script::default().play(&case).unwrap());
            assert!(outcome.record.is_some(), "{what}: {:?}", outcome.error);
            assert_eq!(viewed_since(&stage, before), ["P01"], "{what}");
        }
    }
    // With a PIN: the right person, or a reason, and never a second try.
    for fault in faults {
        for at in 1..=PIN_SEQUENCE {
            let what = format!("{fault:?} at {at}, by PIN");
            stage.simulator.remove();
            let script = mynaq_simulator::Script::new().at(at, fault);
            stage.simulator.first().play(&script).unwrap();
            stage.simulator.tap("P01").unwrap();
            let before = stage.simulator.viewings().len();
            let commands = stage.simulator.apdus().len();
            let case = session.open_case(&opening()).unwrap();
            let by_pin = Script { identity: Identity::Pin, pin: "1234", ..Script::default() };
            let outcome = ends_in_time(&what, || by_pin.play(&case).unwrap());
            let viewed = viewed_since(&stage, before);
            match outcome.record {
                Some(record) => {
                    assert!(record.card.expect(&what).possession_proven, "{what}");
                    assert_eq!(viewed, ["P01"], "{what}");
                }
                None => assert!(outcome.error.is_some() && viewed.is_empty(), "{what}"),
            }
            let digits = stage.digits_sent_after(commands);
            assert!(digits <= 1, "{what}: {digits}");
        }
    }
}

/// A card that says nothing any more: the case hears of it within the deadline of a reading, and the
/// crew can go on by asking or with another reader.
// clauses: CASE-13
#[test]
fn a_card_that_says_nothing_any_more_does_not_hold_the_case() {
    let stage = Stage::new(None);
    let script = mynaq_simulator::Script::new().at(2, Fault::Stuck);
    stage.simulator.first().play(&script).unwrap();
    stage.simulator.tap("P01").unwrap();
    let case = stage.case();
    case.read_card().unwrap();
    let begun = Instant::now();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("trouble");
        if let EventBody::Trouble { error, goes_on, .. } = event.body {
            assert_eq!((error.code(), goes_on), (ErrorCode::ReaderNotAnswering, true));
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(11), "{:?}", begun.elapsed());
    // Everything else of the case goes on meanwhile, and so does it when the card is laid down anew.
    case.identity_by_pin(&Zeroizing::new("1234".into())).unwrap_err();
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Given, None).unwrap();
    stage.simulator.tap("P01").unwrap();
    assert!(Script::default().follow(&case).unwrap().record.is_some());
}
