//! One case, as the manual says it lives.

use std::collections::BTreeSet;

use mynaq_host_sdk::{
    CardForm, Consciousness, Decision, ErrorCode, Identity, Lack, Notice, NoticeLanguage, OptOut,
    Reason, Scope, Transcription,
};

use crate::moves::{Card, Crew, Seen, Takeover};
use crate::table::{Point, Sort, Verdict, Word};
use crate::told::{Gate, GateIs, Sight, Told};

/// What happens to a case, and what it is told of it.
type Tell<'a> = &'a mut dyn FnMut(Told);

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) crew: Crew,
    pub(crate) is_closed: bool,
    pub(crate) card: Option<Held>,
    pub(crate) identity: Option<Identity>,
    /// With the level of consciousness when it was said.
    consent: Option<(Word, Option<Consciousness>)>,
    sight: Sight,
    opted_out: bool,
    /// Whether a reading waits for a card.
    pub(crate) reads: bool,
    pub(crate) look_up: Option<usize>,
    pub(crate) record: Option<Record>,
    pub(crate) notice: Option<Reason>,
    /// Cards that were another person's.
    pub(crate) set_aside: Vec<Card>,
    pub(crate) last_try: Option<LastTry>,
    /// Whose card the department's own list has closed the case for: it may be taken off again.
    pub(crate) listed: Option<Card>,
    pub(crate) permits: Vec<Permit>,
    /// What the ledger must say of it, in order.
    pub(crate) deeds: Vec<Deed>,
}

/// The card that was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) card: Card,
    pub(crate) proven: bool,
}

/// The last PIN check ended because this card has one try left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastTry {
    pub(crate) of: Card,
    /// Whether the crew wants it spent.
    pub(crate) allowed: bool,
}

/// One permit, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Permit {
    pub(crate) card: Card,
    pub(crate) identity: Identity,
    pub(crate) class: u8,
    pub(crate) reason: Option<Reason>,
    pub(crate) level: Option<Consciousness>,
    pub(crate) rule: &'static str,
    pub(crate) scope: Scope,
    /// Kind and way of each factor the gateway is told.
    pub(crate) factors: Vec<(String, String)>,
    /// Whether the request reached the gateway.
    pub(crate) left: bool,
    pub(crate) end: End,
}

/// How a look-up ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    NotYet,
    Summary,
    /// One of these.
    Error(&'static [ErrorCode]),
}

/// What stands in the ledger of what the crew did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    CardRead { proven: bool },
    Identity(Identity),
    LastTryAllowed,
    Consent(Word),
    Observed(Option<Consciousness>, Option<CardForm>, bool),
    Permit(usize),
    Decided(String, Decision),
    Exported(&'static str, Vec<String>),
    WrongPatient(Vec<String>),
    OptOut(OptOut),
    NoticePrinted(NoticeLanguage),
    Notice(Notice),
}

/// The record, as far as a crew decides about it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
    /// The sections of the summary it comes from.
    pub(crate) sections: BTreeSet<String>,
    pub(crate) taken: Option<Decision>,
}

impl Case {
    pub(crate) fn new(crew: Crew) -> Self {
        Case {
            crew,
            is_closed: false,
            card: None,
            identity: None,
            consent: None,
            sight: Sight::default(),
            opted_out: false,
            reads: false,
            look_up: None,
            record: None,
            notice: None,
            set_aside: Vec::new(),
            last_try: None,
            listed: None,
            permits: Vec::new(),
            deeds: Vec::new(),
        }
    }

    /// Whether the patient is in cardiopulmonary arrest.
    pub(crate) fn is_quiet(&self) -> bool {
        self.sight.cpa == Some(true)
    }

    /// Why nothing more is asked in the case, if so.
    pub(crate) fn over(&self) -> Option<ErrorCode> {
        match self.point().decide().1 {
            Verdict::Over(code) => Some(code),
            Verdict::Open(_) | Verdict::Waiting | Verdict::Closed(_) => None,
        }
    }

    /// Why nobody can be looked up as it stands, if so.
    pub(crate) fn closed(&self) -> Option<ErrorCode> {
        match self.point().decide().1 {
            Verdict::Open(_) => None,
            Verdict::Waiting => Some(ErrorCode::GateNotReady),
            Verdict::Closed(code) | Verdict::Over(code) => Some(code),
        }
    }

    fn point(&self) -> Point {
        let sort = self.card.map(|_| match self.sight.form {
            Some(CardForm::FaceAuthentication) => Sort::WithoutPin,
            Some(CardForm::WithoutPhoto) => Sort::WithoutPhoto,
            Some(CardForm::Ordinary) | None => Sort::Ordinary,
        });
        let level = match self.consent {
            Some((Word::Given, level)) => level,
            _ => self.sight.level(),
        };
        Point {
            identity: self.identity,
            consent: self.consent.map(|(word, _)| word),
            card: if self.opted_out { Some(Sort::OptedOut) } else { sort },
            level,
        }
    }

    fn gate(&self) -> Told {
        let point = self.point();
        let (rule, verdict) = point.decide();
        let state = match verdict {
            Verdict::Open(_) => GateIs::Open,
            Verdict::Closed(code) | Verdict::Over(code) => GateIs::Closed(code),
            Verdict::Waiting => {
                let lacks = [
                    (point.card.is_none(), Lack::Card),
                    (point.identity.is_none(), Lack::Identity),
                    (point.consent.is_none(), Lack::Consent),
                ];
                GateIs::Waiting(
                    lacks.into_iter().filter(|(it, _)| *it).map(|(_, lack)| lack).collect(),
                )
            }
        };
        Told::Gate(Gate { rule, state })
    }

    /// The crew compared the face, or could not make sure.
    pub(crate) fn check(&mut self, identity: Identity, tell: Tell<'_>) {
        self.record_identity(identity, tell);
        tell(self.gate());
    }

    fn record_identity(&mut self, identity: Identity, tell: Tell<'_>) {
        self.identity = Some(identity);
        self.deeds.push(Deed::Identity(identity));
        tell(Told::Identity(identity));
        if identity == Identity::Failed {
            self.give_up();
            self.record = None;
        }
    }

    pub(crate) fn hear(&mut self, word: Word, tell: Tell<'_>) {
        self.consent = Some((word, self.sight.level()));
        self.deeds.push(Deed::Consent(word));
        tell(Told::Consent(word));
        if self.over().is_some() {
            self.end(tell);
        }
        tell(self.gate());
    }

    pub(crate) fn see(&mut self, seen: Seen, tell: Tell<'_>) {
        match seen {
            // Of the two scales the one said last counts.
            Seen::Jcs(jcs) => (self.sight.jcs, self.sight.gcs) = (Some(jcs), None),
            Seen::Gcs(eye, verbal, motor) => {
                (self.sight.jcs, self.sight.gcs) = (None, Some((eye, verbal, motor)));
            }
            Seen::Form(form) => self.sight.form = Some(form),
            Seen::Cpa(cpa) => self.sight.cpa = Some(cpa),
        }
        let Sight { form, .. } = self.sight;
        self.deeds.push(Deed::Observed(self.sight.level(), form, self.is_quiet()));
        tell(Told::Observed(self.sight));
        tell(self.gate());
    }

    /// A card was read; `listed` when its holder is on the department's list.
    pub(crate) fn take(&mut self, card: Card, by_pin: bool, listed: bool, tell: Tell<'_>) {
        if self.set_aside.contains(&card) {
            return tell(Told::Trouble(&[ErrorCode::CardNotThisPatient]));
        }
        if self.card.is_some_and(|held| held.card != card) {
            self.wipe();
            tell(Told::Trouble(&[ErrorCode::CardChanged]));
            tell(Told::CardForgotten);
            self.begin_anew(tell);
        }
        // What one card has proved in a case stays proved in that case.
        let proven = by_pin || self.card.is_some_and(|held| held.proven);
        self.card = Some(Held { card, proven });
        self.deeds.push(Deed::CardRead { proven: by_pin });
        tell(Told::CardRead { proven: by_pin });
        if listed {
            self.opt_out(Some(card), tell);
        } else if by_pin {
            self.record_identity(Identity::Pin, tell);
        }
        tell(self.gate());
    }

    /// The card's holder does not want to be looked up: the department's list says so, or else the
    /// national system.
    fn opt_out(&mut self, on_list: Option<Card>, tell: Tell<'_>) {
        self.opted_out = true;
        self.end(tell);
        self.listed = on_list;
    }

    /// The department's list was changed from within this case.
    pub(crate) fn list_changed(&mut self, card: Card, change: OptOut, tell: Tell<'_>) {
        self.deeds.push(Deed::OptOut(change));
        tell(Told::OptOut(change));
        if change == OptOut::Add && self.over().is_none() {
            self.opt_out(Some(card), tell);
            tell(self.gate());
        }
    }

    /// The card was another person's.
    pub(crate) fn set_card_aside(&mut self, tell: Tell<'_>) {
        let Some(held) = self.card else { return };
        self.set_aside.push(held.card);
        let fields = self.accepted();
        self.deeds.push(Deed::WrongPatient(fields.clone()));
        self.wipe();
        // The patient who is here was not viewed.
        self.notice = None;
        tell(Told::Withdrawn(fields));
        tell(Told::CardForgotten);
        self.begin_anew(tell);
        tell(self.gate());
    }

    /// Identity and consent have to be established anew, and what the card looks like, which is told
    /// where it was known. How the patient is does not depend on a card.
    fn begin_anew(&mut self, tell: Tell<'_>) {
        let known = self.sight.form.take();
        (self.identity, self.consent) = (None, None);
        if known.is_some() {
            tell(Told::Observed(self.sight));
        }
    }

    /// Nothing more is asked in the case.
    fn end(&mut self, tell: Tell<'_>) {
        if self.wipe() {
            tell(Told::CardForgotten);
        }
    }

    /// Forgets everything of the patient; says whether there was anything.
    fn wipe(&mut self) -> bool {
        self.give_up();
        (self.reads, self.last_try, self.listed) = (false, None, None);
        let (card, record) = (self.card.take(), self.record.take());
        card.is_some() || record.is_some()
    }

    /// A look-up under way ends; what it brings is not shown.
    pub(crate) fn give_up(&mut self) -> bool {
        let under_way = self.look_up.take();
        if let Some(at) = under_way {
            self.permits[at].end = End::Error(&[ErrorCode::NetworkCancelled]);
        }
        under_way.is_some()
    }

    pub(crate) fn close(&mut self) {
        self.wipe();
        self.is_closed = true;
    }

    /// A permit for one look-up, if the gate is open.
    pub(crate) fn permit(
        &mut self,
        scope: Scope,
        factors: Vec<(String, String)>,
        tell: Tell<'_>,
    ) -> bool {
        let (rule, verdict) = self.point().decide();
        let (Verdict::Open(class), Some(held), Some(identity)) =
            (verdict, self.card, self.identity)
        else {
            return false;
        };
        let reason = match self.consent {
            Some((Word::Unobtainable(reason), _)) => Some(reason),
            _ => None,
        };
        let at = self.permits.len();
        self.permits.push(Permit {
            card: held.card,
            identity,
            class,
            reason,
            level: self.sight.level(),
            rule,
            scope,
            factors,
            left: false,
            end: End::NotYet,
        });
        self.deeds.push(Deed::Permit(at));
        self.look_up = Some(at);
        tell(Told::LookUpSent(scope));
        true
    }

    /// The gateway has answered the look-up under way.
    pub(crate) fn answer(&mut self, tell: Tell<'_>) {
        let Some(at) = self.look_up.take() else { return };
        let Permit { card, identity, reason, .. } = self.permits[at];
        let refused: &'static [ErrorCode] = match card {
            Card::EXPIRED => &[ErrorCode::GatewayExpired],
            Card::NOT_REGISTERED => &[ErrorCode::GatewayNotRegistered],
            Card::OPTED_OUT => &[ErrorCode::GatewayOptedOut],
            _ => {
                self.permits[at].end = End::Summary;
                tell(Told::Summary(card));
                // GATE-7: the check that opened the gate, and whether the card has proved anything.
                let proven = self.card.is_some_and(|held| held.proven);
                tell(Told::Record { of: card, identity, proven });
                if let Some(reason) = reason {
                    self.notice = Some(reason);
                    tell(Told::NoticeDue(reason));
                }
                return;
            }
        };
        self.permits[at].end = End::Error(refused);
        tell(Told::Trouble(refused));
        if card == Card::OPTED_OUT {
            self.opt_out(None, tell);
            tell(self.gate());
        }
    }

    /// The request of the look-up under way reaches the gateway; whether it does so for the first
    /// time.
    pub(crate) fn arrives(&mut self) -> bool {
        let under_way = self.look_up.map(|at| &mut self.permits[at].left);
        under_way.is_some_and(|left| !std::mem::replace(left, true))
    }

    /// Whose card the department can put on its list, or take off it.
    pub(crate) fn holder(&self) -> Option<Card> {
        self.card.map(|held| held.card).or(self.listed)
    }

    /// The names of the fields the crew has accepted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let fields = self.record.iter().flat_map(|record| &record.fields);
        fields
            .filter(|field| field.taken == Some(Decision::Accept))
            .map(|field| field.name.clone())
            .collect()
    }
}

impl Takeover {
    fn of(self, section: &str) -> Transcription {
        match (self, section) {
            (Takeover::All, _) | (Takeover::Mixed, "patient") => Transcription::All,
            (Takeover::Mixed, "medications") => Transcription::Never,
            (Takeover::Unsaid | Takeover::Mixed, _) => Transcription::Item,
        }
    }
}

impl Record {
    /// Takes or leaves what is offered in some fields, where the department lets it; the code of why
    /// not otherwise.
    pub(crate) fn may(
        &self,
        which: impl Fn(&Field) -> bool,
        decision: Decision,
        at_once: bool,
        takeover: Takeover,
    ) -> Option<ErrorCode> {
        // What the crew has decided by itself, one word for many leaves alone.
        let is_asked = |field: &&Field| !at_once || field.taken.is_none();
        let offered = self.fields.iter().filter(|field| field.value.is_some() && which(field));
        let offered = offered.filter(is_asked);
        let refused = offered.map(|field| field.transcription(takeover)).any(|way| match way {
            Transcription::Never => true,
            Transcription::Item => at_once,
            Transcription::All => false,
        });
        (decision == Decision::Accept && refused).then_some(ErrorCode::GateTranscription)
    }
}

impl Field {
    /// Name, value and what the crew decided.
    pub(crate) fn state(&self) -> (&str, Option<&str>, Option<Decision>) {
        (&self.name, self.value.as_deref(), self.taken)
    }

    /// How the department lets the value be taken over: the strictest of its sections.
    pub(crate) fn transcription(&self, takeover: Takeover) -> Transcription {
        let ways = self.sections.iter().map(|section| takeover.of(section));
        let strictness = |way: &Transcription| match way {
            Transcription::Never => 0,
            Transcription::Item => 1,
            Transcription::All => 2,
        };
        ways.min_by_key(strictness).unwrap_or(takeover.of("of no section"))
    }
}
