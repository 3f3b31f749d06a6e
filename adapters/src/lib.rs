//! Mapping engine and packs: a [`Summary`] becomes the vendor's own [`Record`], with a trace.
//!
//! A pack is a folder with one `mapping.toml` that says, field by field, what the vendor's record
//! takes from the summary. `adapters/README.md` is the guide to that language. Here is the way
//! through the code, in the order data takes it:
//!
//! - `mapping`: `mapping.toml` → document → checks → plan. Everything that can be wrong with a
//!   mapping is found here, with line, column and suggestion, before any patient is near.
//! - `plan`: the checked plan, and filling a record with it. It cannot fail, does no I/O, and
//!   writes down whatever it changes, cuts or leaves out.
//! - `source`: the closed list of what a mapping may read.
//! - `transform`, `kana`, `width`: what happens to a text on its way into a field.
//! - `writer`: from a record to the bytes a vendor stores.
//!
//! ```
//! # use mynaq_adapters::Pack;
//! let pack = Pack::from_text(
//!     "example",
//!     r#"
//!         [pack]
//!         version = "1.0.0"
//!         max_chars_counts = "characters"
//!
//!         [[field]]
//!         name = "PatientName"
//!         label = "氏名"
//!         max_chars = 20
//!         source = "patient.name"
//!         on_missing = "leave_empty"
//!         on_overflow = "cut"
//!     "#,
//! );
//! assert_eq!(pack.unwrap().identity().version, "1.0.0");
//! ```
//!
//! [`Summary`]: mynaq_interface::Summary
//! [`Record`]: mynaq_interface::Record
#![forbid(unsafe_code)]

mod kana;
mod mapping;
mod pack;
mod packs;
mod plan;
mod source;
mod transform;
mod width;
mod writer;

pub use pack::Pack;
pub use packs::Packs;

/// Every path of a summary that a mapping may read, such as `medications.name`.
pub fn readable_paths() -> impl Iterator<Item = &'static str> {
    source::Path::ALL.into_iter().map(|(name, _)| name)
}
