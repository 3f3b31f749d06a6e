//! What the screen knows of a case. Events go in one by one; nothing here talks to the plugin.

use std::collections::BTreeMap;

use mynaq_host_sdk::{
    CardFacts, CardForm, Consciousness, Consent, Decision, Error, ErrorClass, ErrorCode, Event,
    EventBody, Field, FieldCapability, FieldState, GateRule, GateState, Identity, Lack,
    NoticeLanguage, Observation, ReaderFacts, ReaderService, ReaderState, Reason, Record,
};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use zeroize::{Zeroize, Zeroizing};

pub(crate) use self::states::{CardState, Handing, Level, LookUp, Moment, TableState, What, Wish};

mod states;
#[cfg(test)]
mod tests;

/// The state of one screen. Dropping it wipes what it holds of the patient.
#[derive(Debug)]
pub(crate) struct View {
    /// The fields of the record, as the plugin named them before the case.
    pub(crate) form: Vec<FieldCapability>,
    /// The languages the notice can be printed in.
    pub(crate) languages: Vec<NoticeLanguage>,
    pub(crate) drill: bool,
    /// Whether events ask for no attention: what comes is shown, and nothing more.
    pub(crate) quiet: bool,
    /// What the readers see, once the plugin has said so.
    pub(crate) readers: Option<(ReaderService, Vec<ReaderFacts>)>,
    pub(crate) card: CardState,
    /// The card read last, while the plugin remembers it.
    known_card: Option<CardFacts>,
    /// What that card looks like, as far as the crew has said.
    pub(crate) card_form: Option<CardForm>,
    /// How awake the patient is, as far as the crew has said.
    pub(crate) level: Option<Level>,
    /// Whether the patient is in cardiopulmonary arrest.
    pub(crate) cpa: bool,
    pub(crate) identity: Option<Identity>,
    /// Whether the next PIN check spends the last try.
    pub(crate) last_try: bool,
    pub(crate) consent: Option<(Consent, Option<Reason>)>,
    pub(crate) gate: GateState,
    /// The rule that put it there; none from a plugin older than 1.1.
    pub(crate) rule: Option<GateRule>,
    pub(crate) look_up: LookUp,
    /// What the gateway has to say to the crew.
    pub(crate) remark: Option<Zeroizing<String>>,
    pub(crate) record: Option<Zeroizing<Record>>,
    /// The labels of what had been taken over from another person's card and was taken out again,
    /// until the next card is read.
    pub(crate) withdrawn: Option<Vec<String>>,
    /// Whether that card still lies on the reader: the patient's own is asked for once it is gone.
    pub(crate) lift_first: bool,
    /// The notice that follows a viewing without consent.
    pub(crate) notice: Handing,
    /// What the crew heard by asking, by field. Offers never touch it.
    pub(crate) heard: BTreeMap<String, Zeroizing<String>>,
    /// Newest first, at most one of a class.
    pub(crate) troubles: Vec<Error>,
    /// Every identity check and every word of the patient: a timeline, not a flag.
    pub(crate) timeline: Vec<Moment>,
    /// What the drill's card table did last.
    pub(crate) table: TableState,
}

impl Default for View {
    fn default() -> Self {
        View {
            form: Vec::new(),
            languages: Vec::new(),
            drill: false,
            quiet: false,
            readers: None,
            card: CardState::Idle,
            known_card: None,
            card_form: None,
            level: None,
            cpa: false,
            identity: None,
            last_try: false,
            consent: None,
            gate: GateState::Waiting { missing: vec![Lack::Card, Lack::Identity, Lack::Consent] },
            rule: None,
            look_up: LookUp::NotAsked,
            remark: None,
            record: None,
            withdrawn: None,
            lift_first: false,
            notice: Handing::NotDue,
            heard: BTreeMap::new(),
            troubles: Vec::new(),
            timeline: Vec::new(),
            table: TableState::default(),
        }
    }
}

impl View {
    /// The screen of a case that has just been opened.
    pub(crate) fn of(
        form: Vec<FieldCapability>,
        languages: Vec<NoticeLanguage>,
        drill: bool,
    ) -> Self {
        View { form, languages, drill, ..View::default() }
    }

    /// Takes one event in. The gate opening is the moment to look the patient up: no button waits.
    pub(crate) fn apply(&mut self, event: Event) -> Option<Wish> {
        let at = OffsetDateTime::parse(&event.at, &Rfc3339).ok();
        self.quiet = event.quiet;
        match event.body {
            EventBody::Opened { drill } => self.drill = drill,
            EventBody::Readers { service, readers } => {
                self.readers = Some((service, readers));
                return self.card_wanted();
            }
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
                self.withdrawn = None;
                self.lift_first = false;
                self.card = CardState::Read { card };
            }
            EventBody::CardForgotten => {
                self.known_card = None;
                self.card_form = None;
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
            EventBody::Observed { observation, consciousness } => {
                self.observed(at, observation, consciousness);
            }
            EventBody::Gate { state, rule } => return self.take_gate(state, rule),
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
                self.remark = summary.notice.take().map(Zeroizing::new);
                // This screen shows the record; what it does not show it does not keep.
                summary.zeroize();
            }
            EventBody::Record { record } => {
                self.look_up = LookUp::Arrived { at };
                self.settle_look_up();
                self.record = Some(Zeroizing::new(*record));
            }
            EventBody::NoticeDue { .. } => {
                self.notice = Handing::Due;
                self.timeline.push(Moment { at, what: What::NoticeDue });
            }
            EventBody::NoticeRecorded { notice } => {
                self.notice = Handing::Recorded(notice);
                self.timeline.push(Moment { at, what: What::Notice(notice) });
            }
            EventBody::Decided { field, decision } => self.decide(&field, decision),
            EventBody::Trouble { error, goes_on, .. } => self.trouble(error, goes_on),
            EventBody::Withdrawn { fields } => {
                self.timeline.push(Moment { at, what: What::WrongPatient(fields.len()) });
                return self.withdraw(&fields);
            }
            // The form shows the whole of it a moment later, and what happens meanwhile is said by
            // the troubles.
            EventBody::PatientFound { mut patient } => patient.zeroize(),
            EventBody::LookUpProgress { .. }
            | EventBody::Document { .. }
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

    /// Whether nothing more is asked in this case: the patient refuses, or did so long before it.
    pub(crate) fn over(&self) -> bool {
        let by_gate = match &self.gate {
            GateState::Closed { error } => {
                matches!(error.code(), ErrorCode::GateRefused | ErrorCode::GateOptedOut)
            }
            GateState::Waiting { .. } | GateState::Open => false,
        };
        by_gate || matches!(self.consent, Some((Consent::Refused, _)))
    }

    /// Whether there is a card that may turn out to be another person's.
    pub(crate) fn has_card(&self) -> bool {
        self.known_card.is_some()
    }

    fn observed(
        &mut self,
        at: Option<OffsetDateTime>,
        seen: Observation,
        consciousness: Option<Consciousness>,
    ) {
        let level = consciousness.map(|consciousness| Level { consciousness, jcs: seen.jcs });
        let cpa = seen.cpa == Some(true);
        let news = [
            level.filter(|_| level != self.level).map(What::Level),
            seen.card_form.filter(|_| seen.card_form != self.card_form).map(What::CardForm),
            (cpa != self.cpa).then_some(What::Cpa(cpa)),
        ];
        self.timeline.extend(news.into_iter().flatten().map(|what| Moment { at, what }));
        (self.level, self.card_form, self.cpa) = (level, seen.card_form, cpa);
        self.settle(ErrorClass::Usage);
    }

    /// Takes out what came of another person's card. What the crew heard is of this patient.
    fn withdraw(&mut self, fields: &[String]) -> Option<Wish> {
        let label = |name: &String| match self.form.iter().find(|slot| slot.name == *name) {
            Some(slot) => slot.label.clone(),
            None => name.clone(),
        };
        self.withdrawn = Some(fields.iter().map(label).collect());
        self.troubles.clear();
        self.notice = Handing::NotDue;
        self.forget_patient();
        self.lift_first = true;
        self.card_wanted()
    }

    /// The card that was set aside would only be refused: the next one is asked for once it is gone.
    fn card_wanted(&mut self) -> Option<Wish> {
        let mut readers = self.readers.iter().flat_map(|(_, readers)| readers);
        let lies_there = readers.any(|reader| reader.state == ReaderState::Card);
        if !self.lift_first || lies_there || self.over() {
            return None;
        }
        self.lift_first = false;
        Some(Wish::ReadCard)
    }

    fn take_gate(&mut self, state: GateState, rule: Option<GateRule>) -> Option<Wish> {
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
        self.rule = rule;
        if self.over() {
            self.troubles.clear();
            self.last_try = false;
        }
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
        self.remark = None;
        self.look_up = LookUp::NotAsked;
    }
}

/// The field of a name, once there is a record.
pub(crate) fn field<'a>(view: &'a View, name: &str) -> Option<&'a Field> {
    view.record.as_ref()?.fields.iter().find(|field| field.name == name)
}
