//! The gateway over real mutual TLS, as a plain client sees it: its answers, and everything it does on
//! command.

mod answers;
mod client;
mod delays;
mod faults;
mod population;
mod strictness;
