//! A host in a process of its own, and a search of its whole memory.
//!
//! `host` the process, which is told what to do line by line · `doors` what it holds the plugin by ·
//! `markers` what is searched for · `memory` where.

mod doors;
mod host;
mod markers;
mod memory;

pub(crate) use self::doors::Door;
pub(crate) use self::host::{Host, is_host};
pub(crate) use self::markers::{Form, Markers};
pub(crate) use self::memory::{Found, search};
