//! Who may view: the roster, the log-in, and what may be taken over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use mynaq_conformance::{LogBook, Script, Stage, opening, until};
use mynaq_host_sdk::{
    Decision, DoorKind, ErrorCode, EventBody, Factor, FieldState, GateState, LogIn, Scope, Session,
    Transcription,
};
use mynaq_ledger::Fact;

/// A roster that is in force today, with lines of its own about one member.
fn roster(about: &str) -> String {
    let year = mynaq_simulator::today().year();
    format!(
        "department = \"模擬消防本部\"\nissued = {}-01-01\nvalid_until = {}-12-31\n\
         [[unit]]\nname = \"救急1\"\n\
         [[member]]\nid = \"C-07\"\nunits = [\"救急1\"]\nroles = [\"viewer\"]\n{about}\n",
        year - 1,
        year + 1
    )
}

fn stage_with_roster(about: &str) -> Stage {
    let stage = Stage::new(Some("P01"));
    stage.write("roster.toml", &roster(about));
    stage.configure("[roster]\nfile = \"roster.toml\"\n");
    stage
}

fn log_in(member: &str, factors: &[Factor]) -> LogIn {
    LogIn {
        crew_member: member.into(),
        unit: "救急1".into(),
        terminal: "T-01".into(),
        factors: factors.to_vec(),
    }
}

const TWO: &[Factor] = &[Factor::IdPassword, Factor::IcCard];

fn session(stage: &Stage) -> Session {
    stage.session(DoorKind::C, LogBook::default()).unwrap()
}

// clauses: GATE-16 GATE-17
#[test]
fn nobody_views_who_has_not_logged_in_with_two_factors() {
    let stage = stage_with_roster("");
    let session = session(&stage);
    assert!(session.capabilities().unwrap().log_in_required);
    let refused = session.open_case(&opening()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::GateNotLoggedIn);
    assert!(refused.action_ja().contains("口頭"), "the crew goes on by asking");
    let one = session.log_in(&log_in("C-07", &[Factor::IdPassword])).unwrap_err();
    assert_eq!(one.code(), ErrorCode::GateTwoFactors);
    let unknown = session.log_in(&log_in("C-99", TWO)).unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::GateCrewUnknown);

    session.log_in(&log_in("C-07", TWO)).unwrap();
    let case = session.open_case(&opening()).unwrap();
    assert!(Script::default().play(&case).unwrap().record.is_some());
    let pair = |kind: &str, way: &str| (kind.to_owned(), way.to_owned());
    assert_eq!(stage.simulator.viewings()[0].factors, [pair("1", "01"), pair("3", "01")]);
    session.log_out("C-07").unwrap();
    session.log_out("C-07").unwrap();
    assert_eq!(case.look_up(Scope::Full).unwrap_err().code(), ErrorCode::GateNotLoggedIn);
    assert!(case.record().is_ok(), "a case that is open can be finished");
    drop(case);
    drop(session);
    let facts = stage.facts();
    for because in
        [ErrorCode::GateNotLoggedIn, ErrorCode::GateTwoFactors, ErrorCode::GateCrewUnknown]
    {
        let entered = |fact: &Fact| matches!(fact, Fact::RightRefused { because: entered, .. } if *entered == because);
        assert!(facts.iter().any(entered), "{because:?} is entered");
    }
    let logged_out = Fact::LoggedOut { crew_member: "C-07".into() };
    assert_eq!(facts.iter().filter(|fact| **fact == logged_out).count(), 1);
}

// clauses: GATE-17
#[test]
fn a_right_that_is_revoked_while_the_card_is_read_lets_nothing_leave() {
    let stage = stage_with_roster("");
    let session = session(&stage);
    session.log_in(&log_in("C-07", TWO)).unwrap();
    let case = session.open_case(&opening()).unwrap();
    case.read_card().unwrap();
    case.identity(mynaq_host_sdk::Identity::Visual).unwrap();
    case.consent(mynaq_host_sdk::Consent::Given, None).unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    let year = mynaq_simulator::today().year() - 1;
    stage.write("roster.toml", &roster(&format!("revoked = {year}-06-01")));
    case.look_up(Scope::Summary).unwrap();
    let events = until(&case, |body| matches!(body, EventBody::Trouble { .. }));
    let Some(EventBody::Trouble { error, goes_on: false, .. }) = events.last() else {
        panic!("{events:#?}");
    };
    assert_eq!(error.code(), ErrorCode::GateCrewRevoked);
    assert_eq!(stage.simulator.bytes_said(), 0);
    // By then every later look knows, too.
    assert_eq!(case.look_up(Scope::Summary).unwrap_err().code(), ErrorCode::GateCrewRevoked);
    drop(case);
    assert_eq!(session.open_case(&opening()).unwrap_err().code(), ErrorCode::GateCrewRevoked);
    assert!(!stage.facts().iter().any(|fact| matches!(fact, Fact::Permit { .. })));
}

// clauses: GATE-17
#[test]
fn a_clock_behind_the_ledgers_last_use_is_told_and_nobody_views() {
    let stage = stage_with_roster("");
    {
        let mut ledger = mynaq_ledger::Ledger::open(&stage.ledger()).unwrap();
        let logged_in = Fact::LoggedIn {
            crew_member: "C-07".into(),
            unit: "救急1".into(),
            terminal: "T-01".into(),
            factors: vec![],
        };
        ledger.append("", logged_in).unwrap();
    }
    // The entry of a terminal whose clock was a day ahead of now, with its hash made right.
    let path = stage.ledger().join("entries.jsonl");
    let line = std::fs::read_to_string(&path).unwrap();
    let today = mynaq_simulator::today();
    let tomorrow = today.next_day().unwrap().next_day().unwrap();
    let at = line.split("\"at\":\"").nth(1).unwrap().split('T').next().unwrap();
    std::fs::write(&path, line.replacen(at, &tomorrow.to_string(), 1)).unwrap();
    let session = session(&stage);
    let error = session.log_in(&log_in("C-07", TWO)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateClockSetBack);
    assert!(error.action_ja().contains("日時"), "{}", error.action_ja());
}

// clauses: GATE-16
#[test]
fn a_roster_with_a_fault_stops_the_start_with_its_line() {
    let stage = stage_with_roster("rolls = []");
    let error = stage.session(DoorKind::Rust, LogBook::default()).err().unwrap();
    assert_eq!(error.code(), ErrorCode::GateRosterUnreadable);
    assert_eq!(error.place().unwrap().line, 10);
}

// clauses: CASE-18
#[test]
fn what_may_be_taken_over_is_the_departments_decision() {
    let stage = Stage::new(Some("P01"));
    stage.configure("[transcription]\nsections = { patient = \"all\", medications = \"never\" }\n");
    let case = stage.case();
    let record = Script::default().play(&case).unwrap().record.unwrap();
    let find = |label: &str| record.fields.iter().find(|field| field.label == label).unwrap();
    let (name, drugs, visits) = (find("氏名"), find("投薬内容"), find("既往歴医療機関"));
    assert_eq!(name.transcription, Some(Transcription::All));
    assert_eq!(drugs.transcription, Some(Transcription::Never));
    assert_eq!(visits.transcription, Some(Transcription::Item));
    let empty = record.fields.iter().find(|field| field.state.value().is_none()).unwrap();
    assert_eq!(empty.transcription, None);

    assert_eq!(
        case.decide(&drugs.name, Decision::Accept).unwrap_err().code(),
        ErrorCode::GateTranscription
    );
    case.decide(&drugs.name, Decision::Reject).unwrap();
    assert_eq!(
        case.decide_all(None, Decision::Accept).unwrap_err().code(),
        ErrorCode::GateTranscription,
        "not where one of them is not allowed"
    );
    assert!(
        case.record()
            .unwrap()
            .fields
            .iter()
            .all(|field| { !matches!(field.state, FieldState::Accepted { .. }) })
    );
    let kana = &find("氏名カナ").name;
    case.decide(kana, Decision::Reject).unwrap();
    case.decide_all(Some("patient"), Decision::Accept).unwrap();
    let left = case.record().unwrap().fields.into_iter().find(|field| field.name == *kana).unwrap();
    assert!(matches!(left.state, FieldState::Rejected { .. }), "what the crew left stays left");
    case.decide(&visits.name, Decision::Accept).unwrap();
    assert_eq!(
        case.decide_all(Some("pets"), Decision::Accept).unwrap_err().code(),
        ErrorCode::FieldUnknown
    );
    let written = String::from_utf8(case.export("json").unwrap().to_vec()).unwrap();
    assert!(written.contains(name.state.value().unwrap()));
    assert!(!written.contains(drugs.state.value().unwrap()));
    let taken: Vec<_> = case
        .record()
        .unwrap()
        .fields
        .into_iter()
        .filter(|field| matches!(field.state, FieldState::Accepted { .. }))
        .map(|field| field.name)
        .collect();
    assert!(taken.len() > 2);
    case.decide_all(None, Decision::Reject).unwrap();
    case.close().unwrap();
    let exported = Fact::Exported { format: "json".into(), fields: taken };
    assert!(stage.facts().contains(&exported), "names, never values");
}
