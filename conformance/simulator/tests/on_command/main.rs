//! The gateway does everything on command; each thing as a plain client sees it.

mod client;
mod delays;
mod faults;
mod population;
mod strictness;
