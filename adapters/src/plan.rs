//! A checked mapping, and how it fills a record.

mod list;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mynaq_interface::{
    Change, ClaimDate, Code, Field, FieldCapability, FieldState, Provenance, SourceMark, Summary,
    Trace, TraceSource,
};

pub(crate) use self::list::{ListRule, Overflow, comparable};
use crate::source::{Absence, CodePath, DatePath, PATIENT, Path, TextPath};
use crate::transform::{self, Transform};
use crate::width::Counting;

/// What `mapping.toml` says, after every check.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) counting: Counting,
    pub(crate) fields: Vec<FieldPlan>,
}

/// One field of the vendor's record and the rule that fills it.
#[derive(Debug)]
pub(crate) struct FieldPlan {
    pub(crate) name: String,
    pub(crate) label: String,
    /// Names the rule in the trace.
    pub(crate) rule: String,
    pub(crate) max: usize,
    pub(crate) fill: Fill,
}

/// The ways to fill a field.
#[derive(Debug)]
pub(crate) enum Fill {
    /// Deliberately not filled.
    LeaveToCrew { because: String },
    /// One text, cut where it is too long.
    Text { path: TextPath, transforms: Vec<Transform> },
    /// One date. The checks made sure that the form fits the field.
    Date { path: DatePath, form: DateForm },
    /// The vendor's code of a word. A word without a code is left to the crew.
    Code { path: CodePath, codes: BTreeMap<String, String> },
    /// Items of one section or several.
    List(ListRule),
}

/// How the vendor writes a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateForm {
    Slashes,
    Hyphens,
    Digits,
    Japanese,
}

impl DateForm {
    pub(crate) const ALL: [(&str, DateForm); 4] = [
        ("yyyy/MM/dd", DateForm::Slashes),
        ("yyyy-MM-dd", DateForm::Hyphens),
        ("yyyyMMdd", DateForm::Digits),
        ("yyyy年MM月dd日", DateForm::Japanese),
    ];

    /// The day as the vendor writes it; none where only the month is known.
    fn write(self, date: ClaimDate) -> Option<String> {
        let (year, month, day) = date.parts();
        let day = day?;
        Some(match self {
            DateForm::Slashes => format!("{year:04}/{month:02}/{day:02}"),
            DateForm::Hyphens => format!("{year:04}-{month:02}-{day:02}"),
            DateForm::Digits => format!("{year:04}{month:02}{day:02}"),
            DateForm::Japanese => format!("{year:04}年{month:02}月{day:02}日"),
        })
    }
}

impl Plan {
    /// Fills every field, in the mapping's order.
    pub(crate) fn fill(&self, summary: &Summary) -> Vec<Field> {
        self.fields
            .iter()
            .map(|field| {
                let written = field.fill.write(field.max, self.counting, summary);
                let trace = Trace {
                    rule: field.rule.clone(),
                    read: written.read,
                    changes: written.changes,
                };
                Field {
                    name: field.name.clone(),
                    label: field.label.clone(),
                    state: written.state,
                    transcription: None,
                    sources: marks(written.known_from),
                    trace,
                }
            })
            .collect()
    }
}

impl Plan {
    /// What is known of every field before any patient.
    pub(crate) fn capabilities(&self) -> Vec<FieldCapability> {
        self.fields
            .iter()
            .map(|field| FieldCapability {
                name: field.name.clone(),
                label: field.label.clone(),
                // The checks keep it far below.
                max_chars: u32::try_from(field.max).unwrap_or(u32::MAX),
                codes: field.fill.codes(),
                left_to_crew: match &field.fill {
                    Fill::LeaveToCrew { because } => Some(because.clone()),
                    _ => None,
                },
            })
            .collect()
    }
}

/// What a rule made of a summary.
struct Written<'a> {
    state: FieldState,
    /// Of everything that stands in the value.
    known_from: Vec<&'a Provenance>,
    read: Vec<TraceSource>,
    changes: Vec<Change>,
}

impl Written<'_> {
    /// A field without a value, which says truly why.
    fn absent(absence: Absence, read: Vec<TraceSource>, changes: Vec<Change>) -> Self {
        let state = match absence {
            Absence::NotAsked => FieldState::NotAsked,
            Absence::NotInSource => FieldState::NotInSource,
            Absence::StatedNone => FieldState::StatedNone,
        };
        Written { state, known_from: vec![], read, changes }
    }

    /// One value of the patient. A field too narrow for even one character is the crew's.
    fn of_patient(value: String, path: Path, changes: Vec<Change>) -> Self {
        if value.is_empty() {
            return Written::absent(Absence::NotAsked, single(path), changes);
        }
        Written {
            state: FieldState::Offered { value },
            known_from: vec![&PATIENT],
            read: single(path),
            changes,
        }
    }

    /// A value of the patient that the vendor's field has no form for: the crew decides.
    fn unmappable(value: String, path: Path, mut changes: Vec<Change>) -> Self {
        changes.push(Change::Unmappable { value });
        Written::absent(Absence::NotAsked, single(path), changes)
    }
}

fn single(path: Path) -> Vec<TraceSource> {
    vec![TraceSource { path: path.name().to_owned(), index: None }]
}

impl Fill {
    /// The vendor's codes, in their own order.
    fn codes(&self) -> Vec<Code> {
        let Fill::Code { codes, .. } = self else { return vec![] };
        let mut codes: Vec<_> = codes
            .iter()
            .map(|(word, code)| Code { word: word.clone(), code: code.clone() })
            .collect();
        codes.sort_by(|one, other| one.code.cmp(&other.code));
        codes
    }

    fn write<'a>(&self, max: usize, counting: Counting, summary: &'a Summary) -> Written<'a> {
        match self {
            Fill::LeaveToCrew { because } => {
                let change = Change::LeftToCrew { because: because.clone() };
                Written::absent(Absence::NotAsked, vec![], vec![change])
            }
            Fill::Text { path, transforms } => {
                write_text(*path, transforms, max, counting, summary)
            }
            Fill::Date { path, form } => match path.read(summary) {
                None => Written::absent(Absence::NotInSource, single(Path::Date(*path)), vec![]),
                Some(date) => match form.write(date) {
                    Some(value) => Written::of_patient(value, Path::Date(*path), vec![]),
                    None => Written::unmappable(date.to_string(), Path::Date(*path), vec![]),
                },
            },
            Fill::Code { path, codes } => {
                let word = path.read(summary);
                match codes.get(word) {
                    Some(code) => Written::of_patient(code.clone(), Path::Code(*path), vec![]),
                    None => Written::unmappable(word.to_owned(), Path::Code(*path), vec![]),
                }
            }
            Fill::List(rule) => rule.write(max, counting, summary),
        }
    }
}

fn write_text<'a>(
    path: TextPath,
    transforms: &[Transform],
    max: usize,
    counting: Counting,
    summary: &'a Summary,
) -> Written<'a> {
    let mut changes = vec![];
    let source = Path::Text(path);
    let Some(text) = path.read(summary) else {
        return Written::absent(Absence::NotInSource, single(source), changes);
    };
    match transform::apply(transforms, text, &mut changes) {
        Err(beyond) => {
            let because = format!(
                "「{0}」はこの項目に入らない / the field cannot hold {0}",
                beyond.characters
            );
            changes.push(Change::LeftToCrew { because });
            Written::unmappable(beyond.text, source, changes)
        }
        Ok(text) if text.is_empty() => {
            Written::absent(Absence::NotInSource, single(source), changes)
        }
        Ok(text) => {
            let value = cut(&text, max, counting, &mut changes).to_owned();
            Written::of_patient(value, source, changes)
        }
    }
}

/// What fits of a text; what does not goes to the trace.
fn cut<'a>(text: &'a str, max: usize, counting: Counting, changes: &mut Vec<Change>) -> &'a str {
    let (kept, lost) = counting.split(text, max);
    if !lost.is_empty() {
        changes.push(Change::Cut { lost: lost.to_owned() });
    }
    kept
}

/// Each source once, newest first; what has no date comes last.
fn marks(mut known_from: Vec<&Provenance>) -> Vec<SourceMark> {
    known_from.sort_by_key(|known| (Reverse(known.date), known.source, known.age_days));
    known_from.dedup();
    known_from
        .into_iter()
        .map(|&Provenance { source, date, age_days }| SourceMark { source, date, age_days })
        .collect()
}
