//! The one way from a door into the engine: whether the call may be made here and now, and what
//! becomes of a panic behind it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use mynaq_interface::{Error, ErrorCode};

use crate::engine;
use crate::host::Inside;
use crate::wipe;

/// From where a function may be called: the thread tags of `mynaq.h`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    /// `[any-thread]`
    AnyThread,
    /// `[waits]`, with the timeout given.
    Waits { timeout_ms: u32 },
    /// `[blocks]`
    Blocks,
    /// `[blocks]`, and allowed after shutdown: shutdown itself.
    Ends,
    /// `[any-thread]`, and allowed after shutdown: giving back what was lent.
    GivesBack,
}

/// Enters the engine, for a case or for none. A panic poisons the case and no other.
pub(super) fn guard<T>(
    tag: Tag,
    case: Option<u64>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    admit(tag)?;
    // Unwind safety: what a panic left half done belongs to the case, and the case is poisoned.
    let work = || catch_unwind(AssertUnwindSafe(work));
    let done = match (case, tag) {
        // What a command has looked at is not to stay on the host's stack. An event is only handed over.
        (Some(_), Tag::AnyThread) => wipe::shallow_after(work),
        _ => work(),
    };
    done.unwrap_or_else(|_| {
        if let Some(case) = case {
            // Poisoning met the same defect: the case is beyond help, the host is not.
            let _ = catch_unwind(|| engine::poison(case));
        }
        Err(ErrorCode::Panic.into())
    })
}

/// Tells a host what failed; nothing, if even that meets a defect.
pub(super) fn tell<T>(failure: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(failure)).unwrap_or_default()
}

fn admit(tag: Tag) -> Result<(), ErrorCode> {
    if fork::happened() {
        return Err(ErrorCode::Forked);
    }
    match (Inside::here(), tag) {
        (Inside::Neither, _)
        | (Inside::Wake, Tag::AnyThread | Tag::GivesBack | Tag::Waits { timeout_ms: 0 }) => {}
        (Inside::Log, _) | (Inside::Wake, Tag::Waits { .. } | Tag::Blocks | Tag::Ends) => {
            return Err(ErrorCode::WrongThread);
        }
    }
    match tag {
        Tag::AnyThread | Tag::Waits { .. } | Tag::Blocks if engine::is_stopped() => {
            Err(ErrorCode::Stopped)
        }
        _ => Ok(()),
    }
}

/// Before anything else is done in this process, through either door.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        super::pin::pin();
        crate::defect::keep_messages_in();
        fork::watch();
    });
}

/// Threads do not survive a fork, so a child cannot work: it is told so instead of waiting for ever.
#[cfg(unix)]
mod fork {
    use std::sync::atomic::{AtomicBool, Ordering};

    static HAPPENED: AtomicBool = AtomicBool::new(false);

    extern "C" fn in_the_child() {
        HAPPENED.store(true, Ordering::Relaxed);
    }

    pub(super) fn watch() {
        // SAFETY: the handler only stores to a static, and the library is never unloaded. If it
        // cannot be registered for want of memory, a child hangs as it would without it.
        unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
    }

    pub(super) fn happened() -> bool {
        HAPPENED.load(Ordering::Relaxed)
    }
}

#[cfg(not(unix))]
mod fork {
    pub(super) fn watch() {}

    pub(super) fn happened() -> bool {
        false
    }
}
