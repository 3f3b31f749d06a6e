//! Both doors, held by a host that copies nothing: what it is lent it looks at in place, and gives back.

use std::ffi::{c_char, c_void};
use std::path::Path;
use std::ptr::{null, null_mut};

use abi_stable::library::lib_header_from_path;
use abi_stable::std_types::{RResult, RStr, RString};
use libloading::Library;
use mynaq_host_sdk::c::{self, Document, NegotiateFn, Plugin};
use mynaq_host_sdk::rust::{RustHost, RustModule_Ref};
use mynaq_host_sdk::{ABI_VERSION, Consent, Decision, Identity, OptOut};

/// Which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    C,
    Rust,
}

/// The plugin behind a door. Whatever fails ends the process: it is a test's.
pub(super) enum Held {
    C(&'static Plugin),
    Rust(RustModule_Ref),
}

/// What was lent, until it is dropped.
pub(super) enum Lent {
    C(&'static Plugin, Document),
    Rust(RString),
    Bytes(abi_stable::std_types::RVec<u8>),
}

impl Lent {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Lent::C(_, document) => unsafe {
                std::slice::from_raw_parts(document.data.cast(), document.size as usize)
            },
            Lent::Rust(text) => text.as_bytes(),
            Lent::Bytes(bytes) => bytes,
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Lent::C(table, document) = self {
            assert_eq!(unsafe { table.release.unwrap()(document.handle) }, c::OK);
        }
    }
}

impl Held {
    pub(super) fn load(door: Door, plugin: &Path) -> Self {
        match door {
            Door::C => {
                let library = unsafe { Library::new(plugin) }.unwrap();
                let negotiate = *unsafe { library.get::<NegotiateFn>(c::ENTRY_SYMBOL) }.unwrap();
                std::mem::forget(library);
                let mut table = null();
                assert_eq!(unsafe { negotiate(&host(), &mut table, null_mut(), 0) }, c::OK);
                Held::C(unsafe { table.as_ref() }.unwrap())
            }
            Door::Rust => {
                let header = lib_header_from_path(plugin).unwrap();
                Held::Rust(header.init_root_module::<RustModule_Ref>().unwrap())
            }
        }
    }

    pub(super) fn open(&self, config: &str) -> u64 {
        match self {
            Held::C(table) => given(|session| {
                let (data, size) = text(config);
                unsafe { table.open.unwrap()(&host(), data, size, session, null_mut()) }
            }),
            Held::Rust(module) => {
                let host = RustHost { context: 0, log: rust_log, wake: rust_wake };
                module.open()(host, config.into()).unwrap()
            }
        }
    }

    pub(super) fn close(&self, session: u64) {
        match self {
            Held::C(table) => done(unsafe { table.close.unwrap()(session, null_mut()) }),
            Held::Rust(module) => module.close()(session).unwrap(),
        }
    }

    pub(super) fn case_open(&self, session: u64, opening: &str) -> u64 {
        match self {
            Held::C(table) => given(|case| {
                let (data, size) = text(opening);
                unsafe { table.case_open.unwrap()(session, data, size, case, null_mut()) }
            }),
            Held::Rust(module) => module.case_open()(session, opening.into()).unwrap(),
        }
    }

    pub(super) fn case_read_card(&self, case: u64) {
        match self {
            Held::C(table) => done(unsafe { table.case_read_card.unwrap()(case, null_mut()) }),
            Held::Rust(module) => module.case_read_card()(case).unwrap(),
        }
    }

    pub(super) fn case_identity(&self, case: u64, identity: Identity, pin: &str) {
        let identity = identity.number();
        match self {
            Held::C(table) => {
                let (data, size) = text(pin);
                let check = table.case_identity.unwrap();
                done(unsafe { check(case, identity, data, size, null_mut()) });
            }
            Held::Rust(module) => module.case_identity()(case, identity, pin.into()).unwrap(),
        }
    }

    pub(super) fn case_consent(&self, case: u64, consent: Consent, reason: &str) {
        let consent = consent.number();
        match self {
            Held::C(table) => {
                let (data, size) = text(reason);
                let record = table.case_consent.unwrap();
                done(unsafe { record(case, consent, data, size, null_mut()) });
            }
            Held::Rust(module) => module.case_consent()(case, consent, reason.into()).unwrap(),
        }
    }

    pub(super) fn case_wrong_patient(&self, case: u64) {
        match self {
            Held::C(table) => done(unsafe { table.case_wrong_patient.unwrap()(case, null_mut()) }),
            Held::Rust(module) => module.case_wrong_patient().unwrap()(case).unwrap(),
        }
    }

    pub(super) fn case_opt_out(&self, case: u64, opt_out: OptOut) {
        let opt_out = opt_out.number();
        match self {
            Held::C(table) => {
                done(unsafe { table.case_opt_out.unwrap()(case, opt_out, null_mut()) });
            }
            Held::Rust(module) => module.case_opt_out().unwrap()(case, opt_out).unwrap(),
        }
    }

    pub(super) fn case_look_up(&self, case: u64, scope: u32) {
        match self {
            Held::C(table) => done(unsafe { table.case_look_up.unwrap()(case, scope, null_mut()) }),
            Held::Rust(module) => module.case_look_up()(case, scope).unwrap(),
        }
    }

    pub(super) fn case_cancel(&self, case: u64) {
        match self {
            Held::C(table) => done(unsafe { table.case_cancel.unwrap()(case, null_mut()) }),
            Held::Rust(module) => module.case_cancel()(case).unwrap(),
        }
    }

    pub(super) fn case_accept(&self, case: u64, field: &str) {
        let accept = Decision::Accept.number();
        match self {
            Held::C(table) => {
                let (data, size) = text(field);
                let decide = table.case_decide.unwrap();
                done(unsafe { decide(case, data, size, accept, null_mut()) });
            }
            Held::Rust(module) => module.case_decide()(case, field.into(), accept).unwrap(),
        }
    }

    pub(super) fn case_record(&self, case: u64) -> Lent {
        match self {
            Held::C(table) => lent(table, |record| unsafe {
                table.case_record.unwrap()(case, record, null_mut())
            }),
            Held::Rust(module) => Lent::Rust(module.case_record()(case).unwrap()),
        }
    }

    pub(super) fn case_export(&self, case: u64, format: &str) -> Lent {
        match self {
            Held::C(table) => lent(table, |bytes| {
                let (data, size) = text(format);
                unsafe { table.case_export.unwrap()(case, data, size, bytes, null_mut()) }
            }),
            Held::Rust(module) => Lent::Bytes(module.case_export()(case, format.into()).unwrap()),
        }
    }

    pub(super) fn case_close(&self, case: u64) {
        match self {
            Held::C(table) => done(unsafe { table.case_close.unwrap()(case, null_mut()) }),
            Held::Rust(module) => module.case_close()(case).unwrap(),
        }
    }

    /// The next event, if one comes in time.
    pub(super) fn next_event(&self, case: u64, timeout_ms: u32) -> Option<Lent> {
        match self {
            Held::C(table) => {
                let mut event = Document::NONE;
                let next = table.next_event.unwrap();
                match unsafe { next(case, timeout_ms, &mut event, null_mut()) } {
                    c::OK => Some(Lent::C(table, event)),
                    c::NOTHING => None,
                    status => panic!("{status}"),
                }
            }
            Held::Rust(module) => match module.next_event()(case, timeout_ms) {
                RResult::ROk(event) => event.into_option().map(Lent::Rust),
                RResult::RErr(error) => panic!("{error}"),
            },
        }
    }
}

fn text(text: &str) -> (*const c_char, u64) {
    (text.as_ptr().cast(), text.len() as u64)
}

fn done(status: i32) {
    assert_eq!(status, c::OK);
}

fn given(call: impl FnOnce(*mut u64) -> i32) -> u64 {
    let mut handle = 0;
    done(call(&mut handle));
    handle
}

fn lent(table: &'static Plugin, call: impl FnOnce(*mut Document) -> i32) -> Lent {
    let mut document = Document::NONE;
    done(call(&mut document));
    Lent::C(table, document)
}

/// It takes the log, as hosts do, and keeps nothing of it.
fn host() -> c::Host {
    let struct_size = size_of::<c::Host>() as u32;
    let (log, wake) = (Some(c_log as c::LogFn), Some(c_wake as c::WakeFn));
    c::Host { struct_size, abi_version: ABI_VERSION, context: null_mut(), log, wake }
}

unsafe extern "C" fn c_log(
    _: *mut c_void,
    _: u32,
    _: *const c_char,
    _: u64,
    _: *const c_char,
    _: u64,
) {
}

unsafe extern "C" fn c_wake(_: *mut c_void, _: u64) {}

extern "C" fn rust_log(_: usize, _: u32, _: RStr<'_>, _: RStr<'_>) {}

extern "C" fn rust_wake(_: usize, _: u64) {}
