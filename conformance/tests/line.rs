//! The line: who the gateway lets in, and what the crew hears when it does not answer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, world};
use mynaq_host_sdk::{DoorKind, ErrorClass, ErrorCode, EventBody, GateState};
use mynaq_ledger::Fact;
use mynaq_simulator::Options;

fn slow(delay: Duration) -> Stage {
    Stage::with(Options { card: Some("P01".into()), answer_delay: delay, ..Options::default() })
}

#[test]
fn a_client_certificate_of_another_authority_is_a_clear_error_of_the_gateway() {
    let stage = Stage::new(Some("P01"));
    let world = world();
    stage.write("client.pem", world.stranger().0);
    stage.write("client.key", world.stranger().1);
    let outcome = Script::default().play(&stage.case()).unwrap();
    let error = outcome.error.unwrap();
    assert_eq!(
        (error.code(), error.class()),
        (ErrorCode::GatewayCertificateRefused, ErrorClass::Gateway)
    );
    assert!(stage.simulator.viewings().is_empty());
    assert!(stage.facts().iter().any(|fact| matches!(
        fact,
        Fact::Answer { error: Some(ErrorCode::GatewayCertificateRefused), .. }
    )));
}

#[test]
fn a_gateway_of_another_authority_gets_nothing() {
    let stage = Stage::new(Some("P01"));
    // The crew's own certificate as the one trusted authority: the gateway's is not from it.
    stage.write("authority.pem", world().crew().0);
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::GatewayUntrusted);
    assert!(stage.simulator.viewings().is_empty());
}

#[test]
fn no_gateway_and_a_slow_gateway_end_in_time() {
    let stage = Stage::new(Some("P01"));
    // A port that was free a moment ago and has no listener now.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    stage.reconfigure(&stage.simulator.gateway().to_string(), &gone.to_string());
    stage.reconfigure("[ledger]", "answer_seconds = 1\ngive_up_seconds = 2\n[ledger]");
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::NetworkUnreachable);

    let stage = slow(Duration::from_secs(60));
    stage.reconfigure("[ledger]", "answer_seconds = 1\ngive_up_seconds = 2\n[ledger]");
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::NetworkTimeout);
}

// clauses: CASE-8
#[test]
fn a_look_up_can_be_cancelled_and_asked_for_again() {
    let stage = slow(Duration::from_secs(2));
    let case = stage.case();
    case.read_card().unwrap();
    case.identity(mynaq_host_sdk::Identity::Visual).unwrap();
    case.consent(mynaq_host_sdk::Consent::Given, None).unwrap();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("an event");
        match event.body {
            EventBody::Gate { state: GateState::Open, .. } => {
                case.look_up(mynaq_host_sdk::Scope::Summary).unwrap()
            }
            EventBody::LookUpSent { .. } => case.cancel().unwrap(),
            EventBody::Trouble { error, .. } => {
                assert_eq!(error.code(), ErrorCode::NetworkCancelled);
                break;
            }
            _ => {}
        }
    }
    case.look_up(mynaq_host_sdk::Scope::Summary).unwrap();
    assert!(Script::default().follow(&case).unwrap().record.is_some());
}

// clauses: LIFE-3 EVT-6
#[test]
fn closing_a_session_in_the_middle_ends_every_wait_at_once() {
    let stage = slow(Duration::from_secs(60));
    let case = stage.case();
    case.read_card().unwrap();
    case.identity(mynaq_host_sdk::Identity::Visual).unwrap();
    case.consent(mynaq_host_sdk::Consent::Given, None).unwrap();
    while !matches!(
        case.next_event(Duration::from_secs(20)).unwrap().expect("an event").body,
        EventBody::Gate { state: GateState::Open, .. }
    ) {}
    case.look_up(mynaq_host_sdk::Scope::Summary).unwrap();
    let begun = Instant::now();
    drop(case);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // The ledger is free again: everything of the session is gone.
    stage.session(DoorKind::C, LogBook::default()).unwrap();
    // And it says how the look-up ended, behind the permit it began with.
    let facts = stage.facts();
    let permit = facts.iter().position(|fact| matches!(fact, Fact::Permit { .. })).unwrap();
    let cancelled = Some(ErrorCode::NetworkCancelled);
    let answer = facts
        .iter()
        .position(|fact| matches!(fact, Fact::Answer { error, .. } if *error == cancelled));
    assert!(answer.is_some_and(|answer| answer > permit), "{facts:#?}");
}

#[test]
fn a_fault_in_the_configuration_is_named_with_its_place() {
    let stage = Stage::new(None);
    stage.reconfigure("facility_code", "facilty_code");
    for door in [DoorKind::Rust, DoorKind::C] {
        let error = stage.session(door, LogBook::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        let place = error.place().unwrap();
        assert_eq!(
            (place.line, place.column, place.suggestion.as_deref()),
            (3, 1, Some("facility_code"))
        );
    }
    stage.reconfigure("facilty_code", "facility_code");
    stage.write("client.key", "not a key");
    let error = stage.session(DoorKind::C, LogBook::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ConfigCredentials);
    assert!(error.technical().unwrap().contains("client.key"));
}
