//! From the text of `mapping.toml` to a checked plan.

mod check;
mod document;
mod faults;
mod list;

use std::path::Path;

use mynaq_interface::FileFault;

use self::document::MappingDoc;
use self::faults::Faults;
use crate::plan::Plan;

/// A mapping that passed every check.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) version: String,
    pub(crate) plan: Plan,
}

/// Reads and checks a mapping. TOML that cannot be read is one fault; everything found in TOML
/// that can be read is reported at once.
pub(crate) fn load(file: &Path, text: &str) -> Result<Mapping, Vec<FileFault>> {
    let document: MappingDoc =
        toml::from_str(text).map_err(|error| vec![faults::unreadable(file, text, &error)])?;
    let mut faults = Faults::new(file, text);
    let mapping = check::check(&document, &mut faults);
    match (mapping, faults.into_found()) {
        (Some(mapping), found) if found.is_empty() => Ok(mapping),
        (_, found) => Err(found),
    }
}
