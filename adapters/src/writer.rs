//! From a record to the bytes a vendor stores: what the crew accepted, and nothing else.

use mynaq_interface::{Error, ErrorCode, FieldState, Record};
use serde::Serializer as _;

/// A format a record can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One object: field name to accepted value, in the pack's order.
    Json,
}

impl Format {
    pub(crate) const ALL: [(&str, Format); 1] = [("json", Format::Json)];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Format::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    pub(crate) fn write(self, record: &Record) -> Result<Vec<u8>, Error> {
        let accepted = || {
            record.fields.iter().filter_map(|field| match &field.state {
                FieldState::Accepted { value } => Some((field.name.as_str(), value.as_str())),
                _ => None,
            })
        };
        match self {
            Format::Json => {
                // Room for every character escaped: a buffer that grows leaves copies behind.
                let longest: usize =
                    accepted().map(|(name, value)| 6 * (name.len() + value.len()) + 8).sum();
                let mut bytes = Vec::with_capacity(longest + 2);
                serde_json::Serializer::new(&mut bytes)
                    .collect_map(accepted())
                    .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
                Ok(bytes)
            }
        }
    }
}
