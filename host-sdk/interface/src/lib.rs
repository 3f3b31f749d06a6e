//! The types both sides of the MynaQ border share.
//!
//! A host and the plugin are built by different people, with different compilers, years apart.
//! What they agree on is here and nowhere else:
//!
//! - [`c`]: the C function table, the contract. `host-sdk/include/mynaq.h` says the same in C.
//! - [`rust`]: the abi_stable root module, the second door for Rust hosts.
//! - the documents that cross as UTF-8 JSON: [`CaseOpening`], [`Capabilities`], [`Event`],
//!   [`Summary`], [`Record`], [`Error`]. Their JSON Schemas ([`schema`]) are published in `host-sdk/schema/`.
//!
//! Nothing here does any work, and nothing here depends on another crate of this project.
#![deny(unsafe_code)]

pub mod c;
mod capabilities;
mod error;
mod event;
mod fault;
mod log_in;
mod observation;
mod opening;
mod record;
pub mod rust;
pub mod schema;
mod summary;
mod words;

pub use capabilities::{
    AbiVersion, Capabilities, Code, FieldCapability, Limits, PackCapabilities, ReasonCapability,
};
pub use error::{Error, ErrorClass, ErrorCode};
pub use event::{
    CardFacts, Event, EventBody, GateRule, GateState, Lack, LookUpPhase, Presence, ReaderFacts,
    ReaderService, ReaderState, Validity,
};
pub use fault::FileFault;
pub use log_in::{FactorKind, LogIn};
pub use observation::{Consciousness, Gcs, Observation};
pub use opening::CaseOpening;
pub use record::{
    CardBasis, Change, Field, FieldState, PackIdentity, Record, SourceMark, Trace, TraceSource,
};
pub use summary::{
    Asked, Checkup, ClaimDate, Diagnosis, Finding, Institution, LeftOut, Medication, Patient,
    Period, Procedure, Provenance, Section, Sex, Source, Summary, TestResult, Visit,
};
pub use words::{
    CardForm, CardKind, Consent, Decision, Factor, Identity, Notice, NoticeLanguage, OptOut,
    Reason, Scope, Transcription,
};

/// Major version of the border. Peers of different majors cannot talk.
pub const ABI_MAJOR: u32 = 1;
/// Minor version of the border. Slots are only appended; the lower minor of two peers is spoken.
pub const ABI_MINOR: u32 = 1;
/// `major << 16 | minor`, as it crosses in every `abi_version` field.
pub const ABI_VERSION: u32 = ABI_MAJOR << 16 | ABI_MINOR;

#[cfg(test)]
mod tests {
    // clauses: VER-5
    #[test]
    fn the_version_of_this_crate_is_the_version_of_the_interface() {
        let version = format!("{}.{}.0", super::ABI_MAJOR, super::ABI_MINOR);
        assert_eq!(env!("CARGO_PKG_VERSION"), version, "a patch version changes nothing here");
    }
}
