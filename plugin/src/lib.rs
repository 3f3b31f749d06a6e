//! The MynaQ plugin: card, gate, look-up, ledger and record behind one stable interface.
//!
//! One case walks straight through:
//!
//! ```text
//! face → engine → case ─ card      the certificate, read while the crew still asks
//!                      ─ gate      identity × consent → a viewing permit, or a reason why not
//!                      ─ journal   the permit is in the ledger before anything leaves
//!                      ─ lookup    permit + certificate → summary
//!                      ─ adapters  summary → the vendor's record, offered field by field
//! ```
//!
//! Hosts load the library and reach it through [`face`]; `host-sdk/INTERFACE.md` is the manual.

#[cfg(panic = "abort")]
compile_error!("the plugin turns panics into errors; it cannot be built with panic = \"abort\"");

mod card;
mod case;
mod config;
mod engine;
pub mod face;
mod gate;
mod host;
mod lookup;
