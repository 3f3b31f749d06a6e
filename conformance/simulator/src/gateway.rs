//! The simulated end of the national system: HTTPS that demands the crew's certificate.

mod answer;
mod history;
mod metered;
mod request;
mod said;
mod server;
mod viewings;
mod xml;

pub(crate) use server::Gateway;
pub use viewings::{Outcome, Viewing};
