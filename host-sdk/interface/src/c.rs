//! The C function table: the contract. `host-sdk/include/mynaq.h` says the same, with the manual.
//!
//! Only fixed-width integers and pointers cross; no `bool`, no `long`, no struct by value.
//! A slot exists if and only if `struct_size` covers it and it is not null, so every slot here is
//! an `Option`: the reader of a table from another build must look before it calls.

use std::ffi::{c_char, c_void};

/// The one exported function of the C door.
pub const ENTRY_SYMBOL: &[u8] = b"mynaq_negotiate\0";

/// Success.
pub const OK: i32 = 0;
/// `next_event`: nothing happened within the time given. Not an error.
pub const NOTHING: i32 = 1;

/// Log levels, most urgent first.
pub const LOG_ERROR: u32 = 1;
/// See [`LOG_ERROR`].
pub const LOG_WARN: u32 = 2;
/// See [`LOG_ERROR`].
pub const LOG_INFO: u32 = 3;
/// See [`LOG_ERROR`].
pub const LOG_DEBUG: u32 = 4;
/// See [`LOG_ERROR`].
pub const LOG_TRACE: u32 = 5;

/// `log(context, level, target, target_size, message, message_size)`; any thread.
pub type LogFn = unsafe extern "C" fn(*mut c_void, u32, *const c_char, u64, *const c_char, u64);
/// `wake(context, case)`: this case has events; any thread of the plugin.
pub type WakeFn = unsafe extern "C" fn(*mut c_void, u64);

/// What the host gives: who it is and how to reach it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Host {
    /// `sizeof(mynaq_host)` as the host was compiled.
    pub struct_size: u32,
    /// The version the host was compiled for.
    pub abi_version: u32,
    /// Handed back in every callback; the plugin never looks inside.
    pub context: *mut c_void,
    /// Takes the plugin's log; may be null.
    pub log: Option<LogFn>,
    /// Called when a case has events; may be null.
    pub wake: Option<WakeFn>,
}

/// Bytes the plugin lends: valid until `release(handle)`. One NUL follows the last byte.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Document {
    /// For `release`; 0 when there is no document.
    pub handle: u64,
    /// Bytes, without the NUL.
    pub size: u64,
    /// UTF-8.
    pub data: *const c_char,
}

impl Document {
    /// No document.
    pub const NONE: Document = Document { handle: 0, size: 0, data: std::ptr::null() };
}

/// `mynaq_negotiate(host, &plugin, reason, reason_capacity)`.
pub type NegotiateFn =
    unsafe extern "C" fn(*const Host, *mut *const Plugin, *mut c_char, u64) -> i32;
/// `open(host, config_path, size, &session, &error)`.
pub type OpenFn =
    unsafe extern "C" fn(*const Host, *const c_char, u64, *mut u64, *mut Document) -> i32;
/// `close(session, &error)`, `case_*(case, &error)`.
pub type HandleFn = unsafe extern "C" fn(u64, *mut Document) -> i32;
/// `case_open(session, opening, size, &case, &error)`.
pub type CaseOpenFn = unsafe extern "C" fn(u64, *const c_char, u64, *mut u64, *mut Document) -> i32;
/// `case_identity(case, identity, pin, size, &error)`, `case_consent(case, consent, reason, size, &error)`.
pub type WordTextFn = unsafe extern "C" fn(u64, u32, *const c_char, u64, *mut Document) -> i32;
/// `case_look_up(case, scope, &error)`, `case_notice(case, notice, &error)`.
pub type WordFn = unsafe extern "C" fn(u64, u32, *mut Document) -> i32;
/// `log_in(session, log_in, size, &error)`, `log_out(session, crew_member, size, &error)`,
/// `case_observe(case, observation, size, &error)`.
pub type TextFn = unsafe extern "C" fn(u64, *const c_char, u64, *mut Document) -> i32;
/// `case_notice_page(case, language, &page, &error)`.
pub type WordDocumentFn = unsafe extern "C" fn(u64, u32, *mut Document, *mut Document) -> i32;
/// `case_decide(case, field, size, decision, &error)`,
/// `case_decide_all(case, section, size, decision, &error)`.
pub type TextWordFn = unsafe extern "C" fn(u64, *const c_char, u64, u32, *mut Document) -> i32;
/// `case_record(case, &record, &error)`, `capabilities(session, &capabilities, &error)`.
pub type DocumentFn = unsafe extern "C" fn(u64, *mut Document, *mut Document) -> i32;
/// `case_export(case, format, size, &bytes, &error)`.
pub type ExportFn =
    unsafe extern "C" fn(u64, *const c_char, u64, *mut Document, *mut Document) -> i32;
/// `shutdown(&error)`.
pub type ShutdownFn = unsafe extern "C" fn(*mut Document) -> i32;
/// `next_event(case, timeout_ms, &event, &error)`.
pub type NextEventFn = unsafe extern "C" fn(u64, u32, *mut Document, *mut Document) -> i32;
/// `release(handle)`.
pub type ReleaseFn = unsafe extern "C" fn(u64) -> i32;
/// `extension(id, size)`.
pub type ExtensionFn = unsafe extern "C" fn(*const c_char, u64) -> *const c_void;

/// What the plugin gives: its function table.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Plugin {
    /// `sizeof(mynaq_plugin)` as the plugin was compiled.
    pub struct_size: u32,
    /// The version both speak: same major, the lower minor.
    pub abi_version: u32,
    /// The product's version, NUL-terminated, for people.
    pub product_version: *const c_char,
    /// Opens a session.
    pub open: Option<OpenFn>,
    /// Closes a session and every case in it.
    pub close: Option<HandleFn>,
    /// Ends everything in this process.
    pub shutdown: Option<ShutdownFn>,
    /// What can be done here.
    pub capabilities: Option<DocumentFn>,
    /// Opens a case.
    pub case_open: Option<CaseOpenFn>,
    /// Starts reading a card.
    pub case_read_card: Option<HandleFn>,
    /// Records the identity check.
    pub case_identity: Option<WordTextFn>,
    /// Records the patient's word.
    pub case_consent: Option<WordTextFn>,
    /// Starts the look-up.
    pub case_look_up: Option<WordFn>,
    /// Cancels whatever is under way.
    pub case_cancel: Option<HandleFn>,
    /// Accepts or rejects an offer.
    pub case_decide: Option<TextWordFn>,
    /// The record as it stands.
    pub case_record: Option<DocumentFn>,
    /// What the crew accepted, in a format of the pack.
    pub case_export: Option<ExportFn>,
    /// Records what became of the notice.
    pub case_notice: Option<WordFn>,
    /// Wipes and closes the case.
    pub case_close: Option<HandleFn>,
    /// Waits for the next event.
    pub next_event: Option<NextEventFn>,
    /// Gives a document back.
    pub release: Option<ReleaseFn>,
    /// Finds an extension.
    pub extension: Option<ExtensionFn>,
    /// Since 1.1: allows the last try of the PIN to be spent.
    pub case_allow_last_try: Option<HandleFn>,
    /// Since 1.1: a crew member begins a shift.
    pub log_in: Option<TextFn>,
    /// Since 1.1: a crew member ends it.
    pub log_out: Option<TextFn>,
    /// Since 1.1: records what the crew sees of patient and card.
    pub case_observe: Option<TextFn>,
    /// Since 1.1: the card was another person's.
    pub case_wrong_patient: Option<HandleFn>,
    /// Since 1.1: the card's holder goes on the department's opt-out list, or off it.
    pub case_opt_out: Option<WordFn>,
    /// Since 1.1: accepts or rejects every offer, or those of one section.
    pub case_decide_all: Option<TextWordFn>,
    /// Since 1.1: the notice, ready to print.
    pub case_notice_page: Option<WordDocumentFn>,
}

impl Plugin {
    /// `struct_size` of the table a minor version has: what later ones appended is not in it.
    pub const fn size_in(minor: u32) -> u32 {
        match minor {
            0 => std::mem::offset_of!(Plugin, case_allow_last_try) as u32,
            _ => size_of::<Plugin>() as u32,
        }
    }
}

/// The id of the suite's own extension, which only builds with debug assertions have.
pub const DEFECTS_ID: &str = "jp.mynaq.defects/1";

/// Puts a defect into the plugin, to prove that it ends one case and no other.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Defects {
    /// `sizeof` of this struct.
    pub struct_size: u32,
    /// As in [`Plugin`].
    pub abi_version: u32,
    /// `put_into(room, size)`: the next one who enters the room (`card`, `gate`, `ledger`,
    /// `lookup`, `adapters`) meets a panic, once.
    pub put_into: Option<unsafe extern "C" fn(*const c_char, u64) -> i32>,
}

// SAFETY: the table is immutable and its one pointer leads to a static string.
#[allow(unsafe_code, reason = "a table of function pointers is shared between threads by design")]
unsafe impl Sync for Plugin {}

/// Offsets and sizes for both pointer widths, asserted at compile time here and in `mynaq.h`.
const _: () = {
    use std::mem::{offset_of, size_of};
    const P: usize = size_of::<usize>();
    assert!(offset_of!(Host, context) == 8);
    assert!(offset_of!(Host, log) == 8 + P);
    assert!(offset_of!(Host, wake) == 8 + 2 * P);
    assert!(size_of::<Host>() == 8 + 3 * P);
    assert!(offset_of!(Document, size) == 8);
    assert!(offset_of!(Document, data) == 16);
    assert!(offset_of!(Plugin, product_version) == 8);
    assert!(offset_of!(Plugin, open) == 8 + P);
    assert!(offset_of!(Plugin, case_open) == 8 + 5 * P);
    assert!(offset_of!(Plugin, next_event) == 8 + 16 * P);
    assert!(offset_of!(Plugin, extension) == 8 + 18 * P);
    assert!(offset_of!(Plugin, case_allow_last_try) == 8 + 19 * P);
    assert!(offset_of!(Plugin, log_in) == 8 + 20 * P);
    assert!(offset_of!(Plugin, case_notice_page) == 8 + 26 * P);
    assert!(size_of::<Plugin>() == 8 + 27 * P);
    assert!(Plugin::size_in(0) as usize == 8 + 19 * P);
};
