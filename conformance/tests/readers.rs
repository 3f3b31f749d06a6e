//! What a case hears of the readers, whether it asked for a card or not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use mynaq_conformance::Stage;
use mynaq_host_sdk::{EventBody, ReaderService, ReaderState};

// clauses: EVT-7
#[test]
fn a_case_that_asked_for_no_card_hears_of_the_drill_reader() {
    let stage = Stage::new(None);
    let case = stage.case();
    let opened = case.next_event(Duration::from_secs(20)).unwrap().expect("opened").body;
    assert_eq!(opened, EventBody::Opened { drill: true });
    let told = case.next_event(Duration::from_secs(20)).unwrap().expect("readers").body;
    let EventBody::Readers { service, readers } = told else { panic!("{told:?}") };
    assert_eq!(service, ReaderService::Running);
    assert_eq!(readers.len(), 1);
    assert!(readers[0].name.contains("Drill Reader"), "{readers:?}");
    assert_eq!(readers[0].state, ReaderState::Empty);
}
