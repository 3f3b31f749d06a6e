//! The MynaQ plugin: card, gate, look-up, ledger and record behind one stable interface.
//!
//! One case walks straight through:
//!
//! ```text
//! face → engine → case ─ card      the certificate, read while the crew still asks
//!                      ─ gate      what was established → a viewing permit, or the rule that refuses one
//!                      ─ journal   the permit is in the ledger before anything leaves
//!                      ─ lookup    permit → summary
//!                      ─ adapters  summary → the vendor's record, offered field by field
//! ```
//!
//! Hosts load the library and reach it through [`face`]; `host-sdk/INTERFACE.md` is the manual.

#[cfg(panic = "abort")]
compile_error!("the plugin turns panics into errors; it cannot be built with panic = \"abort\"");

mod card;
mod case;
mod config;
mod defect;
mod engine;
pub mod face;
mod gate;
mod host;
mod lookup;
#[cfg(must_fail)]
mod must_fail;
mod notice;
mod wipe;

/// The engine without a door, for the benchmark that measures what a door costs. Not an interface.
#[doc(hidden)]
pub mod direct {
    use mynaq_interface::Error;
    use zeroize::Zeroizing;

    struct Nobody;

    impl crate::host::Host for Nobody {
        fn log(&self, _: u32, _: &str, _: &str) {}
        fn wake(&self, _: u64) {}
    }

    pub fn open(config: &str) -> Result<u64, Error> {
        crate::engine::open(Box::new(Nobody), config)
    }

    pub fn close(session: u64) -> Result<(), Error> {
        crate::engine::close(session)
    }

    pub fn case_open(session: u64, opening: &str) -> Result<u64, Error> {
        crate::engine::case_open(session, opening)
    }

    pub fn case_cancel(case: u64) -> Result<(), Error> {
        crate::engine::case_cancel(case)
    }

    pub fn next_event(case: u64, timeout_ms: u32) -> Result<Option<Zeroizing<String>>, Error> {
        crate::engine::next_event(case, timeout_ms)
    }
}

/// What holds of any bytes a card or a gateway may send, for the fuzzer (`plugin/fuzz`). Not in what ships.
#[doc(hidden)]
#[cfg(fuzzing)]
pub mod fuzzing {
    use crate::card::trial;

    pub fn conversation(bytes: &[u8]) {
        trial::conversation(bytes);
    }

    pub fn pin(bytes: &[u8]) {
        trial::pin(bytes);
    }

    pub fn header(bytes: &[u8]) {
        trial::header(bytes);
    }

    pub fn certificate(bytes: &[u8]) {
        trial::certificate(bytes);
    }

    pub fn label(bytes: &[u8]) {
        trial::label(bytes);
    }

    pub fn commands(bytes: &[u8]) {
        trial::commands(bytes);
    }

    pub fn answer(bytes: &[u8]) {
        crate::lookup::trial::answer(bytes);
    }
}
