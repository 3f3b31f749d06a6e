//! The gateway behind a terminal's folder: the same look-up, the same answers, and nothing left lying
//! there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, until};
use mynaq_host_sdk::{Case, Consent, DoorKind, ErrorCode, EventBody, LookUpPhase, Scope, Summary};
use mynaq_simulator::{Options, people};

const TIMES: &str = "first_byte_seconds = 1\nanswer_seconds = 3\ngive_up_seconds = 4\n";

fn stage(card: &str) -> Stage {
    let stage = Stage::with_folder(Options { card: Some(card.into()), ..Options::default() });
    stage.reconfigure("[ledger]", &format!("{TIMES}[ledger]"));
    stage
}

fn is_over(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Record { .. }
            | EventBody::Document { .. }
            | EventBody::Trouble { goes_on: false, .. }
    )
}

fn look_up(case: &Case, scope: Scope) -> Vec<EventBody> {
    case.look_up(scope).unwrap();
    until(case, is_over)
}

fn summary(told: &[EventBody]) -> Option<&Summary> {
    told.iter().find_map(|body| match body {
        EventBody::Summary { summary } => Some(&**summary),
        _ => None,
    })
}

/// What of ours lies in the folder, by name.
fn left(stage: &Stage) -> Vec<String> {
    ["exchange", "exchange/req", "exchange/res"]
        .iter()
        .flat_map(|part| fs::read_dir(stage.path(part)).unwrap())
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("OQS"))
        .collect()
}

/// The same people, over the line and through the folder.
#[test]
fn everybody_is_the_same_through_the_folder() {
    let ids = people::all().unwrap().iter().map(|person| &person.id);
    for id in ids.filter(|id| !["P03", "P04"].contains(&id.as_str())) {
        for scope in [Scope::Summary, Scope::FullWithPrescriptions] {
            let line = Stage::new(Some(id));
            let folder = stage(id);
            let [by_line, by_folder] =
                [&line, &folder].map(|stage| look_up(&stage.at_the_open_gate(), scope));
            let end = |told: &[EventBody]| match told.last() {
                Some(EventBody::Trouble { error, .. }) => Some(error.code()),
                _ => None,
            };
            assert_eq!(summary(&by_folder), summary(&by_line), "{id}");
            assert_eq!(end(&by_folder), end(&by_line), "{id}");
            assert_eq!(folder.simulator.connections(), 0, "the terminal has its own line");
            assert!(left(&folder).is_empty(), "{id}: {:?}", left(&folder));
        }
    }
}

#[test]
fn each_fault_of_a_terminal_ends_as_documented_and_leaves_nothing() {
    for (faults, expected) in [
        ("zip", None),
        ("late:300", None),
        ("halves:300", None),
        ("zip halves:300", None),
        ("foreign", None),
        ("climbing", None),
        ("never", Some(ErrorCode::NetworkTimeout)),
        ("other-name", Some(ErrorCode::NetworkTimeout)),
        ("bomb", Some(ErrorCode::GatewayUnreadable)),
        ("many-parts", Some(ErrorCode::GatewayUnreadable)),
        ("no-pdf", Some(ErrorCode::GatewayUnreadable)),
    ] {
        let stage = stage("P09");
        stage.simulator.set_folder_faults(faults.parse().unwrap());
        let case = stage.at_the_open_gate();
        let begun = Instant::now();
        let told = look_up(&case, Scope::Summary);
        let told = match told.last() {
            Some(EventBody::Document { .. }) => until(&case, is_over),
            _ => told,
        };
        let end = match told.last() {
            Some(EventBody::Trouble { error, .. }) => Some(error.code()),
            _ => None,
        };
        assert_eq!(end, expected, "{faults}: {told:#?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{faults}: {:?}", begun.elapsed());
        let names = left(&stage);
        // The one under another name is nobody's we know: it goes when it is old.
        assert!(names.iter().all(|name| name.contains('X')), "{faults}: {names:?}");
        let foreign = stage.path("exchange/res/somebody-elses.xml");
        assert_eq!(foreign.exists(), faults == "foreign", "what is not ours is not touched");
    }
}

#[test]
fn faults_of_the_message_are_what_they_are_over_the_line() {
    for (faults, code) in [
        ("wrong-identifier", ErrorCode::GatewayMismatch),
        ("two-people", ErrorCode::GatewayAmbiguous),
        ("broken-shift-jis", ErrorCode::GatewayUnreadable),
        ("billion-laughs", ErrorCode::GatewayUnreadable),
        ("failed:9", ErrorCode::GatewayFault),
    ] {
        let stage = stage("P01");
        stage.simulator.set_faults(faults.parse().unwrap());
        let told = look_up(&stage.at_the_open_gate(), Scope::Summary);
        let Some(EventBody::Trouble { error, .. }) = told.last() else { panic!("{told:?}") };
        assert_eq!(error.code(), code, "{faults}");
        assert!(left(&stage).is_empty(), "{faults}");
    }
}

#[test]
fn a_document_for_the_eye_is_passed_through_as_it_came() {
    let stage = stage("P01");
    stage.simulator.set_folder_faults("pdf".parse().unwrap());
    let case = stage.at_the_open_gate();
    let told = look_up(&case, Scope::Summary);
    let Some(EventBody::Document { format, bytes }) = told.last() else { panic!("{told:?}") };
    let document = case.export(format).unwrap();
    assert_eq!((document.len() as u64, &document[..5]), (*bytes, &b"%PDF-"[..]));
    assert!(case.record().is_err(), "there is no record of a page");
    case.consent(Consent::Refused, None).unwrap();
    assert!(case.export("pdf").is_err(), "a refusal wipes it");
}

#[test]
fn a_look_up_that_is_cancelled_takes_its_request_back() {
    let stage = stage("P01");
    // No terminal takes anything from a folder beside the one it looks at.
    let unattended = stage.path("unattended");
    fs::create_dir_all(unattended.join("req")).unwrap();
    fs::create_dir_all(unattended.join("res")).unwrap();
    fs::write(unattended.join("MYNAQ-SIMULATED"), "").unwrap();
    stage.reconfigure("\"exchange\"", "\"unattended\"");
    let case = stage.at_the_open_gate();
    let requests = || fs::read_dir(unattended.join("req")).unwrap().count();
    case.look_up(Scope::Summary).unwrap();
    until(&case, |body| {
        matches!(
            body,
            EventBody::LookUpProgress { phase: LookUpPhase::Asking, .. }
                | EventBody::Trouble { .. }
        )
    });
    case.cancel().unwrap();
    until(&case, |body| matches!(body, EventBody::Trouble { goes_on: false, .. }));
    let begun = Instant::now();
    while requests() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the request still lies there");
        std::thread::yield_now();
    }
}

#[test]
fn an_answer_that_comes_when_nobody_waits_any_more_does_not_stay() {
    let stage = stage("P01");
    stage.simulator.set_folder_faults("late:1500".parse().unwrap());
    let case = stage.at_the_open_gate();
    case.look_up(Scope::Summary).unwrap();
    until(&case, |body| matches!(body, EventBody::LookUpSent { .. }));
    let begun = Instant::now();
    while stage.simulator.viewings().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(5), "the terminal takes nothing");
        std::thread::yield_now();
    }
    case.cancel().unwrap();
    // It has been taken, so its answer comes; and goes.
    let mut came = false;
    loop {
        let lies = !left(&stage).is_empty();
        came |= lies;
        if came && !lies {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(8), "came: {came}, {:?}", left(&stage));
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_terminal_that_has_twenty_requests_gets_no_more() {
    let stage = stage("P01");
    stage.simulator.set_folder_faults("never".parse().unwrap());
    let full = stage.path("full");
    fs::create_dir_all(full.join("req")).unwrap();
    fs::create_dir_all(full.join("res")).unwrap();
    fs::write(full.join("MYNAQ-SIMULATED"), "").unwrap();
    for number in 0..20 {
        fs::write(full.join(format!("req/OQSsiquc01req_{number}.xml")), "somebody's").unwrap();
    }
    stage.reconfigure("\"exchange\"", "\"full\"");
    let told = look_up(&stage.at_the_open_gate(), Scope::Summary);
    let Some(EventBody::Trouble { error, .. }) = told.last() else { panic!("{told:?}") };
    assert_eq!(error.code(), ErrorCode::GatewayBusy);
    assert_eq!(fs::read_dir(full.join("req")).unwrap().count(), 20);
}

#[test]
fn a_folder_that_is_none_is_named_with_its_place() {
    let stage = stage("P01");
    let refused = |from: &str, to: &str| {
        stage.reconfigure(from, to);
        let error = stage.session(DoorKind::C, LogBook::default()).unwrap_err();
        stage.reconfigure(to, from);
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        assert!(error.place().is_some(), "{error}");
        error.technical().unwrap().to_owned()
    };
    assert!(refused("\"exchange\"", "\"nowhere\"").contains("req"));
    fs::remove_file(stage.path("exchange/MYNAQ-SIMULATED")).unwrap();
    assert!(refused("\"exchange\"", "\"./exchange\"").contains("simulated"));
}

#[test]
fn what_a_process_that_died_has_left_is_deleted_by_the_next_and_nothing_else() {
    let stage = stage("P01");
    let old = ["res/OQSsiemv01res_MQ0123456789abcdef01234567.xml", "res/OQSsiemv01res_mine.xml"];
    for name in old {
        let file = stage.path("exchange").join(name);
        fs::write(&file, "<XmlMsg></XmlMsg>").unwrap();
        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        fs::File::options().write(true).open(&file).unwrap().set_modified(hour_ago).unwrap();
    }
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert!(outcome.record.is_some(), "{:?}", outcome.error);
    assert_eq!(left(&stage), ["OQSsiemv01res_mine.xml"]);
}
