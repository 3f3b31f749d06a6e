//! The closed list of what a mapping may read from a summary.

use mynaq_interface::{
    ClaimDate, Institution, Medication, Procedure, Provenance, Section, Sex, Source, Summary, Visit,
};

/// A path of the summary, by what it leads to. What a rule may do with it follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// One text.
    Text(TextPath),
    /// One date.
    Date(DatePath),
    /// One word of a closed list.
    Code(CodePath),
    /// The same text of every item of a section.
    List(ListPath),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextPath {
    Name,
    NameKana,
    Address,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePath {
    BirthDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodePath {
    Sex,
}

/// Only texts every item has stand here: an item without the text would be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListPath {
    Visits,
    Medications,
    Prescriptions,
    Surgeries,
    Treatments,
    Dialysis,
}

impl Path {
    /// Every path with the name a mapping calls it by.
    pub(crate) const ALL: [(&str, Path); 11] = [
        ("patient.name", Path::Text(TextPath::Name)),
        ("patient.name_kana", Path::Text(TextPath::NameKana)),
        ("patient.birth_date", Path::Date(DatePath::BirthDate)),
        ("patient.sex", Path::Code(CodePath::Sex)),
        ("patient.address", Path::Text(TextPath::Address)),
        ("visits.institution.name", Path::List(ListPath::Visits)),
        ("medications.name", Path::List(ListPath::Medications)),
        ("prescriptions.name", Path::List(ListPath::Prescriptions)),
        ("surgeries.name", Path::List(ListPath::Surgeries)),
        ("treatments.name", Path::List(ListPath::Treatments)),
        ("dialysis.name", Path::List(ListPath::Dialysis)),
    ];

    pub(crate) fn name(self) -> &'static str {
        Path::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl TextPath {
    pub(crate) fn read(self, summary: &Summary) -> Option<&str> {
        let patient = &summary.patient;
        match self {
            TextPath::Name => patient.name.as_deref(),
            TextPath::NameKana => patient.name_kana.as_deref(),
            TextPath::Address => patient.address.as_deref(),
        }
    }
}

impl DatePath {
    pub(crate) fn read(self, summary: &Summary) -> Option<ClaimDate> {
        match self {
            DatePath::BirthDate => summary.patient.birth_date,
        }
    }
}

impl CodePath {
    /// Every word the path can say. A code map has to answer for each of them.
    pub(crate) const fn words(self) -> &'static [&'static str] {
        match self {
            CodePath::Sex => &["male", "female", "not_stated"],
        }
    }

    pub(crate) fn read(self, summary: &Summary) -> &'static str {
        match self {
            CodePath::Sex => match summary.patient.sex {
                Sex::Male => "male",
                Sex::Female => "female",
                Sex::NotStated => "not_stated",
            },
        }
    }
}

/// Where everything of `summary.patient` is known from; the register gives no date.
pub(crate) const PATIENT: Provenance =
    Provenance { source: Source::Eligibility, date: None, age_days: None };

/// The three ways of having nothing. Ordered by how little they say: `NotAsked` the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Absence {
    NotAsked,
    NotInSource,
    StatedNone,
}

/// One item of a section, as a list rule sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) path: ListPath,
    pub(crate) index: usize,
    pub(crate) text: &'a str,
    /// A second name under which a priority may know the item.
    pub(crate) ingredient: Option<&'a str>,
    /// What tells like-named items apart.
    pub(crate) identity: Option<&'a str>,
    pub(crate) date: ClaimDate,
    pub(crate) provenance: &'a [Provenance],
}

impl ListPath {
    pub(crate) fn name(self) -> &'static str {
        Path::List(self).name()
    }

    /// The items in the summary's order, or the way in which there are none.
    pub(crate) fn read(self, summary: &Summary) -> Result<Vec<Item<'_>>, Absence> {
        match self {
            ListPath::Visits => self.items(&summary.visits, Self::visit),
            ListPath::Medications => self.items(&summary.medications, Self::medication),
            ListPath::Prescriptions => self.items(&summary.prescriptions, Self::medication),
            ListPath::Surgeries => self.items(&summary.surgeries, Self::procedure),
            ListPath::Treatments => self.items(&summary.treatments, Self::procedure),
            ListPath::Dialysis => self.items(&summary.dialysis, Self::procedure),
        }
    }

    fn items<'a, T>(
        self,
        section: &'a Section<T>,
        item: fn(Self, usize, &'a T) -> Item<'a>,
    ) -> Result<Vec<Item<'a>>, Absence> {
        match section {
            // The type promises an item; a document from outside may break the promise.
            Section::Present { items, .. } if items.is_empty() => Err(Absence::NotInSource),
            Section::Present { items, .. } => {
                Ok(items.iter().enumerate().map(|(index, it)| item(self, index, it)).collect())
            }
            Section::StatedNone { .. } => Err(Absence::StatedNone),
            Section::NotInSource { .. } => Err(Absence::NotInSource),
            Section::NotAsked => Err(Absence::NotAsked),
        }
    }

    fn visit(self, index: usize, visit: &Visit) -> Item<'_> {
        let Institution { name, code } = &visit.institution;
        Item {
            path: self,
            index,
            text: name,
            ingredient: None,
            identity: code.as_deref(),
            date: visit.last,
            provenance: &visit.provenance,
        }
    }

    fn medication(self, index: usize, medication: &Medication) -> Item<'_> {
        Item {
            path: self,
            index,
            text: &medication.name,
            ingredient: medication.ingredient.as_deref(),
            identity: None,
            date: medication.date,
            provenance: &medication.provenance,
        }
    }

    fn procedure(self, index: usize, procedure: &Procedure) -> Item<'_> {
        Item {
            path: self,
            index,
            text: &procedure.name,
            ingredient: None,
            identity: None,
            date: procedure.date,
            provenance: &procedure.provenance,
        }
    }
}
