//! The gateway's book of viewings and our ledger, compared one to one over a long shift: hundreds of
//! people, a line and a gateway that fail in every way, crews that give up, patients who refuse.
//!
//! A few hundred cases in the usual run, 10,000 with `MYNAQ_LONG`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use mynaq_conformance::{LogBook, Stage, opening, until};
use mynaq_host_sdk::{
    CaseOpening, Consent, DoorKind, ErrorClass, ErrorCode, EventBody, GateState, Identity, Reason,
    Scope, Session,
};
use mynaq_ledger::Fact;
use mynaq_simulator::{Options, Outcome, Population, World, today};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

/// How many people there are.
const PEOPLE: u32 = 2_000;

/// Each happens at one connection or request of the case, and some at all of them.
const FAULTS: &[&str] = &[
    "cut:0@1",
    "cut:1500@1",
    "cut:1500@1 cut:900@2",
    "short-body@1",
    "reset@1 cut:0@1",
    "client-close@1",
    "status:500@1",
    "status:404",
    "status:429:1@1",
    "failed:9@1",
    "failed:3",
    "unknown-code",
    "wrong-identifier",
    "two-people",
    "notice",
    "truncated:900",
    "empty@1",
    "empty",
    "broken-shift-jis",
    "billion-laughs",
    "login-page@1",
    "spelling:Birthday",
];

/// What a crew does in one case.
#[derive(Debug, Clone)]
struct Shift {
    person: u32,
    fault: &'static str,
    consent: Option<Reason>,
    scope: Scope,
    ending: Ending,
    /// What a case is followed by, for the record is asked for once more.
    more: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Waits,
    /// The crew gives up at once.
    Cancels,
    /// The patient refuses while the look-up is under way.
    Refuses,
}

fn shift() -> impl Strategy<Value = Shift> {
    let fault = prop_oneof![3 => Just(""), 2 => select(FAULTS)];
    let consent = prop_oneof![3 => Just(None), 1 => Just(Some(Reason::CannotCommunicate))];
    let scope = select(vec![Scope::Summary, Scope::Full, Scope::FullWithPrescriptions]);
    let ending = prop_oneof![
        8 => Just(Ending::Waits),
        1 => Just(Ending::Cancels),
        1 => Just(Ending::Refuses),
    ];
    (1..=PEOPLE, fault, consent, scope, ending, prop::bool::weighted(0.2)).prop_map(
        |(person, fault, consent, scope, ending, more)| Shift {
            person,
            fault,
            consent,
            scope,
            ending,
            more,
        },
    )
}

// clauses: CASE-20
#[test]
fn every_viewing_of_the_gateway_has_its_permit_and_every_permit_its_answer() {
    let long = std::env::var_os("MYNAQ_LONG").is_some();
    // Terminals work side by side: most of their time is waiting.
    let (cases, terminals) = if long { (10_000, 25) } else { (300, 6) };
    let world = World::generate(today()).unwrap();
    let world = Arc::new(world.with_population(Population { people: PEOPLE, seed: 20_261_125 }));
    std::thread::scope(|scope| {
        for terminal in 0..terminals {
            let world = &world;
            scope.spawn(move || play(world, terminal, cases / terminals));
        }
    });
}

fn play(world: &Arc<World>, terminal: usize, cases: usize) {
    let stage = Stage::of(world, Options::default());
    stage.reconfigure(
        "[ledger]",
        "connect_seconds = 2\nfirst_byte_seconds = 2\nanswer_seconds = 5\ngive_up_seconds = 20\n[ledger]",
    );
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let mut runner = TestRunner::new(Config::default());
    let mut shifts = BTreeMap::new();
    for number in 0..cases {
        let shift = shift().new_tree(&mut runner).unwrap().current();
        let incident = format!("2026-{terminal}-{number:06}");
        play_one(&stage, &session, &incident, &shift);
        shifts.insert(incident, shift);
    }
    drop(session);
    compare(&stage, &shifts);
}

fn play_one(stage: &Stage, session: &Session, incident: &str, shift: &Shift) {
    let case = session.open_case(&CaseOpening { incident: incident.into(), ..opening() }).unwrap();
    stage.simulator.tap(&format!("G{:05}", shift.person)).unwrap();
    case.read_card().unwrap();
    case.identity(Identity::Visual).unwrap();
    match shift.consent {
        None => case.consent(Consent::Given, None).unwrap(),
        Some(reason) => case.consent(Consent::Unobtainable, Some(reason)).unwrap(),
    }
    until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
    stage.simulator.set_faults(shift.fault.parse().unwrap());
    for _ in 0..=usize::from(shift.more) {
        if case.look_up(shift.scope).is_err() {
            return;
        }
        match shift.ending {
            Ending::Cancels => case.cancel().unwrap(),
            Ending::Refuses => return case.consent(Consent::Refused, None).unwrap(),
            Ending::Waits => {}
        }
        let told = until(&case, |body| {
            matches!(body, EventBody::Record { .. } | EventBody::Trouble { goes_on: false, .. })
        });
        if shift.ending == Ending::Waits && shift.fault.is_empty() {
            let failed = told.iter().any(|body| {
                matches!(body, EventBody::Trouble { error, .. } if error.class() == ErrorClass::Network
                    && error.code() != ErrorCode::NetworkWaiting)
            });
            assert!(!failed, "{incident}, {shift:?}: {told:#?}");
        }
    }
}

/// What the ledger knows of one look-up.
#[derive(Debug, Default)]
struct Entered {
    incident: String,
    permits: Vec<(Scope, u8)>,
    answers: Vec<Option<ErrorCode>>,
}

fn compare(stage: &Stage, shifts: &BTreeMap<String, Shift>) {
    let mut incidents = BTreeMap::new();
    let mut entered = BTreeMap::<String, Entered>::new();
    for entry in mynaq_ledger::verify(&stage.ledger()).unwrap() {
        match entry.fact {
            Fact::Opened { incident, .. } => drop(incidents.insert(entry.case, incident)),
            Fact::Permit { request, scope, consent_class, .. } => {
                let of = entered.entry(request).or_default();
                of.incident = incidents[&entry.case].clone();
                of.permits.push((scope, consent_class));
            }
            Fact::Answer { request, error } => {
                entered.entry(request).or_default().answers.push(error);
            }
            _ => {}
        }
    }
    for (request, of) in &entered {
        assert_eq!((of.permits.len(), of.answers.len()), (1, 1), "{request}: {of:?}");
    }
    let viewings = stage.simulator.viewings();
    let mut arrived = BTreeMap::new();
    for viewing in &viewings {
        let Some(of) = entered.get(&viewing.identifier) else {
            panic!("a viewing without a permit: {viewing:?}")
        };
        let shift = &shifts[&of.incident];
        let (scope, class) = of.permits[0];
        let pattern = match scope {
            Scope::Summary => 1,
            Scope::Full => 2,
            Scope::FullWithPrescriptions => 3,
        };
        assert_eq!(scope, shift.scope);
        assert_eq!((viewing.pattern, viewing.consent), (pattern, class), "{viewing:?}");
        assert_eq!(class, if shift.consent.is_some() { 3 } else { 1 });
        assert_eq!(viewing.person.as_deref(), Some(&*format!("G{:05}", shift.person)));
        let again = arrived.insert(viewing.identifier.clone(), viewing.outcome);
        assert!(again.is_none(), "one permit is two viewings: {viewing:?}");
    }
    for (request, of) in &entered {
        match (of.answers[0], arrived.get(request)) {
            // What was shown was answered, and by nobody else.
            (None, outcome) => {
                assert!(
                    matches!(outcome, Some(Outcome::Answered | Outcome::Notice)),
                    "{request}: shown, and {outcome:?}"
                );
            }
            // What did not arrive has an error that says so.
            (Some(error), None) => {
                let class = mynaq_host_sdk::Error::from(error).class();
                let of_the_way =
                    matches!(class, ErrorClass::Network | ErrorClass::Gateway | ErrorClass::Gate);
                assert!(of_the_way, "{request}: {error:?}");
            }
            (Some(_), Some(_)) => {}
        }
    }
    let shown = entered.values().filter(|of| of.answers[0].is_none()).count();
    assert!(shown * 3 > entered.len(), "{shown} of {} were shown", entered.len());
    assert!(viewings.iter().any(|viewing| viewing.times > 1), "no request was ever repeated");
}
