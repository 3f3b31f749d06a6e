//! A session: one host's use of the plugin.

use std::path::Path;
use std::sync::Arc;

use mynaq_interface::{Capabilities, Error, ErrorCode, LogIn};

use crate::door::{Door, unreadable};
use crate::hooks::Hooks;

/// One host's use of the plugin with one configuration. Cases keep it open.
///
/// Its last clone must not be dropped within a hook: the plugin does not close a session there
/// (INTERFACE.md, THR-4), and it stays open until the process ends.
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
        Ok(Session(Arc::new(Open { door, handle, hooks: Some(hooks) })))
    }

    /// What can be done with this configuration: packs with their fields and formats, reasons,
    /// limits. Ask once, before the first case.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        let json = self.door().capabilities(self.handle())?;
        serde_json::from_str(&json).map_err(unreadable)
    }

    /// A crew member begins a shift on this terminal, for every session on this configuration.
    /// [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn log_in(&self, log_in: &LogIn) -> Result<(), Error> {
        let json = serde_json::to_string(log_in).map_err(|_| ErrorCode::BadDocument)?;
        self.door().log_in(self.handle(), &json)
    }

    /// A crew member ends it. Cases they have opened can be finished, but view nothing more.
    /// [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn log_out(&self, crew_member: &str) -> Result<(), Error> {
        self.door().log_out(self.handle(), crew_member)
    }

    pub(crate) fn door(&self) -> &dyn Door {
        &*self.0.door
    }

    pub(crate) fn handle(&self) -> u64 {
        self.0.handle
    }
}

struct Open {
    door: Arc<dyn Door>,
    handle: u64,
    /// Freed after `close` has returned: the plugin calls nobody after that.
    hooks: Option<Box<Arc<dyn Hooks>>>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let gone = [ErrorCode::UnknownHandle, ErrorCode::Stopped];
        let closed = self.door.close(self.handle);
        // Dropped within a hook, the session cannot be closed and goes on calling: its hooks stay.
        if closed.is_err_and(|error| !gone.contains(&error.code())) {
            std::mem::forget(self.hooks.take());
        }
    }
}
