//! The life of a case as a timeline: patients wake up, cards turn out to be somebody else's, people
//! have opted out, and everything waits while a heart stands still.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use mynaq_conformance::{LogBook, Script, Stage, opening, until};
use mynaq_host_sdk::{
    CardForm, Case, Consent, Decision, DoorKind, Error, ErrorCode, EventBody, GateState, Identity,
    Lack, Notice, NoticeLanguage, Observation, OptOut, Reason, Scope,
};
use mynaq_ledger::Fact;

const UNCONSCIOUS: Script = Script {
    identity: Identity::Visual,
    pin: "",
    consent: Consent::Unobtainable,
    reason: Some(Reason::Unconscious),
    scope: Scope::Summary,
};

fn jcs(jcs: u16) -> Observation {
    Observation { jcs: Some(jcs), ..Observation::default() }
}

fn code(result: Result<(), Error>) -> ErrorCode {
    result.unwrap_err().code()
}

/// Where the gate stands after the next of its events, and by which rule.
fn gate(case: &Case) -> (GateState, String) {
    let events = until(case, |body| matches!(body, EventBody::Gate { .. }));
    match events.into_iter().next_back() {
        Some(EventBody::Gate { state, rule }) => (state, rule.unwrap().row),
        _ => unreachable!(),
    }
}

fn forgotten(case: &Case) {
    let _ = until(case, |body| *body == EventBody::CardForgotten);
    assert_eq!(case.record().unwrap_err().code(), ErrorCode::WrongState);
}

// clauses: GATE-12 GATE-13
#[test]
fn a_patient_who_wakes_up_is_asked_and_a_refusal_stops_the_viewing() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    case.observe(&jcs(300)).unwrap();
    assert!(UNCONSCIOUS.play(&case).unwrap().record.is_some());
    let _ = until(&case, |body| matches!(body, EventBody::NoticeDue { .. }));

    case.observe(&jcs(1)).unwrap();
    let (state, row) = gate(&case);
    assert!(matches!(state, GateState::Closed { .. }), "{state:?}");
    assert_eq!(row, "G-09");
    assert_eq!(code(case.look_up(Scope::Full)), ErrorCode::GateReasonUnfit);
    assert!(case.record().is_ok(), "what was seen by right stays until the patient has spoken");

    case.consent(Consent::Refused, None).unwrap();
    forgotten(&case);
    assert_eq!(gate(&case).1, "G-01");
    assert_eq!(code(case.read_card()), ErrorCode::GateRefused);
    // The paper is due all the same.
    assert!(case.notice_page(NoticeLanguage::English).unwrap().contains("<html"));
    case.notice(Notice::HandedOver).unwrap();
    case.close().unwrap();

    let facts = stage.facts();
    let permits: Vec<_> = facts.iter().filter(|fact| matches!(fact, Fact::Permit { .. })).collect();
    let [Fact::Permit { row, consciousness, consent_class, reasons_version, crew_member, .. }] =
        permits[..]
    else {
        panic!("{permits:?}");
    };
    assert_eq!((row.as_str(), *consent_class, crew_member.as_str()), ("G-15", 3, "C-07"));
    assert_eq!(
        (*consciousness, *reasons_version),
        (Some(mynaq_host_sdk::Consciousness::Unrousable), 2)
    );
    let at = |wanted: &dyn Fn(&Fact) -> bool| facts.iter().position(wanted).unwrap();
    let order = [
        at(&|fact| matches!(fact, Fact::Consent { consent: Consent::Unobtainable, .. })),
        at(&|fact| matches!(fact, Fact::Permit { .. })),
        at(&|fact| matches!(fact, Fact::Consent { consent: Consent::Refused, .. })),
        at(&|fact| *fact == Fact::Wiped),
        at(&|fact| *fact == Fact::NoticePrinted { language: NoticeLanguage::English }),
        at(&|fact| *fact == Fact::Notice { notice: Notice::HandedOver }),
    ];
    assert!(order.is_sorted(), "the basis of what was seen stays: {facts:#?}");
    assert_eq!(stage.simulator.viewings().len(), 1);
}

// clauses: GATE-12
#[test]
fn a_patient_who_wakes_up_and_agrees_is_viewed_by_consent_from_then_on() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    assert!(UNCONSCIOUS.play(&case).unwrap().record.is_some());
    case.observe(&jcs(0)).unwrap();
    case.consent(Consent::Given, None).unwrap();
    case.look_up(Scope::Full).unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Record { .. }));
    let viewings = stage.simulator.viewings();
    let seen: Vec<_> = viewings.iter().map(|viewing| (viewing.consent, viewing.pattern)).collect();
    assert_eq!(seen, [(3, 1), (1, 2)]);
    case.notice(Notice::NotHandedOver).unwrap();
}

// clauses: GATE-12
#[test]
fn consent_outlives_consciousness_and_cannot_be_given_without_it() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    case.observe(&jcs(3)).unwrap();
    case.consent(Consent::Given, None).unwrap();
    case.identity(Identity::Visual).unwrap();
    case.observe(&jcs(200)).unwrap();
    case.read_card().unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    case.look_up(Scope::Summary).unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Record { .. }));
    assert_eq!(stage.simulator.viewings()[0].consent, 1);

    case.consent(Consent::Given, None).unwrap();
    let (state, row) = gate(&case);
    assert!(matches!(state, GateState::Closed { .. }) && row == "G-08", "{state:?} {row}");
    assert_eq!(code(case.look_up(Scope::Full)), ErrorCode::GateConsentImpossible);
}

// clauses: GATE-14
#[test]
fn a_card_without_a_photo_is_not_compared_with_a_face() {
    let stage = Stage::new(Some("P03"));
    let case = stage.case();
    let form = Some(CardForm::WithoutPhoto);
    case.observe(&Observation { card_form: form, ..Observation::default() }).unwrap();
    let outcome = Script::default().play(&case).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::GateNoPhoto);
    assert_eq!(stage.simulator.bytes_said(), 0);
    // The parents know the digits.
    case.cancel().unwrap();
    case.identity_by_pin(&"1234".to_owned().into()).unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    case.look_up(Scope::Summary).unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Record { .. }));
}

// clauses: CASE-16
#[test]
fn another_persons_card_noticed_after_the_viewing_is_withdrawn_and_not_read_again() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    assert_eq!(code(case.wrong_patient()), ErrorCode::WrongState);
    let record = UNCONSCIOUS.play(&case).unwrap().record.unwrap();
    let taken = record.fields[0].name.clone();
    case.decide(&taken, Decision::Accept).unwrap();
    case.wrong_patient().unwrap();
    let events = until(&case, |body| *body == EventBody::CardForgotten);
    let withdrawn = EventBody::Withdrawn { fields: vec![taken.clone()] };
    assert!(events.contains(&withdrawn), "the host learns what to take out: {events:#?}");
    let (state, _) = gate(&case);
    assert_eq!(
        state,
        GateState::Waiting { missing: vec![Lack::Card, Lack::Identity, Lack::Consent] }
    );
    assert_eq!(case.record().unwrap_err().code(), ErrorCode::WrongState);
    assert_eq!(code(case.notice(Notice::HandedOver)), ErrorCode::WrongState, "not this patient's");

    case.read_card().unwrap();
    let read = until(&case, |body| matches!(body, EventBody::Trouble { .. }));
    let Some(EventBody::Trouble { error, goes_on: false, .. }) = read.last() else {
        panic!("{read:#?}");
    };
    assert_eq!(error.code(), ErrorCode::CardNotThisPatient);
    stage.simulator.tap("P09").unwrap();
    assert!(Script::default().play(&case).unwrap().record.is_some(), "the right card is read");
    case.close().unwrap();
    assert!(stage.facts().contains(&Fact::WrongPatient { fields: vec![taken] }));
}

// clauses: GATE-15
#[test]
fn whoever_has_opted_out_nationally_ends_the_case_politely() {
    let stage = Stage::new(Some("P14"));
    let case = stage.case();
    let outcome = Script::default().play(&case).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::GatewayOptedOut);
    forgotten(&case);
    let (state, row) = gate(&case);
    assert!(matches!(state, GateState::Closed { .. }) && row == "G-02");
    assert_eq!(code(case.look_up(Scope::Summary)), ErrorCode::GateOptedOut);
    assert_eq!(code(case.read_card()), ErrorCode::GateOptedOut, "nothing is asked again");
    case.close().unwrap();
    assert!(stage.facts().contains(&Fact::GateClosed { because: ErrorCode::GateOptedOut }));
    assert_eq!(stage.simulator.viewings().len(), 1);
}

// clauses: GATE-15
#[test]
fn whoever_is_on_the_departments_list_is_not_looked_up_until_they_want_to_be_again() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    case.read_card().unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::CardRead { .. }));
    let unlisted = case.opt_out(OptOut::Add).unwrap_err();
    assert_eq!(unlisted.code(), ErrorCode::ConfigInvalid, "no list is configured");
    drop(case);

    stage.configure("[opt_out]\nfile = \"opt-out.toml\"\n");
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let counter = session.open_case(&opening()).unwrap();
    assert_eq!(code(counter.opt_out(OptOut::Add)), ErrorCode::WrongState, "no card was read");
    counter.read_card().unwrap();
    let _ = until(&counter, |body| matches!(body, EventBody::CardRead { .. }));
    counter.opt_out(OptOut::Add).unwrap();
    let told = EventBody::OptOutRecorded { opt_out: OptOut::Add };
    let _ = until(&counter, |body| *body == told);
    assert_eq!(gate(&counter).1, "G-02");
    counter.close().unwrap();

    stage.simulator.remove();
    stage.simulator.tap("P01").unwrap();
    let scene = session.open_case(&opening()).unwrap();
    let outcome = UNCONSCIOUS.play(&scene).unwrap();
    assert_eq!(outcome.error.unwrap().code(), ErrorCode::GateOptedOut);
    assert_eq!(stage.simulator.bytes_said(), 0, "not even asked about");
    // A refusal leaves nothing of the card, not even its entry.
    let refuser = session.open_case(&opening()).unwrap();
    stage.simulator.remove();
    stage.simulator.tap("P09").unwrap();
    refuser.read_card().unwrap();
    let _ = until(&refuser, |body| matches!(body, EventBody::CardRead { .. }));
    refuser.consent(Consent::Refused, None).unwrap();
    assert_eq!(code(refuser.opt_out(OptOut::Add)), ErrorCode::WrongState);
    drop(refuser);
    // At the counter again: the same case knows whom it was about.
    scene.opt_out(OptOut::Remove).unwrap();
    let _ = until(&scene, |body| *body == EventBody::OptOutRecorded { opt_out: OptOut::Remove });
    scene.close().unwrap();

    stage.simulator.remove();
    stage.simulator.tap("P01").unwrap();
    let scene = session.open_case(&opening()).unwrap();
    assert!(UNCONSCIOUS.play(&scene).unwrap().record.is_some());
    let facts = stage.facts();
    let lists = facts.iter().filter(|fact| matches!(fact, Fact::OptOut { .. })).count();
    assert_eq!(lists, 2);
}

// clauses: CASE-17
#[test]
fn in_cardiopulmonary_arrest_nothing_asks_for_attention_and_the_card_is_waited_for() {
    let stage = Stage::new(None);
    stage.reconfigure("wait_seconds = 30", "wait_seconds = 1");
    let case = stage.case();
    case.observe(&Observation { cpa: Some(true), jcs: Some(300), ..Observation::default() })
        .unwrap();
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Unobtainable, Some(Reason::Unconscious)).unwrap();
    case.read_card().unwrap();
    let mut awaited = 0;
    // Longer than a card is waited for at other times.
    while awaited < 3 {
        let event = case.next_event(Duration::from_secs(20)).unwrap().unwrap();
        assert!(
            event.quiet
                || matches!(event.body, EventBody::Opened { .. } | EventBody::Readers { .. })
        );
        assert!(!matches!(event.body, EventBody::Trouble { .. }), "{event:?}");
        awaited += u32::from(matches!(event.body, EventBody::CardAwaited { .. }));
    }
    stage.simulator.tap("P01").unwrap();
    let _ = until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    case.look_up(Scope::Summary).unwrap();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().unwrap();
        assert!(event.quiet, "{event:?}");
        if matches!(event.body, EventBody::NoticeDue { .. }) {
            break;
        }
    }
    case.observe(&Observation { cpa: Some(false), ..Observation::default() }).unwrap();
    let event = case.next_event(Duration::from_secs(20)).unwrap().unwrap();
    assert!(!event.quiet && matches!(event.body, EventBody::Observed { .. }), "{event:?}");
}

// clauses: CASE-19
#[test]
fn observations_off_their_scales_are_refused_and_not_repeated() {
    let stage = Stage::new(None);
    let case = stage.case();
    let error = case.observe(&jcs(40)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadDocument);
    assert!(!error.technical().unwrap().contains("40"), "what was seen of a patient is not logged");
    case.consent(Consent::Refused, None).unwrap();
    assert_eq!(code(case.observe(&jcs(0))), ErrorCode::GateRefused);
}

/// What the `mynaq` command says about a stage: its exit code and everything it printed.
fn mynaq(stage: &Stage, words: &[&str]) -> (Option<i32>, String) {
    let parts = mynaq_conformance::parts();
    let output = std::process::Command::new(&parts.mynaq)
        .args(words)
        .arg("--plugin")
        .arg(&parts.plugin)
        .arg("--config")
        .arg(stage.config())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

// clauses: GATE-15 GATE-16
#[test]
fn the_command_serves_the_counter_and_a_terminal_with_a_roster() {
    let stage = Stage::new(Some("P01"));
    stage.configure("[opt_out]\nfile = \"opt-out.toml\"\n[roster]\nfile = \"roster.toml\"\n");
    stage.write(
        "roster.toml",
        "department = \"模擬消防本部\"\nissued = 2025-01-01\nvalid_until = 2098-12-31\n\
         [[unit]]\nname = \"救急課\"\n[[member]]\nid = \"K-01\"\nunits = [\"救急課\"]\nroles = [\"viewer\"]\n",
    );
    let who = ["--crew-member", "K-01", "--unit", "救急課"];
    let two = ["--factor", "id_password", "--factor", "ic_card"];
    let (code, said) = mynaq(&stage, &[&["opt-out", "add"], &who[..]].concat());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("gate.two_factors") || said.contains("二要素"), "{said}");
    let add = [&["opt-out", "add"], &who[..], &two[..]].concat();
    assert_eq!(mynaq(&stage, &add).0, Some(0));
    let view =
        [&["view", "--identity", "visual", "--consent", "given"], &who[..], &two[..]].concat();
    let (code, said) = mynaq(&stage, &view);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("希望しない"), "{said}");
    let remove = [&["opt-out", "remove"], &who[..], &two[..]].concat();
    assert_eq!(mynaq(&stage, &remove).0, Some(0));
    assert_eq!(mynaq(&stage, &view).0, Some(0));
    assert_eq!(mynaq(&stage, &[&view[..], &["--jcs", "200"]].concat()).0, Some(1));
}
