//! The one way from a door into the engine: a panic behind it becomes an error, and ends that case
//! and no other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use mynaq_interface::{Error, ErrorCode};

use crate::engine;

/// The process that first entered; 0 before. Threads do not survive a fork, so a child cannot work.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Enters the engine, for a case or for none.
pub(super) fn guard<T>(
    case: Option<u64>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let here = std::process::id();
    match PROCESS.compare_exchange(0, here, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {}
        Err(process) if process == here => {}
        Err(_) => return Err(ErrorCode::Forked.into()),
    }
    // Unwind safety: what a panic left half done belongs to the case, and the case is poisoned.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        if let Some(case) = case {
            // Poisoning met the same defect: the case is beyond help, the host is not.
            let _ = catch_unwind(|| engine::poison(case));
        }
        Err(ErrorCode::Panic.into())
    })
}
