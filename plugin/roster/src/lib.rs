//! The roster: whom the department named in advance as those who may view (閲覧できる者), and what
//! follows from it for one crew member at one moment.
//!
//! One TOML file, kept by the department (`plugin/roster/README.md`). Nothing here is cached and
//! no clock is read: whoever asks loads the file again and says what time it is, so that a roster
//! that was replaced counts at once and every verdict can be repeated.
//!
//! [`Roster::may_view`] and [`Roster::may_review`] give verdicts; [`Clock`] tells whether the
//! terminal's clock can be believed when they are asked for.
#![forbid(unsafe_code)]

mod check;
mod clock;
mod day;
mod document;
mod faults;
mod file;
mod name;
mod roster;

pub use clock::{Clock, TOLERANCE};
pub use day::{JAPAN, day};
pub use faults::RosterFaults;
pub use file::{MAX_BYTES, read};
pub use roster::{Member, Role, Roster, Standing};
