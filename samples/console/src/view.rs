//! What the screen knows of a case. Events go in one by one; nothing here talks to the plugin.

use std::collections::BTreeMap;

use mynaq_host_sdk::{
    CardFacts, Consent, Decision, Error, ErrorClass, Event, EventBody, Field, FieldCapability,
    FieldState, GateState, Identity, Lack, Notice, ReaderFacts, ReaderService, Reason, Record,
};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod tests;

/// The state of one screen. Dropping it wipes what it holds of the patient.
#[derive(Debug)]
pub(crate) struct View {
    /// The fields of the record, as the plugin named them before the case.
    pub(crate) form: Vec<FieldCapability>,
    pub(crate) drill: bool,
    /// What the readers see, once the plugin has said so.
    pub(crate) readers: Option<(ReaderService, Vec<ReaderFacts>)>,
    pub(crate) card: CardState,
    /// The card read last, while the plugin remembers it.
    known_card: Option<CardFacts>,
    pub(crate) identity: Option<Identity>,
    /// Whether the next PIN check spends the last try.
    pub(crate) last_try: bool,
    pub(crate) consent: Option<(Consent, Option<Reason>)>,
    pub(crate) gate: GateState,
    pub(crate) look_up: LookUp,
    /// A notice of the gateway to the crew.
    pub(crate) notice: Option<Zeroizing<String>>,
    pub(crate) record: Option<Zeroizing<Record>>,
    /// What the crew heard by asking, by field. Offers never touch it.
    pub(crate) heard: BTreeMap<String, Zeroizing<String>>,
    /// Newest first, at most one of a class.
    pub(crate) troubles: Vec<Error>,
    /// Every identity check and every word of the patient: a timeline, not a flag.
    pub(crate) timeline: Vec<Moment>,
    /// What the drill's card table did last.
    pub(crate) table: TableState,
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
}

impl Default for View {
    fn default() -> Self {
        View {
            form: Vec::new(),
            drill: false,
            readers: None,
            card: CardState::Idle,
            known_card: None,
            identity: None,
            last_try: false,
            consent: None,
            gate: GateState::Waiting { missing: vec![Lack::Card, Lack::Identity, Lack::Consent] },
            look_up: LookUp::NotAsked,
            notice: None,
            record: None,
            heard: BTreeMap::new(),
            troubles: Vec::new(),
            timeline: Vec::new(),
            table: TableState::default(),
        }
    }
}

impl View {
    /// The screen of a case that has just been opened.
    pub(crate) fn of(form: Vec<FieldCapability>, drill: bool) -> Self {
        View { form, drill, ..View::default() }
    }

    /// Takes one event in. The gate opening is the moment to look the patient up: no button waits.
    pub(crate) fn apply(&mut self, event: Event) -> Option<Wish> {
        let at = OffsetDateTime::parse(&event.at, &Rfc3339).ok();
        match event.body {
            EventBody::Opened { drill } => self.drill = drill,
            EventBody::Readers { service, readers } => self.readers = Some((service, readers)),
            EventBody::CardAwaited { readers } => {
                if !readers.is_empty() {
                    self.settle(ErrorClass::Reader);
                }
                self.card = CardState::Awaited { readers };
            }
            EventBody::CardFound { .. } => {
                // Not when it has been read: "a different card" arrives in between and must stay.
                self.settle(ErrorClass::Card);
                self.settle(ErrorClass::Reader);
                self.card = CardState::Reading;
            }
            EventBody::CardRead { card, .. } => {
                self.known_card = Some(card.clone());
                self.card = CardState::Read { card };
            }
            EventBody::CardForgotten => {
                self.known_card = None;
                self.last_try = false;
                self.card = CardState::Forgotten;
                self.forget_patient();
            }
            EventBody::IdentityRecorded { identity } => {
                self.identity = Some(identity);
                self.timeline.push(Moment { at, what: What::Identity(identity) });
                // A wrong PIN before it, or another card, has been dealt with.
                self.settle(ErrorClass::Card);
                self.settle(ErrorClass::Usage);
                if identity == Identity::Failed {
                    self.forget_patient();
                }
            }
            EventBody::LastTryAllowed => {
                self.last_try = true;
                self.settle(ErrorClass::Card);
                self.settle(ErrorClass::Usage);
            }
            EventBody::ConsentRecorded { consent, reason } => {
                self.consent = Some((consent, reason));
                self.timeline.push(Moment { at, what: What::Consent(consent, reason) });
                self.settle(ErrorClass::Usage);
                if consent == Consent::Refused {
                    self.troubles.clear();
                    self.last_try = false;
                    self.forget_patient();
                }
            }
            EventBody::Gate { state, .. } => return self.take_gate(state),
            EventBody::LookUpSent { deadline_ms, .. } => {
                self.settle_look_up();
                let until = at.and_then(|at| {
                    let milliseconds = i64::try_from(deadline_ms).ok()?;
                    at.checked_add(Duration::milliseconds(milliseconds))
                });
                self.look_up = LookUp::Sent { until };
            }
            EventBody::Summary { mut summary } => {
                self.look_up = LookUp::Arrived { at };
                self.notice = summary.notice.take().map(Zeroizing::new);
                // This screen shows the record; what it does not show it does not keep.
                summary.zeroize();
            }
            EventBody::Record { record } => {
                self.look_up = LookUp::Arrived { at };
                self.settle_look_up();
                self.record = Some(Zeroizing::new(*record));
            }
            EventBody::NoticeDue { .. } => {
                self.timeline.push(Moment { at, what: What::NoticeDue });
            }
            EventBody::NoticeRecorded { notice } => {
                self.timeline.push(Moment { at, what: What::Notice(notice) });
            }
            EventBody::Decided { field, decision } => self.decide(&field, decision),
            EventBody::Trouble { error, goes_on } => self.trouble(error, goes_on),
            EventBody::Observed { .. }
            | EventBody::Withdrawn { .. }
            | EventBody::OptOutRecorded { .. }
            | EventBody::Unknown => {}
        }
        None
    }

    /// Shows why the plugin did not take a command.
    pub(crate) fn not_taken(&mut self, error: Error) {
        if self.look_up == LookUp::Asked {
            self.look_up = LookUp::Failed;
        }
        self.show(error);
    }

    fn trouble(&mut self, error: Error, goes_on: bool) {
        match error.class() {
            _ if goes_on => {}
            // A wrong PIN does not undo the reading before it.
            ErrorClass::Card | ErrorClass::Reader if self.reading() => {
                self.card = match self.known_card.clone() {
                    Some(card) => CardState::Read { card },
                    None => CardState::Idle,
                };
            }
            ErrorClass::Card | ErrorClass::Reader => {}
            _ if matches!(self.look_up, LookUp::Asked | LookUp::Sent { .. }) => {
                self.look_up = LookUp::Failed;
            }
            _ => {}
        }
        self.show(error);
    }

    fn show(&mut self, error: Error) {
        self.settle(error.class());
        self.troubles.insert(0, error);
    }

    /// Takes the messages of a class away: something newer has overtaken them.
    pub(crate) fn settle(&mut self, class: ErrorClass) {
        self.troubles.retain(|trouble| trouble.class() != class);
    }

    /// Whether the plugin is busy with the reader.
    pub(crate) fn reading(&self) -> bool {
        matches!(self.card, CardState::Awaited { .. } | CardState::Reading)
    }

    /// Whether the patient has refused: nothing is asked again in this case.
    pub(crate) fn refused(&self) -> bool {
        matches!(self.consent, Some((Consent::Refused, _)))
    }

    fn take_gate(&mut self, state: GateState) -> Option<Wish> {
        self.settle(ErrorClass::Gate);
        // Another card resets what was established, and the gate is where that is said.
        if let GateState::Waiting { missing } = &state {
            if missing.contains(&Lack::Identity) {
                self.identity = None;
            }
            if missing.contains(&Lack::Consent) {
                self.consent = None;
            }
        }
        self.gate = state;
        match (&self.gate, &self.look_up) {
            (GateState::Open, LookUp::NotAsked) => {
                self.look_up = LookUp::Asked;
                Some(Wish::LookUp)
            }
            (GateState::Open, _) | (_, LookUp::Arrived { .. }) => None,
            _ => {
                self.look_up = LookUp::NotAsked;
                None
            }
        }
    }

    fn decide(&mut self, name: &str, decision: Decision) {
        let field = self.record.iter_mut().flat_map(|record| &mut record.fields);
        let Some(field) = field.into_iter().find(|field| field.name == name) else { return };
        field.state = match (std::mem::replace(&mut field.state, FieldState::NotAsked), decision) {
            (
                FieldState::Offered { value }
                | FieldState::Accepted { value }
                | FieldState::Rejected { value },
                decision,
            ) => match decision {
                Decision::Accept => FieldState::Accepted { value },
                Decision::Reject => FieldState::Rejected { value },
            },
            (absent, _) => absent,
        };
    }

    fn settle_look_up(&mut self) {
        self.settle(ErrorClass::Network);
        self.settle(ErrorClass::Gateway);
    }

    /// Wipes what a look-up brought. What the crew heard by asking is theirs and stays.
    fn forget_patient(&mut self) {
        self.record = None;
        self.notice = None;
        self.look_up = LookUp::NotAsked;
    }
}

/// The field of a name, once there is a record.
pub(crate) fn field<'a>(view: &'a View, name: &str) -> Option<&'a Field> {
    view.record.as_ref()?.fields.iter().find(|field| field.name == name)
}
