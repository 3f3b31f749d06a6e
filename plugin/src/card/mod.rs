//! The card: from a tap to the user authentication certificate.
//!
//! `apdu` what may be said · `link` how it gets there (`pcsc`, `drill`) · `jpki` the application ·
//! `certificate` what was read · `desk` the thread that does it.

mod apdu;
mod certificate;
mod desk;
mod drill;
mod jpki;
mod link;
mod pcsc;

pub(crate) use self::certificate::Certificate;
pub(crate) use self::desk::{CardDesk, CardNews, CardRead, Job, Task};
