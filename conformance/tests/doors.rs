//! Two doors, one engine.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use mynaq_conformance::{LogBook, Script, Stage, opening, parts, plugin};
use mynaq_host_sdk::{
    Decision, DoorKind, Error, ErrorCode, Factor, LogIn, NoticeLanguage, Observation, OptOut,
};

// clauses: LIFE-3
#[test]
fn both_doors_of_one_process_share_the_engine_of_one_configuration() {
    let stage = Stage::new(Some("P01"));
    let rust = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    // A second engine on this ledger would be refused: it is locked.
    let c = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let cases = [rust.open_case(&opening()).unwrap(), c.open_case(&opening()).unwrap()];
    for case in &cases {
        assert!(stage.play(&Script::default(), case).unwrap().record.is_some());
    }
    assert_eq!(stage.simulator.viewings().len(), 2);
}

#[test]
fn what_1_1_appended_answers_the_same_through_both_doors() {
    let by = |door| {
        let stage = Stage::new(None);
        let session = stage.session(door, LogBook::default()).unwrap();
        let case = session.open_case(&opening()).unwrap();
        let refused = |answer: Result<(), Error>| answer.unwrap_err();
        // Of a case that has only been opened none of this can be had.
        let refusals = [
            refused(case.allow_last_try()),
            refused(case.wrong_patient()),
            refused(case.opt_out(OptOut::Remove)),
            refused(case.decide_all(None, Decision::Reject)),
            refused(case.decide_all(Some("medications"), Decision::Accept)),
            refused(case.notice_page(NoticeLanguage::English).map(drop)),
        ];
        assert!(
            refusals.iter().all(|error| error.code() == ErrorCode::WrongState),
            "{refusals:#?}"
        );
        let jcs = |jcs| Observation { jcs: Some(jcs), ..Observation::default() };
        let answers = [
            session.log_in(&log_in()),
            case.observe(&jcs(300)),
            case.observe(&jcs(4)),
            session.log_out("X"),
        ];
        (refusals, answers)
    };
    assert_eq!(by(DoorKind::C), by(DoorKind::Rust));
}

fn log_in() -> LogIn {
    let factors = vec![Factor::IdPassword, Factor::Fingerprint];
    LogIn { crew_member: "X".into(), unit: "X".into(), terminal: "X".into(), factors }
}

// clauses: LIFE-3
#[test]
fn closing_one_configuration_leaves_the_engine_of_another_shared() {
    let [stays, goes] = [Stage::new(Some("P01")), Stage::new(None)];
    let first = stays.session(DoorKind::C, LogBook::default()).unwrap();
    drop(goes.session(DoorKind::C, LogBook::default()).unwrap());
    let second = stays.session(DoorKind::C, LogBook::default()).unwrap();
    for session in [first, second] {
        let case = session.open_case(&opening()).unwrap();
        assert!(stays.play(&Script::default(), &case).unwrap().record.is_some());
    }
}

#[test]
fn the_loader_prefers_the_checked_door() {
    let loaded = mynaq_host_sdk::Plugin::load(&parts().plugin).unwrap();
    assert_eq!((loaded.door(), loaded.fallback()), (DoorKind::Rust, None));
    assert_eq!(plugin(DoorKind::C).product_version(), plugin(DoorKind::Rust).product_version());
}

#[test]
fn what_is_not_a_plugin_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    for path in [text, folder.path().join("absent.so"), parts().mynaq.clone()] {
        let error = mynaq_host_sdk::Plugin::load(&path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
}
