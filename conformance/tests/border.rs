//! The C table under a careless host: wrong versions, nulls, stale and made-up handles, bad texts.
//! Each gets the code INTERFACE.md names, and the process lives.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "this is the other side of a C interface")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};

use libloading::Library;
use mynaq_conformance::{Stage, opening, parts};
use mynaq_host_sdk::c::{Document, ENTRY_SYMBOL, Host, NegotiateFn, OK, Plugin};
use mynaq_host_sdk::{ABI_MAJOR, ABI_VERSION, Error, ErrorCode};

fn host() -> Host {
    let struct_size = size_of::<Host>() as u32;
    Host { struct_size, abi_version: ABI_VERSION, context: null_mut(), log: None, wake: None }
}

fn negotiate() -> NegotiateFn {
    let library = unsafe { Library::new(&parts().plugin) }.unwrap();
    let negotiate = *unsafe { library.get::<NegotiateFn>(ENTRY_SYMBOL) }.unwrap();
    std::mem::forget(library);
    negotiate
}

fn table() -> &'static Plugin {
    let mut table = null();
    let status = unsafe { negotiate()(&host(), &mut table, null_mut(), 0) };
    assert_eq!(status, OK);
    unsafe { table.as_ref() }.unwrap()
}

fn none() -> Document {
    Document::NONE
}

fn text(text: &str) -> (*const c_char, u64) {
    (text.as_ptr().cast(), text.len() as u64)
}

/// The code of a failed call, read from its document, which is then given back.
fn code(status: i32, document: Document) -> ErrorCode {
    let bytes = unsafe { CStr::from_ptr(document.data) }.to_bytes();
    assert_eq!(bytes.len() as u64, document.size, "one NUL, behind the last byte");
    let error: Error = serde_json::from_slice(bytes).unwrap();
    assert_eq!(error.status(), status);
    let release = table().release.unwrap();
    assert_eq!(unsafe { release(document.handle) }, OK);
    assert_eq!(unsafe { release(document.handle) }, ErrorCode::UnknownHandle.status(), "once only");
    error.code()
}

#[test]
fn another_major_version_is_refused_in_words_and_a_newer_minor_is_not() {
    let refused = |host: *const Host| {
        let (mut table, mut reason) = (null(), [1 as c_char; 200]);
        let status = unsafe { negotiate()(host, &mut table, reason.as_mut_ptr(), 200) };
        assert!(table.is_null());
        (status, unsafe { CStr::from_ptr(reason.as_ptr()) }.to_str().unwrap().to_owned())
    };
    let other = Host { abi_version: (ABI_MAJOR + 1) << 16, ..host() };
    let (status, reason) = refused(&other);
    assert_eq!(status, ErrorCode::Incompatible.status());
    assert!(reason.contains("version 2"), "{reason}");
    let small = Host { struct_size: 8, ..host() };
    assert_eq!(refused(&small).0, ErrorCode::Incompatible.status());
    assert_eq!(refused(null()).0, ErrorCode::NullArgument.status());

    let newer = Host { abi_version: ABI_VERSION + 7, struct_size: 4096, ..host() };
    let mut table = null();
    assert_eq!(unsafe { negotiate()(&newer, &mut table, null_mut(), 0) }, OK);
    assert_eq!(unsafe { table.as_ref() }.unwrap().abi_version, ABI_VERSION);
    assert_eq!(
        unsafe { negotiate()(&host(), null_mut(), null_mut(), 0) },
        ErrorCode::NullArgument.status()
    );
}

#[test]
fn a_reason_is_cut_to_its_room_and_always_ends() {
    let other = Host { abi_version: 9 << 16, ..host() };
    for room in 0..40_usize {
        let (mut table, mut reason) = (null(), [0x55 as c_char; 64]);
        unsafe { negotiate()(&other, &mut table, reason.as_mut_ptr(), room as u64) };
        assert!(reason[room..].iter().all(|&byte| byte == 0x55), "nothing behind the room");
        assert!(room == 0 || reason[..room].contains(&0));
    }
}

#[test]
fn made_up_handles_find_nothing_in_any_function() {
    let table = table();
    let reason = text("unconscious");
    for handle in [0, 1, u64::MAX, 0x0100_0000_1000_0001, 0x0200_0000_1000_0001] {
        let calls: [&dyn Fn(*mut Document) -> i32; 10] = [
            &|error| unsafe { table.close.unwrap()(handle, error) },
            &|error| unsafe { table.case_open.unwrap()(handle, reason.0, reason.1, &mut 0, error) },
            &|error| unsafe { table.case_read_card.unwrap()(handle, error) },
            &|error| unsafe { table.case_identity.unwrap()(handle, 1, null(), 0, error) },
            &|error| unsafe { table.case_consent.unwrap()(handle, 1, null(), 0, error) },
            &|error| unsafe { table.case_look_up.unwrap()(handle, 1, error) },
            &|error| unsafe { table.case_decide.unwrap()(handle, reason.0, reason.1, 1, error) },
            &|error| unsafe { table.case_record.unwrap()(handle, &mut none(), error) },
            &|error| unsafe { table.case_close.unwrap()(handle, error) },
            &|error| unsafe { table.next_event.unwrap()(handle, 0, &mut none(), error) },
        ];
        for (index, call) in calls.iter().enumerate() {
            let mut error = Document::NONE;
            let status = call(&mut error);
            assert_eq!(code(status, error), ErrorCode::UnknownHandle, "{index} of {handle:x}");
            assert_eq!(
                call(null_mut()),
                ErrorCode::UnknownHandle.status(),
                "no document asked for"
            );
        }
    }
}

#[test]
fn nulls_bad_texts_and_unknown_words_are_told_apart() {
    let stage = Stage::new(None);
    let table = table();
    let config = stage.config();
    let config = text(config.to_str().unwrap());
    let open = table.open.unwrap();
    let mut session = 0;
    let fails = |call: &dyn Fn(*mut Document) -> i32| {
        let mut error = Document::NONE;
        let status = call(&mut error);
        code(status, error)
    };
    use ErrorCode::{
        BadDocument, ConfigUnreadable, NotUtf8, NullArgument, PackUnknown, TooLarge, UnknownValue,
    };
    assert_eq!(fails(&|e| unsafe { open(null(), config.0, config.1, &mut 0, e) }), NullArgument);
    assert_eq!(fails(&|e| unsafe { open(&host(), null(), 9, &mut 0, e) }), NullArgument);
    assert_eq!(
        fails(&|e| unsafe { open(&host(), config.0, config.1, null_mut(), e) }),
        NullArgument
    );
    let nowhere = text("/nowhere/mynaq.toml");
    assert_eq!(
        fails(&|e| unsafe { open(&host(), nowhere.0, nowhere.1, &mut 0, e) }),
        ConfigUnreadable
    );
    assert_eq!(unsafe { open(&host(), config.0, config.1, &mut session, null_mut()) }, OK);

    let case_open = table.case_open.unwrap();
    let open_with = |document: &[u8]| {
        let data = document.as_ptr().cast::<c_char>();
        fails(&|e| unsafe { case_open(session, data, document.len() as u64, &mut 0, e) })
    };
    assert_eq!(open_with(b"\xFF\xFE"), NotUtf8);
    assert_eq!(open_with(b"{}"), BadDocument);
    assert_eq!(open_with(&vec![b' '; 100 << 20]), TooLarge);
    let mut strange = opening();
    strange.pack = "no-such-pack".into();
    assert_eq!(open_with(&serde_json::to_vec(&strange).unwrap()), PackUnknown);
    strange.incident = "x".repeat(65);
    assert_eq!(open_with(&serde_json::to_vec(&strange).unwrap()), BadDocument);

    let good = serde_json::to_string(&opening()).unwrap();
    let mut case = 0;
    let (data, size) = text(&good);
    assert_eq!(unsafe { case_open(session, data, size, &mut case, null_mut()) }, OK);
    for number in [0, 4, u32::MAX] {
        assert_eq!(
            fails(&|e| unsafe { table.case_identity.unwrap()(case, number, null(), 0, e) }),
            UnknownValue
        );
        assert_eq!(
            fails(&|e| unsafe { table.case_consent.unwrap()(case, number, null(), 0, e) }),
            UnknownValue
        );
        assert_eq!(
            fails(&|e| unsafe { table.case_look_up.unwrap()(case, number, e) }),
            UnknownValue
        );
    }
    assert_eq!(
        fails(&|e| unsafe { table.next_event.unwrap()(case, 0, null_mut(), e) }),
        NullArgument
    );
    // A case handle is no session, and a session no case.
    assert_eq!(fails(&|e| unsafe { table.close.unwrap()(case, e) }), ErrorCode::UnknownHandle);
    assert_eq!(
        fails(&|e| unsafe { table.case_read_card.unwrap()(session, e) }),
        ErrorCode::UnknownHandle
    );
    assert_eq!(unsafe { table.close.unwrap()(session, null_mut()) }, OK);
    assert_eq!(fails(&|e| unsafe { table.case_close.unwrap()(case, e) }), ErrorCode::UnknownHandle);
    assert_eq!(unsafe { table.release.unwrap()(0) }, OK, "nothing may be given back");
    assert!(unsafe { table.extension.unwrap()(null(), 0) }.is_null());
}

#[cfg(unix)]
#[test]
fn a_forked_child_gets_an_error_and_does_not_hang() {
    let table = table();
    // Whoever enters first is the process that may.
    assert_eq!(
        unsafe { table.case_close.unwrap()(0, null_mut()) },
        ErrorCode::UnknownHandle.status()
    );
    // SAFETY: the child calls one function and leaves without running anything else.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let status = unsafe { table.case_close.unwrap()(0, null_mut()) };
        unsafe { libc::_exit(i32::from(status != ErrorCode::Forked.status())) };
    }
    let mut ended = -1;
    assert_eq!(unsafe { libc::waitpid(child, &mut ended, 0) }, child);
    assert_eq!(ended, 0, "the child got another answer");
}
