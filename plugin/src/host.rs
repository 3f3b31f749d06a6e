//! The way back to a host: its log and its wake-up call, and the promise that neither is called
//! after the session was closed.

mod log;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What a host wants to be told, behind either door.
pub(crate) trait Host: Send + Sync {
    fn log(&self, level: u32, target: &str, message: &str);
    fn wake(&self, case: u64);
}

/// In which of its own functions the host is, on this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    Neither,
    Log,
    Wake,
}

thread_local! {
    static INSIDE: Cell<Inside> = const { Cell::new(Inside::Neither) };
    /// Wake-up calls that came up while this thread was in one: they follow it, never nest in it.
    static LATER: RefCell<VecDeque<(Arc<HostLink>, u64)>> = const { RefCell::new(VecDeque::new()) };
}

impl Inside {
    /// Where the host is on this thread.
    pub(crate) fn here() -> Self {
        INSIDE.get()
    }
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
    under_way: usize,
}

impl HostLink {
    /// Links a host: it gets the log from now on.
    pub(crate) fn new(host: Box<dyn Host>) -> Arc<Self> {
        let link = Arc::new(HostLink { host, calls: Mutex::default(), returned: Condvar::new() });
        log::attach(&link);
        link
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.call(Inside::Log, |host| host.log(level, target, message));
    }

    pub(crate) fn wake(self: &Arc<Self>, case: u64) {
        LATER.with_borrow_mut(|later| later.push_back((Arc::clone(self), case)));
        if Inside::here() == Inside::Wake {
            return;
        }
        while let Some((link, case)) = LATER.with_borrow_mut(VecDeque::pop_front) {
            link.call(Inside::Wake, |host| host.wake(case));
        }
    }

    /// Waits until no call is under way. Nobody closes a session from within one (`face::guard`).
    pub(crate) fn close(&self) {
        let mut calls = self.lock();
        calls.closed = true;
        while calls.under_way > 0 {
            calls = self.returned.wait(calls).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn call(&self, inside: Inside, call: impl FnOnce(&dyn Host)) {
        {
            let mut calls = self.lock();
            if calls.closed {
                return;
            }
            calls.under_way += 1;
        }
        let outside = INSIDE.replace(inside);
        call(&*self.host);
        INSIDE.set(outside);
        let mut calls = self.lock();
        calls.under_way -= 1;
        // Only a host that is closing waits for this.
        if calls.closed {
            self.returned.notify_all();
        }
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
