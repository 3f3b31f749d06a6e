//! The whole way of a case, staged from real parts: the plugin as a file, the simulated people and
//! gateway, a configuration, a ledger on disk. The tests of this crate play on it.
#![forbid(unsafe_code)]

mod built;
pub mod clauses;
mod compiler;
#[cfg(unix)]
mod daemon;
mod drama;
mod header;
mod line;
mod planted;
mod stage;
mod superset;

pub use built::{Parts, outside, parts, run};
pub use compiler::Compiler;
#[cfg(unix)]
pub use daemon::{CREW, Daemon, SPARE, UsbReader, in_own_namespaces};
pub use drama::{Outcome, Script, until};
pub use header::{Header, Member, Struct};
pub use line::Line;
pub use planted::planted;
pub use stage::{LogBook, Stage, opening, plugin, world};
pub use superset::{Way, broken_promises};
