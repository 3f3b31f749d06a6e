//! The line: who the gateway lets in, and what the crew hears when it does not answer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use mynaq_conformance::{Line, LogBook, Script, Stage, world};
use mynaq_host_sdk::{
    Case, Consent, DoorKind, ErrorClass, ErrorCode, EventBody, GateState, Identity, LookUpPhase,
    Scope,
};
use mynaq_ledger::Fact;
use mynaq_simulator::Options;

fn slow(delay: Duration) -> Stage {
    Stage::with(Options { card: Some("P01".into()), answer_delay: delay, ..Options::default() })
}

/// A stage whose line can go away.
fn with_a_line() -> (Stage, Line) {
    let stage = Stage::new(Some("P01"));
    let line = Line::to(stage.simulator.gateway()).unwrap();
    stage.reconfigure(&stage.simulator.gateway().to_string(), &line.address().to_string());
    (stage, line)
}

fn next(case: &Case) -> EventBody {
    case.next_event(Duration::from_secs(20)).unwrap().expect("an event").body
}

// clauses: CASE-21
#[test]
fn the_line_is_opened_with_the_case_says_nothing_before_the_permit_and_ends_with_the_case() {
    let (stage, line) = with_a_line();
    let case = stage.at_the_open_gate();
    assert!(line.comes_to(1), "no line was opened");
    assert_eq!(stage.simulator.bytes_said(), 0);
    case.look_up(Scope::Summary).unwrap();
    while !matches!(next(&case), EventBody::Record { .. }) {}
    assert!(stage.simulator.bytes_said() > 0);
    assert_eq!(stage.simulator.connections(), 1, "the look-up left on the line that was open");

    // Another case, which nobody looks up in: its line ends with it.
    let session = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    let other = session.open_case(&mynaq_conformance::opening()).unwrap();
    assert!(line.comes_to(1));
    drop(other);
    assert!(line.comes_to(0));
}

#[test]
fn a_refusal_ends_the_line_and_nothing_opens_it_again() {
    let (stage, line) = with_a_line();
    let case = stage.case();
    assert!(line.comes_to(1), "no line was opened");
    case.consent(Consent::Refused, None).unwrap();
    assert!(line.comes_to(0), "the line is still open");
    assert!(case.read_card().is_err());
    assert_eq!((stage.simulator.connections(), stage.simulator.bytes_said()), (1, 0));
}

// clauses: CASE-20 EVT-9
#[test]
fn in_a_tunnel_a_look_up_goes_on_by_itself_and_is_one_viewing() {
    let (stage, line) = with_a_line();
    let case = stage.at_the_open_gate();
    line.goes();
    case.look_up(Scope::Summary).unwrap();
    let (mut troubles, mut waits, mut summaries) = (Vec::new(), Vec::new(), 0);
    loop {
        match next(&case) {
            EventBody::Trouble { error, goes_on, next_attempt_ms } => {
                assert!(goes_on && next_attempt_ms.is_some(), "{error}");
                assert!(error.action_ja().contains("口頭で聴取"), "{error}");
                troubles.push(error.code());
            }
            EventBody::LookUpProgress {
                phase: LookUpPhase::Waiting,
                attempt,
                remaining_ms,
                ..
            } => {
                waits.push((attempt, remaining_ms));
                // The third attempt failed: out of the tunnel.
                if waits.len() == 3 {
                    line.comes();
                }
            }
            EventBody::Summary { .. } => summaries += 1,
            EventBody::Record { .. } => break,
            _ => {}
        }
    }
    let mut once = troubles.clone();
    once.dedup();
    assert_eq!(once, troubles, "the same trouble again is no news");
    assert!(waits.iter().map(|(attempt, _)| *attempt).eq(1..=waits.len() as u32), "{waits:?}");
    assert!(waits.is_sorted_by(|a, b| a.1 > b.1), "the time left runs down: {waits:?}");
    assert_eq!(summaries, 1);
    assert_eq!(stage.simulator.viewings().len(), 1);
    let permits = stage.facts().iter().filter(|fact| matches!(fact, Fact::Permit { .. })).count();
    assert_eq!(permits, 1);
}

#[test]
fn a_look_up_in_a_tunnel_can_be_cancelled_at_any_moment() {
    let (stage, line) = with_a_line();
    let case = stage.at_the_open_gate();
    line.goes();
    case.look_up(Scope::Summary).unwrap();
    while !matches!(next(&case), EventBody::LookUpProgress { phase: LookUpPhase::Waiting, .. }) {}
    case.cancel().unwrap();
    let begun = Instant::now();
    loop {
        if let EventBody::Trouble { error, goes_on: false, .. } = next(&case) {
            assert_eq!(error.code(), ErrorCode::NetworkCancelled);
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    line.comes();
    assert!(stage.simulator.viewings().is_empty());
    case.look_up(Scope::Summary).unwrap();
    assert!(Script::default().follow(&case).unwrap().record.is_some());
}

/// A connection that the gateway, or something before it, has closed while the crew was asking.
#[test]
fn a_line_that_died_while_it_waited_costs_one_attempt_and_no_trouble() {
    let (stage, line) = with_a_line();
    let case = stage.at_the_open_gate();
    assert!(line.comes_to(1), "no line was opened");
    line.goes();
    line.comes();
    case.look_up(Scope::Summary).unwrap();
    loop {
        match next(&case) {
            EventBody::Trouble { error, .. } => panic!("{error}"),
            EventBody::Record { .. } => break,
            _ => {}
        }
    }
    assert_eq!(stage.simulator.viewings().len(), 1);
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
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Given, None).unwrap();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("an event");
        match event.body {
            EventBody::Gate { state: GateState::Open, .. } => case.look_up(Scope::Summary).unwrap(),
            EventBody::LookUpSent { .. } => case.cancel().unwrap(),
            EventBody::Trouble { error, .. } => {
                assert_eq!(error.code(), ErrorCode::NetworkCancelled);
                break;
            }
            _ => {}
        }
    }
    case.look_up(Scope::Summary).unwrap();
    assert!(Script::default().follow(&case).unwrap().record.is_some());
}

// clauses: LIFE-3 EVT-6
#[test]
fn closing_a_session_in_the_middle_ends_every_wait_at_once() {
    let stage = slow(Duration::from_secs(60));
    let case = stage.case();
    case.read_card().unwrap();
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Given, None).unwrap();
    while !matches!(
        case.next_event(Duration::from_secs(20)).unwrap().expect("an event").body,
        EventBody::Gate { state: GateState::Open, .. }
    ) {}
    case.look_up(Scope::Summary).unwrap();
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
