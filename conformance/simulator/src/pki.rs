//! Keys and certificates: those of the simulated cards, and those of the line to the gateway.

mod authority;
mod key;
mod name;
mod profile;
pub(crate) mod tls;

pub(crate) use authority::{Authority, Marking};
pub(crate) use key::key_of;
pub(crate) use profile::{Policies, Profile, issue};
