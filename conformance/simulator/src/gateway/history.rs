//! From entries of care to the months of an answer, cut to the periods of the pattern.

use std::collections::BTreeMap;

use time::Date;

use super::request::Pattern;
use super::xml::Xml;
use crate::day::{compact, days_before, months_before};
use crate::people::{Drug, Entry, Institution, Person, Treatment};

/// Which of the three places of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Claims,
    Dispensed,
    Prescribed,
}

impl Source {
    fn entries(self, person: &Person) -> &[Entry] {
        match self {
            Source::Claims => &person.claims,
            Source::Dispensed => &person.dispensed,
            Source::Prescribed => &person.prescribed,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Source::Claims => "",
            Source::Dispensed => "Cz",
            Source::Prescribed => "Sh",
        }
    }

    /// The first day that is still told.
    fn since(self, pattern: Pattern, today: Date) -> Date {
        match (self, pattern) {
            (Source::Claims, Pattern::Summary) => months_before(today, 3),
            (Source::Claims, _) => five_years(today),
            (_, Pattern::Summary) => days_before(today, 45),
            (_, _) => days_before(today, 100),
        }
    }
}

/// The longest period of all; surgeries and checkups always have it.
pub(super) fn five_years(today: Date) -> Date {
    months_before(today, 60)
}

/// What remains of one entry.
struct Told<'a> {
    day: Date,
    entry: &'a Entry,
    drugs: &'a [Drug],
    treatments: Vec<&'a Treatment>,
}

/// Newest month first; within it by institution, prescriber, and in or out.
type Months<'a> =
    BTreeMap<(std::cmp::Reverse<String>, &'a str, Option<&'a str>, bool), Vec<Told<'a>>>;

/// Writes the months of one source, or the empty element where there is none.
pub(super) fn write(xml: &mut Xml, person: &Person, source: Source, pattern: Pattern, today: Date) {
    let months = months(person, source, pattern, today);
    match source {
        Source::Claims if months.is_empty() => xml.nest("MeTrMonthInf", |_| ()),
        Source::Claims => write_months(xml, person, source, today, &months),
        Source::Dispensed => {
            xml.nest("CzDiInf", |xml| write_months(xml, person, source, today, &months));
        }
        Source::Prescribed => {
            xml.nest("ShPrInf", |xml| write_months(xml, person, source, today, &months));
        }
    }
}

fn months<'a>(person: &'a Person, source: Source, pattern: Pattern, today: Date) -> Months<'a> {
    let mut months = Months::new();
    for entry in source.entries(person) {
        let day = days_before(today, entry.days_ago);
        let recent = day >= source.since(pattern, today);
        let told = Told {
            day,
            entry,
            drugs: if recent { &entry.drugs } else { &[] },
            treatments: entry
                .treatments
                .iter()
                .filter(|act| recent || (is_surgery(act) && day >= five_years(today)))
                .collect(),
        };
        if recent || !told.treatments.is_empty() {
            let month = std::cmp::Reverse(compact(day)[..6].to_owned());
            let key = (month, entry.at.as_str(), entry.prescriber.as_deref(), entry.inpatient);
            months.entry(key).or_default().push(told);
        }
    }
    months
}

fn is_surgery(act: &Treatment) -> bool {
    (50..60).contains(&act.class)
}

fn write_months(xml: &mut Xml, person: &Person, source: Source, today: Date, months: &Months<'_>) {
    let name = |plain: &str| format!("{}{plain}", source.prefix());
    let month_element = match source {
        Source::Claims => "MeTrMonthInf",
        Source::Dispensed => "CzDiMonthInf",
        Source::Prescribed => "ShPrMonthInf",
    };
    for ((month, at, prescriber, inpatient), days) in months {
        let institution = |key: &str| person.institutions.get(key);
        let code = |found: Option<&Institution>| found.map_or(String::new(), |it| it.code.clone());
        let title = |found: Option<&Institution>| found.map_or(String::new(), |it| it.name.clone());
        let (at, by) = (institution(at), prescriber.and_then(institution));
        xml.nest(month_element, |xml| {
            xml.leaf(&name("MeTrDiHCd"), &code(at));
            xml.leaf(&name("MeTrDiHNm"), &title(at));
            xml.leaf(&name("PrlsHCd"), &code(by));
            xml.leaf(&name("PrlsHNm"), &title(by));
            xml.leaf(&name("MeTrMonth"), &month.0);
            xml.leaf(&name("InOut"), if *inpatient { "1" } else { "2" });
            xml.nest(&name("DiDateInfs"), |xml| {
                for told in days {
                    write_day(xml, &name, source, today, told);
                }
            });
        });
    }
}

fn write_day(
    xml: &mut Xml,
    name: &impl Fn(&str) -> String,
    source: Source,
    today: Date,
    told: &Told<'_>,
) {
    xml.nest(&name("DiDateInf"), |xml| {
        // A prescription was not dispensed yet, and some claims do not say when.
        if source != Source::Prescribed && !told.entry.without_day {
            xml.leaf(&name("DiDate"), &compact(told.day));
        }
        let prescribed = told.entry.prescribed_days_ago.map(|days| days_before(today, days));
        xml.leaf(&name("PrDate"), &compact(prescribed.unwrap_or(told.day)));
        xml.nest(&name("DrugInfs"), |xml| {
            told.drugs.iter().for_each(|drug| write_drug(xml, name, drug));
        });
        xml.nest(&name("MeTrInfs"), |xml| {
            told.treatments.iter().for_each(|act| write_treatment(xml, name, act));
        });
    });
}

fn write_drug(xml: &mut Xml, name: &impl Fn(&str) -> String, drug: &Drug) {
    xml.nest(&name("DrugInf"), |xml| {
        xml.leaf(&name("DrugC"), &drug.code);
        xml.leaf(&name("DrugN"), &drug.name);
        xml.leaf(&name("IngreN"), &drug.ingredient);
        xml.leaf(&name("Qua1"), &drug.quantity);
        xml.leaf(&name("Unit"), &drug.unit);
        xml.leaf(&name("UsageN"), &drug.usage);
        xml.leaf(&name("SpInst"), &drug.instruction);
        xml.leaf(&name("Times"), &drug.times);
        xml.leaf(&name("MeTrIdCl"), &drug.class.to_string());
    });
}

fn write_treatment(xml: &mut Xml, name: &impl Fn(&str) -> String, act: &Treatment) {
    xml.nest(&name("MeTrInf"), |xml| {
        xml.leaf(&name("SinInfN"), &act.name);
        xml.leaf(&name("SinInfCd"), &act.code);
        xml.leaf(&name("MeTrIdCl"), &act.class.to_string());
        xml.leaf(&name("Qua1"), "1");
        xml.leaf(&name("Times"), &act.times);
        xml.leaf(&name("Unit"), "回");
    });
}
