//! A whole case from its opening to its end: events, JSON, gate, ledger, TLS, XML and mapping, with
//! card and gateway simulated at no latency in another process and the ledger in memory.

use std::time::{Duration, Instant};

use mynaq_conformance::{opening, parts};
use mynaq_host_sdk::{
    Case, Consent, Decision, DoorKind, Error, EventBody, FieldState, GateState, Identity, Plugin,
    Quiet, Record, Scope, Session,
};
use serde_json::json;

use crate::report;
use crate::stand::Stand;

const CASES: usize = 500;
const WARM: usize = 20;
/// Where the time goes, in the order it passes.
const STAGES: [&str; 5] = ["open_and_read_card", "gate", "look_up", "decide_and_export", "close"];

pub(crate) fn measure() {
    let stand = Stand::new();
    let plugin = Plugin::load_by(&parts().plugin, DoorKind::C).expect("the plugin");
    let session = plugin.open(stand.config(), Quiet).expect("a session");
    let watching = session.open_case(&opening()).expect("a case");
    let (mut wholes, mut commands) = (Vec::new(), Vec::new());
    let mut stages = [const { Vec::new() }; STAGES.len()];
    for case in 0..CASES + WARM {
        if case % 50 == 0 {
            eprint!("\rwhole cases: {case}/{}", CASES + WARM);
        }
        stand.hand().lay_anew(&watching);
        let (marks, calls) = play(&session);
        if case >= WARM {
            commands.extend(calls);
            wholes.push(milliseconds(marks[STAGES.len()] - marks[0]));
            for (stage, times) in stages.iter_mut().enumerate() {
                times.push(milliseconds(marks[stage + 1] - marks[stage]));
            }
        }
    }
    eprintln!();
    let medians: serde_json::Map<_, _> = STAGES
        .iter()
        .zip(&stages)
        .map(|(name, times)| ((*name).to_owned(), json!(report::median(times))))
        .collect();
    let what = json!({
        "median": report::median(&wholes),
        "p95": report::quantile(&wholes, 0.95),
        "goal_p95": 3.0,
        "stage_medians": medians,
        "includes": "the simulated card and gateway, a connection to each over loopback, mutual TLS \
                     that resumes its session, a ledger on tmpfs",
    });
    report::line("whole_case", "ms", what);
    let what = json!({
        "calls": commands.len(),
        "median": report::median(&commands),
        "p99": report::quantile(&commands, 0.99),
        "max": report::quantile(&commands, 1.0),
        "goal_max": 5.0,
        "includes": "every [any-thread] call of these cases, while card and line are at work",
    });
    report::line("command_returns", "ms", what);
}

/// One case: when each stage was over, and how long each command took to return.
fn play(session: &Session) -> ([Instant; STAGES.len() + 1], Vec<f64>) {
    let mut calls = Vec::new();
    let begun = Instant::now();
    let case = timed(&mut calls, || session.open_case(&opening()));
    timed(&mut calls, || case.read_card());
    timed(&mut calls, || case.identity(Identity::Visual));
    timed(&mut calls, || case.consent(Consent::Given, None));
    until(&case, |body| matches!(body, EventBody::CardRead { .. }).then_some(()));
    let read = Instant::now();
    until(&case, |body| {
        matches!(body, EventBody::Gate { state: GateState::Open, .. }).then_some(())
    });
    let gate = Instant::now();
    timed(&mut calls, || case.look_up(Scope::Full));
    let record: Record = until(&case, |body| match body {
        EventBody::Record { record } => Some(*record),
        _ => None,
    });
    let found = Instant::now();
    for field in &record.fields {
        if matches!(field.state, FieldState::Offered { .. }) {
            timed(&mut calls, || case.decide(&field.name, Decision::Accept));
        }
    }
    assert!(timed(&mut calls, || case.export("json")).len() > 100);
    let exported = Instant::now();
    timed(&mut calls, || case.close());
    ([begun, read, gate, found, exported, Instant::now()], calls)
}

fn timed<T>(calls: &mut Vec<f64>, call: impl FnOnce() -> Result<T, Error>) -> T {
    let begun = Instant::now();
    let answer = call();
    calls.push(milliseconds(begun.elapsed()));
    answer.expect("a command that works")
}

fn until<T>(case: &Case, wanted: impl Fn(EventBody) -> Option<T>) -> T {
    loop {
        let event = case.next_event(Duration::from_secs(20)).expect("an event");
        let body = event.expect("an event in time").body;
        if let EventBody::Trouble { error, .. } = &body {
            panic!("{error}");
        }
        if let Some(found) = wanted(body) {
            return found;
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
