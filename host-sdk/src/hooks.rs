//! What a host gives to be told things.

use mynaq_interface::c;

/// What a host gives to be told things. Both are called on any thread, also inside a call of the
/// host's own, and should return at once.
///
/// Within `wake` a host may call whatever returns at once, and fetch events with a timeout of zero;
/// within `log` nothing (INTERFACE.md, THR). A panic in either ends there.
pub trait Hooks: Send + Sync + 'static {
    /// A line of the plugin's log. It never holds anything about a patient.
    fn log(&self, level: Level, target: &str, message: &str) {
        let _ = (level, target, message);
    }

    /// The case of this number ([`Case::id`](crate::Case::id)) has events.
    fn wake(&self, case: u64) {
        let _ = case;
    }
}

/// Hooks of a host that wants to be told nothing.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Hooks for Quiet {}

/// A panic of a hook must not cross the border: the process would be ended.
pub(crate) fn contain(hook: impl FnOnce()) {
    // The panic hook of the host has already told of it.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(hook));
}

/// How urgent a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is wrong and was dealt with.
    Warn,
    /// Milestones of a case.
    Info,
    /// For support engineers.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    pub(crate) fn from_number(number: u32) -> Self {
        match number {
            c::LOG_ERROR => Level::Error,
            c::LOG_WARN => Level::Warn,
            c::LOG_INFO => Level::Info,
            c::LOG_DEBUG => Level::Debug,
            _ => Level::Trace,
        }
    }
}
