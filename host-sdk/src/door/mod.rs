//! The two doors behind one trait: the rest of the SDK does not know which one is open.

mod c;
mod rust;

use std::sync::Arc;

use mynaq_interface::{Error, ErrorCode};

pub(crate) use self::c::CDoor;
pub(crate) use self::rust::RustDoor;
use crate::hooks::Hooks;

/// The verbs of the interface. Texts are documents or words; numbers are handles and words.
pub(crate) trait Door: Send + Sync {
    fn product_version(&self) -> String;
    /// `hooks` must stay where it is until `close` has returned.
    #[allow(clippy::borrowed_box, reason = "the address inside the box is what crosses")]
    fn open(&self, hooks: &Box<Arc<dyn Hooks>>, config: &str) -> Result<u64, Error>;
    fn close(&self, session: u64) -> Result<(), Error>;
    fn shutdown(&self) -> Result<(), Error>;
    fn capabilities(&self, session: u64) -> Result<String, Error>;
    fn log_in(&self, session: u64, log_in: &str) -> Result<(), Error>;
    fn log_out(&self, session: u64, crew_member: &str) -> Result<(), Error>;
    fn case_open(&self, session: u64, opening: &str) -> Result<u64, Error>;
    fn case_read_card(&self, case: u64) -> Result<(), Error>;
    fn case_identity(&self, case: u64, identity: u32, pin: &str) -> Result<(), Error>;
    fn case_allow_last_try(&self, case: u64) -> Result<(), Error>;
    fn case_observe(&self, case: u64, observation: &str) -> Result<(), Error>;
    fn case_wrong_patient(&self, case: u64) -> Result<(), Error>;
    fn case_opt_out(&self, case: u64, opt_out: u32) -> Result<(), Error>;
    fn case_consent(&self, case: u64, consent: u32, reason: &str) -> Result<(), Error>;
    fn case_look_up(&self, case: u64, scope: u32) -> Result<(), Error>;
    fn case_cancel(&self, case: u64) -> Result<(), Error>;
    fn case_decide(&self, case: u64, field: &str, decision: u32) -> Result<(), Error>;
    fn case_decide_all(&self, case: u64, section: &str, decision: u32) -> Result<(), Error>;
    fn case_record(&self, case: u64) -> Result<String, Error>;
    fn case_export(&self, case: u64, format: &str) -> Result<Vec<u8>, Error>;
    fn case_notice(&self, case: u64, notice: u32) -> Result<(), Error>;
    fn case_notice_page(&self, case: u64, language: u32) -> Result<String, Error>;
    fn case_close(&self, case: u64) -> Result<(), Error>;
    fn next_event(&self, case: u64, timeout_ms: u32) -> Result<Option<String>, Error>;
}

/// The whole chain of causes: libloading's first line says only that it failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The position, never the text: documents hold patient data.
pub(crate) fn unreadable(error: serde_json::Error) -> Error {
    Error::new(ErrorCode::BadDocument).detail(format_args!(
        "the plugin's document is unreadable at line {} column {}",
        error.line(),
        error.column()
    ))
}
