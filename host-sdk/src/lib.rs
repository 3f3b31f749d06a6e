//! Loads the MynaQ plugin by path and gives a Rust host a typed, safe view of it.
//!
//! ```no_run
//! use std::time::Duration;
//! use mynaq_host_sdk::{CaseOpening, Consent, EventBody, GateState, Identity, Plugin, Quiet, Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let plugin = Plugin::load("libmynaq_plugin.so")?;
//! let session = plugin.open("mynaq.toml", Quiet)?;
//! let case = session.open_case(&CaseOpening {
//!     incident: "2026-000123".into(),
//!     unit: "救急1".into(),
//!     terminal: "T-01".into(),
//!     crew_member: "C-07".into(),
//!     pack: "record-app".into(),
//! })?;
//! case.read_card()?;
//! case.identity(Identity::Visual)?;
//! case.consent(Consent::Given, None)?;
//! while let Some(event) = case.next_event(Duration::from_secs(30))? {
//!     match event.body {
//!         EventBody::Gate { state: GateState::Open, .. } => case.look_up(Scope::Summary)?,
//!         EventBody::Record { record } => { /* show the offers */ drop(record); break }
//!         EventBody::Trouble { error, .. } => eprintln!("{error}"),
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Safety: this crate safeguards the host against a plugin that is old, newer, or not a plugin at
//! all. It cannot safeguard the host against a malicious library: loading one runs its code.

mod case;
mod door;
mod hooks;
mod load;
mod session;

pub use case::Case;
pub use hooks::{Hooks, Level, Quiet};
pub use load::{DoorKind, LoadError, Plugin};
pub use mynaq_interface::*;
pub use session::Session;
