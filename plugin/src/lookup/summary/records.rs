//! The parts of hospitals' electronic records, as sections: newest first, what has no day last.

use mynaq_interface::{
    Asked, ClaimDate, Diagnosis, Finding, Provenance, Section, Source, TestResult,
};
use time::Date;

use super::super::message::{Item, Part};
use super::age;

/// A part as a section of items made so.
pub(super) fn section<T>(
    part: Part,
    asked: Vec<Asked>,
    today: Date,
    make: fn(Item, Vec<Provenance>) -> T,
) -> Section<T> {
    match part {
        Part::NotAsked => Section::NotAsked,
        Part::StatedNone => Section::StatedNone { asked },
        Part::Holds(mut items) => {
            items.sort_by_key(|item| std::cmp::Reverse(item.date));
            let made = items.into_iter().map(|item| {
                let known_from = provenance(item.date, today);
                make(item, vec![known_from])
            });
            Section::found(made.collect(), asked)
        }
    }
}

fn provenance(date: Option<ClaimDate>, today: Date) -> Provenance {
    let age_days = date.and_then(|date| age(date, today));
    Provenance { source: Source::MedicalRecord, date, age_days }
}

pub(super) fn diagnosis(item: Item, provenance: Vec<Provenance>) -> Diagnosis {
    let Item { name, code, date, institution, undisclosed, .. } = item;
    Diagnosis { name, code, date, institution, undisclosed, provenance }
}

pub(super) fn finding(item: Item, provenance: Vec<Provenance>) -> Finding {
    let Item { name, code, detail, date, institution, .. } = item;
    Finding { name, code, detail, date, institution, provenance }
}

pub(super) fn test(item: Item, provenance: Vec<Provenance>) -> TestResult {
    let Item { name, code, detail, unit, date, institution, .. } = item;
    TestResult { name, code, value: detail, unit, date, institution, provenance }
}
