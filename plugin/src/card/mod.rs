//! The card: from a tap to the user authentication certificate.
//!
//! ```text
//! desk ─ watcher ─ link (pcsc, drill)                          what the readers see
//!      ─ reading ─ link ─ channel (allow) ─ jpki, kind, pin    what one card says
//!                                           └ certificate, authority, possession
//! ```
//!
//! `command` what may be said · `answer`, `der` what is believed · `ASSUMPTIONS.md` what is known of
//! these cards from few sources, `ALLOWED.md` what can reach one · `trial` what holds of any bytes, for
//! tests and the fuzzer alone.

mod allow;
mod answer;
mod authority;
mod certificate;
mod channel;
mod command;
mod der;
mod desk;
mod drill;
mod fault;
mod jpki;
mod kind;
mod link;
mod pcsc;
mod pin;
mod possession;
mod reading;
#[cfg(any(test, fuzzing))]
pub(crate) mod trial;
mod trust;
mod watcher;

#[cfg(test)]
mod tests;

pub(crate) use self::authority::Authorities;
pub(crate) use self::certificate::Certificate;
pub(crate) use self::desk::{Cancel, CardDesk, CardNews, Job, Listener, ReadersNow};
pub(crate) use self::pin::{Digits, PinCheck};
pub(crate) use self::reading::{CardRead, Task};
pub(crate) use self::trust::Trust;
