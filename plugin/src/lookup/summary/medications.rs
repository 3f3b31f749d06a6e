//! Medicines: what several sources reported of one is one line, with every source.
//!
//! One medicine is one name (in whatever width and with whatever spaces: strength, form and brand are
//! part of it) from one place. Sources write amounts in different ways, so that amounts tell nothing
//! apart between them; but one source that names a medicine twice for one day, with two amounts, means
//! two lines: five in the morning, ten at night.

use std::collections::HashMap;

use mynaq_interface::{ClaimDate, LeftOut, Medication, Source};
use time::Date;

use super::super::message::{Drug, Month};
use super::places::{Place, Places};
use super::{letters, provenance, tidy};

/// Nobody takes one medicine in more ways on one day. What comes beyond is named as left out.
const MOST_WAYS: usize = 16;

/// The medicines of a section, while they are collected.
pub(super) struct Medications<'a> {
    section: &'static str,
    places: &'a Places,
    today: Date,
    lines: HashMap<(String, Place), Vec<Line>>,
    /// How many lines there are.
    count: usize,
}

struct Line {
    /// Its place in the answer: prescribers begin with what matters.
    order: usize,
    medication: Medication,
    /// What each source said of each day.
    told: HashMap<(Source, ClaimDate), Drug>,
}

impl<'a> Medications<'a> {
    pub(super) fn new(section: &'static str, places: &'a Places, today: Date) -> Self {
        Medications { section, places, today, lines: HashMap::new(), count: 0 }
    }

    pub(super) fn collect(&mut self, month: &Month, left_out: &mut Vec<LeftOut>) {
        let place = self.places.place(month.treated_at.as_ref());
        for day in &month.days {
            for drug in &day.drugs {
                let date = day.date.or(month.month);
                let added = date.is_some_and(|date| self.add(drug, month, &place, date));
                if !added {
                    left_out.push(super::left_out(self.section, &drug.name));
                }
            }
        }
    }

    fn add(&mut self, drug: &Drug, month: &Month, place: &Place, date: ClaimDate) -> bool {
        let lines = self.lines.entry((letters(&drug.name), place.clone())).or_default();
        let when = (month.source, date);
        let free = |line: &Line| line.told.get(&when).is_none_or(|told| is_one_way(told, drug));
        let at = match lines.iter().position(free) {
            Some(at) => at,
            None if lines.len() < MOST_WAYS => {
                let medication = medication(drug, month, date);
                lines.push(Line { order: self.count, medication, told: HashMap::new() });
                self.count += 1;
                lines.len() - 1
            }
            None => return false,
        };
        let Line { medication: known, told, .. } = &mut lines[at];
        if date > known.date {
            let provenance = std::mem::take(&mut known.provenance);
            *known = medication(drug, month, date);
            known.provenance = provenance;
        }
        if told.insert(when, drug.clone()).is_none() {
            known.provenance.push(provenance(month.source, date, self.today));
        }
        true
    }

    /// All of them, newest first, and in the answer's order within a day.
    pub(super) fn finish(self) -> Vec<Medication> {
        let mut all: Vec<_> = self.lines.into_values().flatten().collect();
        all.sort_by_key(|line| (std::cmp::Reverse(line.medication.date), line.order));
        let finished = all.into_iter().map(|Line { mut medication, .. }| {
            tidy(&mut medication.provenance);
            medication
        });
        finished.collect()
    }
}

/// Whether one source says the same of one medicine, but for how its name is written.
fn is_one_way(a: &Drug, b: &Drug) -> bool {
    let way = |drug: &Drug| {
        [&drug.code, &drug.quantity, &drug.unit, &drug.usage, &drug.instruction, &drug.times]
            .map(|said| said.as_deref().map(letters))
    };
    way(a) == way(b)
}

fn medication(drug: &Drug, month: &Month, date: ClaimDate) -> Medication {
    Medication {
        name: drug.name.clone(),
        ingredient: drug.ingredient.clone(),
        code: drug.code.clone(),
        quantity: drug.quantity.clone(),
        unit: drug.unit.clone(),
        usage: drug.usage.clone(),
        instruction: drug.instruction.clone(),
        times: drug.times.clone(),
        date,
        dispensed_by: month.treated_at.clone(),
        prescribed_by: month.prescribed_at.clone(),
        provenance: Vec::new(),
    }
}
