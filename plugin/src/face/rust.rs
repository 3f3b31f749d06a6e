//! The abi_stable door: the root module for Rust hosts.

use abi_stable::export_root_module;
use abi_stable::prefix_type::PrefixTypeTrait as _;
use abi_stable::std_types::{RErr, ROk, ROption, RResult, RStr, RString, RVec};
use mynaq_interface::rust::{RustHost, RustModule, RustModule_Ref};
use mynaq_interface::{Error, ErrorCode};

use super::extension;
use super::guard::{Tag, guard, prepare, tell};
use crate::engine;
use crate::host::Host;

type Answer<T> = RResult<T, RString>;

#[export_root_module]
fn root_module() -> RustModule_Ref {
    prepare();
    RustModule {
        product_version,
        open,
        close,
        shutdown,
        capabilities,
        case_open,
        case_read_card,
        case_identity,
        case_consent,
        case_look_up,
        case_cancel,
        case_decide,
        case_record,
        case_export,
        case_notice,
        case_close,
        next_event,
        case_allow_last_try,
        log_in,
        log_out,
        case_observe,
        case_wrong_patient,
        case_opt_out,
        case_decide_all,
        case_notice_page,
    }
    .leak_into_prefix()
}

extern "C" fn product_version() -> RString {
    env!("CARGO_PKG_VERSION").into()
}

extern "C" fn open(host: RustHost, config: RStr<'_>) -> Answer<u64> {
    enter(Tag::Blocks, None, || engine::open(Box::new(Calls(host)), config.as_str()))
}

extern "C" fn close(session: u64) -> Answer<()> {
    enter(Tag::Blocks, None, || engine::close(session))
}

extern "C" fn shutdown() -> Answer<()> {
    enter(Tag::Ends, None, || {
        engine::shutdown();
        Ok(())
    })
}

extern "C" fn capabilities(session: u64) -> Answer<RString> {
    enter(Tag::AnyThread, None, || {
        engine::capabilities(session, extension::IDS).map(|json| json.as_str().into())
    })
}

extern "C" fn log_in(session: u64, log_in: RStr<'_>) -> Answer<()> {
    enter(Tag::AnyThread, None, || engine::log_in(session, log_in.as_str()))
}

extern "C" fn log_out(session: u64, crew_member: RStr<'_>) -> Answer<()> {
    enter(Tag::AnyThread, None, || engine::log_out(session, crew_member.as_str()))
}

extern "C" fn case_open(session: u64, opening: RStr<'_>) -> Answer<u64> {
    enter(Tag::AnyThread, None, || engine::case_open(session, opening.as_str()))
}

extern "C" fn case_read_card(case: u64) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_read_card(case))
}

extern "C" fn case_identity(case: u64, identity: u32, pin: RStr<'_>) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_identity(case, identity, pin.as_str()))
}

extern "C" fn case_allow_last_try(case: u64) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_allow_last_try(case))
}

extern "C" fn case_observe(case: u64, observation: RStr<'_>) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_observe(case, observation.as_str()))
}

extern "C" fn case_wrong_patient(case: u64) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_wrong_patient(case))
}

extern "C" fn case_opt_out(case: u64, opt_out: u32) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_opt_out(case, opt_out))
}

extern "C" fn case_consent(case: u64, consent: u32, reason: RStr<'_>) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_consent(case, consent, reason.as_str()))
}

extern "C" fn case_look_up(case: u64, scope: u32) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_look_up(case, scope))
}

extern "C" fn case_cancel(case: u64) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_cancel(case))
}

extern "C" fn case_decide(case: u64, field: RStr<'_>, decision: u32) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_decide(case, field.as_str(), decision))
}

extern "C" fn case_decide_all(case: u64, section: RStr<'_>, decision: u32) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_decide_all(case, section.as_str(), decision))
}

extern "C" fn case_record(case: u64) -> Answer<RString> {
    enter(Tag::AnyThread, Some(case), || engine::case_record(case).map(|json| json.as_str().into()))
}

extern "C" fn case_export(case: u64, format: RStr<'_>) -> Answer<RVec<u8>> {
    enter(Tag::AnyThread, Some(case), || {
        engine::case_export(case, format.as_str()).map(|bytes| bytes.as_slice().into())
    })
}

extern "C" fn case_notice(case: u64, notice: u32) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_notice(case, notice))
}

extern "C" fn case_notice_page(case: u64, language: u32) -> Answer<RString> {
    enter(Tag::AnyThread, Some(case), || {
        engine::case_notice_page(case, language).map(|page| page.as_str().into())
    })
}

extern "C" fn case_close(case: u64) -> Answer<()> {
    enter(Tag::AnyThread, Some(case), || engine::case_close(case))
}

extern "C" fn next_event(case: u64, timeout_ms: u32) -> Answer<ROption<RString>> {
    enter(Tag::Waits { timeout_ms }, Some(case), || {
        let event = engine::next_event(case, timeout_ms)?;
        Ok(event.map(|json| RString::from(json.as_str())).into())
    })
}

fn enter<T>(tag: Tag, case: Option<u64>, work: impl FnOnce() -> Result<T, Error>) -> Answer<T> {
    match guard(tag, case, work) {
        Ok(value) => ROk(value),
        Err(error) => RErr(json(&error)),
    }
}

fn json(error: &Error) -> RString {
    let json = tell(|| serde_json::to_string(error).ok());
    json.unwrap_or_else(|| ErrorCode::Panic.name().to_owned()).into()
}

struct Calls(RustHost);

impl Host for Calls {
    fn log(&self, level: u32, target: &str, message: &str) {
        (self.0.log)(self.0.context, level, target.into(), message.into());
    }

    fn wake(&self, case: u64) {
        (self.0.wake)(self.0.context, case);
    }
}
