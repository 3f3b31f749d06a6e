//! The abi_stable root module: the second door, for Rust hosts.
//!
//! It adds a check of every type's layout at load and ownership types for what crosses, and leads
//! to the same engine as the C door. It cannot carry the compatibility promise (a host built for a
//! newer module refuses an older plugin), so a host falls back to the C door when it is refused.
//! Errors cross as the JSON of [`crate::Error`].
#![allow(missing_docs, reason = "abi_stable generates undocumented items beside the module")]
#![allow(unsafe_code, reason = "abi_stable generates it for a field a module may lack")]
#![allow(non_camel_case_types, reason = "abi_stable names the generated reference type so")]

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::package_version_strings;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{ROption, RResult, RStr, RString, RVec};

/// What the host gives. The context is a number the plugin never looks at.
#[derive(Debug, Clone, Copy, StableAbi)]
#[repr(C)]
pub struct RustHost {
    /// Handed back in every callback.
    pub context: usize,
    /// `log(context, level, target, message)`; any thread.
    pub log: extern "C" fn(usize, u32, RStr<'_>, RStr<'_>),
    /// `wake(context, case)`: this case has events; any thread of the plugin.
    pub wake: extern "C" fn(usize, u64),
}

/// The root module. Each function does what its namesake in [`crate::c::Plugin`] does. What came
/// after 1.0 stands behind the last prefix field, and a module may lack it.
#[derive(StableAbi)]
#[repr(C)]
#[sabi(kind(Prefix(prefix_ref = RustModule_Ref)))]
#[sabi(missing_field(panic))]
pub struct RustModule {
    pub product_version: extern "C" fn() -> RString,
    pub open: extern "C" fn(RustHost, RStr<'_>) -> RResult<u64, RString>,
    pub close: extern "C" fn(u64) -> RResult<(), RString>,
    pub shutdown: extern "C" fn() -> RResult<(), RString>,
    pub capabilities: extern "C" fn(u64) -> RResult<RString, RString>,
    pub case_open: extern "C" fn(u64, RStr<'_>) -> RResult<u64, RString>,
    pub case_read_card: extern "C" fn(u64) -> RResult<(), RString>,
    pub case_identity: extern "C" fn(u64, u32, RStr<'_>) -> RResult<(), RString>,
    pub case_consent: extern "C" fn(u64, u32, RStr<'_>) -> RResult<(), RString>,
    pub case_look_up: extern "C" fn(u64, u32) -> RResult<(), RString>,
    pub case_cancel: extern "C" fn(u64) -> RResult<(), RString>,
    pub case_decide: extern "C" fn(u64, RStr<'_>, u32) -> RResult<(), RString>,
    pub case_record: extern "C" fn(u64) -> RResult<RString, RString>,
    pub case_export: extern "C" fn(u64, RStr<'_>) -> RResult<RVec<u8>, RString>,
    pub case_notice: extern "C" fn(u64, u32) -> RResult<(), RString>,
    pub case_close: extern "C" fn(u64) -> RResult<(), RString>,
    #[sabi(last_prefix_field)]
    pub next_event: extern "C" fn(u64, u32) -> RResult<ROption<RString>, RString>,
    #[sabi(missing_field(option))]
    pub case_allow_last_try: extern "C" fn(u64) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub log_in: extern "C" fn(u64, RStr<'_>) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub log_out: extern "C" fn(u64, RStr<'_>) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub case_observe: extern "C" fn(u64, RStr<'_>) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub case_wrong_patient: extern "C" fn(u64) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub case_opt_out: extern "C" fn(u64, u32) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub case_decide_all: extern "C" fn(u64, RStr<'_>, u32) -> RResult<(), RString>,
    #[sabi(missing_field(option))]
    pub case_notice_page: extern "C" fn(u64, u32) -> RResult<RString, RString>,
}

impl RootModule for RustModule_Ref {
    abi_stable::declare_root_module_statics! {RustModule_Ref}

    const BASE_NAME: &'static str = "mynaq_plugin";
    const NAME: &'static str = "mynaq_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
