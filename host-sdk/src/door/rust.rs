//! The abi_stable door, seen from the host.

use std::path::Path;
use std::sync::Arc;

use abi_stable::library::lib_header_from_path;
use abi_stable::std_types::{RResult, RStr, RString, RVec};
use mynaq_interface::rust::{RustHost, RustModule_Ref};
use mynaq_interface::{Error, ErrorCode};

use super::{Door, chain};
use crate::hooks::{Hooks, Level, contain};

pub(crate) struct RustDoor {
    module: RustModule_Ref,
}

impl RustDoor {
    /// Loads without abi_stable's one-library-per-type cache, so that several plugins can be open.
    pub(crate) fn load(path: &Path) -> Result<Self, String> {
        let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
        let header = lib_header_from_path(path).map_err(|error| first_line(chain(&error)))?;
        header
            .init_root_module::<RustModule_Ref>()
            .map(|module| RustDoor { module })
            .map_err(|error| first_line(chain(&error)))
    }
}

impl Door for RustDoor {
    fn product_version(&self) -> String {
        self.module.product_version()().into_string()
    }

    fn open(&self, hooks: &Box<Arc<dyn Hooks>>, config: &str) -> Result<u64, Error> {
        let context = std::ptr::from_ref::<Arc<dyn Hooks>>(hooks).expose_provenance();
        let host = RustHost { context, log: on_log, wake: on_wake };
        read(self.module.open()(host, config.into()))
    }

    fn close(&self, session: u64) -> Result<(), Error> {
        read(self.module.close()(session))
    }

    fn shutdown(&self) -> Result<(), Error> {
        read(self.module.shutdown()())
    }

    fn capabilities(&self, session: u64) -> Result<String, Error> {
        read(self.module.capabilities()(session)).map(RString::into_string)
    }

    fn log_in(&self, session: u64, log_in: &str) -> Result<(), Error> {
        read(newer(self.module.log_in(), "log_in")?(session, log_in.into()))
    }

    fn log_out(&self, session: u64, crew_member: &str) -> Result<(), Error> {
        read(newer(self.module.log_out(), "log_out")?(session, crew_member.into()))
    }

    fn case_open(&self, session: u64, opening: &str) -> Result<u64, Error> {
        read(self.module.case_open()(session, opening.into()))
    }

    fn case_read_card(&self, case: u64) -> Result<(), Error> {
        read(self.module.case_read_card()(case))
    }

    fn case_identity(&self, case: u64, identity: u32, pin: &str) -> Result<(), Error> {
        read(self.module.case_identity()(case, identity, pin.into()))
    }

    fn case_allow_last_try(&self, case: u64) -> Result<(), Error> {
        let allow = newer(self.module.case_allow_last_try(), "case_allow_last_try")?;
        read(allow(case))
    }

    fn case_observe(&self, case: u64, observation: &str) -> Result<(), Error> {
        read(newer(self.module.case_observe(), "case_observe")?(case, observation.into()))
    }

    fn case_wrong_patient(&self, case: u64) -> Result<(), Error> {
        read(newer(self.module.case_wrong_patient(), "case_wrong_patient")?(case))
    }

    fn case_opt_out(&self, case: u64, opt_out: u32) -> Result<(), Error> {
        read(newer(self.module.case_opt_out(), "case_opt_out")?(case, opt_out))
    }

    fn case_consent(&self, case: u64, consent: u32, reason: &str) -> Result<(), Error> {
        read(self.module.case_consent()(case, consent, reason.into()))
    }

    fn case_look_up(&self, case: u64, scope: u32) -> Result<(), Error> {
        read(self.module.case_look_up()(case, scope))
    }

    fn case_cancel(&self, case: u64) -> Result<(), Error> {
        read(self.module.case_cancel()(case))
    }

    fn case_decide(&self, case: u64, field: &str, decision: u32) -> Result<(), Error> {
        read(self.module.case_decide()(case, field.into(), decision))
    }

    fn case_decide_all(&self, case: u64, section: &str, decision: u32) -> Result<(), Error> {
        let decide = newer(self.module.case_decide_all(), "case_decide_all")?;
        read(decide(case, section.into(), decision))
    }

    fn case_record(&self, case: u64) -> Result<String, Error> {
        read(self.module.case_record()(case)).map(RString::into_string)
    }

    fn case_export(&self, case: u64, format: &str) -> Result<Vec<u8>, Error> {
        read(self.module.case_export()(case, format.into())).map(RVec::into_vec)
    }

    fn case_notice(&self, case: u64, notice: u32) -> Result<(), Error> {
        read(self.module.case_notice()(case, notice))
    }

    fn case_notice_page(&self, case: u64, language: u32) -> Result<String, Error> {
        let page = newer(self.module.case_notice_page(), "case_notice_page")?;
        read(page(case, language)).map(RString::into_string)
    }

    fn case_close(&self, case: u64) -> Result<(), Error> {
        read(self.module.case_close()(case))
    }

    fn next_event(&self, case: u64, timeout_ms: u32) -> Result<Option<String>, Error> {
        let event = read(self.module.next_event()(case, timeout_ms))?;
        Ok(event.into_option().map(RString::into_string))
    }
}

/// What came after 1.0, if the module has it.
fn newer<T>(function: Option<T>, name: &str) -> Result<T, Error> {
    function.ok_or_else(|| {
        Error::new(ErrorCode::Incompatible)
            .detail(format_args!("the plugin's module has no `{name}`"))
    })
}

fn read<T>(result: RResult<T, RString>) -> Result<T, Error> {
    result.into_result().map_err(|json| {
        serde_json::from_str(&json)
            .unwrap_or_else(|_| Error::new(ErrorCode::Panic).detail("an unreadable error document"))
    })
}

extern "C" fn on_log(context: usize, level: u32, target: RStr<'_>, message: RStr<'_>) {
    if let Some(hooks) = hooks(context) {
        contain(|| hooks.log(Level::from_number(level), target.as_str(), message.as_str()));
    }
}

extern "C" fn on_wake(context: usize, case: u64) {
    if let Some(hooks) = hooks(context) {
        contain(|| hooks.wake(case));
    }
}

fn hooks<'a>(context: usize) -> Option<&'a Arc<dyn Hooks>> {
    let pointer = std::ptr::with_exposed_provenance::<Arc<dyn Hooks>>(context);
    // SAFETY: `context` is the box given to `open`, alive until `close` has returned.
    unsafe { pointer.as_ref() }
}
