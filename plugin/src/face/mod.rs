//! The two doors, thin, over one engine. Nothing else in the plugin knows FFI.
//!
//! Every entry does the same: look at the arguments, enter through the one guard, convert, answer.

mod c;
mod guard;
mod pin;
mod rust;

pub use self::c::mynaq_negotiate;
