//! A defect in any room ends the case it was met in, and nothing else: the other cases, the other
//! rooms, the ledger and the host go on, and what the defect was about to say stays inside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "the suite's extension is reached through the C table")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, opening};
use mynaq_host_sdk::c::{DEFECTS_ID, Defects, OK};
use mynaq_host_sdk::{
    Case, Consent, Decision, DoorKind, ErrorCode, EventBody, Identity, ReaderState, Scope,
};
use mynaq_ledger::Fact;

const ROOMS: [&str; 5] = ["card", "gate", "ledger", "lookup", "adapters"];

/// What the defect's message says, and nobody may hear.
const SECRET: &str = "模擬太郎";

/// One defect at a time: it lies in wait for whoever comes first.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Puts a defect into a room; the next case that enters it meets it.
fn put_defect_into(room: &str) {
    let extension = raw::table().extension.unwrap();
    let defects = unsafe { extension(DEFECTS_ID.as_ptr().cast(), DEFECTS_ID.len() as u64) };
    let defects = unsafe { defects.cast::<Defects>().as_ref() }
        .expect("only a build with debug assertions has this extension");
    let put_into = defects.put_into.unwrap();
    assert_eq!(unsafe { put_into(room.as_ptr().cast(), room.len() as u64) }, OK);
}

/// Takes the case to the last step before the room, puts the defect there, and steps in.
fn meet(case: &Case, room: &str) {
    if room == "card" || room == "ledger" {
        put_defect_into(room);
    }
    for step in
        [case.read_card(), case.identity(Identity::Visual), case.consent(Consent::Given, None)]
    {
        // From the defect on, and it may have been met already, every command says so.
        assert!(step.is_ok() || room == "card" || room == "ledger");
    }
    if room == "card" || room == "ledger" {
        return;
    }
    await_gate(case);
    put_defect_into(room);
    match (room, case.look_up(Scope::Summary)) {
        ("gate", met) => assert_eq!(met.unwrap_err().code(), ErrorCode::Panic),
        (_, started) => started.unwrap(),
    }
}

fn await_gate(case: &Case) {
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap().expect("the gate opens");
        if let EventBody::Gate { state: mynaq_host_sdk::GateState::Open, .. } = event.body {
            return;
        }
    }
}

/// The card is laid down for the next case, and the plugin has seen that.
fn lay_anew(stage: &Stage, watching: &Case) {
    let see = |wanted: ReaderState| loop {
        let event = watching.next_event(Duration::from_secs(20)).unwrap().expect("the reader");
        if let EventBody::Readers { readers, .. } = event.body
            && readers[0].state == wanted
        {
            return;
        }
    };
    stage.simulator.remove();
    see(ReaderState::Empty);
    stage.simulator.tap("P01").unwrap();
    see(ReaderState::Card);
}

/// Until what was done so far is written: the next to enter the ledger's room is whoever acts next.
fn await_ledger(stage: &Stage, entries: usize) {
    let until = Instant::now() + Duration::from_secs(20);
    // A line that is being written right now does not verify yet.
    while !mynaq_ledger::verify(&stage.ledger()).is_ok_and(|found| found.len() == entries) {
        assert!(Instant::now() < until, "{entries} entries are not written");
        std::thread::yield_now();
    }
}

/// Until the case says that it met a defect.
fn await_defect(case: &Case, room: &str) {
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap();
        let event = event.unwrap_or_else(|| panic!("{room}: nobody hears of the defect"));
        if let EventBody::Trouble { error, goes_on, .. } = event.body {
            assert_eq!((error.code(), goes_on), (ErrorCode::Panic, false), "{room}");
            assert!(!format!("{error:?}").contains(SECRET), "{room}: {error:?}");
            return;
        }
        assert!(!matches!(event.body, EventBody::Record { .. }), "{room}: no defect was met");
    }
}

// clauses: ERR-2 ERR-3
#[test]
fn a_defect_in_any_room_ends_its_case_and_no_other() {
    let _turn = ONE_AT_A_TIME.lock().unwrap();
    for room in ROOMS {
        for door in [DoorKind::C, DoorKind::Rust] {
            let stage = Stage::new(Some("P01"));
            let log = LogBook::default();
            let session = stage.session(door, log.clone()).unwrap();
            // One that is in the middle of its way, one that has its record, one that meets it.
            let [midway, filled, doomed] = [(); 3].map(|()| session.open_case(&opening()).unwrap());
            assert!(Script::default().play(&filled).unwrap().record.is_some());
            lay_anew(&stage, &doomed);
            midway.read_card().unwrap();
            midway.identity(Identity::Visual).unwrap();
            midway.consent(Consent::Given, None).unwrap();
            await_gate(&midway);
            lay_anew(&stage, &doomed);
            // Three opened; three steps of one, six of the other up to its offers.
            await_ledger(&stage, 3 + 3 + 6);

            meet(&doomed, room);
            await_defect(&doomed, room);

            let refused = [
                doomed.read_card(),
                doomed.identity(Identity::Visual),
                doomed.consent(Consent::Given, None),
                doomed.look_up(Scope::Summary),
                doomed.cancel(),
                doomed.decide("x", Decision::Accept),
                doomed.record().map(drop),
            ];
            for answer in refused {
                assert_eq!(answer.unwrap_err().code(), ErrorCode::Panic, "{room}");
            }
            doomed.close().unwrap();

            midway.look_up(Scope::Summary).unwrap();
            assert!(Script::default().follow(&midway).unwrap().record.is_some(), "{room}");
            let field = &filled.record().unwrap().fields[0].name.clone();
            filled.decide(field, Decision::Accept).unwrap();
            let fresh = session.open_case(&opening()).unwrap();
            stage.tap_again();
            assert!(Script::default().play(&fresh).unwrap().record.is_some(), "{room}");
            drop((midway, filled, fresh, session));

            let facts = stage.facts();
            assert_eq!(facts.iter().filter(|fact| **fact == Fact::Defect).count(), 1, "{room}");
            assert_eq!(facts.iter().filter(|fact| **fact == Fact::Closed).count(), 4, "{room}");
            let log = log.lines().join("\n");
            assert!(log.contains("a defect was met") && log.contains("defect.rs"), "{room}: {log}");
            assert!(!log.contains(SECRET), "{room}: {log}");
        }
    }
}

// clauses: ERR-2 ERR-3
#[test]
fn a_process_that_met_a_defect_in_every_room_says_nothing_of_it_on_its_own_channels() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_defect_in_any_room_ends_its_case_and_no_other", "--nocapture"])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    assert!(!said.contains(SECRET) && !said.contains("panicked"), "{said}");
}
