//! Where the patient was seen, each institution once with its last day.

use std::collections::HashMap;

use mynaq_interface::{Institution, LeftOut, Visit};
use time::Date;

use super::super::message::Month;
use super::places::{Place, Places};
use super::{provenance, tidy};

/// The visits of an answer, while they are collected.
pub(super) struct Visits<'a> {
    places: &'a Places,
    today: Date,
    /// With the place in the answer.
    known: HashMap<Place, (usize, Visit)>,
}

impl<'a> Visits<'a> {
    pub(super) fn new(places: &'a Places, today: Date) -> Self {
        Visits { places, today, known: HashMap::new() }
    }

    /// A pharmacy is not where a patient was seen; its prescriber is.
    pub(super) fn collect(&mut self, month: &Month, left_out: &mut Vec<LeftOut>) {
        let seen_at = match &month.treated_at {
            Some(institution) if !is_pharmacy(institution) => Some(institution),
            _ => month.prescribed_at.as_ref(),
        };
        let Some(institution) = seen_at else { return };
        let Some(last) = month.days.iter().filter_map(|day| day.date).max().or(month.month) else {
            return left_out.push(super::left_out("visits", &institution.name));
        };
        let place = self.places.place(Some(institution));
        let order = self.known.len();
        let (_, known) = self.known.entry(place).or_insert_with(|| {
            let new = Visit {
                institution: institution.clone(),
                last,
                inpatient: month.inpatient,
                provenance: Vec::new(),
            };
            (order, new)
        });
        if last > known.last {
            known.last = last;
            known.inpatient = month.inpatient;
        }
        known.provenance.push(provenance(month.source, last, self.today));
    }

    /// All of them, newest first, and in the answer's order within a day.
    pub(super) fn finish(self) -> Vec<Visit> {
        let mut all: Vec<_> = self.known.into_values().collect();
        all.sort_by_key(|(order, visit)| (std::cmp::Reverse(visit.last), *order));
        let finished = all.into_iter().map(|(_, mut visit)| {
            tidy(&mut visit.provenance);
            visit
        });
        finished.collect()
    }
}

/// 医療機関コード: the third digit 4 is 調剤.
fn is_pharmacy(institution: &Institution) -> bool {
    institution.code.as_deref().is_some_and(|code| code.len() == 10 && code.as_bytes()[2] == b'4')
}
