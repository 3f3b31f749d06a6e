//! One item for each case in which somebody was viewed, folded from its lines.

use std::collections::{BTreeMap, BTreeSet};

use mynaq_interface::{Consciousness, Decision, ErrorCode, Identity, Notice, Reason, Scope};

use crate::entry::{Entry, Fact, Finding};
use crate::review::person;
use crate::verify::Lines;

/// A case in which somebody was viewed, or whose card was another person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewing {
    /// What the ledger knows the case by.
    pub case: String,
    /// The host's incident number.
    pub incident: String,
    /// The unit.
    pub unit: String,
    /// The terminal.
    pub terminal: String,
    /// Whether it was a drill.
    pub drill: bool,
    /// Who viewed: the crew member the case was opened by, and everybody a permit names.
    pub viewers: Vec<String>,
    /// Every permit, in order. None where only a card of another person was read.
    pub bases: Vec<Basis>,
    /// Where it was entered that the card was another person's.
    pub wrong_patient: Vec<Mark>,
    /// What was said last of the notice.
    pub notice: Option<Notice>,
    /// The names of the fields whose value was taken over: accepted in the end, or written out.
    pub taken_over: BTreeSet<String>,
    /// The last line of the case.
    pub last: u64,
    /// What the last review found.
    pub review: Option<Review>,
}

/// A line, and when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its sequence number in the terminal's ledger.
    pub sequence: u64,
    /// Its time.
    pub at: String,
}

/// What one permit rested on, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The permit's line.
    pub permit: Mark,
    /// How identity was checked.
    pub identity: Identity,
    /// 同意区分: 1 given, 3 not to be had.
    pub consent_class: u8,
    /// Why consent could not be had.
    pub reason: Option<Reason>,
    /// How awake the patient was.
    pub consciousness: Option<Consciousness>,
    /// The row of the gate's table.
    pub row: String,
    /// What was asked for.
    pub scope: Scope,
    /// Whether anything was shown.
    pub shown: Shown,
    /// The hash the sample is drawn by: of the answer's line, or of the permit's while there is no
    /// answer.
    draw: String,
    /// The identifier its answer carries.
    request: String,
}

/// Whether a look-up showed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A summary arrived.
    Yes,
    /// Nothing did, and why.
    No(ErrorCode),
    /// The ledger does not say: a crash in between, or a look-up under way. Counts as shown.
    Unknown,
}

/// What somebody found who did not view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What.
    pub finding: Finding,
    /// Who.
    pub reviewer: String,
    /// When.
    pub at: String,
    /// The last line of the case they could see.
    pub seen: u64,
}

/// Why a case must be reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// Somebody was viewed without consent.
    WithoutConsent,
    /// The card was another person's.
    WrongPatient,
    /// It was drawn from those with consent.
    Drawn,
}

impl Because {
    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Because::WithoutConsent => "without_consent",
            Because::WrongPatient => "wrong_patient",
            Because::Drawn => "drawn",
        }
    }
}

/// How many of a hundred viewings with consent are drawn for a review.
///
/// A viewing is drawn when the first 8 digits of the SHA-256 of its answer's line, read as a
/// hexadecimal number, are below this share of 2³². The line holds 96 random bits and a time that
/// did not exist when the viewer decided, and follows from every line before it, so nobody knows in
/// advance; the line after it carries the same hash as `previous`, so anybody can check afterwards.
/// Each viewing of a case is drawn for itself: one that was not drawn earns the next one nothing. A
/// larger share draws the same ones and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample(u8);

impl Sample {
    /// What is drawn where nothing else is said.
    pub const DEFAULT: Sample = Sample(5);

    /// A share in percent; none above 100.
    pub const fn percent(percent: u8) -> Option<Self> {
        if percent <= 100 { Some(Sample(percent)) } else { None }
    }

    fn draws(self, sha256: &str) -> bool {
        let first = sha256.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        first.is_none_or(|first| u64::from(first) * 100 < u64::from(self.0) << 32)
    }
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State<'a> {
    /// Nobody has to look at it, and nobody has.
    NotDue,
    /// Somebody has to look at it.
    Open {
        /// Since when: the first line that no review has seen and that asks for one.
        since: &'a str,
    },
    /// Somebody has.
    Closed(&'a Review),
}

impl Viewing {
    /// Why it must be reviewed; empty if it need not be.
    pub fn because(&self, sample: Sample) -> BTreeSet<Because> {
        self.due(sample).map(|(because, _)| because).collect()
    }

    /// Where it stands.
    pub fn state(&self, sample: Sample) -> State<'_> {
        let seen = self.review.as_ref().map_or(0, |review| review.seen);
        let unseen = self.due(sample).map(|(_, mark)| mark).filter(|mark| mark.sequence > seen);
        match (unseen.min_by_key(|mark| mark.sequence), &self.review) {
            (Some(mark), _) => State::Open { since: &mark.at },
            (None, Some(review)) => State::Closed(review),
            (None, None) => State::NotDue,
        }
    }

    /// When somebody was viewed: the first time and the last.
    pub fn when(&self) -> (&str, &str) {
        let marks = || self.bases.iter().map(|basis| &basis.permit).chain(&self.wrong_patient);
        let first = marks().next().map_or("", |mark| &mark.at);
        let last = self.bases.last().map_or(first, |basis| &basis.permit.at);
        (first, last)
    }

    /// The viewer of this case who has this name.
    pub(super) fn viewer(&self, name: &str) -> Option<&str> {
        let name = person::key(name);
        self.viewers.iter().find(|viewer| person::key(viewer) == name).map(String::as_str)
    }

    /// The lines that ask for a review, and why.
    fn due(&self, sample: Sample) -> impl Iterator<Item = (Because, &Mark)> {
        let viewed = self.bases.iter().filter(|basis| !matches!(basis.shown, Shown::No(_)));
        let viewed = viewed.filter_map(move |basis| match basis.consent_class {
            1 if sample.draws(&basis.draw) => Some((Because::Drawn, &basis.permit)),
            1 => None,
            _ => Some((Because::WithoutConsent, &basis.permit)),
        });
        viewed.chain(self.wrong_patient.iter().map(|mark| (Because::WrongPatient, mark)))
    }
}

/// Folds the terminal's ledger into its viewings, in the order of their first line.
pub(super) fn cases(ledger: &Lines) -> Vec<Viewing> {
    let mut cases: BTreeMap<&str, Viewing> = BTreeMap::new();
    for entry in ledger.entries().iter().filter(|entry| !entry.case.is_empty()) {
        let case = cases.entry(&entry.case).or_insert_with(|| Viewing::of(&entry.case));
        case.take(entry, ledger.sha256(entry.sequence).unwrap_or_default());
    }
    let mut viewings: Vec<_> = cases.into_values().filter(Viewing::is_one).collect();
    viewings.sort_by_key(Viewing::first);
    viewings
}

impl Viewing {
    fn of(case: &str) -> Self {
        Viewing {
            case: case.to_owned(),
            incident: String::new(),
            unit: String::new(),
            terminal: String::new(),
            drill: false,
            viewers: Vec::new(),
            bases: Vec::new(),
            wrong_patient: Vec::new(),
            notice: None,
            taken_over: BTreeSet::new(),
            last: 0,
            review: None,
        }
    }

    /// Whether anybody was viewed, or should not have been.
    fn is_one(&self) -> bool {
        !self.bases.is_empty() || !self.wrong_patient.is_empty()
    }

    fn first(&self) -> u64 {
        let permit = self.bases.first().map(|basis| basis.permit.sequence);
        let wrong = self.wrong_patient.first().map(|mark| mark.sequence);
        permit.into_iter().chain(wrong).min().unwrap_or(u64::MAX)
    }

    fn take(&mut self, entry: &Entry, sha256: &str) {
        self.last = entry.sequence;
        let mark = || Mark { sequence: entry.sequence, at: entry.at.clone() };
        match &entry.fact {
            Fact::Opened { incident, unit, terminal, crew_member, drill, .. } => {
                self.incident.clone_from(incident);
                self.unit.clone_from(unit);
                self.terminal.clone_from(terminal);
                self.drill = *drill;
                self.viewed_by(crew_member);
            }
            Fact::Permit {
                identity,
                consent_class,
                reason,
                scope,
                row,
                consciousness,
                crew_member,
                request,
                ..
            } => {
                self.viewed_by(crew_member);
                self.bases.push(Basis {
                    permit: mark(),
                    identity: *identity,
                    consent_class: *consent_class,
                    reason: *reason,
                    consciousness: *consciousness,
                    row: row.clone(),
                    scope: *scope,
                    shown: Shown::Unknown,
                    draw: sha256.to_owned(),
                    request: request.clone(),
                });
            }
            Fact::Answer { request, error } => self.answered(request, *error, sha256),
            Fact::Decided { field, decision: Decision::Accept } => {
                self.taken_over.insert(field.clone());
            }
            Fact::Decided { field, decision: Decision::Reject } => {
                self.taken_over.remove(field);
            }
            Fact::Exported { fields, .. } => self.taken_over.extend(fields.iter().cloned()),
            Fact::WrongPatient { fields } => {
                self.taken_over.extend(fields.iter().cloned());
                self.wrong_patient.push(mark());
            }
            Fact::Notice { notice } => self.notice = Some(*notice),
            _ => {}
        }
    }

    fn viewed_by(&mut self, crew_member: &str) {
        if !crew_member.is_empty() && !self.viewers.iter().any(|known| known == crew_member) {
            self.viewers.push(crew_member.to_owned());
        }
    }

    fn answered(&mut self, request: &str, error: Option<ErrorCode>, sha256: &str) {
        // A look-up ends once. If a line says otherwise, what was shown was shown.
        let asked = self.bases.iter_mut().rev().find(|basis| basis.request == request);
        let Some(basis) = asked.filter(|basis| basis.shown != Shown::Yes) else { return };
        basis.shown = error.map_or(Shown::Yes, Shown::No);
        sha256.clone_into(&mut basis.draw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_drawn_to_the_last_digit() {
        let draws = |percent, first: &str| {
            Sample::percent(percent).unwrap().draws(&format!("{first:0<64}"))
        };
        assert!(!draws(0, "00000000"));
        assert!(draws(1, "00000000"));
        // A twentieth of 2^32 is 0x0ccccccc.cc…
        assert!(draws(5, "0ccccccc") && !draws(5, "0ccccccd"));
        assert!(draws(50, "7fffffff") && !draws(50, "80000000"));
        assert!(draws(100, "ffffffff"));
    }
}
