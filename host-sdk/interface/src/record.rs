//! The vendor's patient record: fields, offers, and the trace that explains each of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{ClaimDate, Identity, Source, Transcription};

/// The vendor's record as one pack fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Record {
    /// Which pack filled it.
    pub pack: PackIdentity,
    /// What stands behind the claim that this is the patient's own: how identity was checked, and
    /// whether the card proved anything. Always there in records the plugin hands out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardBasis>,
    /// Every field the pack knows, in its order.
    pub fields: Vec<Field>,
}

/// What a viewing rests on as far as the card goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct CardBasis {
    /// How the crew made sure whose card it is.
    #[zeroize(skip)]
    pub identity: Identity,
    /// Whether the card proved that it holds the certificate's key. Without a PIN it does not: the
    /// certificate may then be a copy, and what makes it the patient's is the crew's look alone.
    #[zeroize(skip)]
    pub possession_proven: bool,
}

/// A pack and the exact mapping that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct PackIdentity {
    /// The pack's name, its folder's name.
    pub name: String,
    /// The pack's own version.
    pub version: String,
    /// SHA-256 of `mapping.toml`, in hexadecimal.
    pub mapping_sha256: String,
}

/// One slot of the vendor's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Field {
    /// The vendor's name of the field.
    pub name: String,
    /// What the crew calls it.
    pub label: String,
    /// The value and how it stands.
    #[serde(flatten)]
    pub state: FieldState,
    /// How the department lets the value be taken over; nothing where there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[zeroize(skip)]
    pub transcription: Option<Transcription>,
    /// Where the value comes from; empty when there is none.
    pub sources: Vec<SourceMark>,
    /// How it came to be.
    pub trace: Trace,
}

/// How a field stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FieldState {
    /// A proposed value. It is not the record's until the crew accepts it.
    Offered {
        /// The value, in the vendor's form.
        value: String,
    },
    /// The crew took it.
    Accepted {
        /// The value.
        value: String,
    },
    /// The crew left it.
    Rejected {
        /// The value that was offered.
        value: String,
    },
    /// The source states that there is none (なし).
    StatedNone,
    /// The source was asked and holds nothing (情報源に無し).
    NotInSource,
    /// Nobody asked, or no source can answer: the crew asks (未確認).
    NotAsked,
}

impl FieldState {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&str> {
        match self {
            FieldState::Offered { value }
            | FieldState::Accepted { value }
            | FieldState::Rejected { value } => Some(value),
            FieldState::StatedNone | FieldState::NotInSource | FieldState::NotAsked => None,
        }
    }
}

/// One source of a field's value, in words the screen can show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct SourceMark {
    /// The register.
    pub source: Source,
    /// The day or month it gives.
    pub date: Option<ClaimDate>,
    /// Its age in days at the viewing.
    pub age_days: Option<u32>,
}

/// How a field's value came to be: nothing is lost or changed in silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Trace {
    /// The rule of the mapping.
    pub rule: String,
    /// The items of the summary it read.
    pub read: Vec<TraceSource>,
    /// What was cut, replaced or left out on the way, in order.
    pub changes: Vec<Change>,
}

/// One item of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct TraceSource {
    /// The path, such as `medications.name`.
    pub path: String,
    /// Which item of a section, counted from 0; none for single values.
    pub index: Option<u32>,
}

/// One thing that did not pass unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_tagged)]
pub enum Change {
    /// The form changed by a transform of the rule; the meaning did not.
    Transformed {
        /// The transform.
        by: String,
        /// Before.
        from: String,
        /// After.
        to: String,
    },
    /// Characters the target cannot carry were replaced.
    Replaced {
        /// Before.
        from: String,
        /// After.
        to: String,
        /// Why this is allowed, or 〓 because nothing else was.
        because: String,
    },
    /// Text was cut to the field's width.
    Cut {
        /// What no longer stands in the field.
        lost: String,
    },
    /// Whole items found no room; the field says how many.
    LeftOut {
        /// Each item as it would have been written.
        items: Vec<String>,
    },
    /// The value has no counterpart in the vendor's code list.
    Unmappable {
        /// The value.
        value: String,
    },
    /// The pack leaves this field to the crew on purpose.
    LeftToCrew {
        /// Why.
        because: String,
    },
    /// Something only a newer version does: the value did not pass unchanged.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}
