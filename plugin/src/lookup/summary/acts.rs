//! 診療行為: surgeries, treatments, dialysis.

use std::collections::HashMap;

use mynaq_interface::{ClaimDate, LeftOut, Procedure};
use time::Date;

use super::super::message::{Act, ActKind, Month};
use super::places::{Place, Places};
use super::{letters, provenance, tidy};

/// The acts of an answer, while they are collected.
pub(super) struct Acts<'a> {
    places: &'a Places,
    today: Date,
    /// With the place in the answer.
    known: HashMap<Key, (usize, Procedure)>,
}

/// Two operations of one name on two days are two; dialysis three times a week is one line with its
/// last day, and so is a treatment.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: ActKind,
    name: String,
    place: Place,
    day: Option<ClaimDate>,
}

impl<'a> Acts<'a> {
    pub(super) fn new(places: &'a Places, today: Date) -> Self {
        Acts { places, today, known: HashMap::new() }
    }

    pub(super) fn collect(&mut self, month: &Month, left_out: &mut Vec<LeftOut>) {
        let place = self.places.place(month.treated_at.as_ref());
        for day in &month.days {
            for act in &day.acts {
                let Some(date) = day.date.or(month.month) else {
                    left_out.push(super::left_out(section(act.kind), &act.name));
                    continue;
                };
                self.add(act, month, place.clone(), date);
            }
        }
    }

    fn add(&mut self, act: &Act, month: &Month, place: Place, date: ClaimDate) {
        let day = (act.kind == ActKind::Surgery).then_some(date);
        let key = Key { kind: act.kind, name: letters(&act.name), place, day };
        let order = self.known.len();
        let (_, known) = self.known.entry(key).or_insert_with(|| {
            let new = Procedure {
                name: act.name.clone(),
                code: act.code.clone(),
                date,
                institution: month.treated_at.clone(),
                provenance: Vec::new(),
            };
            (order, new)
        });
        known.date = known.date.max(date);
        known.provenance.push(provenance(month.source, date, self.today));
    }

    /// Those of a kind, newest first, and in the answer's order within a day.
    pub(super) fn take(&mut self, kind: ActKind) -> Vec<Procedure> {
        let mut all: Vec<_> =
            self.known.extract_if(|key, _| key.kind == kind).map(|(_, known)| known).collect();
        all.sort_by_key(|(order, act)| (std::cmp::Reverse(act.date), *order));
        let finished = all.into_iter().map(|(_, mut act)| {
            tidy(&mut act.provenance);
            act
        });
        finished.collect()
    }
}

fn section(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Surgery => "surgeries",
        ActKind::Dialysis => "dialysis",
        ActKind::Treatment => "treatments",
    }
}
