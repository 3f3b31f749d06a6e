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
//! In tests that need neither gateway nor listener, a [`Desk`] gives the same cards in the same two slots
//! without a thread: the listeners are thin users of it. There a [`Slot`] takes cards, and a
//! [`Session`] hands commands to them and tells how long each would have taken. [`Habits`], [`Timing`]
//! and [`Script`] say how cards and readers behave, how long they take and what goes wrong; all three
//! are plain data.
//!
//! Nothing here is shared with the plugin: the two must be able to disagree.

mod card;
mod cards;
mod control;
mod day;
mod desk;
mod error;
mod exchange;
mod gateway;
mod listing;
mod options;
pub mod people;
mod pki;
mod place;
mod script;
mod simulator;
mod slot;
mod terminal;
mod timing;
mod tries;
mod wire;
mod world;

pub use card::{
    Atr, BeyondEnd, Card, Extended, Habits, OnReselect, OnReset, Plastic, StatusWord, Uid, Verified,
};
pub use day::today;
pub use desk::Desk;
pub use error::Error;
pub use exchange::{Exchange, Reply};
pub use gateway::{
    Bomb, FAULT_KINDS, GatewayFault, GatewayFaults, HttpFault, LineFault, MessageFault, Miscoding,
    Outcome, Refusal, Spelling, TlsFault, Viewing, When,
};
pub use listing::Listing;
pub use options::Options;
pub use people::Population;
pub use place::LoggedApdu;
pub use script::{Fault, Garbage, Next, Script, Tear};
pub use simulator::Simulator;
pub use slot::{Session, Slot};
pub use terminal::{FolderFault, FolderFaults};
pub use timing::{BitRate, Timing};
pub use tries::TriesBook;
pub use world::World;
