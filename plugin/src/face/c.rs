//! The C door: `mynaq_negotiate` and the function table of `host-sdk/include/mynaq.h`.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use mynaq_interface::c::{self, Document, Host as CHost, Plugin};
use mynaq_interface::{ABI_MAJOR, ABI_VERSION, Error, ErrorCode};
use zeroize::Zeroizing;

use super::guard::guard;
use super::pin::pin;
use crate::engine::{self, Handles};
use crate::host::Host;

/// No text a host hands over is larger: an opening or a field name, a path, a reason.
const LARGEST_TEXT: u64 = 64 * 1024;

/// Documents lent to hosts. The bytes end with a NUL that the size does not count.
static DOCUMENTS: Handles<Arc<Zeroizing<Vec<u8>>>> = Handles::new(3);

static TABLE: Plugin = Plugin {
    struct_size: size_of::<Plugin>() as u32,
    abi_version: ABI_VERSION,
    product_version: concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast::<c_char>(),
    open: Some(open),
    close: Some(close),
    case_open: Some(case_open),
    case_read_card: Some(case_read_card),
    case_identity: Some(case_identity),
    case_consent: Some(case_consent),
    case_look_up: Some(case_look_up),
    case_cancel: Some(case_cancel),
    case_decide: Some(case_decide),
    case_record: Some(case_record),
    case_close: Some(case_close),
    next_event: Some(next_event),
    release: Some(release),
    extension: Some(extension),
};

/// The one exported function: agrees on a version and hands out the table, or refuses with a
/// reason a person can read.
///
/// # Safety
/// `host` is null or points to a `mynaq_host` of the size it states; `plugin` is null or writable;
/// `reason` is null or points to `reason_capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mynaq_negotiate(
    host: *const CHost,
    plugin: *mut *const Plugin,
    reason: *mut c_char,
    reason_capacity: u64,
) -> i32 {
    pin();
    // SAFETY: the caller's promise; only the two leading numbers are read, which every version has.
    let refusal = match unsafe { host.cast::<[u32; 2]>().as_ref() } {
        None => Some((ErrorCode::NullArgument, "host is null".to_owned())),
        Some([_, version]) if version >> 16 != ABI_MAJOR => Some((
            ErrorCode::Incompatible,
            format!("the host speaks version {}, this plugin {ABI_MAJOR}", version >> 16),
        )),
        Some([size, _]) if (*size as usize) < size_of::<CHost>() => Some((
            ErrorCode::Incompatible,
            format!("mynaq_host has {size} bytes, {} are needed", size_of::<CHost>()),
        )),
        Some(_) if plugin.is_null() => Some((ErrorCode::NullArgument, "plugin is null".to_owned())),
        Some(_) => None,
    };
    match refusal {
        Some((code, why)) => {
            // SAFETY: the caller's promise.
            unsafe { explain(&format!("{why} ({})", code.name()), reason, reason_capacity) };
            code.status()
        }
        None => {
            // SAFETY: not null, and writable by the caller's promise.
            unsafe { plugin.write(&raw const TABLE) };
            c::OK
        }
    }
}

/// # Safety
/// `reason` is null or points to `capacity` writable bytes.
unsafe fn explain(text: &str, reason: *mut c_char, capacity: u64) {
    let Some(room) = usize::try_from(capacity).ok().and_then(|capacity| capacity.checked_sub(1))
    else {
        return;
    };
    if reason.is_null() {
        return;
    }
    let length = text.floor_char_boundary(room.min(text.len()));
    // SAFETY: `length + 1` is at most the capacity.
    unsafe {
        reason.copy_from_nonoverlapping(text.as_ptr().cast::<c_char>(), length);
        reason.add(length).write(0);
    }
}

unsafe extern "C" fn open(
    host: *const CHost,
    config: *const c_char,
    config_size: u64,
    session: *mut u64,
    error: *mut Document,
) -> i32 {
    enter(None, error, || {
        // SAFETY: mynaq.h: `host` is null or points to a mynaq_host; its size was checked when the
        // versions were agreed on.
        let host = unsafe { host.as_ref() }.ok_or(ErrorCode::NullArgument)?;
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let config = unsafe { text(config, config_size) }?;
        let session = Out::new(session)?;
        session.put(engine::open(Box::new(Calls(*host)), config)?)
    })
}

unsafe extern "C" fn close(session: u64, error: *mut Document) -> i32 {
    enter(None, error, || engine::close(session).map(done))
}

unsafe extern "C" fn case_open(
    session: u64,
    opening: *const c_char,
    opening_size: u64,
    case: *mut u64,
    error: *mut Document,
) -> i32 {
    enter(None, error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let opening = unsafe { text(opening, opening_size) }?;
        let case = Out::new(case)?;
        case.put(engine::case_open(session, opening)?)
    })
}

unsafe extern "C" fn case_read_card(case: u64, error: *mut Document) -> i32 {
    enter(Some(case), error, || engine::case_read_card(case).map(done))
}

unsafe extern "C" fn case_identity(
    case: u64,
    identity: u32,
    pin: *const c_char,
    pin_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let pin = unsafe { optional_text(pin, pin_size) }?;
        engine::case_identity(case, identity, pin).map(done)
    })
}

unsafe extern "C" fn case_consent(
    case: u64,
    consent: u32,
    reason: *const c_char,
    reason_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let reason = unsafe { optional_text(reason, reason_size) }?;
        engine::case_consent(case, consent, reason).map(done)
    })
}

unsafe extern "C" fn case_look_up(case: u64, scope: u32, error: *mut Document) -> i32 {
    enter(Some(case), error, || engine::case_look_up(case, scope).map(done))
}

unsafe extern "C" fn case_cancel(case: u64, error: *mut Document) -> i32 {
    enter(Some(case), error, || engine::case_cancel(case).map(done))
}

unsafe extern "C" fn case_decide(
    case: u64,
    field: *const c_char,
    field_size: u64,
    decision: u32,
    error: *mut Document,
) -> i32 {
    enter(Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let field = unsafe { text(field, field_size) }?;
        engine::case_decide(case, field, decision).map(done)
    })
}

unsafe extern "C" fn case_record(case: u64, record: *mut Document, error: *mut Document) -> i32 {
    enter(Some(case), error, || {
        let record = Out::new(record)?;
        record.put(lend(engine::case_record(case)?)?)
    })
}

unsafe extern "C" fn case_close(case: u64, error: *mut Document) -> i32 {
    enter(Some(case), error, || engine::case_close(case).map(done))
}

unsafe extern "C" fn next_event(
    case: u64,
    timeout_ms: u32,
    event: *mut Document,
    error: *mut Document,
) -> i32 {
    enter(Some(case), error, || {
        let event = Out::new(event)?;
        match engine::next_event(case, timeout_ms)? {
            Some(json) => event.put(lend(json)?),
            None => event.put(Document::NONE).map(|_| c::NOTHING),
        }
    })
}

unsafe extern "C" fn release(document: u64) -> i32 {
    enter(None, std::ptr::null_mut(), || match document {
        0 => Ok(c::OK),
        handle => DOCUMENTS.remove(handle).map(|_| c::OK).ok_or(ErrorCode::UnknownHandle.into()),
    })
}

/// There are no extensions yet.
unsafe extern "C" fn extension(_: *const c_char, _: u64) -> *const c_void {
    std::ptr::null()
}

/// Checks, guard, convert, status: the shape of every entry.
fn enter(
    case: Option<u64>,
    error: *mut Document,
    work: impl FnOnce() -> Result<i32, Error>,
) -> i32 {
    match guard(case, work) {
        Ok(status) => status,
        Err(failure) => {
            if !error.is_null() {
                let json = serde_json::to_string(&failure).map(Zeroizing::new);
                let document = json.ok().and_then(|json| lend(json).ok()).unwrap_or(Document::NONE);
                // SAFETY: mynaq.h: `error` is null or writable.
                unsafe { error.write(document) };
            }
            failure.status()
        }
    }
}

fn done(_: ()) -> i32 {
    c::OK
}

/// Lends a document until the host releases it.
fn lend(json: Zeroizing<String>) -> Result<Document, Error> {
    let size = json.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    bytes.extend_from_slice(json.as_bytes());
    bytes.push(0);
    let data = bytes.as_ptr().cast::<c_char>();
    let handle = DOCUMENTS.insert(|_| Ok::<_, Error>(Arc::new(bytes)))?;
    let handle = handle.ok_or_else(|| {
        Error::new(ErrorCode::TooLarge).detail("too many documents were not released")
    })?;
    Ok(Document { handle, size: size as u64, data })
}

/// A place the host gave for a result.
struct Out<T>(*mut T);

impl<T> Out<T> {
    fn new(place: *mut T) -> Result<Self, Error> {
        if place.is_null() { Err(ErrorCode::NullArgument.into()) } else { Ok(Out(place)) }
    }

    fn put(self, value: T) -> Result<i32, Error> {
        // SAFETY: not null; mynaq.h: a result's place is writable.
        unsafe { self.0.write(value) };
        Ok(c::OK)
    }
}

/// # Safety
/// `data` is null or points to `size` readable bytes that stay unchanged during the call.
unsafe fn text<'a>(data: *const c_char, size: u64) -> Result<&'a str, Error> {
    if data.is_null() {
        return Err(ErrorCode::NullArgument.into());
    }
    // SAFETY: the caller's promise.
    unsafe { optional_text(data, size) }
}

/// Null is the empty text.
///
/// # Safety
/// `data` is null or points to `size` readable bytes that stay unchanged during the call.
unsafe fn optional_text<'a>(data: *const c_char, size: u64) -> Result<&'a str, Error> {
    if data.is_null() {
        return Ok("");
    }
    if size > LARGEST_TEXT {
        return Err(Error::new(ErrorCode::TooLarge).detail(format_args!("a text of {size} bytes")));
    }
    // SAFETY: not null, and `size` readable bytes by the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size as usize) };
    std::str::from_utf8(bytes).map_err(|_| ErrorCode::NotUtf8.into())
}

struct Calls(CHost);

// SAFETY: mynaq.h: the host's callbacks and their context may be used from any thread.
unsafe impl Send for Calls {}
// SAFETY: as above.
unsafe impl Sync for Calls {}

impl Host for Calls {
    fn log(&self, level: u32, target: &str, message: &str) {
        if let Some(log) = self.0.log {
            let (target_data, target_size) = (target.as_ptr().cast(), target.len() as u64);
            let (message_data, message_size) = (message.as_ptr().cast(), message.len() as u64);
            // SAFETY: the host's own function with its own context; the texts live for the call.
            unsafe {
                log(self.0.context, level, target_data, target_size, message_data, message_size);
            }
        }
    }

    fn wake(&self, case: u64) {
        if let Some(wake) = self.0.wake {
            // SAFETY: the host's own function with its own context.
            unsafe { wake(self.0.context, case) };
        }
    }
}
