//! The C table as a host in C sees it, for tests that do what the SDK would not let them.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use libloading::Library;
use mynaq_conformance::{Stage, opening, parts};
use mynaq_host_sdk::c::{Document, ENTRY_SYMBOL, Host, NegotiateFn, OK, Plugin};
use mynaq_host_sdk::{ABI_VERSION, Error, ErrorCode};

/// A host that wants to be told nothing.
pub(crate) fn host() -> Host {
    let struct_size = size_of::<Host>() as u32;
    Host { struct_size, abi_version: ABI_VERSION, context: null_mut(), log: None, wake: None }
}

pub(crate) fn negotiate() -> NegotiateFn {
    static FOUND: OnceLock<NegotiateFn> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let library = unsafe { Library::new(&parts().plugin) }.unwrap();
        let negotiate = *unsafe { library.get::<NegotiateFn>(ENTRY_SYMBOL) }.unwrap();
        std::mem::forget(library);
        negotiate
    })
}

pub(crate) fn table() -> &'static Plugin {
    let mut table = null();
    assert_eq!(unsafe { negotiate()(&host(), &mut table, null_mut(), 0) }, OK);
    unsafe { table.as_ref() }.unwrap()
}

pub(crate) fn text(text: &str) -> (*const c_char, u64) {
    (text.as_ptr().cast(), text.len() as u64)
}

/// A session on a stage, for a host.
pub(crate) fn open(stage: &Stage, host: &Host) -> u64 {
    let config = stage.config();
    let (data, size) = text(config.to_str().unwrap());
    let mut session = 0;
    assert_eq!(unsafe { table().open.unwrap()(host, data, size, &mut session, null_mut()) }, OK);
    session
}

/// A case in a session; its handle, or the status.
pub(crate) fn open_case(session: u64) -> Result<u64, i32> {
    let opening = serde_json::to_string(&opening()).unwrap();
    let (data, size) = text(&opening);
    let mut case = 0;
    match unsafe { table().case_open.unwrap()(session, data, size, &mut case, null_mut()) } {
        OK => Ok(case),
        status => Err(status),
    }
}

pub(crate) fn close(session: u64) {
    assert_eq!(unsafe { table().close.unwrap()(session, null_mut()) }, OK);
}

pub(crate) fn release(document: Document) -> i32 {
    unsafe { table().release.unwrap()(document.handle) }
}

/// The error of a call that must fail.
pub(crate) fn failure(call: impl FnOnce(*mut Document) -> i32) -> Error {
    let mut document = Document::NONE;
    let status = call(&mut document);
    let bytes =
        unsafe { std::slice::from_raw_parts(document.data.cast::<u8>(), document.size as usize) };
    let error: Error = serde_json::from_slice(bytes).unwrap();
    assert_eq!((error.status(), release(document)), (status, OK));
    error
}

pub(crate) fn code(status: i32) -> Option<ErrorCode> {
    ErrorCode::ALL.iter().copied().find(|code| code.status() == status)
}

/// A host's own thing, as the plugin hands it back.
pub(crate) fn context<T>(thing: &T) -> *mut c_void {
    std::ptr::from_ref(thing).cast_mut().cast()
}

/// Whether this is a process of its own; if not, runs the test in one.
pub(crate) fn alone(test: &str) -> bool {
    if std::env::var_os("MYNAQ_ALONE").is_some() {
        return true;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("MYNAQ_ALONE", "yes")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}
