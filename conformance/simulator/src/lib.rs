//! Test equipment for MynaQ: synthetic people, their virtual cards, and the gateway that knows them.
//!
//! A [`World`] holds people, keys and certificates; a [`Simulator`] runs around it and offers
//!
//! - a **card** ([`Card`]) that a reader talks to, through pcscd's virtual reader or directly
//!   through the drill listener,
//! - a **gateway** that demands a crew's certificate and answers as the plugin's `ASSUMPTIONS.md`
//!   says,
//! - a **control page** on which a person taps cards with the mouse.
//!
//! Nothing here is shared with the plugin: the two must be able to disagree.

mod card;
mod control;
mod day;
mod error;
mod gateway;
pub mod people;
mod pki;
mod simulator;
mod slot;
mod table;
mod wire;
mod world;

pub use card::{Card, Habits, Plastic, StatusWord};
pub use day::today;
pub use error::Error;
pub use gateway::{Outcome, Viewing};
pub use simulator::{Options, Simulator};
pub use slot::LoggedApdu;
pub use table::Listing;
pub use world::World;
