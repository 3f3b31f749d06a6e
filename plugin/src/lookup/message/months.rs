//! What institutions reported, month by month: claims, and e-prescriptions dispensed or written.

use mynaq_interface::{ClaimDate, Institution, Source};

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

#[derive(Debug, Clone)]
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

/// The months of an e-prescription section, its prefix taken off every name below. An empty section
/// gives one empty month, so that it counts as asked.
pub(super) fn prescriptions(
    body: &mut Element,
    section: &str,
    prefix: &str,
    month: &str,
) -> Option<Vec<Element>> {
    let mut sections = body.take(section);
    if sections.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    for section in &mut sections {
        section.strip_prefix(prefix);
        found.extend(section.take(month));
    }
    if found.is_empty() {
        found.push(Element::default());
    }
    Some(found)
}

/// None for no element at all: not asked. Empty elements hold no month.
pub(super) fn months(elements: Vec<Element>, source: Source) -> Option<Vec<Month>> {
    if elements.is_empty() {
        return None;
    }
    Some(
        elements
            .iter()
            .map(|element| month(element, source))
            .filter(|month| !month.is_empty())
            .collect(),
    )
}

impl Month {
    fn is_empty(&self) -> bool {
        self.treated_at.is_none() && self.prescribed_at.is_none() && self.days.is_empty()
    }
}

fn month(element: &Element, source: Source) -> Month {
    let days = element
        .child("DiDateInfs")
        .into_iter()
        .flat_map(|days| days.all("DiDateInf"))
        .map(|day| Day {
            date: date(day, "DiDate").or_else(|| date(day, "PrDate")),
            drugs: nested(day, "DrugInfs", "DrugInf").filter_map(drug).collect(),
            acts: nested(day, "MeTrInfs", "MeTrInf").filter_map(act).collect(),
        })
        .collect();
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

fn nested<'a>(
    element: &'a Element,
    list: &'a str,
    item: &'a str,
) -> impl Iterator<Item = &'a Element> {
    element.child(list).into_iter().flat_map(move |list| list.all(item))
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
