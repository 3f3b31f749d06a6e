//! The ledger: who viewed what kind of data, when, and on what basis. Never a medical value,
//! never a card identifier.
//!
//! One append-only file of JSON lines in a directory of its own. Each line carries its sequence
//! number and the SHA-256 of the line before it, so that an altered, dropped or reordered line is
//! found by [`verify`]. [`Ledger::append`] returns only when the line is on the disk: the look-up
//! waits for it. [`review`] reads it while it is written, and keeps what a second pair of eyes found.
#![forbid(unsafe_code)]

mod entry;
mod log;
pub mod review;
mod verify;

pub use entry::{Entry, Fact, Finding};
pub use log::{Ledger, OpenError, Past, sync_directory};
pub use verify::{Broken, Lines, verify};
