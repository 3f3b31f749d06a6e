//! The ledger on a real disk: what is acknowledged stays, what is altered is found.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use mynaq_interface::{Consent, Identity};
use mynaq_ledger::{Fact, Ledger, OpenError, verify};

fn facts() -> [Fact; 3] {
    [
        Fact::Identity { identity: Identity::Visual },
        Fact::Consent { consent: Consent::Given, reason: None },
        Fact::Closed,
    ]
}

fn written(directory: &Path) -> Vec<u8> {
    let mut ledger = Ledger::open(directory).unwrap();
    for (index, fact) in facts().into_iter().enumerate() {
        assert_eq!(ledger.append("case", fact).unwrap(), index as u64 + 1);
    }
    fs::read(directory.join("entries.jsonl")).unwrap()
}

#[test]
fn a_card_entered_before_it_was_said_what_it_proves_proved_nothing() {
    let old = r#"{"fact":"card_read","kind":"my_number","validity":"valid"}"#;
    let fact: Fact = serde_json::from_str(old).unwrap();
    assert!(matches!(fact, Fact::CardRead { possession_proven: false, .. }), "{fact:?}");
    let now = serde_json::to_string(&Fact::LastTryAllowed).unwrap();
    assert_eq!(now, r#"{"fact":"last_try_allowed"}"#);
}

#[test]
fn entries_survive_reopening_and_go_on_counting() {
    let directory = tempfile::tempdir().unwrap();
    written(directory.path());
    Ledger::open(directory.path()).unwrap().append("case", Fact::Wiped).unwrap();
    let entries = verify(directory.path()).unwrap();
    let facts: Vec<_> = entries.iter().map(|entry| entry.fact.clone()).collect();
    assert_eq!(facts[..3], self::facts());
    assert_eq!((entries[3].sequence, &entries[3].fact), (4, &Fact::Wiped));
}

#[test]
fn every_altered_dropped_or_reordered_line_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = written(directory.path());
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let altered = text.replacen("visual", "failed", 1);
    let dropped = [lines[0], lines[2]].concat();
    let reordered = [lines[1], lines[0], lines[2]].concat();
    for damaged in [altered, dropped, reordered] {
        fs::write(directory.path().join("entries.jsonl"), &damaged).unwrap();
        assert!(verify(directory.path()).is_err());
        assert!(matches!(Ledger::open(directory.path()), Err(OpenError::Broken(_))));
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_set_aside_and_the_rest_stays() {
    let whole = written(tempfile::tempdir().unwrap().path());
    let last_line = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
    for length in last_line + 1..whole.len() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("entries.jsonl"), &whole[..length]).unwrap();
        drop(Ledger::open(directory.path()).unwrap());
        let entries = verify(directory.path()).unwrap();
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[2].fact, Fact::TornTail { bytes: (length - last_line) as u64 });
        let aside = fs::read(directory.path().join("entries.torn")).unwrap();
        assert_eq!(aside[..aside.len() - 1], whole[last_line..length]);
    }
}

#[test]
fn a_second_writer_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ledger::open(directory.path()).unwrap();
    assert!(matches!(Ledger::open(directory.path()), Err(OpenError::InUse(_))));
    drop(first);
    assert!(Ledger::open(directory.path()).is_ok());
}
