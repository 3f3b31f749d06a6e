//! What a case owes its host: events in order and none lost, an export of what the crew took and
//! nothing else, a notice after a viewing without consent, and an answer to what can be done.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "some of it only a host in C can do")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::ptr::null_mut;
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, opening};
use mynaq_host_sdk::c::OK;
use mynaq_host_sdk::{
    Case, Consent, Decision, DoorKind, ErrorCode, EventBody, FieldState, Identity, Limits, Notice,
    NoticeLanguage, Reason, Scope,
};
use mynaq_ledger::Fact;

const DOORS: [DoorKind; 2] = [DoorKind::C, DoorKind::Rust];

/// What happens next in the case itself: readers come and go beside it.
fn next(case: &Case) -> EventBody {
    loop {
        match case.next_event(Duration::from_secs(20)).unwrap().expect("an event").body {
            EventBody::Readers { .. } => {}
            body => return body,
        }
    }
}

// clauses: EVT-1
#[test]
fn events_are_numbered_from_one_without_gaps_and_begin_with_opened() {
    let stage = Stage::new(Some("P05"));
    for door in DOORS {
        let outcome = Script::default().play(&stage.case_by(door)).unwrap();
        let numbers: Vec<_> = outcome.events.iter().map(|event| event.sequence).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        assert_eq!(outcome.events[0].body, EventBody::Opened { drill: true });
    }
}

// clauses: EVT-3
#[test]
fn a_host_that_fetches_nothing_is_told_so_and_loses_nothing() {
    let stage = Stage::new(None);
    for door in DOORS {
        let case = stage.case_by(door);
        let limit = u64::from(Limits::NOW.waiting_events);
        let mut accepted = 0;
        let error = loop {
            match case.identity(Identity::Visual) {
                Ok(()) => accepted += 1,
                Err(error) => break error,
            }
            assert!(accepted <= limit);
        };
        assert_eq!(error.code(), ErrorCode::WrongState);
        assert!(error.technical().unwrap().contains("next_event"), "{error}");
        let (mut sequence, mut of_commands) = (0, 0);
        while let Some(event) = case.next_event(Duration::ZERO).unwrap() {
            sequence += 1;
            assert_eq!(event.sequence, sequence);
            let beside = matches!(event.body, EventBody::Opened { .. } | EventBody::Readers { .. });
            of_commands += u64::from(!beside);
        }
        assert_eq!(of_commands, 2 * accepted);
        case.identity(Identity::Visual).unwrap();
    }
}

// clauses: EVT-6 CASE-9
#[test]
fn whoever_waits_hears_at_once_that_the_case_was_closed() {
    let stage = Stage::new(None);
    for door in DOORS {
        let session = stage.session(door, LogBook::default()).unwrap();
        let case = session.open_case(&opening()).unwrap();
        assert_eq!(next(&case), EventBody::Opened { drill: true });
        // Until nothing comes in time.
        while case.next_event(Duration::from_millis(20)).unwrap().is_some() {}

        let begun = Instant::now();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                loop {
                    match case.next_event(Duration::from_secs(600)) {
                        Ok(event) => assert!(event.is_some(), "ten minutes have not passed"),
                        Err(error) => return error.code(),
                    }
                }
            });
            // Something happens, which shows that somebody waits; then the case is closed.
            case.identity(Identity::Visual).unwrap();
            while case.next_event(Duration::ZERO).unwrap().is_some() {}
            let close = raw::table().case_close.unwrap();
            assert_eq!(unsafe { close(case.id(), null_mut()) }, OK);
            assert_eq!(waiting.join().unwrap(), ErrorCode::UnknownHandle);
        });
        assert!(begun.elapsed() < Duration::from_secs(300), "it did not wait for its timeout");
    }
}

// clauses: CASE-4 CASE-7
#[test]
fn an_export_holds_what_the_crew_took_and_nothing_else() {
    for door in DOORS {
        let stage = Stage::new(Some("P01"));
        let case = stage.case_by(door);
        assert_eq!(case.export("json").unwrap_err().code(), ErrorCode::WrongState);
        let record = Script::default().play(&case).unwrap().record.unwrap();
        assert_eq!(&case.export("json").unwrap()[..], b"{}", "nothing was taken yet");

        let offered: Vec<_> = record
            .fields
            .iter()
            .filter_map(|field| match &field.state {
                FieldState::Offered { value } => Some((field.name.as_str(), value.as_str())),
                _ => None,
            })
            .collect();
        let [taken, left, changed] = [offered[0], offered[1], offered[2]];
        case.decide(taken.0, Decision::Accept).unwrap();
        case.decide(left.0, Decision::Reject).unwrap();
        // The last word counts.
        case.decide(changed.0, Decision::Reject).unwrap();
        case.decide(changed.0, Decision::Accept).unwrap();
        let written: serde_json::Value =
            serde_json::from_slice(&case.export("json").unwrap()).unwrap();
        assert_eq!(written, serde_json::json!({ taken.0: taken.1, changed.0: changed.1 }));

        let error = case.export("carrier-pigeon").unwrap_err();
        assert_eq!(error.code(), ErrorCode::FormatUnknown);
        assert!(error.technical().unwrap().contains("json"), "{error}");
    }
}

// clauses: CASE-8
#[test]
fn what_was_cancelled_ends_with_an_event_and_can_be_asked_for_again() {
    let stage = Stage::new(None);
    for door in DOORS {
        let case = stage.case_by(door);
        case.cancel().unwrap();
        stage.simulator.remove();
        case.read_card().unwrap();
        case.cancel().unwrap();
        let ended = loop {
            let event = case.next_event(Duration::from_secs(20)).unwrap().unwrap();
            if let EventBody::Trouble { error, goes_on: false, .. } = event.body {
                break error;
            }
        };
        assert_eq!(ended.code(), ErrorCode::CardCancelled);
        stage.simulator.tap("P01").unwrap();
        assert!(Script::default().play(&case).unwrap().record.is_some());
    }
}

// clauses: GATE-6
#[test]
fn after_a_viewing_without_consent_the_notice_is_due_and_what_became_of_it_is_entered() {
    for door in DOORS {
        let stage = Stage::new(Some("P02"));
        let case = stage.case_by(door);
        let reason = Some(Reason::Unconscious);
        let without = Script { consent: Consent::Unobtainable, reason, ..Script::default() };
        assert!(without.play(&case).unwrap().record.is_some());
        assert_eq!(next(&case), EventBody::NoticeDue { reason: Reason::Unconscious });
        case.notice(Notice::NotHandedOver).unwrap();
        // The family came to the hospital later.
        case.notice(Notice::HandedOver).unwrap();
        for notice in [Notice::NotHandedOver, Notice::HandedOver] {
            assert_eq!(next(&case), EventBody::NoticeRecorded { notice });
        }
        // It is about the viewing: taking the record away does not undo it.
        case.consent(Consent::Given, None).unwrap();
        case.notice(Notice::HandedOver).unwrap();
        drop(case);

        let asked = stage.case_by(door);
        assert!(Script::default().play(&asked).unwrap().record.is_some());
        assert_eq!(asked.notice(Notice::HandedOver).unwrap_err().code(), ErrorCode::WrongState);
        drop(asked);
        let entered = stage.facts().into_iter().filter_map(|fact| match fact {
            Fact::Notice { notice } => Some(notice),
            _ => None,
        });
        let expected = [Notice::NotHandedOver, Notice::HandedOver, Notice::HandedOver];
        assert_eq!(entered.collect::<Vec<_>>(), expected);
    }
}

// clauses: DOC-1 DOC-4
#[test]
fn a_member_the_version_does_not_have_is_refused_by_name() {
    use mynaq_host_sdk::CaseOpening;

    let stage = Stage::new(None);
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let refused = |opening: &CaseOpening| session.open_case(opening).unwrap_err();
    let empty = CaseOpening { unit: String::new(), ..opening() };
    assert!(refused(&empty).technical().unwrap().contains("unit"));
    let long = CaseOpening { terminal: "一".repeat(65), ..opening() };
    assert!(refused(&long).technical().unwrap().contains("terminal"));
    assert!(session.open_case(&CaseOpening { unit: "一".repeat(64), ..opening() }).is_ok());
    let mut misspelt = serde_json::to_value(opening()).unwrap();
    misspelt["crew_memeber"] = "C-08".into();
    let misspelt = misspelt.to_string();
    let (data, size) = raw::text(&misspelt);
    let handle = raw::open(&stage, &raw::host());
    let open = raw::table().case_open.unwrap();
    let error = raw::failure(|error| unsafe { open(handle, data, size, &mut 0, error) });
    assert_eq!(error.code(), ErrorCode::BadDocument);
    assert!(error.technical().unwrap().contains("crew_memeber"), "{error}");
    raw::close(handle);
    let nowhere = CaseOpening { pack: "no-such-pack".into(), ..opening() };
    let error = refused(&nowhere);
    assert_eq!(error.code(), ErrorCode::PackUnknown);
    assert!(error.technical().unwrap().contains("record-app"), "{error}");
}

// clauses: DOC-5 MEM-7 EXT-1
#[test]
fn capabilities_name_what_a_host_would_have_to_know_by_heart() {
    let stage = Stage::new(Some("P01"));
    for door in DOORS {
        let session = stage.session(door, LogBook::default()).unwrap();
        let can = session.capabilities().unwrap();
        assert!(can.drill);
        assert_eq!((can.abi.major, can.limits), (mynaq_host_sdk::ABI_MAJOR, Limits::NOW));
        let reasons: Vec<_> = can.reasons.iter().map(|reason| reason.name.as_str()).collect();
        assert_eq!(reasons, Reason::ALL.iter().map(|reason| reason.name()).collect::<Vec<_>>());
        assert!(can.reasons.iter().all(|reason| reason.ja.contains('（')));
        for id in &can.extensions {
            let revision = id.strip_prefix("jp.mynaq.").and_then(|rest| rest.split_once('/'));
            assert!(revision.is_some_and(|(_, number)| number.parse::<u32>().is_ok()), "{id}");
        }

        let case = session.open_case(&opening()).unwrap();
        let record =
            Script { scope: Scope::Full, ..Script::default() }.play(&case).unwrap().record.unwrap();
        let pack = can.packs.iter().find(|pack| pack.name == "record-app").unwrap();
        assert_eq!(pack.mapping_sha256, record.pack.mapping_sha256);
        let foreseen: Vec<_> =
            pack.fields.iter().map(|field| (&field.name, &field.label)).collect();
        let filled: Vec<_> =
            record.fields.iter().map(|field| (&field.name, &field.label)).collect();
        assert_eq!(foreseen, filled, "the form is known before the record comes");
        for format in &pack.formats {
            case.export(format).unwrap();
        }
        let sex = pack.fields.iter().find(|field| field.label == "性別").unwrap();
        let codes: Vec<_> =
            sex.codes.iter().map(|code| (code.word.as_str(), code.code.as_str())).collect();
        assert_eq!(codes, [("male", "000"), ("female", "001")]);
        let allergy = pack.fields.iter().find(|field| field.label == "アレルギー").unwrap();
        assert!(allergy.left_to_crew.as_ref().unwrap().contains("無しも証明できない"));
    }
}

// clauses: DOC-5 PACK-1
#[test]
fn a_pack_with_a_fault_is_named_and_the_others_can_be_used() {
    let stage = Stage::new(None);
    let good = mynaq_conformance::parts().root.join("adapters/packs/record-app/mapping.toml");
    let text = std::fs::read_to_string(good).unwrap();
    for (name, mapping) in
        [("good", text.clone()), ("faulty", text.replacen("on_missing = \"leave_empty\"", "", 1))]
    {
        std::fs::create_dir_all(stage.path("packs").join(name)).unwrap();
        stage.write(&format!("packs/{name}/mapping.toml"), &mapping);
    }
    let packs = mynaq_conformance::parts().root.join("adapters/packs");
    stage.reconfigure(&format!("directory = {packs:?}"), "directory = \"packs\"");
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let can = session.capabilities().unwrap();
    let usable: Vec<_> = can.packs.iter().map(|pack| pack.name.as_str()).collect();
    assert_eq!(usable, ["good"]);
    let fault = &can.pack_faults[0];
    assert!(fault.file.ends_with("faulty/mapping.toml") && fault.line > 1, "{fault:?}");
    let mut wanted = opening();
    wanted.pack = "faulty".into();
    let error = session.open_case(&wanted).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PackInvalid);
    assert_eq!(error.place().unwrap(), fault);
    wanted.pack = "good".into();
    assert!(session.open_case(&wanted).is_ok());
}

/// What INTERFACE.md says a case is, and what it answers to each command in it.
#[derive(Debug, Default)]
struct Model {
    card: bool,
    identity: Option<Identity>,
    consent: Option<Consent>,
    record: bool,
    notice_due: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    ReadCard,
    Identity(Identity),
    AllowLastTry,
    WrongPatient,
    Consent(Consent),
    LookUp,
    Decide,
    DecideAll,
    Record,
    Export,
    Notice,
    NoticePage,
    Cancel,
}

const STEPS: [Step; 17] = [
    Step::ReadCard,
    Step::ReadCard,
    Step::Identity(Identity::Visual),
    Step::Identity(Identity::Visual),
    Step::Identity(Identity::Failed),
    Step::AllowLastTry,
    Step::WrongPatient,
    Step::Consent(Consent::Given),
    Step::Consent(Consent::Unobtainable),
    Step::LookUp,
    Step::Decide,
    Step::DecideAll,
    Step::Record,
    Step::Export,
    Step::Notice,
    Step::NoticePage,
    Step::Cancel,
];

impl Model {
    /// The error a step must get; none when it must work.
    fn step(&mut self, step: Step) -> Option<ErrorCode> {
        let refused = self.consent == Some(Consent::Refused);
        match step {
            Step::Cancel => {}
            Step::Record | Step::Export if !self.record => return Some(ErrorCode::WrongState),
            Step::Record | Step::Export => {}
            Step::Notice | Step::NoticePage if !self.notice_due => {
                return Some(ErrorCode::WrongState);
            }
            Step::Notice | Step::NoticePage => {}
            _ if refused => return Some(ErrorCode::GateRefused),
            Step::ReadCard => self.card = true,
            Step::Identity(identity) => {
                self.identity = Some(identity);
                self.record &= identity != Identity::Failed;
            }
            Step::Consent(consent) => {
                self.consent = Some(consent);
                if consent == Consent::Refused {
                    (self.card, self.record) = (false, false);
                }
            }
            Step::LookUp => match (self.identity, self.consent) {
                (Some(Identity::Failed), _) => return Some(ErrorCode::GateIdentityFailed),
                (Some(_), Some(consent)) if self.card => {
                    self.record = true;
                    self.notice_due |= consent == Consent::Unobtainable;
                }
                _ => return Some(ErrorCode::GateNotReady),
            },
            // No PIN is checked here.
            Step::AllowLastTry => return Some(ErrorCode::WrongState),
            Step::WrongPatient if !self.card => return Some(ErrorCode::WrongState),
            Step::WrongPatient => *self = Model::default(),
            Step::Decide | Step::DecideAll if !self.record => return Some(ErrorCode::WrongState),
            Step::Decide | Step::DecideAll => {}
        }
        None
    }
}

// clauses: CASE-1 CASE-4 GATE-1 GATE-2
#[test]
fn any_order_of_commands_is_answered_as_the_manual_says() {
    let stage = Stage::new(Some("P01"));
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let mut answers = std::collections::BTreeSet::new();
    for seed in 1..=120_u64 {
        stage.tap_again();
        let case = session.open_case(&opening()).unwrap();
        let (mut model, mut random, mut way) = (Model::default(), seed, Vec::new());
        let mut set_aside = false;
        for _ in 0..30 {
            // Knuth's numbers are random enough to wander.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (random >> 33) as usize;
            // A refusal ends the wandering in one place: it comes late and seldom.
            let refuses = way.len() > 15 && at.is_multiple_of(11);
            let step =
                if refuses { Step::Consent(Consent::Refused) } else { STEPS[at % STEPS.len()] };
            // What comes of another person's card comes late: that card is not read again here.
            let sets_aside = matches!(step, Step::WrongPatient) && model.card;
            if sets_aside && way.len() < 15 || set_aside && matches!(step, Step::ReadCard) {
                continue;
            }
            way.push(step);
            let expected = model.step(step);
            let reason =
                |consent| (consent == Consent::Unobtainable).then_some(Reason::Unconscious);
            let answer = match step {
                Step::ReadCard => case.read_card(),
                Step::Identity(identity) => case.identity(identity),
                Step::AllowLastTry => case.allow_last_try(),
                Step::WrongPatient => case.wrong_patient(),
                Step::Consent(consent) => case.consent(consent, reason(consent)),
                Step::LookUp => case.look_up(Scope::Summary),
                Step::Decide => case.decide("SickInjuredPersonName", Decision::Accept),
                Step::DecideAll => case.decide_all(None, Decision::Reject),
                Step::Record => case.record().map(drop),
                Step::Export => case.export("json").map(drop),
                Step::Notice => case.notice(Notice::HandedOver),
                Step::NoticePage => case.notice_page(NoticeLanguage::Japanese).map(drop),
                Step::Cancel => case.cancel(),
            };
            assert_eq!(answer.err().map(|error| error.code()), expected, "{seed}: {way:?}");
            answers.insert(expected.map(|code| code.name()));
            // What takes its time is waited for: the next step meets its end.
            let ended: Option<fn(&EventBody) -> bool> = match (step, expected) {
                (Step::ReadCard, None) => Some(|body| matches!(body, EventBody::CardRead { .. })),
                (Step::LookUp, None) => Some(|body| matches!(body, EventBody::Record { .. })),
                _ => None,
            };
            let mut waiting = ended;
            while let Some(event) = case
                .next_event(Duration::from_secs(if waiting.is_some() { 20 } else { 0 }))
                .unwrap()
            {
                if waiting.is_some_and(|ended| ended(&event.body)) {
                    waiting = None;
                }
            }
            assert!(waiting.is_none(), "{seed}: it never came: {way:?}");
            set_aside |= sets_aside && expected.is_none();
        }
    }
    assert_eq!(answers.len(), 5, "every answer was met: {answers:?}");
}
