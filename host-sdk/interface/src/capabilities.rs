//! What can be done with a session: asked once, before the first case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FileFault, NoticeLanguage, Reason};

/// What the plugin can do with the configuration of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capabilities {
    /// The product's version, for people.
    pub product_version: String,
    /// The version of the interface this plugin has; a host speaks the lower of both.
    pub abi: AbiVersion,
    /// Whether this is a drill: synthetic cards, simulated gateway. Show it in another colour.
    pub drill: bool,
    /// The packs a case can be opened with, by name.
    pub packs: Vec<PackCapabilities>,
    /// What is wrong with the packs that cannot be used.
    pub pack_faults: Vec<FileFault>,
    /// Why consent may be unobtainable, with the line the crew reads.
    pub reasons: Vec<ReasonCapability>,
    /// The version of that list and its lines; nothing before 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons_version: Option<u32>,
    /// Whether a case can only be opened for a crew member who is logged in.
    #[serde(default)]
    pub log_in_required: bool,
    /// The languages the notice can be printed in.
    #[serde(default)]
    pub notice_languages: Vec<NoticeLanguage>,
    /// The ids of the extensions there are.
    pub extensions: Vec<String>,
    /// What is taken at most.
    pub limits: Limits,
}

/// A version of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiVersion {
    /// Peers of different majors cannot talk.
    pub major: u32,
    /// Only grows by additions.
    pub minor: u32,
}

/// One vendor's record: its fields and the formats it can be written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackCapabilities {
    /// The pack's name, as a case opening names it.
    pub name: String,
    /// The pack's own version.
    pub version: String,
    /// SHA-256 of `mapping.toml`, in hexadecimal.
    pub mapping_sha256: String,
    /// What `max_chars` counts: `characters` or `utf16_units`.
    pub max_chars_counts: String,
    /// The formats `case_export` writes, by name.
    pub formats: Vec<String>,
    /// The fields, in the order of every record.
    pub fields: Vec<FieldCapability>,
}

/// One field of a vendor's record, before any patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldCapability {
    /// The vendor's name of the field.
    pub name: String,
    /// What the crew calls it.
    pub label: String,
    /// The longest value.
    pub max_chars: u32,
    /// The vendor's codes, where the field holds one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// Why the pack never fills this field, where it leaves it to the crew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_to_crew: Option<String>,
}

/// One code of a vendor's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Code {
    /// The word of the summary.
    pub word: String,
    /// The vendor's code for it.
    pub code: String,
}

/// A reason why consent cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonCapability {
    /// The word `case_consent` takes.
    pub name: String,
    /// The line the crew sees beside the choice.
    pub ja: String,
    /// The same in English; nothing before 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl From<Reason> for ReasonCapability {
    fn from(reason: Reason) -> Self {
        ReasonCapability {
            name: reason.name().to_owned(),
            ja: reason.definition().to_owned(),
            en: Some(reason.definition_en().to_owned()),
        }
    }
}

/// What is taken at most. One more gets an error; nothing is dropped in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Sessions open at once in the process.
    pub sessions: u32,
    /// Cases open at once in the process.
    pub cases: u32,
    /// Documents not released in the process.
    pub documents: u32,
    /// Events of a case nobody has fetched; commands are refused beyond it.
    pub waiting_events: u32,
    /// Bytes of a text handed in.
    pub text_bytes: u32,
}

impl Limits {
    /// Those of this version. Later versions may take more, never less.
    pub const NOW: Limits = Limits {
        sessions: 1_000,
        cases: 1_000,
        documents: 10_000,
        waiting_events: 1_000,
        text_bytes: 64 * 1024,
    };
}
