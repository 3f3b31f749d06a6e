//! What a line of the ledger says.

use mynaq_interface::{
    CardKind, Consent, Decision, ErrorCode, Identity, Notice, Reason, Scope, Validity,
};
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub sequence: u64,
    /// SHA-256 of the line before, without its newline, in hexadecimal; zeros in the first line.
    pub previous: String,
    /// Wall clock, RFC 3339 in UTC with milliseconds. The order of lines does not depend on it.
    pub at: String,
    /// Which case; empty for lines about the ledger itself.
    pub case: String,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened. Words of closed lists, names of fields, hashes: nothing about the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A case was opened.
    Opened {
        /// The host's incident number.
        incident: String,
        /// The unit.
        unit: String,
        /// The terminal.
        terminal: String,
        /// Who views.
        crew_member: String,
        /// The pack that fills the record.
        pack: String,
        /// SHA-256 of its mapping.
        mapping_sha256: String,
        /// Whether this is a drill.
        drill: bool,
    },
    /// A card was read.
    CardRead {
        /// Its kind.
        kind: CardKind,
        /// Its certificate's time.
        validity: Validity,
        /// Whether it proved that it holds the certificate's key. Lines from before this was
        /// entered say nothing, which is no.
        #[serde(default)]
        possession_proven: bool,
    },
    /// The crew allowed the last try of the PIN to be spent.
    LastTryAllowed,
    /// Identity was checked.
    Identity {
        /// How.
        identity: Identity,
    },
    /// The patient spoke, or could not.
    Consent {
        /// What.
        consent: Consent,
        /// Why it could not be had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// The gate closed.
    GateClosed {
        /// Why.
        because: ErrorCode,
    },
    /// A viewing permit was issued. This line is on the disk before the look-up leaves.
    Permit {
        /// How identity was checked.
        identity: Identity,
        /// 同意区分 (OQSCD016) as it is sent.
        consent_class: u8,
        /// Why without consent, if so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What is asked for.
        scope: Scope,
        /// The request's identifier, which the gateway's own log also holds.
        request: String,
    },
    /// The look-up ended.
    Answer {
        /// The request's identifier.
        request: String,
        /// Why nothing can be shown; none when a summary arrived.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ErrorCode>,
    },
    /// The fields in which the record offered something.
    Offered {
        /// Names of fields, never values.
        fields: Vec<String>,
    },
    /// The crew took or left an offer.
    Decided {
        /// The name of the field.
        field: String,
        /// What was decided.
        decision: Decision,
    },
    /// What became of the notice after a viewing without consent.
    Notice {
        /// What.
        notice: Notice,
    },
    /// A defect was met while working for the case: it took no more commands.
    Defect,
    /// What was known of the patient has been wiped.
    Wiped,
    /// The case was closed.
    Closed,
    /// The last line was incomplete when the ledger was opened, and was set aside in
    /// `entries.torn`.
    TornTail {
        /// How many bytes.
        bytes: u64,
    },
}
