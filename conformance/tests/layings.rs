//! One laying of a card serves one case: what was left on a reader, or laid down for one of two cases
//! that wait, reaches no other case.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use mynaq_conformance::{LogBook, Script, Stage, opening};
use mynaq_host_sdk::{Case, Consent, DoorKind, ErrorCode, EventBody, Identity, Session};
use zeroize::Zeroizing;

/// The next event that is wanted, and which of these stands for it; others may come before.
fn next<T>(case: &Case, what: &str, wanted: impl Fn(&EventBody) -> Option<T>) -> T {
    let mut others = Vec::new();
    loop {
        let event = case.next_event(Duration::from_secs(20)).unwrap();
        let body = event.unwrap_or_else(|| panic!("{what}: only {others:?}")).body;
        if let Some(found) = wanted(&body) {
            return found;
        }
        others.push(body);
    }
}

/// Waits, for the card that lies there is another case's.
fn is_told_of_another_case(case: &Case, what: &str) {
    next(case, what, |body| match body {
        EventBody::Trouble { error, goes_on, .. } => {
            assert_eq!((error.code(), *goes_on), (ErrorCode::CardOtherCase, true), "{what}");
            Some(())
        }
        EventBody::CardRead { .. } => panic!("{what}: read for another case"),
        _ => None,
    });
}

fn has_read(case: &Case, what: &str) {
    next(case, what, |body| match body {
        EventBody::CardRead { .. } => Some(()),
        EventBody::Trouble { error, .. } if error.code() != ErrorCode::CardOtherCase => {
            panic!("{what}: {error}")
        }
        _ => None,
    });
}

/// A case that asks for its card.
fn waiting(session: &Session) -> Case {
    let case = session.open_case(&opening()).unwrap();
    case.read_card().unwrap();
    case
}

/// Goes on from the card to the record, and it is this person's.
fn views(stage: &Stage, case: &Case, person: &str) {
    case.identity(Identity::Visual).unwrap();
    case.consent(Consent::Given, None).unwrap();
    let outcome = Script::default().follow(case).unwrap();
    assert!(outcome.record.is_some(), "{:?}", outcome.events);
    let viewed = stage.simulator.viewings().pop().expect("a look-up").person;
    assert_eq!(viewed.as_deref(), Some(person));
}

const DOORS: [DoorKind; 2] = [DoorKind::C, DoorKind::Rust];

// clauses: CASE-14
#[test]
fn a_card_that_was_forgotten_is_not_read_for_the_next_case_also_when_its_own_is_closed() {
    for (door, closed) in DOORS.into_iter().flat_map(|door| [(door, false), (door, true)]) {
        let stage = Stage::new(Some("P01"));
        let session = stage.session(door, LogBook::default()).unwrap();
        let own = waiting(&session);
        has_read(&own, "its own");
        if closed {
            own.close().unwrap();
        }
        let commands = stage.simulator.first().commands();
        let other = waiting(&session);
        is_told_of_another_case(&other, "forgotten");
        assert_eq!(stage.simulator.first().commands(), commands);
        stage.simulator.tap("P02").unwrap();
        views(&stage, &other, "P02");
    }
}

// clauses: CASE-14
#[test]
fn the_same_card_is_read_for_the_next_case_when_it_has_been_lifted_and_laid_down_again() {
    let stage = Stage::new(Some("P01"));
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    has_read(&waiting(&session), "its own");
    let other = waiting(&session);
    is_told_of_another_case(&other, "forgotten");
    stage.tap_again();
    views(&stage, &other, "P01");
}

// clauses: CASE-14
#[test]
fn one_card_laid_down_where_two_cases_wait_is_read_for_the_first_of_them() {
    let stage = Stage::new(None);
    let session = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    let [first, second] = [waiting(&session), waiting(&session)];
    stage.simulator.tap("P01").unwrap();
    views(&stage, &first, "P01");
    is_told_of_another_case(&second, "the second");
    stage.simulator.tap("P02").unwrap();
    views(&stage, &second, "P02");
}

// clauses: CASE-14
#[test]
fn a_case_reads_its_card_as_often_as_it_likes() {
    let stage = Stage::new(Some("P01"));
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let own = waiting(&session);
    has_read(&own, "seen");
    // Somebody else is before it in line.
    let other = waiting(&session);
    is_told_of_another_case(&other, "before it in line");
    own.identity_by_pin(&Zeroizing::new("1234".into())).unwrap();
    let identity = next(&own, "by PIN", |body| match body {
        EventBody::IdentityRecorded { identity } => Some(*identity),
        EventBody::Trouble { error, .. } => panic!("{error}"),
        _ => None,
    });
    assert_eq!(identity, Identity::Pin);
}

// clauses: CASE-14
#[test]
fn the_time_to_wait_beside_a_forgotten_card_is_the_same() {
    let stage = Stage::new(Some("P01"));
    stage.reconfigure("wait_seconds = 30", "wait_seconds = 1");
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    has_read(&waiting(&session), "its own");
    let other = waiting(&session);
    is_told_of_another_case(&other, "forgotten");
    let end = next(&other, "its end", |body| match body {
        EventBody::Trouble { error, goes_on: false, .. } => Some(error.code()),
        _ => None,
    });
    assert_eq!(end, ErrorCode::CardTimeout);
}

/// Nobody knows what lay there before: a card that waits for its first case is read at once.
// clauses: CASE-14
#[test]
fn a_card_that_lay_there_when_the_plugin_was_opened_is_the_first_cases() {
    let stage = Stage::new(Some("P01"));
    for _ in 0..2 {
        let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
        let first = waiting(&session);
        next(&first, "at once", |body| match body {
            EventBody::CardRead { .. } => Some(()),
            EventBody::Trouble { error, .. } => panic!("{error}"),
            _ => None,
        });
    }
}

#[cfg(unix)]
mod with_pcscd {
    use mynaq_conformance::{CREW, Daemon, in_own_namespaces};
    use mynaq_host_sdk::{ReaderService, ReaderState};
    use mynaq_simulator::Options;
    use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};

    use super::*;

    /// Until the case sees this on the one reader; none when there is no reader, or no service.
    fn sees(case: &Case, wanted: Option<ReaderState>) {
        next(case, "the reader", |body| match body {
            EventBody::Readers { service, readers } => {
                let state = readers.first().map(|reader| reader.state);
                let absent = *service == ReaderService::Absent;
                (state == wanted && absent == (absent && wanted.is_none())).then_some(())
            }
            _ => None,
        });
    }

    /// Lifts the card and lays it down again, as it is told, until it is read.
    fn does_as_it_is_told(stage: &Stage, case: &Case, what: &str) {
        loop {
            stage.simulator.remove();
            sees(case, Some(ReaderState::Empty));
            stage.simulator.tap("P01").unwrap();
            let is_read = next(case, what, |body| match body {
                EventBody::CardRead { .. } => Some(true),
                EventBody::Trouble { error, .. } => {
                    (error.code() == ErrorCode::CardOtherCase).then_some(false)
                }
                _ => None,
            });
            if is_read {
                return;
            }
        }
    }

    // clauses: CASE-14
    #[test]
    fn a_loose_plug_and_a_service_that_starts_again_lift_no_card() {
        if !in_own_namespaces(
            "with_pcscd::a_loose_plug_and_a_service_that_starts_again_lift_no_card",
        ) {
            return;
        }
        let stage = Stage::with_pcscd(Options::default());
        let mut pcscd = Daemon::with_usb();
        pcscd.plug(CREW);
        pcscd.start();
        stage.simulator.tap("P01").unwrap();
        let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
        let own = waiting(&session);
        has_read(&own, "its own");
        own.close().unwrap();

        type Step = fn(&mut Daemon) -> std::time::Instant;
        let ways: [(&str, Step, Step); 3] = [
            ("unplugged", |pcscd| pcscd.unplug(CREW), |pcscd| pcscd.plug(CREW)),
            ("stopped", Daemon::stop, Daemon::start),
            ("killed", Daemon::kill, Daemon::start),
        ];
        for (what, break_off, mend) in ways {
            let case = session.open_case(&opening()).unwrap();
            break_off(&mut pcscd);
            sees(&case, None);
            mend(&mut pcscd);
            sees(&case, Some(ReaderState::Card));
            let commands = stage.simulator.first().commands();
            case.read_card().unwrap();
            is_told_of_another_case(&case, what);
            assert_eq!(stage.simulator.first().commands(), commands, "{what}");
            does_as_it_is_told(&stage, &case, what);
            case.close().unwrap();
        }
    }

    // clauses: CASE-14
    #[test]
    fn another_program_that_resets_or_powers_down_a_card_has_not_lifted_it() {
        if !in_own_namespaces(
            "with_pcscd::another_program_that_resets_or_powers_down_a_card_has_not_lifted_it",
        ) {
            return;
        }
        let stage = Stage::with_pcscd(Options::default());
        let mut pcscd = Daemon::with_virtual_reader();
        pcscd.start();
        stage.simulator.tap("P01").unwrap();
        let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
        has_read(&waiting(&session), "its own");
        for disposition in [Disposition::ResetCard, Disposition::UnpowerCard] {
            let context = Context::establish(Scope::User).unwrap();
            let card = context.connect(c"Virtual PCD 00 00", ShareMode::Shared, Protocols::ANY);
            assert!(card.unwrap().disconnect(disposition).is_ok());
            let commands = stage.simulator.first().commands();
            let other = waiting(&session);
            is_told_of_another_case(&other, "reset");
            // pcscd looks every 400 ms: a card that it missed would be news by then.
            let until = std::time::Instant::now() + Duration::from_millis(1_000);
            while let Some(event) = other
                .next_event(until.saturating_duration_since(std::time::Instant::now()))
                .unwrap()
            {
                let body = event.body;
                assert!(!matches!(body, EventBody::CardFound { .. }), "{disposition:?}: {body:?}");
            }
            assert_eq!(stage.simulator.first().commands(), commands, "{disposition:?}");
        }
    }
}
