//! From what the sources reported to what the crew sees: merged, dated, newest first.
//!
//! `medications`, `visits`, `acts`, `records` a kind of item each · `places` which institution is which ·
//! `periods` how far back each source tells.

mod acts;
mod medications;
mod periods;
mod places;
mod records;
mod visits;

use mynaq_interface::{
    Asked, Checkup, ClaimDate, LeftOut, Provenance, Scope, Section, Source, Summary,
};
use time::{Date, Month as CalendarMonth};
use unicode_normalization::UnicodeNormalization as _;

use self::acts::Acts;
use self::medications::Medications;
use self::periods::{About, asked};
use self::places::Places;
use self::visits::Visits;
use super::message::{ActKind, Found, Records};

/// Builds the summary as seen on a day.
pub(super) fn build(found: Found, scope: Scope, today: Date) -> Summary {
    let Found { patient, notice, claims, dispensing, prescribing, checkups, records, unread } =
        found;
    let ask = |source, about| asked(source, about, scope, today);
    let of_claims = |about| claims.iter().map(|_| ask(Source::Claim, about)).collect::<Vec<_>>();
    let (of_surgeries, of_acts) = (of_claims(About::Surgery), of_claims(About::Else));
    let of_dispensing = dispensing.iter().map(|_| ask(Source::Dispensing, About::Else));
    let of_both: Vec<_> = of_acts.iter().copied().chain(of_dispensing).collect();
    let of_prescribing =
        prescribing.iter().map(|_| ask(Source::Prescribing, About::Else)).collect();
    let of_checkups = checkups.iter().map(|_| ask(Source::Checkup, About::Else)).collect();
    let of_records = || vec![ask(Source::MedicalRecord, About::Else)];

    let mut places = Places::default();
    for month in [&claims, &dispensing, &prescribing].into_iter().flatten().flatten() {
        for institution in month.treated_at.iter().chain(&month.prescribed_at) {
            places.hear(institution);
        }
    }
    let unread = unread.named().map(|(section, name)| LeftOut { section: section.into(), name });
    let mut left_out: Vec<_> = unread.collect();
    let dispensed = claims.iter().flatten().chain(dispensing.iter().flatten());
    let mut medications = Medications::of(dispensed, "medications", &places, today);
    let prescribed = prescribing.iter().flatten();
    let mut prescriptions = Medications::of(prescribed, "prescriptions", &places, today);
    let (mut visits, mut acts) = (Visits::new(&places, today), Acts::new(&places, today));
    // Taken apart month by month: an answer is not held twice.
    for month in claims.into_iter().flatten().chain(dispensing.into_iter().flatten()) {
        visits.collect(&month, &mut left_out);
        acts.collect(&month, &mut left_out);
        medications.collect(month, &mut left_out);
    }
    for month in prescribing.into_iter().flatten() {
        prescriptions.collect(month, &mut left_out);
    }

    let Records { diseases, allergies, infections, contraindications, tests } = records;
    Summary {
        scope,
        viewed_on: claim_date(today),
        notice,
        patient,
        visits: section(of_both.clone(), visits.finish()),
        medications: section(of_both, medications.finish()),
        prescriptions: section(of_prescribing, prescriptions.finish()),
        surgeries: section(of_surgeries, acts.take(ActKind::Surgery)),
        treatments: section(of_acts.clone(), acts.take(ActKind::Treatment)),
        dialysis: section(of_acts, acts.take(ActKind::Dialysis)),
        checkups: section(of_checkups, collect_checkups(checkups, today, &mut left_out)),
        diseases: records::section(diseases, of_records(), today, records::diagnosis),
        allergies: records::section(allergies, of_records(), today, records::finding),
        infections: records::section(infections, of_records(), today, records::finding),
        contraindications: records::section(
            contraindications,
            of_records(),
            today,
            records::finding,
        ),
        tests: records::section(tests, of_records(), today, records::test),
        left_out,
    }
}

/// Nobody was asked, or these were and gave this.
fn section<T>(asked: Vec<Asked>, items: Vec<T>) -> Section<T> {
    if asked.is_empty() { Section::NotAsked } else { Section::found(items, asked) }
}

/// What stands in no section is named.
fn left_out(section: &str, name: &str) -> LeftOut {
    LeftOut { section: section.to_owned(), name: name.to_owned() }
}

/// A name without what sources write differently: width and spaces.
fn letters(name: &str) -> String {
    name.nfkc().filter(|letter| !letter.is_whitespace()).collect()
}

fn collect_checkups(
    told: Option<Vec<Option<ClaimDate>>>,
    today: Date,
    unread: &mut Vec<LeftOut>,
) -> Vec<Checkup> {
    let told = told.unwrap_or_default();
    unread.extend(told.iter().filter(|date| date.is_none()).map(|_| left_out("checkups", "健診")));
    let mut dates: Vec<_> = told.into_iter().flatten().collect();
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

#[cfg(test)]
mod tests;
