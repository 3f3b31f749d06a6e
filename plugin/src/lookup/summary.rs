//! From what the sources reported to what the crew sees: merged, dated, newest first.

use mynaq_interface::{
    Checkup, ClaimDate, Institution, Medication, Procedure, Provenance, Scope, Section, Source,
    Summary, Visit,
};
use time::{Date, Month as CalendarMonth};

use super::message::{Act, ActKind, Drug, Found, Month};

/// Builds the summary as seen on a day.
pub(super) fn build(found: Found, scope: Scope, today: Date) -> Summary {
    let Found { patient, notice, claims, dispensing, prescribing, checkups } = found;
    let mut medications = Vec::new();
    let mut visits = Vec::new();
    let mut acts = Acts::default();
    for month in claims.iter().flatten().chain(dispensing.iter().flatten()) {
        collect_drugs(month, today, &mut medications);
        collect_visit(month, today, &mut visits);
        acts.collect(month, today);
    }
    let mut prescriptions = Vec::new();
    for month in prescribing.iter().flatten() {
        collect_drugs(month, today, &mut prescriptions);
    }
    medications.sort_by_key(|medication| std::cmp::Reverse(medication.date));
    prescriptions.sort_by_key(|medication| std::cmp::Reverse(medication.date));
    visits.sort_by_key(|visit| std::cmp::Reverse(visit.last));

    let claimed = claims.is_some();
    Summary {
        scope,
        viewed_on: claim_date(today),
        notice,
        patient,
        visits: section(claimed || dispensing.is_some(), visits),
        medications: section(claimed || dispensing.is_some(), medications),
        prescriptions: section(prescribing.is_some(), prescriptions),
        surgeries: section(claimed, acts.surgeries),
        treatments: section(claimed, acts.treatments),
        dialysis: section(claimed, acts.dialysis),
        checkups: section(checkups.is_some(), collect_checkups(checkups, today)),
        diseases: Section::NotAsked,
        allergies: Section::NotAsked,
        infections: Section::NotAsked,
        contraindications: Section::NotAsked,
        tests: Section::NotAsked,
    }
}

fn section<T>(asked: bool, items: Vec<T>) -> Section<T> {
    if asked { Section::found(items, vec![]) } else { Section::NotAsked }
}

/// The same medicine from the same pharmacy is one medication, with every source that reported it
/// and the last date of them.
fn collect_drugs(month: &Month, today: Date, medications: &mut Vec<Medication>) {
    for day in &month.days {
        let Some(date) = day.date.or(month.month) else { continue };
        for drug in &day.drugs {
            let provenance = provenance(month.source, date, today);
            let same = medications.iter_mut().find(|known| {
                known.name == drug.name && same_institution(&known.dispensed_by, &month.treated_at)
            });
            match same {
                Some(known) if date > known.date => {
                    let mut newer = medication(drug, month, date);
                    newer.provenance = std::mem::take(&mut known.provenance);
                    newer.provenance.insert(0, provenance);
                    *known = newer;
                }
                Some(known) => known.provenance.push(provenance),
                None => {
                    let mut new = medication(drug, month, date);
                    new.provenance.push(provenance);
                    medications.push(new);
                }
            }
        }
    }
    for medication in medications {
        tidy(&mut medication.provenance);
    }
}

fn medication(drug: &Drug, month: &Month, date: ClaimDate) -> Medication {
    Medication {
        name: drug.name.clone(),
        ingredient: drug.ingredient.clone(),
        code: drug.code.clone(),
        quantity: drug.quantity.clone(),
        unit: drug.unit.clone(),
        usage: drug.usage.clone(),
        times: drug.times.clone(),
        date,
        dispensed_by: month.treated_at.clone(),
        prescribed_by: month.prescribed_at.clone(),
        provenance: Vec::new(),
    }
}

/// A pharmacy is not where a patient was seen; its prescriber is.
fn collect_visit(month: &Month, today: Date, visits: &mut Vec<Visit>) {
    let seen_at = match &month.treated_at {
        Some(institution) if !is_pharmacy(institution) => Some(institution),
        _ => month.prescribed_at.as_ref(),
    };
    let last = month.days.iter().filter_map(|day| day.date).max().or(month.month);
    let (Some(institution), Some(last)) = (seen_at, last) else { return };
    let provenance = provenance(month.source, last, today);
    match visits.iter_mut().find(|known| same_institution_as(&known.institution, institution)) {
        Some(known) => {
            if last > known.last {
                known.last = last;
                known.inpatient = month.inpatient;
            }
            known.provenance.push(provenance);
            tidy(&mut known.provenance);
        }
        None => visits.push(Visit {
            institution: institution.clone(),
            last,
            inpatient: month.inpatient,
            provenance: vec![provenance],
        }),
    }
}

#[derive(Default)]
struct Acts {
    surgeries: Vec<Procedure>,
    treatments: Vec<Procedure>,
    dialysis: Vec<Procedure>,
}

impl Acts {
    fn collect(&mut self, month: &Month, today: Date) {
        for day in &month.days {
            let Some(date) = day.date.or(month.month) else { continue };
            for act in &day.acts {
                let new = procedure(act, month, date, today);
                match act.kind {
                    ActKind::Surgery => add_apart(&mut self.surgeries, new),
                    ActKind::Dialysis => add_merged(&mut self.dialysis, new),
                    ActKind::Treatment => add_merged(&mut self.treatments, new),
                }
            }
        }
    }
}

fn procedure(act: &Act, month: &Month, date: ClaimDate, today: Date) -> Procedure {
    Procedure {
        name: act.name.clone(),
        code: act.code.clone(),
        date,
        institution: month.treated_at.clone(),
        provenance: vec![provenance(month.source, date, today)],
    }
}

/// Two operations of one name on two days are two.
fn add_apart(list: &mut Vec<Procedure>, new: Procedure) {
    if !list.iter().any(|known| known.date == new.date && is_same_act(known, &new)) {
        list.push(new);
        list.sort_by_key(|procedure| std::cmp::Reverse(procedure.date));
    }
}

/// Dialysis three times a week is one line with its last date.
fn add_merged(list: &mut Vec<Procedure>, new: Procedure) {
    match list.iter_mut().find(|known| is_same_act(known, &new)) {
        Some(known) => {
            known.date = known.date.max(new.date);
            known.provenance.extend(new.provenance);
            tidy(&mut known.provenance);
        }
        None => list.push(new),
    }
    list.sort_by_key(|procedure| std::cmp::Reverse(procedure.date));
}

fn is_same_act(a: &Procedure, b: &Procedure) -> bool {
    a.name == b.name && same_institution(&a.institution, &b.institution)
}

fn collect_checkups(dates: Option<Vec<ClaimDate>>, today: Date) -> Vec<Checkup> {
    let mut dates = dates.unwrap_or_default();
    dates.sort_unstable_by(|a, b| b.cmp(a));
    dates.dedup();
    dates
        .into_iter()
        .map(|date| Checkup { date, provenance: vec![provenance(Source::Checkup, date, today)] })
        .collect()
}

fn provenance(source: Source, date: ClaimDate, today: Date) -> Provenance {
    Provenance { source, date: Some(date), age_days: age(date, today) }
}

/// Newest first, each once.
fn tidy(provenance: &mut Vec<Provenance>) {
    provenance.sort_by(|a, b| b.date.cmp(&a.date).then(a.source.cmp(&b.source)));
    provenance.dedup();
}

/// Days to the viewing, a month counted from its first day; none for a date in the future.
fn age(date: ClaimDate, today: Date) -> Option<u32> {
    let (year, month, day) = date.parts();
    let month = CalendarMonth::try_from(month).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, day.unwrap_or(1)).ok()?;
    u32::try_from((today - date).whole_days()).ok()
}

/// The clock of a terminal cannot stand before year 1; if it did, ages would not be believed anyway.
fn claim_date(day: Date) -> ClaimDate {
    const NO_CLOCK: ClaimDate = ClaimDate::day(1, 1, 1).expect("a day");
    let year = u16::try_from(day.year()).unwrap_or(0);
    ClaimDate::day(year, day.month().into(), day.day()).unwrap_or(NO_CLOCK)
}

/// 医療機関コード: the third digit 4 is 調剤.
fn is_pharmacy(institution: &Institution) -> bool {
    institution.code.as_deref().is_some_and(|code| code.len() == 10 && code.as_bytes()[2] == b'4')
}

fn same_institution(a: &Option<Institution>, b: &Option<Institution>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_institution_as(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// By code where both have one: like-named hospitals are confused by ear, and by machines.
fn same_institution_as(a: &Institution, b: &Institution) -> bool {
    match (&a.code, &b.code) {
        (Some(a), Some(b)) => a == b,
        _ => a.name == b.name,
    }
}
