//! A session: one host's use of the plugin.

use std::path::Path;
use std::sync::Arc;

use mynaq_interface::{CaseOpening, Error, ErrorCode, c};

use crate::case::Case;
use crate::door::Door;

/// What a host gives to be told things. Both are called from threads of the plugin and should
/// return at once.
pub trait Hooks: Send + Sync + 'static {
    /// A line of the plugin's log. It never holds anything about a patient.
    fn log(&self, level: Level, target: &str, message: &str) {
        let _ = (level, target, message);
    }

    /// The case of this number ([`Case::id`]) has events.
    fn wake(&self, case: u64) {
        let _ = case;
    }
}

/// Hooks of a host that wants to be told nothing.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Hooks for Quiet {}

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

/// One host's use of the plugin with one configuration. Cases keep it open.
#[derive(Debug, Clone)]
pub struct Session(Arc<Open>);

impl Session {
    pub(crate) fn open(
        door: Arc<dyn Door>,
        config: &Path,
        hooks: Arc<dyn Hooks>,
    ) -> Result<Self, Error> {
        let path = config.to_str().ok_or(ErrorCode::NotUtf8)?;
        // The plugin gets the address of this box; it must not move while the session is open.
        let hooks = Box::new(hooks);
        let handle = door.open(&hooks, path)?;
        Ok(Session(Arc::new(Open { door, handle, _hooks: hooks })))
    }

    /// Opens a case.
    pub fn open_case(&self, opening: &CaseOpening) -> Result<Case, Error> {
        let json = serde_json::to_string(opening).map_err(|_| ErrorCode::BadDocument)?;
        let handle = self.0.door.case_open(self.0.handle, &json)?;
        Ok(Case::new(self.clone(), handle))
    }

    pub(crate) fn door(&self) -> &dyn Door {
        &*self.0.door
    }
}

struct Open {
    door: Arc<dyn Door>,
    handle: u64,
    /// Freed after `close` has returned: the plugin calls nobody after that.
    _hooks: Box<Arc<dyn Hooks>>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // A session that is already gone is as closed as it can be.
        let _ = self.door.close(self.handle);
    }
}
