//! Every fault of the way and of the gateway ends in the event the manual names, in its time, and what
//! gateway and ledger say of it agrees.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use mynaq_conformance::{Stage, until};
use mynaq_host_sdk::{Case, ClaimDate, ErrorCode, EventBody, Patient, Scope, Sex};
use mynaq_ledger::Fact;
use mynaq_simulator::Outcome;

/// The times of these tests, in seconds: one attempt, and all of them.
const TIMES: &str =
    "connect_seconds = 1\nfirst_byte_seconds = 1\nanswer_seconds = 2\ngive_up_seconds = 4\n";
const GIVE_UP: Duration = Duration::from_secs(4);

/// What a look-up ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The record.
    Found,
    /// An error at once: trying again would not help.
    AtOnce(ErrorCode),
    /// An error, after it went on by itself until it gave up.
    AtLast(ErrorCode),
}

/// Each fault, as it is there all the time.
const ALL_THE_TIME: &[(&str, End)] = &[
    ("", End::Found),
    // The line.
    ("refuse", End::AtLast(ErrorCode::NetworkUnreachable)),
    ("reset", End::AtLast(ErrorCode::NetworkUnreachable)),
    ("cut-handshake:0", End::AtLast(ErrorCode::NetworkUnreachable)),
    ("cut-handshake:100", End::AtLast(ErrorCode::NetworkUnreachable)),
    ("silence", End::AtLast(ErrorCode::NetworkTimeout)),
    ("stall:9000", End::AtLast(ErrorCode::NetworkTimeout)),
    ("drip:50", End::AtLast(ErrorCode::NetworkTimeout)),
    ("black-hole:9000", End::AtLast(ErrorCode::NetworkTimeout)),
    ("cut:1500", End::AtLast(ErrorCode::NetworkLost)),
    ("short-body", End::AtLast(ErrorCode::NetworkLost)),
    // Closed before an answer, again and again: it looks as if our certificate were refused.
    ("cut:0", End::AtOnce(ErrorCode::GatewayCertificateRefused)),
    ("cut-handshake:400", End::AtOnce(ErrorCode::GatewayCertificateRefused)),
    ("client-close", End::AtOnce(ErrorCode::GatewayCertificateRefused)),
    // Certificates.
    ("client-alert", End::AtOnce(ErrorCode::GatewayCertificateRefused)),
    ("expired", End::AtOnce(ErrorCode::NetworkClockWrong)),
    ("not-yet-valid", End::AtOnce(ErrorCode::NetworkClockWrong)),
    ("other-authority", End::AtOnce(ErrorCode::GatewayUntrusted)),
    ("other-name", End::AtOnce(ErrorCode::GatewayUntrusted)),
    // What stands before the answer.
    ("status:429", End::AtLast(ErrorCode::GatewayBusy)),
    ("status:503", End::AtLast(ErrorCode::GatewayMaintenance)),
    ("status:429:600", End::AtOnce(ErrorCode::GatewayBusy)),
    ("status:503:600", End::AtOnce(ErrorCode::GatewayMaintenance)),
    ("status:500", End::AtOnce(ErrorCode::GatewayFault)),
    ("status:404", End::AtOnce(ErrorCode::GatewayFault)),
    ("status:403", End::AtOnce(ErrorCode::GatewayCertificateRefused)),
    ("redirect", End::AtLast(ErrorCode::NetworkIntercepted)),
    ("login-page", End::AtLast(ErrorCode::NetworkIntercepted)),
    ("content-type:text/plain", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("gzip-bomb:64", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("endless:64", End::AtOnce(ErrorCode::GatewayUnreadable)),
    // The answer.
    ("in-progress", End::AtLast(ErrorCode::GatewayBusy)),
    ("failed:3", End::AtOnce(ErrorCode::GatewayFault)),
    ("failed:9", End::AtOnce(ErrorCode::GatewayFault)),
    ("unknown-code", End::AtOnce(ErrorCode::GatewayFault)),
    ("wrong-identifier", End::AtOnce(ErrorCode::GatewayMismatch)),
    ("two-people", End::AtOnce(ErrorCode::GatewayAmbiguous)),
    ("billion-laughs", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("external-entity", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("deep", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("flood:1000000", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("utf-16", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("says-utf-8", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("says-shift-jis", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("broken-shift-jis", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("truncated:700", End::AtOnce(ErrorCode::GatewayUnreadable)),
    ("empty", End::AtOnce(ErrorCode::GatewayUnreadable)),
    // Where public sources disagree, all of them are right.
    ("utf-8", End::Found),
    ("code-flag:0", End::Found),
    ("code-flag:1", End::Found),
    ("code-flag:2", End::Found),
    ("spelling:KanaName", End::Found),
    ("spelling:KanasName", End::Found),
    ("spelling:Birth", End::Found),
    ("spelling:Birthday", End::Found),
    ("spelling:AdmGendCode", End::Found),
    ("spelling:AdministrativeGenderCode", End::Found),
    ("notice", End::Found),
];

/// Each that happens once and is over when the look-up asks again by itself.
const ONCE: &[&str] = &[
    "reset@1",
    "refuse@1",
    "cut-handshake:100@1",
    "cut-handshake:400@1",
    "silence@1",
    "cut:0@1",
    "cut:1500@1",
    "stall:1500@1",
    "black-hole:1500@1",
    "short-body@1",
    "status:429:1@1",
    "status:503:1@1",
    "status:500@1",
    "redirect@1",
    "login-page@1",
    "failed:9@1",
    "in-progress@1",
    "wrong-identifier@1",
    "empty@1",
    "truncated:700@1",
    "broken-shift-jis@1",
    "billion-laughs@1",
    "client-close@1",
];

fn stage() -> Stage {
    let stage = Stage::new(Some("P01"));
    stage.reconfigure("[ledger]", &format!("{TIMES}[ledger]"));
    stage
}

/// Looks up, to the end: what was told, and how long it took.
fn look_up(case: &Case) -> (Vec<EventBody>, Duration) {
    let begun = Instant::now();
    case.look_up(Scope::Summary).unwrap();
    let told = until(case, |body| {
        matches!(body, EventBody::Record { .. } | EventBody::Trouble { goes_on: false, .. })
    });
    (told, begun.elapsed())
}

fn final_error(told: &[EventBody]) -> Option<ErrorCode> {
    match told.last()? {
        EventBody::Trouble { error, .. } => {
            assert!(!error.action_ja().is_empty() && !error.action_en().is_empty(), "{error}");
            Some(error.code())
        }
        _ => None,
    }
}

/// Plays every case of a list, several at a time: most of their time is waiting.
fn side_by_side<T: Sync>(list: &[T], play: impl Fn(&T) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(one) =
                    list.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                {
                    play(one);
                }
            });
        }
    });
}

#[test]
fn every_fault_that_stays_ends_as_documented_and_in_its_time() {
    side_by_side(ALL_THE_TIME, |(fault, end)| {
        let stage = stage();
        stage.simulator.set_faults(fault.parse().unwrap());
        let case = stage.at_the_open_gate();
        let (told, took) = look_up(&case);
        let seen = match final_error(&told) {
            None => End::Found,
            Some(code) if told.iter().any(goes_on) && took > GIVE_UP / 2 => End::AtLast(code),
            Some(code) => End::AtOnce(code),
        };
        assert_eq!(seen, *end, "{fault}, after {took:?}: {told:#?}");
        // However a register spells it, it is the person of `simulator/people/P01.toml`.
        if let Some(patient) = patient(&told) {
            assert_eq!(patient.name.as_deref(), Some("模擬　花子"), "{fault}");
            assert!(patient.name_kana.is_some() && patient.sex == Sex::Female, "{fault}");
            assert_eq!(patient.birth_date, ClaimDate::day(1948, 5, 3), "{fault}");
        }
        assert!(took < GIVE_UP + Duration::from_secs(2), "{fault}: {took:?}");
        books_agree(&stage, fault);
        // Whatever it was, the case goes on: by asking, or by looking up again.
        case.cancel().unwrap();
        stage.simulator.set_faults("".parse().unwrap());
        if !matches!(end, End::Found) && !fault.ends_with(":600") {
            let (told, _) = look_up(&case);
            assert_eq!(final_error(&told), None, "{fault}, and then nothing: {told:#?}");
        }
    });
}

fn patient(told: &[EventBody]) -> Option<&Patient> {
    told.iter().find_map(|body| match body {
        EventBody::Summary { summary } => Some(&summary.patient),
        _ => None,
    })
}

fn goes_on(body: &EventBody) -> bool {
    matches!(body, EventBody::Trouble { goes_on: true, .. })
}

// clauses: CASE-20
#[test]
fn every_fault_that_passes_is_survived_and_is_one_viewing() {
    side_by_side(ONCE, |fault| {
        let stage = stage();
        let case = stage.at_the_open_gate();
        stage.simulator.set_faults(fault.parse().unwrap());
        let (told, took) = look_up(&case);
        assert_eq!(final_error(&told), None, "{fault}, after {took:?}: {told:#?}");
        let viewings = stage.simulator.viewings();
        assert_eq!(viewings.len(), 1, "{fault}: {viewings:#?}");
        books_agree(&stage, fault);
    });
}

/// Each viewing the gateway knows of has its permit, and what the ledger calls found was answered.
fn books_agree(stage: &Stage, fault: &str) {
    let facts = stage.facts();
    let viewings = stage.simulator.viewings();
    for viewing in &viewings {
        let permits = facts.iter().filter(
            |fact| matches!(fact, Fact::Permit { request, .. } if *request == viewing.identifier),
        );
        assert_eq!(permits.count(), 1, "{fault}: {viewing:?}");
    }
    for fact in &facts {
        if let Fact::Answer { request, error: None } = fact {
            let viewing = viewings.iter().find(|viewing| viewing.identifier == *request);
            assert_eq!(viewing.map(|it| it.outcome), Some(Outcome::Answered), "{fault}: {fact:?}");
        }
    }
}

#[test]
fn a_gateway_that_asks_for_a_pause_gets_it_also_from_the_next_case() {
    let stage = stage();
    stage.simulator.set_faults("status:503:600".parse().unwrap());
    let case = stage.at_the_open_gate();
    let (told, _) = look_up(&case);
    let Some(EventBody::Trouble { next_attempt_ms: Some(wait), .. }) = told.last() else {
        panic!("{told:?}")
    };
    assert!((590_000..=600_000).contains(wait), "{wait}");
    let said = stage.simulator.bytes_said();
    let (told, took) = look_up(&case);
    let Some(EventBody::Trouble { error, next_attempt_ms: Some(wait), .. }) = told.last() else {
        panic!("{told:?}")
    };
    assert_eq!(error.code(), ErrorCode::NetworkWaiting);
    assert!((590_000..=600_000).contains(wait) && took < Duration::from_secs(1), "{wait} {took:?}");
    // What ends a connection may still arrive; a request has thousands of bytes.
    assert!(stage.simulator.bytes_said() < said + 100, "it was asked");
}
