//! The C door, seen from the host.

use std::ffi::{CStr, c_char, c_void};
use std::path::Path;
use std::sync::Arc;

use mynaq_interface::c::{self, Document, Host, NegotiateFn, Plugin};
use mynaq_interface::{ABI_VERSION, Error, ErrorCode};

use super::{Door, chain};
use crate::hooks::{Hooks, Level, contain};

pub(crate) struct CDoor {
    table: &'static Plugin,
}

/// The function in a slot, or an error that names the slot.
macro_rules! slot {
    ($door:expr, $slot:ident) => {{
        let table = $door.table;
        let end = std::mem::offset_of!(Plugin, $slot) + size_of::<usize>();
        if end > table.struct_size as usize {
            Err(missing(stringify!($slot)))
        } else {
            // Read in place: the table may be shorter than the struct we know.
            table.$slot.ok_or_else(|| missing(stringify!($slot)))
        }
    }};
}

impl CDoor {
    pub(crate) fn load(path: &Path) -> Result<Self, String> {
        let library = open_library(path).map_err(|error| chain(&error))?;
        // SAFETY: the symbol has this type in every MynaQ plugin since 1.0 (mynaq.h).
        let negotiate = unsafe { library.get::<NegotiateFn>(c::ENTRY_SYMBOL) }
            .map(|symbol| *symbol)
            .map_err(|error| chain(&error))?;
        // Never unloaded: the plugin has threads (INTERFACE.md, LIFE).
        std::mem::forget(library);

        let host = host_struct(std::ptr::null_mut());
        let mut table: *const Plugin = std::ptr::null();
        let mut reason = [0u8; 512];
        // SAFETY: all pointers are valid for the call, and the capacity is the buffer's.
        let status = unsafe {
            negotiate(&host, &mut table, reason.as_mut_ptr().cast::<c_char>(), reason.len() as u64)
        };
        if status != c::OK || table.is_null() {
            let text = CStr::from_bytes_until_nul(&reason).unwrap_or_default();
            return Err(format!("status {status}: {}", text.to_string_lossy()));
        }
        // SAFETY: the plugin hands out a table with static lifetime; the library stays loaded.
        Ok(CDoor { table: unsafe { &*table } })
    }

    fn act(&self, call: impl FnOnce(*mut Document) -> i32) -> Result<i32, Error> {
        let mut error = Document::NONE;
        let status = call(&mut error);
        if status >= c::OK {
            return Ok(status);
        }
        let text = self.take(error).unwrap_or_default();
        Err(serde_json::from_str(&text).unwrap_or_else(|_| {
            Error::new(ErrorCode::Panic)
                .detail(format_args!("status {status} without an error document"))
        }))
    }

    /// Copies a text and gives its document back.
    fn take(&self, document: Document) -> Option<String> {
        String::from_utf8(self.take_bytes(document)?).ok()
    }

    /// Copies a document and gives it back.
    fn take_bytes(&self, document: Document) -> Option<Vec<u8>> {
        if document.handle == 0 || document.data.is_null() {
            return None;
        }
        let size = usize::try_from(document.size).ok()?;
        // SAFETY: the plugin lends `size` readable bytes until release.
        let bytes =
            unsafe { std::slice::from_raw_parts(document.data.cast::<u8>(), size) }.to_vec();
        if let Ok(release) = slot!(self, release) {
            // SAFETY: `release` takes any number.
            unsafe { release(document.handle) };
        }
        Some(bytes)
    }
}

impl Door for CDoor {
    fn product_version(&self) -> String {
        if self.table.product_version.is_null() {
            return String::new();
        }
        // SAFETY: not null, so a static NUL-terminated string.
        unsafe { CStr::from_ptr(self.table.product_version) }.to_string_lossy().into_owned()
    }

    fn open(&self, hooks: &Box<Arc<dyn Hooks>>, config: &str) -> Result<u64, Error> {
        let open = slot!(self, open)?;
        let context: *const Arc<dyn Hooks> = &**hooks;
        let host = host_struct(context.cast_mut().cast::<c_void>());
        let mut session = 0;
        // SAFETY: `host` is copied by the call; `hooks` stays until `close` (trait's contract).
        self.act(|error| unsafe { open(&host, text(config), size(config), &mut session, error) })?;
        Ok(session)
    }

    fn close(&self, session: u64) -> Result<(), Error> {
        let close = slot!(self, close)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { close(session, error) }).map(drop)
    }

    fn shutdown(&self) -> Result<(), Error> {
        let shutdown = slot!(self, shutdown)?;
        // SAFETY: the error's place is ours.
        self.act(|error| unsafe { shutdown(error) }).map(drop)
    }

    fn capabilities(&self, session: u64) -> Result<String, Error> {
        let capabilities = slot!(self, capabilities)?;
        let mut document = Document::NONE;
        // SAFETY: both documents are ours and written by the call.
        self.act(|error| unsafe { capabilities(session, &mut document, error) })?;
        self.take(document).ok_or_else(|| ErrorCode::NotUtf8.into())
    }

    fn log_in(&self, session: u64, log_in: &str) -> Result<(), Error> {
        let call = slot!(self, log_in)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { call(session, text(log_in), size(log_in), error) }).map(drop)
    }

    fn log_out(&self, session: u64, crew_member: &str) -> Result<(), Error> {
        let call = slot!(self, log_out)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { call(session, text(crew_member), size(crew_member), error) })
            .map(drop)
    }

    fn case_open(&self, session: u64, opening: &str) -> Result<u64, Error> {
        let case_open = slot!(self, case_open)?;
        let mut case = 0;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe {
            case_open(session, text(opening), size(opening), &mut case, error)
        })?;
        Ok(case)
    }

    fn case_read_card(&self, case: u64) -> Result<(), Error> {
        let read_card = slot!(self, case_read_card)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { read_card(case, error) }).map(drop)
    }

    fn case_identity(&self, case: u64, identity: u32, pin: &str) -> Result<(), Error> {
        let record = slot!(self, case_identity)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { record(case, identity, text(pin), size(pin), error) }).map(drop)
    }

    fn case_allow_last_try(&self, case: u64) -> Result<(), Error> {
        let allow = slot!(self, case_allow_last_try)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { allow(case, error) }).map(drop)
    }

    fn case_observe(&self, case: u64, observation: &str) -> Result<(), Error> {
        let call = slot!(self, case_observe)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { call(case, text(observation), size(observation), error) })
            .map(drop)
    }

    fn case_wrong_patient(&self, case: u64) -> Result<(), Error> {
        let call = slot!(self, case_wrong_patient)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { call(case, error) }).map(drop)
    }

    fn case_opt_out(&self, case: u64, opt_out: u32) -> Result<(), Error> {
        let call = slot!(self, case_opt_out)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { call(case, opt_out, error) }).map(drop)
    }

    fn case_consent(&self, case: u64, consent: u32, reason: &str) -> Result<(), Error> {
        let record = slot!(self, case_consent)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { record(case, consent, text(reason), size(reason), error) })
            .map(drop)
    }

    fn case_look_up(&self, case: u64, scope: u32) -> Result<(), Error> {
        let look_up = slot!(self, case_look_up)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { look_up(case, scope, error) }).map(drop)
    }

    fn case_cancel(&self, case: u64) -> Result<(), Error> {
        let cancel = slot!(self, case_cancel)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { cancel(case, error) }).map(drop)
    }

    fn case_decide(&self, case: u64, field: &str, decision: u32) -> Result<(), Error> {
        let decide = slot!(self, case_decide)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { decide(case, text(field), size(field), decision, error) })
            .map(drop)
    }

    fn case_decide_all(&self, case: u64, section: &str, decision: u32) -> Result<(), Error> {
        let call = slot!(self, case_decide_all)?;
        // SAFETY: the text is valid for the call.
        self.act(|error| unsafe { call(case, text(section), size(section), decision, error) })
            .map(drop)
    }

    fn case_record(&self, case: u64) -> Result<String, Error> {
        let record = slot!(self, case_record)?;
        let mut document = Document::NONE;
        // SAFETY: both documents are ours and written by the call.
        self.act(|error| unsafe { record(case, &mut document, error) })?;
        self.take(document).ok_or_else(|| ErrorCode::NotUtf8.into())
    }

    fn case_export(&self, case: u64, format: &str) -> Result<Vec<u8>, Error> {
        let export = slot!(self, case_export)?;
        let mut document = Document::NONE;
        // SAFETY: the text is valid for the call; both documents are ours and written by it.
        self.act(|error| unsafe {
            export(case, text(format), size(format), &mut document, error)
        })?;
        Ok(self.take_bytes(document).unwrap_or_default())
    }

    fn case_notice(&self, case: u64, notice: u32) -> Result<(), Error> {
        let record = slot!(self, case_notice)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { record(case, notice, error) }).map(drop)
    }

    fn case_notice_page(&self, case: u64, language: u32) -> Result<String, Error> {
        let call = slot!(self, case_notice_page)?;
        let mut document = Document::NONE;
        // SAFETY: both documents are ours and written by the call.
        self.act(|error| unsafe { call(case, language, &mut document, error) })?;
        self.take(document).ok_or_else(|| ErrorCode::NotUtf8.into())
    }

    fn case_close(&self, case: u64) -> Result<(), Error> {
        let close = slot!(self, case_close)?;
        // SAFETY: handles are numbers; any number is allowed.
        self.act(|error| unsafe { close(case, error) }).map(drop)
    }

    fn next_event(&self, case: u64, timeout_ms: u32) -> Result<Option<String>, Error> {
        let next_event = slot!(self, next_event)?;
        let mut document = Document::NONE;
        // SAFETY: both documents are ours and written by the call.
        let status =
            self.act(|error| unsafe { next_event(case, timeout_ms, &mut document, error) })?;
        if status == c::NOTHING {
            return Ok(None);
        }
        self.take(document).map(Some).ok_or_else(|| ErrorCode::NotUtf8.into())
    }
}

fn host_struct(context: *mut c_void) -> Host {
    Host {
        struct_size: size_of::<Host>() as u32,
        abi_version: ABI_VERSION,
        context,
        log: (!context.is_null()).then_some(on_log),
        wake: (!context.is_null()).then_some(on_wake),
    }
}

unsafe extern "C" fn on_log(
    context: *mut c_void,
    level: u32,
    target: *const c_char,
    target_size: u64,
    message: *const c_char,
    message_size: u64,
) {
    // SAFETY: `context` is the box given to `open`; the plugin lends valid UTF-8 for the call.
    let (hooks, target, message) = unsafe {
        let Some(hooks) = context.cast::<Arc<dyn Hooks>>().as_ref() else { return };
        (hooks, lent(target, target_size), lent(message, message_size))
    };
    contain(|| hooks.log(Level::from_number(level), &target, &message));
}

unsafe extern "C" fn on_wake(context: *mut c_void, case: u64) {
    // SAFETY: `context` is the box given to `open`.
    if let Some(hooks) = unsafe { context.cast::<Arc<dyn Hooks>>().as_ref() } {
        contain(|| hooks.wake(case));
    }
}

/// # Safety
/// `data` is null or points to `size` readable bytes.
unsafe fn lent<'a>(data: *const c_char, size: u64) -> std::borrow::Cow<'a, str> {
    match usize::try_from(size) {
        Ok(size) if !data.is_null() => {
            // SAFETY: the caller's promise.
            String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size) })
        }
        _ => "".into(),
    }
}

fn text(text: &str) -> *const c_char {
    text.as_ptr().cast::<c_char>()
}

fn size(text: &str) -> u64 {
    text.len() as u64
}

fn missing(slot: &str) -> Error {
    Error::new(ErrorCode::Incompatible).detail(format_args!("the plugin's table has no `{slot}`"))
}

/// Resolves every symbol at load: a lazily bound library fails later, in the middle of a case.
#[cfg(unix)]
fn open_library(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: loading runs the library's initialisers; whoever names the file vouches for it.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

#[cfg(not(unix))]
fn open_library(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: loading runs the library's initialisers; whoever names the file vouches for it.
    unsafe { libloading::Library::new(path) }
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    unsafe extern "C" fn notice(_: u64, _: u32, _: *mut Document) -> i32 {
        c::OK
    }

    /// The table of a plugin that has functions up to `size`, and only one of them.
    fn table(size: usize) -> CDoor {
        let struct_size = size as u32;
        // SAFETY: null is what a plugin writes for a function or a text it does not have.
        let empty: Plugin = unsafe { std::mem::zeroed() };
        let table = Plugin { struct_size, case_notice: Some(notice), ..empty };
        CDoor { table: Box::leak(Box::new(table)) }
    }

    // clauses: NEG-3
    #[test]
    fn a_plugin_of_an_older_minor_version_is_not_asked_for_what_came_later() {
        let door = table(Plugin::size_in(0) as usize);
        let error = door.case_allow_last_try(1).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Incompatible);
        assert!(error.technical().unwrap().contains("case_allow_last_try"), "{error}");
    }

    // clauses: NEG-3
    #[test]
    fn a_function_the_plugin_does_not_have_is_an_error_that_names_it() {
        let without = |door: &CDoor, slot: &str| {
            let error = door.case_notice(1, 1).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Incompatible);
            assert!(error.technical().unwrap().contains(slot), "{error}");
        };
        let end = offset_of!(Plugin, case_notice) + size_of::<usize>();
        assert!(table(end).case_notice(1, 1).is_ok());
        without(&table(end - 1), "case_notice");
        without(&table(0), "case_notice");
        let error = table(end).case_close(1).unwrap_err();
        assert!(error.technical().unwrap().contains("case_close"), "null: {error}");
        assert_eq!(table(end).product_version(), "");
    }
}
