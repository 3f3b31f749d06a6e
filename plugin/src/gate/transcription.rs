//! What of a record may be taken over into the host's own.
//!
//! Officially the crew's screen keeps nothing; that something is written into a department's record
//! is the department's own decision, section by section of the summary and pack by pack. Where it
//! says nothing, the crew takes field by field.

use std::collections::BTreeMap;

use mynaq_interface::{Record, TraceSource, Transcription};
use serde::Deserialize;

/// The department's decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TranscriptionRules {
    pub(crate) all: Policy,
    /// Packs with a decision of their own: it replaces the general one as a whole.
    pub(crate) packs: BTreeMap<String, Policy>,
}

/// The decision for one pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Where a section is not named.
    pub(crate) default: Transcription,
    /// By section of the summary.
    pub(crate) sections: BTreeMap<SummarySection, Transcription>,
}

/// A section of the summary, as mappings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SummarySection {
    Patient,
    Visits,
    Medications,
    Prescriptions,
    Surgeries,
    Treatments,
    Dialysis,
    Checkups,
    Diseases,
    Allergies,
    Infections,
    Contraindications,
    Tests,
}

impl SummarySection {
    const ALL: [(&str, SummarySection); 13] = [
        ("patient", SummarySection::Patient),
        ("visits", SummarySection::Visits),
        ("medications", SummarySection::Medications),
        ("prescriptions", SummarySection::Prescriptions),
        ("surgeries", SummarySection::Surgeries),
        ("treatments", SummarySection::Treatments),
        ("dialysis", SummarySection::Dialysis),
        ("checkups", SummarySection::Checkups),
        ("diseases", SummarySection::Diseases),
        ("allergies", SummarySection::Allergies),
        ("infections", SummarySection::Infections),
        ("contraindications", SummarySection::Contraindications),
        ("tests", SummarySection::Tests),
    ];

    /// The section of its name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, section)| *section)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy { default: Transcription::Item, sections: BTreeMap::new() }
    }
}

impl TranscriptionRules {
    /// Marks every field that has a value. One that comes from several sections follows the
    /// strictest.
    pub(crate) fn mark(&self, pack: &str, record: &mut Record) {
        let policy = self.packs.get(pack).unwrap_or(&self.all);
        for field in &mut record.fields {
            if field.state.value().is_some() {
                let rules = sections(&field.trace.read).map(|section| policy.of(section));
                field.transcription = Some(rules.min_by_key(strictness).unwrap_or(policy.default));
            }
        }
    }
}

impl Policy {
    fn of(&self, section: Option<SummarySection>) -> Transcription {
        section.and_then(|section| self.sections.get(&section)).copied().unwrap_or(self.default)
    }
}

/// The sections of the summary a field was filled from; none for one this version does not know.
pub(crate) fn sections(read: &[TraceSource]) -> impl Iterator<Item = Option<SummarySection>> {
    read.iter().map(|source| SummarySection::from_name(source.path.split('.').next()?))
}

fn strictness(transcription: &Transcription) -> u8 {
    match transcription {
        Transcription::Never => 0,
        Transcription::Item => 1,
        Transcription::All => 2,
    }
}
