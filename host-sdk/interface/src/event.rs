//! What the plugin tells the host while a case runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CardKind, Consciousness, Consent, Decision, Error, Identity, Notice, Observation, OptOut,
    Patient, Reason, Record, Scope, Summary,
};

/// One event of one case. A host must ignore kinds and members it does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Counts from 1 within the case, without gaps.
    pub sequence: u64,
    /// When, RFC 3339 in UTC with milliseconds.
    pub at: String,
    /// Show it, but ask for nothing: no sound, no dialog, no focus. The crew is at work on a patient
    /// in cardiopulmonary arrest, and looks when they can.
    #[serde(default, skip_serializing_if = "is_false")]
    pub quiet: bool,
    /// What.
    #[serde(flatten)]
    pub body: EventBody,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_tagged)]
pub enum EventBody {
    /// The case is open.
    Opened {
        /// Whether this is a drill: synthetic card, simulated gateway.
        drill: bool,
    },
    /// The readers and what lies on them: after `opened`, and within a second of every change, also
    /// while no card is asked for.
    Readers {
        /// Whether there is anybody to ask.
        service: ReaderService,
        /// Every reader a patient's card can be laid on; none while the service is absent.
        readers: Vec<ReaderFacts>,
    },
    /// The plugin waits for a card.
    CardAwaited {
        /// The readers it watches; empty while none is connected.
        readers: Vec<String>,
    },
    /// A card lies on this reader and is being read. Hold still.
    CardFound {
        /// The reader, as the smart card service names it.
        reader: String,
    },
    /// The card has been read. It may be taken away.
    CardRead {
        /// The reader.
        reader: String,
        /// What is known of the card.
        card: CardFacts,
    },
    /// What was read of the card has been wiped.
    CardForgotten,
    /// The crew's identity check has been recorded.
    IdentityRecorded {
        /// How.
        identity: Identity,
    },
    /// The patient's word, or the lack of it, has been recorded.
    ConsentRecorded {
        /// What.
        consent: Consent,
        /// Why it could not be obtained, when it could not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// What the crew sees of patient and card has been recorded.
    Observed {
        /// All that is known now.
        observation: Observation,
        /// How awake the patient is, as the gate reads it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consciousness: Option<Consciousness>,
    },
    /// Where the gate stands now.
    Gate {
        /// Its state.
        #[serde(flatten)]
        state: GateState,
        /// The row of the gate's table that decided, and its line for the crew. Always there in what
        /// this version sends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<GateRule>,
    },
    /// The basis is in the ledger and the look-up is on its way.
    LookUpSent {
        /// What is asked for.
        scope: Scope,
        /// When it ends at the latest, in milliseconds from now, further attempts included.
        deadline_ms: u64,
    },
    /// How far the look-up is. Going on by asking (口頭で聴取) is possible at any moment, and
    /// `case_cancel` ends the look-up.
    LookUpProgress {
        /// What happens now.
        phase: LookUpPhase,
        /// The attempt, counted from 1. Every attempt repeats the same request: the gateway counts
        /// one viewing.
        attempt: u32,
        /// Milliseconds until the look-up gives up.
        remaining_ms: u64,
        /// Milliseconds until the next attempt, while it waits for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_attempt_ms: Option<u64>,
    },
    /// Whose data is coming: the first part of the answer, before the whole of it is here. Compare it
    /// with the patient. A trouble may still follow instead of the summary.
    PatientFound {
        /// The person.
        patient: Box<Patient>,
    },
    /// A document came with the answer, as hospitals see it: `case_export` gives it out as `format`.
    Document {
        /// The name of the format, such as `pdf`.
        format: String,
        /// Its size.
        bytes: u64,
    },
    /// The summary arrived.
    Summary {
        /// The typed result.
        summary: Box<Summary>,
    },
    /// The vendor's record, filled with offers.
    Record {
        /// Fields in the pack's order.
        record: Box<Record>,
    },
    /// The crew took or left an offer.
    Decided {
        /// The field.
        field: String,
        /// What was decided.
        decision: Decision,
    },
    /// Somebody was viewed without consent: the notice (傷病者用説明書) is to be handed over.
    NoticeDue {
        /// Why there was no consent.
        reason: Reason,
    },
    /// It has been recorded that the last try of the PIN may be spent: the next identity check by
    /// PIN on the same card spends it.
    LastTryAllowed,
    /// The card was another person's: what was viewed has been wiped, and what the host has taken
    /// over of it is to be taken out again.
    Withdrawn {
        /// The fields the crew had accepted.
        fields: Vec<String>,
    },
    /// The card's holder has been put on the department's list of people not to be looked up, or
    /// taken off it.
    OptOutRecorded {
        /// Which.
        opt_out: OptOut,
    },
    /// What became of the notice has been recorded.
    NoticeRecorded {
        /// What.
        notice: Notice,
    },
    /// Something went wrong. The case goes on unless the error says otherwise.
    Trouble {
        /// What, why and what now.
        error: Error,
        /// Whether the reading or look-up under way goes on by itself: no need to start it again.
        goes_on: bool,
        /// Milliseconds until asking again can help, where that is known. With `goes_on` the plugin
        /// asks again by itself then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_attempt_ms: Option<u64>,
    },
    /// A kind this version does not know: newer plugins may send more. Ignore it.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

/// What a look-up does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum LookUpPhase {
    /// The line is being opened.
    Connecting,
    /// The request is on its way, or with the gateway.
    Asking,
    /// The answer is arriving.
    Receiving,
    /// The last attempt failed; the next one comes by itself.
    Waiting,
    /// A word only a newer version has.
    #[serde(other)]
    Unknown,
}

/// The operating system's smart card service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum ReaderService {
    /// It answers.
    Running,
    /// It does not run, or has stopped. It is asked again several times a second.
    Absent,
    /// A word only a newer version has.
    #[serde(other)]
    Unknown,
}

/// One reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReaderFacts {
    /// As the smart card service names it.
    pub name: String,
    /// What lies on it.
    pub state: ReaderState,
}

/// What a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum ReaderState {
    /// Nothing.
    Empty,
    /// A card.
    Card,
    /// Something that does not answer: a card upside down, of another sort, or a defect one.
    Mute,
    /// The reader, or the card on it, has not answered a command in time. It is left alone until it
    /// does.
    NotAnswering,
    /// A word only a newer version has.
    #[serde(other)]
    Unknown,
}

/// Where the gate stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GateState {
    /// Something is still missing.
    Waiting {
        /// What.
        missing: Vec<Lack>,
    },
    /// A look-up may be asked for.
    Open,
    /// No look-up.
    Closed {
        /// Why.
        error: Error,
    },
}

/// The row of the gate's table that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateRule {
    /// Its name in the table the manual prints, such as `G-12`.
    pub row: String,
    /// Its line for the crew.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// What the gate still waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum Lack {
    /// The card.
    Card,
    /// The identity check.
    Identity,
    /// The patient's word, or a reason why it cannot be had.
    Consent,
    /// Something only a newer version asks for.
    #[serde(other)]
    Unknown,
}

/// What is known of a card that has been read. Nothing in it identifies the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardFacts {
    /// The kind.
    pub kind: CardKind,
    /// The certificate's time, by the calendar of Japan.
    pub validity: Validity,
    /// Whether the card proved that it holds the certificate's key. Only a PIN check does that:
    /// a certificate read without one can be replayed by a copy.
    pub possession_proven: bool,
    /// How many commands the reading took.
    pub commands: u32,
    /// Whether the card carries a signing certificate, where it was asked (it is with a PIN check).
    /// Cards of people under 15 and face-authentication cards carry none; nor do some others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_certificate: Option<Presence>,
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
    /// The card did not say, or a word only a newer version has.
    #[serde(other)]
    Unknown,
}

/// How the user authentication certificate stands in time (Japan's calendar).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum Validity {
    /// Valid for more than three months.
    Valid,
    /// Ends within three months.
    EndsSoon,
    /// Ended, and the third month after the month of its end is not over: eligibility can still
    /// be confirmed, medical data will not come.
    Grace,
    /// Ended longer ago: expect a refusal.
    Expired,
    /// Begins in the future: this terminal's clock is probably wrong.
    NotYet,
    /// A word only a newer version has.
    #[serde(other)]
    Unknown,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    // clauses: EVT-2
    #[test]
    fn kinds_and_members_of_a_newer_plugin_are_ignored() {
        let newer = r#"{"sequence":7,"at":"2026-11-22T00:00:00.000Z","event":"teleported","to":1}"#;
        let event: Event = serde_json::from_str(newer).unwrap();
        assert_eq!((event.sequence, event.body), (7, EventBody::Unknown));

        let known = r#"{"sequence":1,"at":"","event":"opened","drill":true,"later":[]}"#;
        let event: Event = serde_json::from_str(known).unwrap();
        assert_eq!(event.body, EventBody::Opened { drill: true });
    }

    // clauses: EVT-2 VER-4
    #[test]
    fn words_of_a_newer_plugin_do_not_make_a_document_unreadable() {
        let newer = r#"{"sequence":2,"at":"","event":"card_read","reader":"r","card":{
            "kind":"wrist_band","validity":"suspended","possession_proven":false,"commands":2}}"#;
        let event: Event = serde_json::from_str(newer).unwrap();
        let EventBody::CardRead { card, .. } = event.body else { panic!("{event:?}") };
        assert_eq!((card.kind, card.validity), (CardKind::Unknown, Validity::Unknown));

        let newer = r#"{"sequence":3,"at":"","event":"gate","state":"waiting",
            "missing":["card","fingerprint"]}"#;
        let event: Event = serde_json::from_str(newer).unwrap();
        let missing = vec![Lack::Card, Lack::Unknown];
        let state = GateState::Waiting { missing };
        assert_eq!(event.body, EventBody::Gate { state, rule: None });

        let newer = r#"[{"change":"cut","lost":"x"},{"change":"folded","into":"y"}]"#;
        let changes: Vec<crate::Change> = serde_json::from_str(newer).unwrap();
        assert_eq!(changes[1], crate::Change::Unknown);
        assert_eq!(
            serde_json::from_str::<crate::Source>(r#""dentist""#).unwrap(),
            crate::Source::Unknown
        );
    }

    // clauses: VER-4
    #[test]
    fn words_of_closed_lists_are_not_guessed() {
        for newer in [
            r#"{"sequence":1,"at":"","event":"gate","state":"ajar"}"#,
            r#"{"sequence":1,"at":"","event":"identity_recorded","identity":"voice"}"#,
            r#"{"sequence":1,"at":"","event":"consent_recorded","consent":"perhaps"}"#,
        ] {
            assert!(serde_json::from_str::<Event>(newer).is_err(), "{newer}");
        }
    }
}
