//! Medicines: what several sources reported of one is one line, with every source.
//!
//! One medicine is one name (in whatever width and with whatever spaces: strength, form and brand are
//! part of it) from one place. Sources write amounts in different ways, so that amounts tell nothing
//! apart between them; but one source that names a medicine twice for one day, with two amounts, means
//! two lines: five in the morning, ten at night.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use mynaq_interface::{ClaimDate, Institution, LeftOut, Medication, Source};
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
    /// The lines of a medicine and place, by their number.
    numbers: HashMap<(String, Place), Vec<usize>>,
    /// In the answer's order: prescribers begin with what matters.
    lines: Vec<Medication>,
    /// How each source tells that each line was taken on each day, as a fingerprint.
    ways: HashMap<(usize, Source, ClaimDate), u64>,
    /// By chance, so that nobody can make two ways look alike.
    fingerprint: RandomState,
}

impl<'a> Medications<'a> {
    /// For the medicines of these months.
    pub(super) fn of<'m>(
        months: impl Iterator<Item = &'m Month>,
        section: &'static str,
        places: &'a Places,
        today: Date,
    ) -> Self {
        // No more lines than medicines: room that grows would be held twice for a moment.
        let most = months.flat_map(|month| &month.days).map(|day| day.drugs.len()).sum();
        let (numbers, ways, fingerprint) = Default::default();
        let lines = Vec::with_capacity(most);
        Medications { section, places, today, numbers, lines, ways, fingerprint }
    }

    pub(super) fn collect(&mut self, month: Month, left_out: &mut Vec<LeftOut>) {
        let Month { source, treated_at, prescribed_at, month, days, .. } = month;
        let place = self.places.place(treated_at.as_ref());
        for day in days {
            let date = day.date.or(month);
            for drug in day.drugs {
                let line = date.ok_or(()).and_then(|date| {
                    let line = self.line(&drug, (source, date), &place).ok_or(())?;
                    Ok((line, date))
                });
                let Ok((line, date)) = line else {
                    left_out.push(super::left_out(self.section, &drug.name));
                    continue;
                };
                let told = provenance(source, date, self.today);
                match self.lines.get_mut(line) {
                    Some(known) => {
                        if date > known.date {
                            let provenance = std::mem::take(&mut known.provenance);
                            *known = medication(drug, date, &treated_at, &prescribed_at);
                            known.provenance = provenance;
                        }
                        known.provenance.push(told);
                    }
                    None => {
                        let mut new = medication(drug, date, &treated_at, &prescribed_at);
                        new.provenance = vec![told];
                        self.lines.push(new);
                    }
                }
            }
        }
    }

    /// The line a medicine belongs to: one that this source has not told of for this day, or has told the
    /// same of; the next one, where there is none; none at all beyond what there can be.
    fn line(
        &mut self,
        drug: &Drug,
        (source, date): (Source, ClaimDate),
        place: &Place,
    ) -> Option<usize> {
        let way = self.fingerprint.hash_one(way(drug));
        let key = (letters(&drug.name), place.clone());
        let numbers = self.numbers.entry(key).or_insert_with(|| Vec::with_capacity(1));
        let free =
            |line: &&usize| self.ways.get(&(**line, source, date)).is_none_or(|told| *told == way);
        let line = match numbers.iter().find(free) {
            Some(line) => *line,
            None if numbers.len() < MOST_WAYS => {
                numbers.push(self.lines.len());
                self.lines.len()
            }
            None => return None,
        };
        self.ways.insert((line, source, date), way);
        Some(line)
    }

    /// All of them, newest first, and in the answer's order within a day.
    pub(super) fn finish(self) -> Vec<Medication> {
        let mut all = self.lines;
        all.shrink_to_fit();
        for medication in &mut all {
            tidy(&mut medication.provenance);
        }
        all.sort_by_key(|medication| std::cmp::Reverse(medication.date));
        all
    }
}

/// All that a source says of one medicine, but for how its name is written.
fn way(drug: &Drug) -> [Option<String>; 6] {
    [&drug.code, &drug.quantity, &drug.unit, &drug.usage, &drug.instruction, &drug.times]
        .map(|said| said.as_deref().map(letters))
}

fn medication(
    drug: Drug,
    date: ClaimDate,
    dispensed_by: &Option<Institution>,
    prescribed_by: &Option<Institution>,
) -> Medication {
    let Drug { name, ingredient, code, quantity, unit, usage, instruction, times } = drug;
    Medication {
        name,
        ingredient,
        code,
        quantity,
        unit,
        usage,
        instruction,
        times,
        date,
        dispensed_by: dispensed_by.clone(),
        prescribed_by: prescribed_by.clone(),
        provenance: Vec::new(),
    }
}
