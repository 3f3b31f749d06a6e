//! Many cases, and deaths in the middle of them: what the gateway saw and what the ledger says agree.
//!
//! A short run by default; `MYNAQ_LONG=yes` makes it thousands.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use mynaq_conformance::{LogBook, Script, Stage, opening, parts};
use mynaq_host_sdk::DoorKind;
use mynaq_ledger::Fact;

fn how_many(short: usize, long: usize) -> usize {
    if std::env::var_os("MYNAQ_LONG").is_some() { long } else { short }
}

/// The identifiers of requests the ledger has a permit for.
fn permitted(stage: &Stage) -> BTreeSet<String> {
    let requests = stage.facts().into_iter().filter_map(|fact| match fact {
        Fact::Permit { request, .. } => Some(request),
        _ => None,
    });
    requests.collect()
}

// clauses: GATE-3
#[test]
fn gateway_and_ledger_agree_one_to_one_over_many_cases() {
    let cases = how_many(200, 10_000);
    let stage = Stage::new(Some("P01"));
    let sessions =
        [DoorKind::Rust, DoorKind::C].map(|door| stage.session(door, LogBook::default()).unwrap());
    let begun = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for session in sessions.iter().cycle().take(4) {
            scope.spawn(|| {
                while begun.fetch_add(1, Ordering::Relaxed) < cases {
                    let case = session.open_case(&opening()).unwrap();
                    let outcome = stage.play(&Script::default(), &case).unwrap();
                    assert!(outcome.record.is_some(), "{:?}", outcome.error);
                }
            });
        }
    });
    drop(sessions);
    let permitted = permitted(&stage);
    assert_eq!(permitted.len(), cases);
    let closed = stage.facts().iter().filter(|fact| **fact == Fact::Closed).count();
    assert_eq!(closed, cases);
    // The gateway remembers its last 10,000.
    let seen: BTreeSet<_> =
        stage.simulator.viewings().into_iter().map(|viewing| viewing.identifier).collect();
    assert_eq!(seen, permitted);
}

/// kill -9 at any moment: whatever reached the gateway has its permit on the disk, and the ledger
/// opens again.
// clauses: LIFE-4 GATE-3
#[test]
fn a_killed_host_leaves_no_look_up_without_its_permit() {
    let stage = Stage::new(Some("P01"));
    let deaths = how_many(25, 1_000);
    let host = || {
        Command::new(&parts().mynaq)
            .args(["view", "--identity", "visual", "--consent", "given", "--plugin"])
            .arg(&parts().plugin)
            .arg("--config")
            .arg(stage.config())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    // As long as one lives that is let live, on this machine at this moment.
    let begun = Instant::now();
    assert!(host().wait().unwrap().success());
    let life = begun.elapsed();
    for death in 0..deaths {
        let mut host = host();
        // Spread over the whole life of a case.
        std::thread::sleep(life * ((death * 37 % 100) as u32) / 100);
        host.kill().unwrap();
        host.wait().unwrap();
    }
    assert!(Script::default().play(&stage.case()).unwrap().record.is_some());
    let permitted = permitted(&stage);
    for viewing in stage.simulator.viewings() {
        assert!(permitted.contains(&viewing.identifier), "{} has no permit", viewing.identifier);
    }
    assert!(stage.simulator.viewings().len() > 1, "some lived long enough to look up");
}
