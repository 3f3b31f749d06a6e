//! The two doors, thin, over one engine. Nothing else in the plugin knows FFI.
//!
//! Every entry does the same: enter through the one guard, look at the arguments, convert, answer.

mod c;
mod extension;
mod guard;
mod pin;
mod rust;

pub use self::c::mynaq_negotiate;
