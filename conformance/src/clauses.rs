//! The clauses of the interface: the data file, the manual's tables made of it, and the tests that
//! name them.
//!
//! `host-sdk/clauses.toml` is the one source. `mynaq-manual` writes the tables of
//! `host-sdk/INTERFACE.md` and `conformance/COVERAGE.md` from it; `tests/manual.rs` fails when
//! either is stale, when a test names a clause there is not, and when a clause is neither named by a
//! test nor says why no machine can check it.

mod coverage;
mod tables;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

pub use self::coverage::{Marker, markers, unsettled};
pub use self::tables::misplaced;

/// The manual, relative to the project.
pub const MANUAL: &str = "host-sdk/INTERFACE.md";
/// Which test checks which clause, relative to the project.
pub const COVERAGE: &str = "conformance/COVERAGE.md";
/// The clauses, relative to the project.
pub const CLAUSES: &str = "host-sdk/clauses.toml";

/// One clause.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// `GROUP-number`, never used again.
    pub id: String,
    /// The version it came with.
    pub since: String,
    /// The version it went with.
    pub removed: Option<String>,
    /// Who owes it.
    pub who: Vec<Who>,
    /// How strictly.
    pub level: Level,
    /// The clause in English.
    pub en: String,
    /// The clause in Japanese.
    pub ja: String,
    /// What happens otherwise, in English.
    pub otherwise_en: String,
    /// What happens otherwise, in Japanese.
    pub otherwise_ja: String,
    /// Why no machine can check it.
    pub unchecked: Option<String>,
}

/// Who owes a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The software that loads the plugin.
    Host,
    /// The plugin.
    Plugin,
    /// A pack.
    Adapter,
}

/// RFC 2119's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Without exception.
    Must,
    /// Unless there is a reason that was weighed.
    Should,
}

impl Clause {
    /// The part before the number.
    pub fn group(&self) -> &str {
        self.id.split_once('-').map_or("", |(group, _)| group)
    }

    fn number(&self) -> Option<u32> {
        whole(self.id.split_once('-')?.1)
    }
}

/// Reads and checks the clauses of a project.
///
/// # Errors
/// Every fault of the file, one a line.
pub fn load(root: &Path) -> Result<Vec<Clause>, String> {
    let path = root.join(CLAUSES);
    let text = fs::read_to_string(&path).map_err(|error| format!("{CLAUSES}: {error}"))?;
    parse(&text)
}

/// Reads and checks clauses.
///
/// # Errors
/// Every fault, one a line.
pub fn parse(text: &str) -> Result<Vec<Clause>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        clause: Vec<Spanned<Clause>>,
    }
    let File { clause: spans } =
        toml::from_str(text).map_err(|error| format!("{CLAUSES}: {error}"))?;
    let mut faults = Vec::new();
    let mut closed = BTreeSet::new();
    let mut last: Option<&Clause> = None;
    for span in &spans {
        let clause = span.as_ref();
        let line = text[..span.span().start].matches('\n').count() + 1;
        let mut fault =
            |what: &str| faults.push(format!("{CLAUSES}:{line}: {}: {what}", clause.id));
        let group = clause.group();
        let letters = group.bytes().all(|letter| letter.is_ascii_uppercase());
        if group.is_empty() || !letters || clause.number().is_none() {
            fault("an id is GROUP-number");
        }
        let before = last.filter(|before| before.group() == group);
        if before.is_some_and(|before| clause.number() <= before.number()) {
            fault("numbers grow within a group, and none comes twice");
        }
        if before.is_none() && !closed.insert(group) {
            fault("a group stands in one place");
        }
        last = Some(clause);
        let texts = [&clause.en, &clause.ja, &clause.otherwise_en, &clause.otherwise_ja];
        if texts.iter().any(|text| text.trim().is_empty()) {
            fault("a text is empty");
        }
        if [&clause.en, &clause.otherwise_en].iter().any(|text| has_kana(text)) {
            fault("the English text holds a Japanese sentence");
        }
        if [&clause.ja, &clause.otherwise_ja].iter().any(|text| !has_kana(text)) {
            fault("the Japanese text is none");
        }
        if clause.who.is_empty() {
            fault("nobody owes it");
        }
        let word = match clause.level {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
        };
        let mut words = clause.en.split(|letter: char| !letter.is_ascii_alphanumeric());
        if clause.who.contains(&Who::Host) && !words.any(|said| said == word) {
            fault("what a host owes says MUST or SHOULD, as its level does");
        }
        if !is_version(&clause.since) || clause.removed.as_ref().is_some_and(|v| !is_version(v)) {
            fault("a version is major.minor");
        }
        if clause.unchecked.as_ref().is_some_and(|why| why.len() < 15) {
            fault("`unchecked` says why no machine can check it");
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    Ok(spans.into_iter().map(Spanned::into_inner).collect())
}

/// A number written as one writes it: `+1` and `01` would be second names of 1.
fn whole(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// Kana in a row make a sentence Japanese; a word such as 目視 in English does not.
fn has_kana(text: &str) -> bool {
    let letters = text.chars().filter(|letter| matches!(letter, 'ぁ'..='ゖ')).count();
    letters > text.chars().count() / 8
}

fn is_version(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(major, minor)| [major, minor].iter().all(|part| whole(part).is_some()))
}

/// What the generated files should hold: path and text.
///
/// # Errors
/// What is wrong with the clauses, the markers of the manual or those of the tests.
pub fn generate(root: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let clauses = load(root)?;
    let manual =
        fs::read_to_string(root.join(MANUAL)).map_err(|error| format!("{MANUAL}: {error}"))?;
    let found = markers(root)?;
    let known: BTreeSet<_> = clauses.iter().map(|clause| clause.id.as_str()).collect();
    let unknown: Vec<_> = found
        .iter()
        .flat_map(|marker| marker.ids.iter().map(move |id| (marker, id)))
        .filter(|(_, id)| !known.contains(id.as_str()))
        .map(|(marker, id)| format!("{}:{}: there is no clause {id}", marker.file, marker.line))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    Ok(vec![
        (MANUAL, tables::fill(&manual, &clauses)?),
        (COVERAGE, coverage::page(&clauses, &found)),
    ])
}
