//! What a case is told, as the model foresees it.

use std::collections::{BTreeMap, VecDeque};

use mynaq_host_sdk::{
    CardForm, CardKind, Consciousness, Consent, Decision, ErrorCode, EventBody, GateState, Gcs,
    Identity, Lack, Notice, OptOut, Reason, Scope,
};
use mynaq_simulator::people;

use crate::moves::Card;
use crate::table::Word;

/// One event of a case, but for what the model leaves open: readers, and what a screen shows while a
/// card is waited for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Opened,
    CardRead {
        proven: bool,
    },
    CardForgotten,
    Identity(Identity),
    LastTryAllowed,
    Consent(Word),
    Observed(Sight),
    Gate(Gate),
    LookUpSent(Scope),
    Summary(Card),
    Record {
        of: Card,
        identity: Identity,
        proven: bool,
    },
    Decided(String, Decision),
    NoticeDue(Reason),
    NoticeRecorded(Notice),
    Withdrawn(Vec<String>),
    OptOut(OptOut),
    /// With one of these codes.
    Trouble(&'static [ErrorCode]),
    /// The same, and what is under way goes on by itself.
    GoesOn(ErrorCode),
}

/// What the crew has seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sight {
    pub(crate) jcs: Option<u16>,
    pub(crate) gcs: Option<(u8, u8, u8)>,
    pub(crate) form: Option<CardForm>,
    pub(crate) cpa: Option<bool>,
}

impl Sight {
    /// As far as the gate looks. JCS counts; the eye of GCS asks what its first digit asks.
    pub(crate) fn level(self) -> Option<Consciousness> {
        let of_jcs = |jcs| match jcs {
            0 => Consciousness::Alert,
            1..=9 => Consciousness::Awake,
            10..=99 => Consciousness::Rousable,
            _ => Consciousness::Unrousable,
        };
        let of_gcs = |gcs| match gcs {
            (4, 5, 6) => Consciousness::Alert,
            (4, ..) => Consciousness::Awake,
            (2 | 3, ..) => Consciousness::Rousable,
            _ => Consciousness::Unrousable,
        };
        self.jcs.map(of_jcs).or(self.gcs.map(of_gcs))
    }
}

/// Where the gate stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gate {
    pub(crate) rule: &'static str,
    pub(crate) state: GateIs,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GateIs {
    Open,
    Waiting(Vec<Lack>),
    Closed(ErrorCode),
}

impl Told {
    /// Whether an event says this and nothing else.
    pub(crate) fn is(&self, event: &EventBody) -> bool {
        match (self, event) {
            (Told::Opened, EventBody::Opened { drill }) => *drill,
            (Told::CardRead { proven }, EventBody::CardRead { card, .. }) => {
                card.possession_proven == *proven && card.kind == CardKind::MyNumber
            }
            (Told::CardForgotten, EventBody::CardForgotten)
            | (Told::LastTryAllowed, EventBody::LastTryAllowed) => true,
            (Told::Identity(wanted), EventBody::IdentityRecorded { identity }) => {
                wanted == identity
            }
            (Told::Consent(word), EventBody::ConsentRecorded { consent, reason }) => {
                (*consent, *reason)
                    == match word {
                        Word::Given => (Consent::Given, None),
                        Word::Refused => (Consent::Refused, None),
                        Word::Unobtainable(why) => (Consent::Unobtainable, Some(*why)),
                    }
            }
            (Told::Observed(sight), EventBody::Observed { observation, consciousness }) => {
                let gcs = sight.gcs.map(|(eye, verbal, motor)| Gcs { eye, verbal, motor });
                observation.jcs == sight.jcs
                    && observation.gcs == gcs
                    && observation.card_form == sight.form
                    && observation.cpa == sight.cpa
                    && *consciousness == sight.level()
            }
            (Told::Gate(gate), EventBody::Gate { state, rule: Some(rule) }) => {
                let same = match (&gate.state, state) {
                    (GateIs::Open, GateState::Open) => true,
                    (GateIs::Waiting(lacks), GateState::Waiting { missing }) => lacks == missing,
                    (GateIs::Closed(code), GateState::Closed { error }) => error.code() == *code,
                    _ => false,
                };
                same && gate.rule == rule.row && !rule.ja.is_empty() && !rule.en.is_empty()
            }
            (Told::LookUpSent(wanted), EventBody::LookUpSent { scope, .. }) => wanted == scope,
            (Told::Summary(card), EventBody::Summary { summary }) => {
                summary.patient.name.as_deref() == Some(name(*card))
            }
            (Told::Record { of, identity, proven }, EventBody::Record { record }) => {
                let named =
                    record.fields.iter().find(|field| field.name == "SickInjuredPersonName");
                record.card.is_some_and(|card| {
                    (card.identity, card.possession_proven) == (*identity, *proven)
                }) && named.and_then(|field| field.state.value()) == Some(name(*of))
            }
            (Told::Decided(name, wanted), EventBody::Decided { field, decision }) => {
                (name, wanted) == (field, decision)
            }
            (Told::NoticeDue(wanted), EventBody::NoticeDue { reason }) => wanted == reason,
            (Told::NoticeRecorded(wanted), EventBody::NoticeRecorded { notice }) => {
                wanted == notice
            }
            (Told::Withdrawn(wanted), EventBody::Withdrawn { fields }) => wanted == fields,
            (Told::OptOut(wanted), EventBody::OptOutRecorded { opt_out }) => wanted == opt_out,
            (Told::Trouble(codes), EventBody::Trouble { error, goes_on: false, .. }) => {
                codes.contains(&error.code())
            }
            (Told::GoesOn(code), EventBody::Trouble { error, goes_on: true, .. }) => {
                error.code() == *code
            }
            _ => false,
        }
    }
}

/// Whose card it is.
pub(crate) fn name(card: Card) -> &'static str {
    let people = people::all().expect("the simulated people");
    people.iter().find(|person| person.id == card.0).map_or("", |person| &person.name)
}

/// What the cases are told after one move. What is told by two rooms of the plugin may come mixed:
/// each strand is in its own order.
#[derive(Debug, Default)]
pub(crate) struct Hearing(BTreeMap<usize, Vec<VecDeque<Told>>>);

impl Hearing {
    pub(crate) fn tell(&mut self, case: usize, told: Told) {
        let strands = self.0.entry(case).or_insert_with(|| vec![VecDeque::new()]);
        strands[0].push_back(told);
    }

    /// By another room.
    pub(crate) fn tell_beside(&mut self, case: usize, told: Told) {
        self.0.entry(case).or_default().push([told].into());
    }

    /// Whether a case is told something yet.
    pub(crate) fn waits(&self, case: usize) -> bool {
        !self.next(case).is_empty()
    }

    /// What a case is told next.
    pub(crate) fn next(&self, case: usize) -> Vec<&Told> {
        self.0.get(&case).into_iter().flatten().filter_map(VecDeque::front).collect()
    }

    /// Takes one that came; false when it was not foreseen.
    pub(crate) fn take(&mut self, case: usize, event: &EventBody) -> bool {
        let strands = self.0.get_mut(&case).into_iter().flatten();
        for strand in strands {
            if strand.front().is_some_and(|told| told.is(event)) {
                strand.pop_front();
                return true;
            }
        }
        false
    }
}
