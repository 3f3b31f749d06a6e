//! P3: no medical value, name or card identifier in the ledger or in any log, for anybody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use mynaq_conformance::{LogBook, Script, Stage, opening, planted, world};
use mynaq_host_sdk::{Decision, DoorKind, Identity, Scope};
use mynaq_simulator::people;

// clauses: ERR-3
#[test]
fn ledger_and_trace_log_of_everybody_hold_nothing_of_anybody() {
    for person in people::all().unwrap() {
        let stage = Stage::new(Some(&person.id));
        let log = LogBook::default();
        let mut shown = BTreeSet::new();
        for door in [DoorKind::Rust, DoorKind::C] {
            let session = stage.session(door, log.clone()).unwrap();
            for script in [
                Script { scope: Scope::FullWithPrescriptions, ..Script::default() },
                Script { identity: Identity::Pin, pin: "1234", ..Script::default() },
            ] {
                let case = session.open_case(&opening()).unwrap();
                let outcome = stage.play(&script, &case).unwrap();
                for field in outcome.record.iter().flat_map(|record| &record.fields) {
                    if let Some(value) = field.state.value() {
                        shown.insert(value.to_owned());
                        case.decide(&field.name, Decision::Accept).unwrap();
                    }
                }
            }
        }
        let log = log.lines();
        assert!(log.iter().any(|line| line.starts_with("Trace ")), "the log is at trace level");
        let log = log.join("\n");
        let ledger = std::fs::read_to_string(stage.ledger().join("entries.jsonl")).unwrap();
        assert!(ledger.contains("\"fact\":\"closed\""));
        let world = world();
        let certificate = world.certificate(&person.id).unwrap();
        let mut secret = planted(person);
        // Values of coded fields are too short to be told from a number in a log.
        secret.extend(shown.into_iter().filter(|value| value.chars().count() > 3));
        secret.insert(hex(&certificate[certificate.len() - 32..]));
        for text in &secret {
            assert!(!ledger.contains(text.as_str()), "{}: {text:?} is in the ledger", person.id);
            assert!(!log.contains(text.as_str()), "{}: {text:?} is in the log", person.id);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
