//! What ledger and gateway say afterwards: played again by the model's own table, and against each
//! other.

use std::collections::BTreeMap;

use mynaq_conformance::Stage;
use mynaq_host_sdk::{CardForm, Consciousness, Consent, ErrorCode, Identity, Reason, Scope};
use mynaq_ledger::Fact;
use mynaq_simulator::{Viewing, people};

use crate::case::{Case, Deed, End, Permit};
use crate::table::{Point, Sort, Verdict, Word};
use crate::world::{Checked, Named, incident};

/// Ledger and gateway at the end of a shift.
pub(crate) struct Books {
    /// What the ledger says of each case, by its incident number; the lookout's is not here.
    cases: BTreeMap<String, Vec<Fact>>,
    /// What the gateway saw, by request.
    viewings: BTreeMap<String, Viewing>,
}

impl Books {
    /// Reads them, and checks what holds of any shift however it went.
    pub(crate) fn read(stage: &Stage, named: &Named) -> Checked<Self> {
        let entries = mynaq_ledger::verify(&stage.ledger()).map_err(|error| error.to_string())?;
        nothing_of_anybody(stage)?;
        let mut cases: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        let mut incidents: BTreeMap<String, String> = BTreeMap::new();
        for entry in entries.into_iter().filter(|entry| !entry.case.is_empty()) {
            if let Fact::Opened { incident, .. } = &entry.fact {
                incidents.insert(entry.case.clone(), incident.clone());
            }
            let incident = incidents.get(&entry.case).ok_or("a case was never opened")?;
            cases.entry(incident.clone()).or_default().push(entry.fact);
        }
        cases.remove(&incident(0));
        let mut viewings = BTreeMap::<String, Viewing>::new();
        for viewing in stage.simulator.viewings() {
            // What is repeated after a loss of the line is the same request.
            if let Some(first) = viewings.get(&viewing.identifier)
                && (&first.person, first.pattern, first.consent)
                    != (&viewing.person, viewing.pattern, viewing.consent)
            {
                return Err("one permit was used for two requests".into());
            }
            viewings.insert(viewing.identifier.clone(), viewing);
        }
        let books = Books { cases, viewings };
        books.every_viewing_has_its_permit()?;
        for (incident, facts) in &books.cases {
            replay(facts).map_err(|what| format!("case {incident}: {what}\n{facts:#?}"))?;
            books.right_person(facts, named.get(incident).map_or(&[], Vec::as_slice))?;
        }
        Ok(books)
    }

    fn every_viewing_has_its_permit(&self) -> Checked {
        let mut permits = BTreeMap::new();
        for fact in self.cases.values().flatten() {
            if let Fact::Permit { request, consent_class, scope, .. } = fact
                && permits.insert(request, (*consent_class, *scope)).is_some()
            {
                return Err(format!("two permits for {request}"));
            }
        }
        for (request, viewing) in &self.viewings {
            let (class, scope) =
                permits.get(request).ok_or_else(|| format!("{request} has no permit"))?;
            let pattern = match scope {
                Scope::Summary => 1,
                Scope::Full => 2,
                Scope::FullWithPrescriptions => 3,
            };
            if (viewing.consent, viewing.pattern) != (*class, pattern) {
                return Err(format!("what was asked is not what was permitted: {viewing:?}"));
            }
        }
        Ok(())
    }

    /// Whoever a summary named is whose card the gateway was sent.
    fn right_person(&self, facts: &[Fact], named: &[String]) -> Checked {
        let answered = facts.iter().filter_map(|fact| match fact {
            Fact::Answer { request, error: None } => self.viewings.get(request),
            _ => None,
        });
        let people = people::all().map_err(|error| error.to_string())?;
        let viewed: Vec<_> = answered
            .map(|viewing| people.iter().find(|person| Some(&person.id) == viewing.person.as_ref()))
            .map(|person| person.map_or("", |person| &person.name))
            .collect();
        // A summary that a closed case was not told of is no wrong one.
        if viewed.len() >= named.len() && viewed.iter().zip(named).all(|(a, b)| a == b) {
            Ok(())
        } else {
            Err(format!("{named:?} were shown, and {viewed:?} were asked for"))
        }
    }

    /// Checks the books against the model, which knows how each case went.
    pub(crate) fn agree_with(&self, model: &[Case]) -> Checked {
        if self.cases.len() != model.len() {
            return Err(format!(
                "{} cases in the ledger, and not {}",
                self.cases.len(),
                model.len()
            ));
        }
        for (number, (facts, case)) in self.cases.values().zip(model).enumerate() {
            self.agrees(facts, case)
                .map_err(|what| format!("case {number}: {what}\n{case:#?}\n{facts:#?}"))?;
        }
        let left = model.iter().flat_map(|case| &case.permits).filter(|permit| permit.left).count();
        if self.viewings.len() == left {
            Ok(())
        } else {
            Err(format!("{} viewings, and {left} permits that left", self.viewings.len()))
        }
    }

    fn agrees(&self, facts: &[Fact], case: &Case) -> Checked {
        let mut deeds = case.deeds.iter();
        for fact in facts {
            let Some(entered) = Entered::of(fact) else { continue };
            let deed = deeds.next().ok_or_else(|| format!("nobody did this: {fact:?}"))?;
            match (entered, deed) {
                (Entered::Permit(request), Deed::Permit(at)) => {
                    let permit = case.permits.get(*at).ok_or("no such permit")?;
                    self.is_permit(permit, case, fact, request)?;
                    has_ended_so(permit.end, request, facts)?;
                }
                (Entered::Deed(entered), deed) if entered == *deed => {}
                (_, deed) => return Err(format!("{deed:?} was done, and entered is {fact:?}")),
            }
        }
        deeds.next().map_or(Ok(()), |deed| Err(format!("not entered: {deed:?}")))
    }

    fn is_permit(&self, permit: &Permit, case: &Case, fact: &Fact, request: &str) -> Checked {
        let Fact::Permit {
            identity,
            consent_class,
            reason,
            scope,
            row,
            reasons_version,
            consciousness,
            crew_member,
            request: _,
        } = fact
        else {
            return Err("no permit".into());
        };
        let same = (*identity, *consent_class, *reason)
            == (permit.identity, permit.class, permit.reason)
            && (*scope, row.as_str(), *consciousness) == (permit.scope, permit.rule, permit.level)
            && (*reasons_version, crew_member.as_str()) == (Reason::VERSION, case.crew.id());
        if !same {
            return Err(format!("{fact:?} is not the permit {permit:?}"));
        }
        match (permit.left, self.viewings.get(request)) {
            (false, None) => Ok(()),
            (true, Some(viewing))
                if viewing.person.as_deref() == Some(permit.card.0)
                    && viewing.factors == permit.factors =>
            {
                Ok(())
            }
            (_, viewing) => Err(format!("{permit:?} and what the gateway got: {viewing:?}")),
        }
    }
}

fn has_ended_so(end: End, request: &str, facts: &[Fact]) -> Checked {
    let answer = facts.iter().find_map(|fact| match fact {
        Fact::Answer { request: of, error } if of == request => Some(*error),
        _ => None,
    });
    match (end, answer) {
        (End::Summary, Some(None)) => Ok(()),
        (End::Error(codes), Some(Some(code))) if codes.contains(&code) => Ok(()),
        _ => Err(format!("{request} ended by {end:?}, and entered is {answer:?}")),
    }
}

/// What a line says that somebody did.
enum Entered<'a> {
    Deed(Deed),
    Permit(&'a str),
}

impl<'a> Entered<'a> {
    fn of(fact: &'a Fact) -> Option<Self> {
        Some(Entered::Deed(match fact {
            Fact::Permit { request, .. } => return Some(Entered::Permit(request)),
            Fact::CardRead { possession_proven, .. } => {
                Deed::CardRead { proven: *possession_proven }
            }
            Fact::Identity { identity } => Deed::Identity(*identity),
            Fact::LastTryAllowed => Deed::LastTryAllowed,
            Fact::Consent { consent, reason } => Deed::Consent(word(*consent, *reason)?),
            Fact::Observed { consciousness, card_form, cpa } => {
                Deed::Observed(*consciousness, *card_form, *cpa)
            }
            Fact::Decided { field, decision } => Deed::Decided(field.clone(), *decision),
            Fact::Exported { format, fields } if format == "json" => {
                Deed::Exported("json", fields.clone())
            }
            Fact::WrongPatient { fields } => Deed::WrongPatient(fields.clone()),
            Fact::OptOut { opt_out } => Deed::OptOut(*opt_out),
            Fact::NoticePrinted { language } => Deed::NoticePrinted(*language),
            Fact::Notice { notice } => Deed::Notice(*notice),
            _ => return None,
        }))
    }
}

fn word(consent: Consent, reason: Option<Reason>) -> Option<Word> {
    match (consent, reason) {
        (Consent::Given, None) => Some(Word::Given),
        (Consent::Refused, None) => Some(Word::Refused),
        (Consent::Unobtainable, Some(reason)) => Some(Word::Unobtainable(reason)),
        _ => None,
    }
}

/// A case as the ledger tells it.
#[derive(Default)]
struct Told {
    card: bool,
    opted_out: bool,
    identity: Option<Identity>,
    consent: Option<(Word, Option<Consciousness>)>,
    level: Option<Consciousness>,
    form: Option<CardForm>,
}

impl Told {
    fn begin_anew(&mut self) {
        *self = Told { level: self.level, ..Told::default() };
    }

    fn point(&self) -> Point {
        let sort = match self.form {
            _ if self.opted_out => Some(Sort::OptedOut),
            Some(CardForm::FaceAuthentication) => Some(Sort::WithoutPin),
            Some(CardForm::WithoutPhoto) => Some(Sort::WithoutPhoto),
            Some(CardForm::Ordinary) | None => Some(Sort::Ordinary),
        };
        let level = match self.consent {
            Some((Word::Given, level)) => level,
            _ => self.level,
        };
        Point {
            identity: self.identity,
            consent: self.consent.map(|(word, _)| word),
            card: sort.filter(|_| self.card || self.opted_out),
            level,
        }
    }
}

/// Plays a case again, line by line, and decides each permit anew.
fn replay(facts: &[Fact]) -> Checked {
    let mut told = Told::default();
    // Requests, and whether they were answered.
    let mut requests: BTreeMap<&str, bool> = BTreeMap::new();
    let (mut before, mut closed) = ([None, None], false);
    for fact in facts {
        if closed {
            return Err(format!("after it was closed: {fact:?}"));
        }
        match fact {
            Fact::Observed { consciousness, card_form, .. } => {
                (told.level, told.form) = (*consciousness, *card_form);
            }
            Fact::Identity { identity } => told.identity = Some(*identity),
            Fact::Consent { consent, reason } => {
                let word = word(*consent, *reason).ok_or("no word")?;
                told.consent = Some((word, told.level));
            }
            Fact::WrongPatient { .. } => told.begin_anew(),
            // After a failed identity check it is the record that is wiped.
            Fact::Wiped if !is_identity_failed(before[1]) => told.card = false,
            Fact::CardRead { .. } => {
                // Wiped for another person's card.
                if matches!(before, [first, Some(Fact::Wiped)] if !is_identity_failed(first)) {
                    told.begin_anew();
                }
                told.card = true;
            }
            Fact::GateClosed { because: ErrorCode::GateOptedOut } => told.opted_out = true,
            Fact::Permit {
                consent_class,
                row,
                identity,
                reason,
                consciousness,
                crew_member,
                request,
                ..
            } => {
                let point = told.point();
                let same = point.decide() == (row.as_str(), Verdict::Open(*consent_class))
                    && told.identity == Some(*identity)
                    && told.level == *consciousness
                    && point.consent.map(|word| match word {
                        Word::Unobtainable(reason) => Some(reason),
                        Word::Given | Word::Refused => None,
                    }) == Some(*reason);
                let opener = facts.first().and_then(|fact| match fact {
                    Fact::Opened { crew_member, .. } => Some(crew_member),
                    _ => None,
                });
                if !same || opener != Some(crew_member) {
                    return Err(format!("{point:?} does not permit {fact:?}"));
                }
                requests.insert(request, false);
            }
            Fact::Answer { request, error } => match requests.get_mut(request.as_str()) {
                Some(answered @ false) => *answered = true,
                Some(true) => return Err(format!("{request} was answered twice")),
                // Stopped where the permit was to be entered.
                None if error.is_some_and(|code| {
                    code.name().starts_with("gate.") || code == ErrorCode::NetworkCancelled
                }) => {}
                None => return Err(format!("{request} was answered without a permit")),
            },
            Fact::Defect => return Err("a defect was met".into()),
            Fact::Closed => closed = true,
            _ => {}
        }
        before = [before[1], Some(fact)];
    }
    match requests.iter().find(|(_, answered)| !**answered) {
        Some((request, _)) => Err(format!("{request} was never answered")),
        None if closed => Ok(()),
        None => Err("it was never closed".into()),
    }
}

fn is_identity_failed(fact: Option<&Fact>) -> bool {
    matches!(fact, Some(Fact::GateClosed { because: ErrorCode::GateIdentityFailed }))
}

/// Words, numbers and names of fields: nothing of anybody.
fn nothing_of_anybody(stage: &Stage) -> Checked {
    let text = std::fs::read_to_string(stage.ledger().join("entries.jsonl"))
        .map_err(|error| error.to_string())?;
    for person in people::all().map_err(|error| error.to_string())? {
        let names = person.name.split(['　', ' ']).filter(|part| part.chars().count() > 1);
        let secrets = [&person.name, &person.kana, &person.address, &person.post_number];
        for secret in secrets.into_iter().map(String::as_str).chain(names) {
            if text.contains(secret) {
                return Err(format!("{secret:?} of {} is in the ledger", person.id));
            }
        }
        let serial = person.card.serial.as_str();
        if text.to_uppercase().contains(&format!("\"{}\"", serial.to_uppercase())) {
            return Err(format!("the card of {} is in the ledger", person.id));
        }
    }
    Ok(())
}

/// Whether a page names anybody.
pub(crate) fn names_nobody(page: &str) -> bool {
    let people = people::all().unwrap_or_default();
    people.iter().all(|person| !page.contains(&person.name)) && !page.is_empty()
}
