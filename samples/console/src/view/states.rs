//! What the parts of a screen's state can be.

use mynaq_host_sdk::{CardFacts, CardForm, Consciousness, Consent, Identity, Notice, Reason};
use time::OffsetDateTime;

/// How awake the patient is: as the gate reads it, and as the crew said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) consciousness: Consciousness,
    pub(crate) jcs: Option<u16>,
}

/// How far the notice (傷病者用説明書) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handing {
    NotDue,
    Due,
    Recorded(Notice),
}

/// Where the card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CardState {
    /// Nobody waits for it.
    Idle,
    Awaited {
        readers: Vec<String>,
    },
    Reading,
    Read {
        card: CardFacts,
    },
    Forgotten,
}

/// How far the look-up is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LookUp {
    NotAsked,
    Asked,
    /// On its way; none where the plugin's clock could not be read.
    Sent {
        until: Option<OffsetDateTime>,
    },
    Arrived {
        at: Option<OffsetDateTime>,
    },
    Failed,
}

/// One point of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Option<OffsetDateTime>,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Identity(Identity),
    Consent(Consent, Option<Reason>),
    Level(Level),
    CardForm(CardForm),
    /// Cardiopulmonary arrest, or its end.
    Cpa(bool),
    /// The card was another person's; so many fields were taken out again.
    WrongPatient(usize),
    NoticeDue,
    Notice(Notice),
}

/// What the drill's card table did last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum TableState {
    /// Nothing was done from this screen; a card of an earlier case may lie there.
    #[default]
    Untouched,
    Empty,
    Holds(String),
    Silent,
}

/// What an event asks the host to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    LookUp,
    ReadCard,
}
