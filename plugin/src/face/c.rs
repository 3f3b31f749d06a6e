//! The C door: `mynaq_negotiate` and the function table of `host-sdk/include/mynaq.h`.
//!
//! Every entry does the same: empty the results, enter through the guard, look at the arguments,
//! convert, answer.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use mynaq_interface::c::{self, Document, Host as CHost, Plugin};
use mynaq_interface::{ABI_MAJOR, ABI_MINOR, Error, ErrorCode, Limits};
use zeroize::Zeroizing;

use super::extension;
use super::guard::{Tag, guard, prepare, tell};
use crate::engine::{self, Handles};
use crate::host::Host;

/// Documents lent to hosts. The bytes end with a NUL that the size does not count.
static DOCUMENTS: Handles<Arc<Zeroizing<Vec<u8>>>> = Handles::new(3);

/// One table for each minor version a host may speak, the newest last: a host gets the table its
/// version had, and nothing behind its end.
static TABLES: [Plugin; ABI_MINOR as usize + 1] = [FIRST, table(1)];

/// What 1.0 had.
const FIRST: Plugin = Plugin {
    case_allow_last_try: None,
    log_in: None,
    log_out: None,
    case_observe: None,
    case_wrong_patient: None,
    case_opt_out: None,
    case_decide_all: None,
    case_notice_page: None,
    ..table(0)
};

/// The table of a minor version, with every function there is today.
const fn table(minor: u32) -> Plugin {
    Plugin {
        struct_size: Plugin::size_in(minor),
        abi_version: ABI_MAJOR << 16 | minor,
        product_version: concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast::<c_char>(),
        open: Some(open),
        close: Some(close),
        shutdown: Some(shutdown),
        capabilities: Some(capabilities),
        case_open: Some(case_open),
        case_read_card: Some(case_read_card),
        case_identity: Some(case_identity),
        case_consent: Some(case_consent),
        case_look_up: Some(case_look_up),
        case_cancel: Some(case_cancel),
        case_decide: Some(case_decide),
        case_record: Some(case_record),
        case_export: Some(case_export),
        case_notice: Some(case_notice),
        case_close: Some(case_close),
        next_event: Some(next_event),
        release: Some(release),
        extension: Some(find_extension),
        case_allow_last_try: Some(case_allow_last_try),
        log_in: Some(log_in),
        log_out: Some(log_out),
        case_observe: Some(case_observe),
        case_wrong_patient: Some(case_wrong_patient),
        case_opt_out: Some(case_opt_out),
        case_decide_all: Some(case_decide_all),
        case_notice_page: Some(case_notice_page),
    }
}

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
    prepare();
    // SAFETY: the caller's promise.
    let table = match unsafe { spoken_by(host) } {
        Ok(_) if plugin.is_null() => Err(Error::new(ErrorCode::NullArgument).detail("plugin")),
        Ok(minor) => Ok(&TABLES[(minor as usize).min(TABLES.len() - 1)]),
        Err(error) => Err(error),
    };
    if !plugin.is_null() {
        let table = table.as_ref().map_or(std::ptr::null(), |table| &raw const **table);
        // SAFETY: not null, and writable by the caller's promise.
        unsafe { plugin.write(table) };
    }
    match table {
        Ok(_) => c::OK,
        Err(error) => {
            // SAFETY: the caller's promise.
            unsafe { explain(&error.to_string(), reason, reason_capacity) };
            error.status()
        }
    }
}

/// The minor version a host speaks, if it can be spoken with at all.
///
/// # Safety
/// `host` is null or points to a `mynaq_host` of the size it states.
unsafe fn spoken_by(host: *const CHost) -> Result<u32, Error> {
    // SAFETY: the caller's promise; only the two leading numbers are read, which every version has.
    let [size, version] = *unsafe { host.cast::<[u32; 2]>().as_ref() }
        .ok_or_else(|| Error::new(ErrorCode::NullArgument).detail("host"))?;
    let incompatible = |why: String| Err(Error::new(ErrorCode::Incompatible).detail(why));
    let (major, minor) = (version >> 16, version & 0xFFFF);
    if major != ABI_MAJOR {
        return incompatible(format!("the host speaks version {major}, this plugin {ABI_MAJOR}"));
    }
    if (size as usize) < size_of::<CHost>() {
        let needed = size_of::<CHost>();
        return incompatible(format!("mynaq_host has {size} bytes, {needed} are needed"));
    }
    Ok(minor)
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
    let session = Out::new(session);
    enter(Tag::Blocks, None, error, || {
        // SAFETY: mynaq.h: `host` is null or points to a mynaq_host of the size it states.
        unsafe { spoken_by(host) }?;
        // SAFETY: not null and large enough, as was just seen.
        let host = unsafe { host.read() };
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let config = unsafe { text(config, config_size) }?;
        session.wanted()?.put(engine::open(Box::new(Calls(host)), config)?)
    })
}

unsafe extern "C" fn close(session: u64, error: *mut Document) -> i32 {
    enter(Tag::Blocks, None, error, || engine::close(session).map(done))
}

unsafe extern "C" fn shutdown(error: *mut Document) -> i32 {
    enter(Tag::Ends, None, error, || {
        engine::shutdown();
        Ok(c::OK)
    })
}

unsafe extern "C" fn capabilities(
    session: u64,
    capabilities: *mut Document,
    error: *mut Document,
) -> i32 {
    let capabilities = Out::new(capabilities);
    enter(Tag::AnyThread, None, error, || {
        let place = capabilities.wanted_document()?;
        place.put(lend(engine::capabilities(session, extension::IDS)?.as_bytes())?)
    })
}

unsafe extern "C" fn log_in(
    session: u64,
    log_in: *const c_char,
    log_in_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, None, error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let log_in = unsafe { text(log_in, log_in_size) }?;
        engine::log_in(session, log_in).map(done)
    })
}

unsafe extern "C" fn log_out(
    session: u64,
    crew_member: *const c_char,
    crew_member_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, None, error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let crew_member = unsafe { text(crew_member, crew_member_size) }?;
        engine::log_out(session, crew_member).map(done)
    })
}

unsafe extern "C" fn case_open(
    session: u64,
    opening: *const c_char,
    opening_size: u64,
    case: *mut u64,
    error: *mut Document,
) -> i32 {
    let case = Out::new(case);
    enter(Tag::AnyThread, None, error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let opening = unsafe { text(opening, opening_size) }?;
        case.wanted()?.put(engine::case_open(session, opening)?)
    })
}

unsafe extern "C" fn case_read_card(case: u64, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_read_card(case).map(done))
}

unsafe extern "C" fn case_identity(
    case: u64,
    identity: u32,
    pin: *const c_char,
    pin_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let pin = unsafe { optional_text(pin, pin_size) }?;
        engine::case_identity(case, identity, pin).map(done)
    })
}

unsafe extern "C" fn case_allow_last_try(case: u64, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_allow_last_try(case).map(done))
}

unsafe extern "C" fn case_observe(
    case: u64,
    observation: *const c_char,
    observation_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let observation = unsafe { text(observation, observation_size) }?;
        engine::case_observe(case, observation).map(done)
    })
}

unsafe extern "C" fn case_wrong_patient(case: u64, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_wrong_patient(case).map(done))
}

unsafe extern "C" fn case_opt_out(case: u64, opt_out: u32, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_opt_out(case, opt_out).map(done))
}

unsafe extern "C" fn case_consent(
    case: u64,
    consent: u32,
    reason: *const c_char,
    reason_size: u64,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let reason = unsafe { optional_text(reason, reason_size) }?;
        engine::case_consent(case, consent, reason).map(done)
    })
}

unsafe extern "C" fn case_look_up(case: u64, scope: u32, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_look_up(case, scope).map(done))
}

unsafe extern "C" fn case_cancel(case: u64, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_cancel(case).map(done))
}

unsafe extern "C" fn case_decide(
    case: u64,
    field: *const c_char,
    field_size: u64,
    decision: u32,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let field = unsafe { text(field, field_size) }?;
        engine::case_decide(case, field, decision).map(done)
    })
}

unsafe extern "C" fn case_decide_all(
    case: u64,
    section: *const c_char,
    section_size: u64,
    decision: u32,
    error: *mut Document,
) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let section = unsafe { optional_text(section, section_size) }?;
        engine::case_decide_all(case, section, decision).map(done)
    })
}

unsafe extern "C" fn case_record(case: u64, record: *mut Document, error: *mut Document) -> i32 {
    let record = Out::new(record);
    enter(Tag::AnyThread, Some(case), error, || {
        let place = record.wanted_document()?;
        place.put(lend(engine::case_record(case)?.as_bytes())?)
    })
}

unsafe extern "C" fn case_export(
    case: u64,
    format: *const c_char,
    format_size: u64,
    bytes: *mut Document,
    error: *mut Document,
) -> i32 {
    let bytes = Out::new(bytes);
    enter(Tag::AnyThread, Some(case), error, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        let format = unsafe { text(format, format_size) }?;
        let place = bytes.wanted_document()?;
        place.put(lend(&engine::case_export(case, format)?)?)
    })
}

unsafe extern "C" fn case_notice(case: u64, notice: u32, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_notice(case, notice).map(done))
}

unsafe extern "C" fn case_notice_page(
    case: u64,
    language: u32,
    page: *mut Document,
    error: *mut Document,
) -> i32 {
    let page = Out::new(page);
    enter(Tag::AnyThread, Some(case), error, || {
        let place = page.wanted_document()?;
        place.put(lend(engine::case_notice_page(case, language)?.as_bytes())?)
    })
}

unsafe extern "C" fn case_close(case: u64, error: *mut Document) -> i32 {
    enter(Tag::AnyThread, Some(case), error, || engine::case_close(case).map(done))
}

unsafe extern "C" fn next_event(
    case: u64,
    timeout_ms: u32,
    event: *mut Document,
    error: *mut Document,
) -> i32 {
    let event = Out::new(event);
    enter(Tag::Waits { timeout_ms }, Some(case), error, || {
        // Looked at first: an event that is taken out of the queue must find a place.
        let place = event.wanted_document()?;
        match engine::next_event(case, timeout_ms)? {
            Some(json) => place.put(lend(json.as_bytes())?),
            None => Ok(c::NOTHING),
        }
    })
}

unsafe extern "C" fn release(document: u64) -> i32 {
    enter(Tag::GivesBack, None, std::ptr::null_mut(), || match document {
        0 => Ok(c::OK),
        handle => DOCUMENTS.remove(handle).map(|_| c::OK).ok_or(ErrorCode::UnknownHandle.into()),
    })
}

unsafe extern "C" fn find_extension(id: *const c_char, id_size: u64) -> *const c_void {
    let found = guard(Tag::AnyThread, None, || {
        // SAFETY: mynaq.h: a text is null or `size` readable bytes.
        Ok(extension::find(unsafe { text(id, id_size) }?))
    });
    // There is no place for an error: what cannot be had is not there.
    found.ok().flatten().unwrap_or(std::ptr::null())
}

/// The shape of every entry.
fn enter(
    tag: Tag,
    case: Option<u64>,
    error: *mut Document,
    work: impl FnOnce() -> Result<i32, Error>,
) -> i32 {
    let error = Out::new(error);
    match guard(tag, case, work) {
        Ok(status) => status,
        Err(failure) => {
            if let Ok(place) = error.wanted() {
                let document = tell(|| {
                    // A host that releases no errors either stops getting them.
                    let room = DOCUMENTS.length() < 2 * Limits::NOW.documents as usize;
                    let json = serde_json::to_string(&failure).ok().filter(|_| room)?;
                    lend(json.as_bytes()).ok()
                });
                // Emptied already; a place that was found takes anything.
                let _ = document.map(|document| place.put(document));
            }
            failure.status()
        }
    }
}

fn done(_: ()) -> i32 {
    c::OK
}

/// Lends bytes until the host releases them.
fn lend(lent: &[u8]) -> Result<Document, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(lent.len() + 1));
    bytes.extend_from_slice(lent);
    bytes.push(0);
    let data = bytes.as_ptr().cast::<c_char>();
    let handle = DOCUMENTS.insert(|_| Ok::<_, Error>(Arc::new(bytes)))?;
    let handle = handle.ok_or(ErrorCode::TooMany)?;
    Ok(Document { handle, size: lent.len() as u64, data })
}

/// What a result is before there is one.
trait Empty {
    const EMPTY: Self;
}

impl Empty for u64 {
    const EMPTY: Self = 0;
}

impl Empty for Document {
    const EMPTY: Self = Document::NONE;
}

/// A place the host gave for a result, or null. Emptied at once: whatever happens, a careless host
/// finds nothing old in it.
struct Out<T>(*mut T);

impl<T: Empty> Out<T> {
    fn new(place: *mut T) -> Self {
        if !place.is_null() {
            // SAFETY: not null; mynaq.h: a result's place is writable.
            unsafe { place.write(T::EMPTY) };
        }
        Out(place)
    }

    /// The place, where the result cannot do without one.
    fn wanted(self) -> Result<Place<T>, Error> {
        if self.0.is_null() { Err(ErrorCode::NullArgument.into()) } else { Ok(Place(self.0)) }
    }
}

impl Out<Document> {
    /// The place for a document, while the host gives back what it was lent.
    fn wanted_document(self) -> Result<Place<Document>, Error> {
        let limit = Limits::NOW.documents;
        if DOCUMENTS.length() >= limit as usize {
            return Err(Error::new(ErrorCode::TooMany)
                .detail(format_args!("{limit} documents were not released")));
        }
        self.wanted()
    }
}

/// A place that is there.
struct Place<T>(*mut T);

impl<T> Place<T> {
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

/// Null is the empty text, and has no size.
///
/// # Safety
/// `data` is null or points to `size` readable bytes that stay unchanged during the call.
unsafe fn optional_text<'a>(data: *const c_char, size: u64) -> Result<&'a str, Error> {
    if data.is_null() {
        return if size == 0 { Ok("") } else { Err(ErrorCode::NullArgument.into()) };
    }
    if size > u64::from(Limits::NOW.text_bytes) {
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
