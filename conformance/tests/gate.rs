//! What may leave the terminal, and when: refusal, missing reasons, the order of ledger and line.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use mynaq_conformance::{Script, Stage, until};
use mynaq_host_sdk::{
    Consent, Decision, ErrorCode, EventBody, FieldState, GateState, Identity, Reason, Scope,
};
use mynaq_ledger::Fact;

// clauses: GATE-2
#[test]
fn refusal_sends_no_byte_wipes_the_card_and_ends_the_matter() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    case.read_card().unwrap();
    case.identity(Identity::Visual).unwrap();
    until(&case, |body| matches!(body, EventBody::CardRead { .. }));
    case.consent(Consent::Refused, None).unwrap();
    let events = until(&case, |body| {
        matches!(body, EventBody::Gate { state: GateState::Closed { .. }, .. })
    });
    assert!(events.contains(&EventBody::CardForgotten));

    let refused = |result: Result<(), mynaq_host_sdk::Error>| result.unwrap_err().code();
    assert_eq!(refused(case.look_up(Scope::Summary)), ErrorCode::GateRefused);
    assert_eq!(refused(case.consent(Consent::Given, None)), ErrorCode::GateRefused);
    assert_eq!(refused(case.read_card()), ErrorCode::GateRefused);
    case.close().unwrap();

    assert_eq!(stage.simulator.bytes_said(), 0);
    let facts = stage.facts();
    assert!(facts.contains(&Fact::GateClosed { because: ErrorCode::GateRefused }));
    assert!(facts.contains(&Fact::Wiped));
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Permit { .. })));
}

// clauses: GATE-1
#[test]
fn consent_that_cannot_be_had_needs_a_reason_and_is_sent_as_class_3() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    let missing = case.consent(Consent::Unobtainable, None).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::GateReasonRequired);
    assert_eq!(stage.simulator.bytes_said(), 0);

    let script = Script {
        consent: Consent::Unobtainable,
        reason: Some(Reason::Unconscious),
        ..Script::default()
    };
    assert!(script.play(&case).unwrap().record.is_some());
    assert_eq!(stage.simulator.viewings()[0].consent, 3);
    let permit = stage.facts().into_iter().find_map(|fact| match fact {
        Fact::Permit { consent_class, reason, .. } => Some((consent_class, reason)),
        _ => None,
    });
    assert_eq!(permit, Some((3, Some(Reason::Unconscious))));
}

// clauses: GATE-1
#[test]
fn a_face_that_does_not_match_and_a_gate_that_is_not_ready_send_nothing() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    assert_eq!(case.look_up(Scope::Summary).unwrap_err().code(), ErrorCode::GateNotReady);
    let script = Script { identity: Identity::Failed, ..Script::default() };
    let outcome = script.play(&case).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::GateIdentityFailed);
    assert_eq!(case.look_up(Scope::Summary).unwrap_err().code(), ErrorCode::GateIdentityFailed);
    assert_eq!(stage.simulator.bytes_said(), 0);
}

// clauses: GATE-3
#[test]
fn the_permit_is_on_the_disk_when_the_request_arrives() {
    let stage = Stage::with(mynaq_simulator::Options {
        card: Some("P01".into()),
        answer_delay: Duration::from_millis(500),
        ..Default::default()
    });
    let case = stage.case();
    case.read_card().unwrap();
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Given, None).unwrap();
    until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    case.look_up(Scope::Full).unwrap();
    let patience = Instant::now() + Duration::from_secs(10);
    while stage.simulator.viewings().is_empty() {
        assert!(Instant::now() < patience, "no request arrived");
        std::thread::yield_now();
    }
    let ledger = std::fs::read_to_string(stage.ledger().join("entries.jsonl")).unwrap();
    let viewing = &stage.simulator.viewings()[0];
    let entry = ledger.lines().find(|line| line.contains("\"fact\":\"permit\"")).unwrap();
    assert!(entry.contains(&viewing.identifier), "{entry}");
    assert_eq!((viewing.pattern, viewing.consent), (2, 1));
    until(&case, |body| matches!(body, EventBody::Record { .. }));
}

/// A file size limit is a disk that is full at a place of our choosing.
// clauses: GATE-3
#[test]
fn without_room_for_the_permit_nothing_leaves() {
    let stage = Stage::new(Some("P01"));
    let parts = mynaq_conformance::parts();
    let view = |limit: &str| {
        let output = std::process::Command::new("bash")
            .args(["-c", &format!("trap '' XFSZ; {limit} exec \"$@\""), "bash"])
            .arg(&parts.mynaq)
            .args(["view", "--identity", "visual", "--consent", "given", "--plugin"])
            .arg(&parts.plugin)
            .arg("--config")
            .arg(stage.config())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(view("").0, Some(0), "with room it works, and fills more than the 1024 bytes below");
    let before = stage.simulator.bytes_said();

    let (code, said) = view("ulimit -f 1;");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("gate.no_record") && said.contains("口頭で聴取"), "{said}");
    assert_eq!(stage.simulator.bytes_said(), before);
    stage.facts();
}

// clauses: CASE-4
#[test]
fn offers_become_the_record_only_by_the_crews_hand() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    let offered = Script::default().play(&case).unwrap().record.unwrap();
    let name = &offered.fields[0].name;
    assert!(offered.fields.iter().all(|field| !matches!(field.state, FieldState::Accepted { .. })));

    case.decide(name, Decision::Accept).unwrap();
    assert!(matches!(case.record().unwrap().fields[0].state, FieldState::Accepted { .. }));
    case.decide(name, Decision::Reject).unwrap();
    assert!(matches!(case.record().unwrap().fields[0].state, FieldState::Rejected { .. }));
    assert_eq!(
        case.decide("NoSuchField", Decision::Accept).unwrap_err().code(),
        ErrorCode::FieldUnknown
    );
    let nothing = case.decide("SickInjuredPersonAllergy", Decision::Accept).unwrap_err();
    assert_eq!(nothing.code(), ErrorCode::WrongState);
    case.close().unwrap();
    let decided: Vec<_> = stage
        .facts()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Decided { field, decision } => Some((field, decision)),
            _ => None,
        })
        .collect();
    assert_eq!(decided, [(name.clone(), Decision::Accept), (name.clone(), Decision::Reject)]);
}

// clauses: CASE-3
#[test]
fn another_persons_card_takes_everything_back() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    Script::default().play(&case).unwrap().record.unwrap();
    stage.simulator.tap("P09").unwrap();
    case.read_card().unwrap();
    let events = until(&case, |body| matches!(body, EventBody::Gate { .. }));
    assert!(events.contains(&EventBody::CardForgotten));
    let EventBody::Gate { state: GateState::Waiting { missing }, .. } = events.last().unwrap()
    else {
        panic!("{events:#?}");
    };
    assert_eq!(missing.len(), 2, "identity and consent were given for somebody else");
    assert_eq!(case.record().unwrap_err().code(), ErrorCode::WrongState);
}
