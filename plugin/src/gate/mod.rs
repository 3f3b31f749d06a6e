//! The gate: the one place that decides whether a patient may be looked up.
//!
//! `table` the rules, as data, and every code that follows from them (`TABLE.md` shows them all) ·
//! `word` the patient's word · `permit` what a look-up needs · `rights` who may view on this terminal ·
//! `opt_out` whom the department does not look up · `transcription` what may be taken over.
//!
//! A case's basis is a timeline (the ledger keeps it); what the gate decides from is its last word
//! in each column. One thing is looked at as it was when it was said: consent that was given by a
//! patient who was awake stays given when they lose consciousness. Its absence has no such past: a
//! patient who wakes up is asked.

mod opt_out;
mod permit;
mod rights;
mod table;
mod transcription;
mod word;

#[cfg(test)]
mod tests;

use std::time::Instant;

use mynaq_interface::{
    CardKind, Consciousness, Error, ErrorCode, GateRule, GateState, Identity, Lack, Observation,
};

use self::permit::Grounds;
use self::table::{Card, Point, Row, TABLE, Verdict};
use crate::defect::{self, Room};

pub(crate) use self::opt_out::{ListEntry, OptOutList};
pub(crate) use self::permit::{EnteredPermit, Viewing, ViewingPermit, Wanted, random_id};
pub(crate) use self::rights::{Crew, LogInRule, Rights};
pub(crate) use self::transcription::{Policy, SummarySection, TranscriptionRules, sections};
pub(crate) use self::word::Word;

/// What the crew has established so far.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    table: &'static [Row],
    card: Option<Lying>,
    identity: Option<Identity>,
    consent: Option<Spoken>,
    seen: Observation,
}

/// The card of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lying {
    Read(CardKind),
    OptedOut,
}

/// The patient's word, and how awake they were when it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spoken {
    word: Word,
    level: Option<Consciousness>,
}

impl Default for Basis {
    fn default() -> Self {
        Basis {
            table: TABLE,
            card: None,
            identity: None,
            consent: None,
            seen: Observation::default(),
        }
    }
}

impl Basis {
    /// A card of this kind was read.
    pub(crate) fn read(&mut self, kind: CardKind) {
        self.card = Some(Lying::Read(kind));
    }

    /// The card's holder does not want to be looked up.
    pub(crate) fn opted_out(&mut self) {
        self.card = Some(Lying::OptedOut);
    }

    /// What was read of the card is gone.
    pub(crate) fn forget_card(&mut self) {
        if self.card != Some(Lying::OptedOut) {
            self.card = None;
        }
    }

    /// The crew's identity check.
    pub(crate) fn check(&mut self, identity: Identity) {
        self.identity = Some(identity);
    }

    /// The patient's word.
    pub(crate) fn hear(&mut self, word: Word) {
        self.consent = Some(Spoken { word, level: self.seen.consciousness() });
    }

    /// What the crew sees; the result is all that is known now.
    pub(crate) fn see(&mut self, observation: Observation) -> Observation {
        self.seen = observation.after(self.seen);
        self.seen
    }

    /// How awake the patient is, as far as it was said.
    pub(crate) fn level(&self) -> Option<Consciousness> {
        self.seen.consciousness()
    }

    /// Whether the patient is in cardiopulmonary arrest.
    pub(crate) fn cpa(&self) -> bool {
        self.seen.cpa == Some(true)
    }

    /// Another person's card: what was established for the one before does not hold for it. How the
    /// patient is does not depend on a card. The result is what is seen now, if that has changed.
    pub(crate) fn begin_anew(&mut self) -> Option<Observation> {
        let before = self.seen;
        let seen = Observation { card_form: None, ..before };
        *self = Basis { table: self.table, seen, ..Basis::default() };
        (seen != before).then_some(seen)
    }

    /// Where the gate stands, and by which rule.
    pub(crate) fn state(&self) -> (GateState, Option<GateRule>) {
        let row = self.decide();
        let state = match row.map(|row| row.verdict) {
            Some(Verdict::Open { .. }) => GateState::Open,
            Some(Verdict::Waiting) => GateState::Waiting { missing: self.missing() },
            Some(Verdict::Closed(code) | Verdict::Over(code)) => {
                GateState::Closed { error: code.into() }
            }
            None => GateState::Closed { error: nothing_fits() },
        };
        let rule = row.map(|row| GateRule {
            row: row.name.to_owned(),
            ja: row.ja.to_owned(),
            en: row.en.to_owned(),
        });
        (state, rule)
    }

    /// Why nothing more is asked in this case, if so.
    pub(crate) fn is_over(&self) -> Option<ErrorCode> {
        match self.decide()?.verdict {
            Verdict::Over(code) => Some(code),
            Verdict::Open { .. } | Verdict::Waiting | Verdict::Closed(_) => None,
        }
    }

    /// Why no look-up may leave as it stands, if so.
    pub(crate) fn ready(&self) -> Result<(), Error> {
        self.grounds().map(drop)
    }

    /// Issues the permit for one look-up, or says why not.
    pub(crate) fn permit(&self, wanted: Wanted) -> Result<ViewingPermit, Error> {
        defect::may_be_here(Room::Gate);
        ViewingPermit::issue(self.grounds()?, wanted, Instant::now())
    }

    fn grounds(&self) -> Result<Grounds, Error> {
        let row = self.decide().ok_or_else(nothing_fits)?;
        match (row.verdict, self.identity) {
            (Verdict::Open { consent_class }, Some(identity)) => {
                let reason = self.consent.and_then(|spoken| spoken.word.reason());
                let level = self.level();
                Ok(Grounds { row: row.name, identity, consent_class, reason, level })
            }
            // No row may open without an identity check; if one does, there is nothing to enter.
            (Verdict::Open { .. }, None) => Err(nothing_fits()),
            (Verdict::Closed(code) | Verdict::Over(code), _) => {
                Err(Error::new(code).detail(format_args!("{}: {}", row.name, row.en)))
            }
            (Verdict::Waiting, _) => {
                let missing = self.missing();
                let missing: Vec<_> = missing.iter().map(|lack| format!("{lack:?}")).collect();
                Err(Error::new(ErrorCode::GateNotReady)
                    .detail(format_args!("missing: {}", missing.join(", ").to_lowercase())))
            }
        }
    }

    fn decide(&self) -> Option<&'static Row> {
        table::decide(self.table, &self.point())
    }

    fn point(&self) -> Point {
        let level = match self.consent {
            Some(Spoken { word: Word::Given, level }) => level,
            _ => self.level(),
        };
        Point {
            identity: self.identity,
            consent: self.consent.map(|spoken| spoken.word),
            card: self.card.map(|card| match card {
                Lying::Read(kind) => Card::of(kind, self.seen.card_form),
                Lying::OptedOut => Card::OptedOut,
            }),
            level,
        }
    }

    fn missing(&self) -> Vec<Lack> {
        [
            self.card.is_none().then_some(Lack::Card),
            self.identity.is_none().then_some(Lack::Identity),
            self.consent.is_none().then_some(Lack::Consent),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn nothing_fits() -> Error {
    Error::new(ErrorCode::GateNotReady).detail("no rule of the gate names what was established")
}
