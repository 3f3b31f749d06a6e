//! The way back to a host: its log and its wake-up call, and the promise that neither is called
//! after the session was closed.

mod log;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// What a host wants to be told, behind either door.
pub(crate) trait Host: Send + Sync {
    fn log(&self, level: u32, target: &str, message: &str);
    fn wake(&self, case: u64);
}

/// A host for as long as its session is open.
pub(crate) struct HostLink {
    host: Box<dyn Host>,
    calls: Mutex<Calls>,
    returned: Condvar,
}

#[derive(Default)]
struct Calls {
    closed: bool,
    under_way: Vec<ThreadId>,
}

impl HostLink {
    /// Links a host: it gets the log from now on.
    pub(crate) fn new(host: Box<dyn Host>) -> Arc<Self> {
        let link = Arc::new(HostLink { host, calls: Mutex::default(), returned: Condvar::new() });
        log::attach(&link);
        link
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.call(|host| host.log(level, target, message));
    }

    pub(crate) fn wake(&self, case: u64) {
        self.call(|host| host.wake(case));
    }

    /// Waits until no call is under way on any other thread; a host may close its session from
    /// within a call.
    pub(crate) fn close(&self) {
        let here = std::thread::current().id();
        let mut calls = self.lock();
        calls.closed = true;
        while calls.under_way.iter().any(|&thread| thread != here) {
            calls = self.returned.wait(calls).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn call(&self, call: impl FnOnce(&dyn Host)) {
        let here = std::thread::current().id();
        {
            let mut calls = self.lock();
            if calls.closed {
                return;
            }
            calls.under_way.push(here);
        }
        call(&*self.host);
        let mut calls = self.lock();
        if let Some(place) = calls.under_way.iter().position(|&thread| thread == here) {
            calls.under_way.swap_remove(place);
        }
        self.returned.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for HostLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostLink").finish_non_exhaustive()
    }
}
