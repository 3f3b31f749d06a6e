//! What institutions reported, month by month: claims, and e-prescriptions dispensed or written.

use mynaq_interface::{ClaimDate, Institution, Source};

use super::unread::Unread;
use super::{date, institution, owned};
use crate::lookup::xml::Element;

/// What one institution reported for one month.
#[derive(Debug)]
pub(in crate::lookup) struct Month {
    pub(in crate::lookup) source: Source,
    pub(in crate::lookup) treated_at: Option<Institution>,
    pub(in crate::lookup) prescribed_at: Option<Institution>,
    pub(in crate::lookup) month: Option<ClaimDate>,
    pub(in crate::lookup) inpatient: Option<bool>,
    pub(in crate::lookup) days: Vec<Day>,
}

/// One day of it. The day may be unknown.
#[derive(Debug)]
pub(in crate::lookup) struct Day {
    pub(in crate::lookup) date: Option<ClaimDate>,
    pub(in crate::lookup) drugs: Vec<Drug>,
    pub(in crate::lookup) acts: Vec<Act>,
}

#[derive(Debug)]
pub(in crate::lookup) struct Drug {
    pub(in crate::lookup) name: String,
    pub(in crate::lookup) ingredient: Option<String>,
    pub(in crate::lookup) code: Option<String>,
    pub(in crate::lookup) quantity: Option<String>,
    pub(in crate::lookup) unit: Option<String>,
    pub(in crate::lookup) usage: Option<String>,
    pub(in crate::lookup) instruction: Option<String>,
    pub(in crate::lookup) times: Option<String>,
}

#[derive(Debug)]
pub(in crate::lookup) struct Act {
    pub(in crate::lookup) kind: ActKind,
    pub(in crate::lookup) name: String,
    pub(in crate::lookup) code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::lookup) enum ActKind {
    Surgery,
    Dialysis,
    Treatment,
}

/// The claims of a body; none where it has none: not asked.
pub(super) fn claims(body: &mut Element, unread: &mut Unread) -> Option<Vec<Month>> {
    let elements = body.take("MeTrMonthInf");
    if elements.is_empty() { None } else { read(&elements, Source::Claim, unread) }
}

/// The months of an e-prescription section, its prefix taken off every name below.
pub(super) fn prescriptions(
    body: &mut Element,
    [section, prefix, month]: [&str; 3],
    source: Source,
    unread: &mut Unread,
) -> Option<Vec<Month>> {
    let mut sections = body.take(section);
    if sections.is_empty() {
        return None;
    }
    let (mut elements, before) = (Vec::new(), unread.count());
    for section in &mut sections {
        section.strip_prefix(prefix);
        unread.beside(section, &[month], section_of(source));
        elements.extend(section.take(month));
    }
    if elements.is_empty() && unread.count() > before {
        return None;
    }
    read(&elements, source, unread)
}

/// Where what a source reports of medicines stands in the summary.
fn section_of(source: Source) -> &'static str {
    if source == Source::Prescribing { "prescriptions" } else { "medications" }
}

/// Months, without those that hold nothing. Where nothing is held and something could not be read,
/// nobody has said that there is nothing: none, as if not asked.
fn read(elements: &[Element], source: Source, unread: &mut Unread) -> Option<Vec<Month>> {
    let before = unread.count();
    let months: Vec<_> = elements
        .iter()
        .map(|element| month(element, source, unread))
        .filter(|month| !month.is_empty())
        .collect();
    (!months.is_empty() || unread.count() == before).then_some(months)
}

impl Month {
    fn is_empty(&self) -> bool {
        self.treated_at.is_none() && self.prescribed_at.is_none() && self.days.is_empty()
    }
}

fn month(element: &Element, source: Source, unread: &mut Unread) -> Month {
    let section = section_of(source);
    unread.beside(element, &["DiDateInfs"], section);
    let mut days = Vec::new();
    for list in element.all("DiDateInfs") {
        unread.beside(list, &["DiDateInf"], section);
        days.extend(list.all("DiDateInf").map(|element| day(element, section, unread)));
    }
    Month {
        source,
        treated_at: institution(element, "MeTrDiHNm", "MeTrDiHCd"),
        prescribed_at: institution(element, "PrlsHNm", "PrlsHCd"),
        month: date(element, "MeTrMonth"),
        inpatient: match element.text("InOut") {
            Some("1") => Some(true),
            Some("2") => Some(false),
            _ => None,
        },
        days,
    }
}

fn day(element: &Element, section: &'static str, unread: &mut Unread) -> Day {
    unread.beside(element, &["DrugInfs", "MeTrInfs"], section);
    Day {
        date: date(element, "DiDate").or_else(|| date(element, "PrDate")),
        drugs: items(element, ["DrugInfs", "DrugInf"], section, unread, drug),
        acts: items(element, ["MeTrInfs", "MeTrInf"], "treatments", unread, act),
    }
}

/// The items of all lists of a name; what is no item, or cannot be read as one, is named.
fn items<T>(
    element: &Element,
    [list, item]: [&str; 2],
    section: &'static str,
    unread: &mut Unread,
    read: fn(&Element) -> Option<T>,
) -> Vec<T> {
    let mut items = Vec::new();
    for list in element.all(list) {
        unread.beside(list, &[item], section);
        for element in list.all(item) {
            match read(element) {
                Some(item) => items.push(item),
                None if element.is_empty() => {}
                None => unread.name(section, item),
            }
        }
    }
    items
}

/// One without a name is known by its code, or by what is in it.
fn drug(element: &Element) -> Option<Drug> {
    let text = |name| owned(element, name);
    Some(Drug {
        name: text("DrugN").or_else(|| text("DrugC")).or_else(|| text("IngreN"))?,
        ingredient: text("IngreN"),
        code: text("DrugC"),
        quantity: text("Qua1"),
        unit: text("Unit"),
        usage: text("UsageN"),
        instruction: text("SpInst"),
        times: text("Times"),
    })
}

pub(super) fn act(element: &Element) -> Option<Act> {
    let code = owned(element, "SinInfCd");
    let name = owned(element, "SinInfN").or_else(|| code.clone())?;
    let kind = if name.contains("人工腎臓") || name.contains("透析") {
        ActKind::Dialysis
    } else if element
        .text("MeTrIdCl")
        .is_some_and(|class| class.len() == 2 && class.starts_with('5'))
    {
        ActKind::Surgery
    } else {
        ActKind::Treatment
    };
    Some(Act { kind, name, code })
}
