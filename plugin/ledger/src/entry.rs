//! What a line of the ledger says.

use mynaq_interface::{
    CardForm, CardKind, Consciousness, Consent, Decision, ErrorCode, Factor, Identity, Notice,
    NoticeLanguage, OptOut, Reason, Scope, Validity,
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

/// What a review finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The basis holds.
    Justified,
    /// It does not, or not plainly: the department takes it up.
    Questioned,
}

impl Finding {
    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Finding::Justified => "justified",
            Finding::Questioned => "questioned",
        }
    }
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
    /// A crew member logged in. Lines of the terminal, not of a case.
    LoggedIn {
        /// Who.
        crew_member: String,
        /// With which unit.
        unit: String,
        /// On which terminal.
        terminal: String,
        /// How they proved who they are.
        factors: Vec<Factor>,
    },
    /// A crew member logged out.
    LoggedOut {
        /// Who.
        crew_member: String,
    },
    /// A log-in or a case was refused for want of a right to view.
    RightRefused {
        /// Who.
        crew_member: String,
        /// Why.
        because: ErrorCode,
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
    /// What the crew saw of patient and card: the level as coarse as the gate looks.
    Observed {
        /// How awake the patient is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consciousness: Option<Consciousness>,
        /// What the card looks like.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card_form: Option<CardForm>,
        /// Whether the patient is in cardiopulmonary arrest.
        #[serde(default)]
        cpa: bool,
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
        /// The row of the gate's table it was issued by.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        row: String,
        /// The version of the reasons and their definitions.
        #[serde(default)]
        reasons_version: u32,
        /// How awake the patient was when it was issued, as far as it was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consciousness: Option<Consciousness>,
        /// Who views.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        crew_member: String,
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
    /// What the crew had accepted was written out for the host's record.
    Exported {
        /// In which format of the pack.
        format: String,
        /// Names of fields, never values.
        fields: Vec<String>,
    },
    /// The card was another person's: everything of it was withdrawn.
    WrongPatient {
        /// The fields the crew had accepted.
        fields: Vec<String>,
    },
    /// The card's holder was put on the department's list of people not to be looked up, or taken
    /// off it. The list holds a salted hash, this line nothing.
    OptOut {
        /// Which.
        opt_out: OptOut,
    },
    /// The notice was printed.
    NoticePrinted {
        /// In which language.
        language: NoticeLanguage,
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
    /// A case was looked at by somebody who did not view in it. Lines of the ledger of reviews,
    /// which lies beside the terminal's.
    Reviewed {
        /// The case.
        of: String,
        /// Who looked at it.
        reviewer: String,
        /// What they found.
        finding: Finding,
        /// The last line the case had in the terminal's ledger when they looked: what came after it
        /// they have not seen.
        seen: u64,
        /// SHA-256 of that line, which stands for every line before it: a terminal's ledger that
        /// was rewritten or cut short afterwards does not have it any more.
        seen_sha256: String,
    },
    /// The last line was incomplete when the ledger was opened, and was set aside in
    /// `entries.torn`.
    TornTail {
        /// How many bytes.
        bytes: u64,
    },
}
