//! How much of an answer still goes out on one connection.

use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(in crate::gateway) struct Valve(Mutex<Option<u64>>);

impl Valve {
    /// From now on only so many bytes go out before the line is cut; without a number, all do.
    pub(in crate::gateway) fn limit(&self, bytes: Option<u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }

    /// How many of these bytes go out.
    pub(super) fn pass(&self, count: usize) -> usize {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => count,
            Some(left) => {
                let passed = usize::try_from(*left).unwrap_or(usize::MAX).min(count);
                *left -= passed as u64;
                passed
            }
        }
    }
}
