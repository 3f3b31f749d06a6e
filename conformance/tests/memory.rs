//! What crosses the border, who owns it, and what is left of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "this is the other side of a C interface")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::ffi::c_char;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::ptr::{null, null_mut};

use mynaq_conformance::Stage;
use mynaq_host_sdk::c::{Document, NOTHING, OK};
use mynaq_host_sdk::{Consent, ErrorCode, Event, EventBody, GateState, Identity, Limits, Scope};

fn text_of(document: &Document) -> String {
    let bytes =
        unsafe { std::slice::from_raw_parts(document.data.cast::<u8>(), document.size as usize) };
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn next(case: u64) -> Event {
    let mut event = Document::NONE;
    let status = unsafe { raw::table().next_event.unwrap()(case, 20_000, &mut event, null_mut()) };
    assert_eq!(status, OK, "the case hangs");
    let read = serde_json::from_str(&text_of(&event)).unwrap();
    raw::release(event);
    read
}

/// A case that has its record.
fn filled(session: u64) -> u64 {
    let table = raw::table();
    let case = raw::open_case(session).unwrap();
    let given = Consent::Given.number();
    unsafe {
        assert_eq!(table.case_read_card.unwrap()(case, null_mut()), OK);
        let visual = Identity::Visual.number();
        assert_eq!(table.case_identity.unwrap()(case, visual, null(), 0, null_mut()), OK);
        assert_eq!(table.case_consent.unwrap()(case, given, null(), 0, null_mut()), OK);
    }
    loop {
        match next(case).body {
            EventBody::Gate { state: GateState::Open, .. } => {
                let scope = Scope::Summary.number();
                assert_eq!(unsafe { table.case_look_up.unwrap()(case, scope, null_mut()) }, OK);
            }
            EventBody::Record { .. } => return case,
            EventBody::Trouble { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

// clauses: MEM-3
#[test]
fn a_document_outlives_its_case_and_is_wiped_when_it_is_given_back() {
    let stage = Stage::new(Some("P01"));
    let session = raw::open(&stage, &raw::host());
    let case = filled(session);
    let mut record = Document::NONE;
    let read = raw::table().case_record.unwrap();
    assert_eq!(unsafe { read(case, &mut record, null_mut()) }, OK);
    assert_eq!(unsafe { raw::table().case_close.unwrap()(case, null_mut()) }, OK);
    raw::close(session);

    let text = text_of(&record);
    assert!(text.contains("SickInjuredPersonName"), "still there, after case and session");
    // The process's own memory as the kernel sees it: what was freed may be read there.
    let memory = File::open("/proc/self/mem").unwrap();
    let mut found = vec![0; text.len()];
    memory.read_exact_at(&mut found, record.data as u64).unwrap();
    assert_eq!(found, text.as_bytes());

    assert_eq!(raw::release(record), OK);
    // Gone altogether, if the allocator has given it back to the kernel.
    if memory.read_exact_at(&mut found, record.data as u64).is_ok() {
        // The allocator's own notes stand at the beginning; of the text nothing is left.
        let alike = found.iter().zip(text.as_bytes()).filter(|(now, then)| now == then).count();
        assert!(alike < text.len() / 50, "{alike} of {} bytes are still there", text.len());
    }
}

// clauses: MEM-2
#[test]
fn a_host_that_releases_nothing_is_told_so_and_loses_no_event() {
    // Documents are counted for the whole process.
    if !raw::alone("a_host_that_releases_nothing_is_told_so_and_loses_no_event") {
        return;
    }
    let stage = Stage::new(None);
    let session = raw::open(&stage, &raw::host());
    let table = raw::table();
    let limit = Limits::NOW.documents as usize;
    let mut lent = Vec::new();
    for _ in 0..limit {
        let mut document = Document::NONE;
        let read = table.capabilities.unwrap();
        assert_eq!(unsafe { read(session, &mut document, null_mut()) }, OK);
        lent.push(document);
    }
    let case = raw::open_case(session).unwrap();
    let mut event = Document::NONE;
    let fetch = table.next_event.unwrap();
    for _ in 0..3 {
        let error = raw::failure(|error| unsafe { fetch(case, 0, &mut event, error) });
        assert_eq!((error.code(), event.handle), (ErrorCode::TooMany, 0));
    }
    assert_eq!(raw::release(lent.pop().unwrap()), OK);
    let Event { sequence, body, .. } = next(case);
    assert_eq!((sequence, body), (1, EventBody::Opened { drill: true }));
    assert!(matches!(next(case).body, EventBody::Readers { .. }));
    assert_eq!(unsafe { fetch(case, 0, &mut event, null_mut()) }, NOTHING);
    for document in lent {
        assert_eq!(raw::release(document), OK);
        assert_eq!(raw::code(raw::release(document)), Some(ErrorCode::UnknownHandle));
    }
    raw::close(session);
}

// clauses: MEM-1
#[test]
fn a_text_of_64_kib_is_read_and_a_longer_one_is_not() {
    let stage = Stage::new(None);
    let session = raw::open(&stage, &raw::host());
    let code = |size: u64| {
        let longest = vec![b' '; Limits::NOW.text_bytes as usize + 1];
        let data = longest.as_ptr().cast::<c_char>();
        let open = raw::table().case_open.unwrap();
        raw::failure(|error| unsafe { open(session, data, size, &mut 0, error) }).code()
    };
    assert_eq!(code(64 * 1024), ErrorCode::BadDocument);
    assert_eq!(code(64 * 1024 + 1), ErrorCode::TooLarge);
    // A size that is a lie is not followed.
    assert_eq!(code(u64::MAX), ErrorCode::TooLarge);
    raw::close(session);
}

// clauses: MEM-1
#[test]
fn what_was_handed_in_may_change_as_soon_as_the_call_has_returned() {
    let stage = Stage::new(None);
    let session = {
        let mut config = stage.config().to_str().unwrap().to_owned().into_bytes();
        let host = Box::new(raw::host());
        let mut session = 0;
        let (data, size) = (config.as_ptr().cast::<c_char>(), config.len() as u64);
        let open = raw::table().open.unwrap();
        assert_eq!(unsafe { open(&*host, data, size, &mut session, null_mut()) }, OK);
        config.fill(0xFF);
        drop(host);
        session
    };
    let case = raw::open_case(session).unwrap();
    let mut reason = b"unconscious".to_vec();
    let consent = raw::table().case_consent.unwrap();
    let unobtainable = Consent::Unobtainable.number();
    let (data, size) = (reason.as_ptr().cast::<c_char>(), reason.len() as u64);
    assert_eq!(unsafe { consent(case, unobtainable, data, size, null_mut()) }, OK);
    reason.fill(b'x');
    let told = loop {
        if let EventBody::ConsentRecorded { reason, .. } = next(case).body {
            break reason.unwrap();
        }
    };
    assert_eq!(told.name(), "unconscious");
    raw::close(session);
}
