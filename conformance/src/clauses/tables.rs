//! The generated tables of the manual.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mynaq_host_sdk::{Error, ErrorCode, Limits};

use super::{Clause, Level, MANUAL, Who, load};

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

/// The manual with every generated block written anew; what stands between blocks stays.
pub(super) fn fill(manual: &str, clauses: &[Clause]) -> Result<String, String> {
    let mut filled = String::with_capacity(manual.len());
    let mut inside: Option<usize> = None;
    for (number, line) in manual.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        // A marker not seen as one would leave an old table standing, or swallow prose.
        let begins = line.contains("<!--") && line.contains("generated:");
        let ends = line.trim() == END;
        if (begins && !line.starts_with(BEGIN)) || (ends && (line != END || inside.is_none())) {
            return Err(format!("{MANUAL}:{number}: `{line}` is no marker here"));
        }
        match (inside, line.strip_prefix(BEGIN)) {
            (None, Some(rest)) => {
                let what = rest.strip_suffix(" -->").unwrap_or(rest);
                let block = block(what, clauses)
                    .ok_or_else(|| format!("{MANUAL}:{number}: nothing is called `{what}`"))?;
                // Writing to a String cannot fail.
                let _ = write!(filled, "{line}\n{block}");
                inside = Some(number);
            }
            (Some(begun), Some(_)) => {
                return Err(format!("{MANUAL}:{begun}: the block does not end before {number}"));
            }
            (Some(_), None) if line != END => {}
            (_, None) => {
                inside = None;
                filled.push_str(line);
                filled.push('\n');
            }
        }
    }
    match inside {
        Some(begun) => Err(format!("{MANUAL}:{begun}: the block does not end")),
        None => Ok(filled),
    }
}

fn block(what: &str, clauses: &[Clause]) -> Option<String> {
    match what.split_once(' ') {
        Some(("clauses", group)) => {
            let clauses: Vec<_> = clauses.iter().filter(|clause| clause.group() == group).collect();
            (!clauses.is_empty()).then(|| group_table(&clauses))
        }
        None if what == "errors" => Some(errors()),
        None if what == "limits" => Some(limits()),
        _ => None,
    }
}

fn group_table(clauses: &[&Clause]) -> String {
    let mut table = "| id | who | clause | otherwise | since |\n|---|---|---|---|---|\n".to_owned();
    for clause in clauses {
        let who: Vec<_> = clause.who.iter().map(|who| name(*who)).collect();
        let level = match clause.level {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
        };
        let since = match &clause.removed {
            Some(removed) => format!("{}, removed in {removed}", clause.since),
            None => clause.since.clone(),
        };
        let cells = [
            format!("**{}**", clause.id),
            format!("{}, {level}", who.join(" and ")),
            format!("{}<br>{}", clause.en, clause.ja),
            format!("{}<br>{}", clause.otherwise_en, clause.otherwise_ja),
            since,
        ];
        row(&mut table, &cells);
    }
    table
}

pub(super) fn name(who: Who) -> &'static str {
    match who {
        Who::Host => "host",
        Who::Plugin => "plugin",
        Who::Adapter => "adapter",
    }
}

fn errors() -> String {
    let mut table = "| number | code | what happened | what to do now | again |\n\
                     |---|---|---|---|---|\n"
        .to_owned();
    for code in ErrorCode::ALL {
        let error = Error::new(*code);
        let cells = [
            error.status().to_string(),
            format!("`{}`", error.name()),
            format!("{}<br>{}", error.ja(), error.en()),
            format!("{}<br>{}", error.action_ja(), error.action_en()),
            if error.retry() { "yes" } else { "no" }.to_owned(),
        ];
        row(&mut table, &cells);
    }
    table
}

fn limits() -> String {
    let Limits { sessions, cases, documents, waiting_events, text_bytes } = Limits::NOW;
    let mut table = "| what | at most | one more |\n|---|---|---|\n".to_owned();
    for (what, most, otherwise) in [
        ("sessions open in the process", sessions, "`usage.too_many` from `open`"),
        ("cases open in the process", cases, "`usage.too_many` from `case_open`"),
        (
            "documents not released in the process",
            documents,
            "`usage.too_many` instead of a result; errors come up to twice as many",
        ),
        (
            "events of a case not fetched",
            waiting_events,
            "`usage.wrong_state` from commands; events already on their way are kept",
        ),
        ("bytes of a text handed in", text_bytes, "`usage.too_large`"),
    ] {
        row(&mut table, &[what.to_owned(), most.to_string(), otherwise.to_owned()]);
    }
    table
}

fn row(table: &mut String, cells: &[String]) {
    for cell in cells {
        // Writing to a String cannot fail.
        let _ = write!(table, "| {} ", cell.replace('|', "\\|"));
    }
    table.push_str("|\n");
}

/// Groups without their heading or table in the manual, and clauses mentioned that do not exist, in
/// the manual, the SDK and the samples.
///
/// # Errors
/// What [`load`] refuses, or a file that cannot be read.
pub fn misplaced(root: &Path) -> Result<Vec<String>, String> {
    let clauses = load(root)?;
    let known: BTreeSet<_> = clauses.iter().map(|clause| clause.id.as_str()).collect();
    let groups: BTreeSet<_> = clauses.iter().map(Clause::group).collect();
    let mut pages = vec![root.join(MANUAL)];
    for folder in ["samples/hosts", "host-sdk/include", "host-sdk/src", "host-sdk/interface/src"] {
        files(&root.join(folder), &mut pages).map_err(|error| format!("{folder}: {error}"))?;
    }
    let mut faults = Vec::new();
    for page in &pages {
        let name = page.strip_prefix(root).unwrap_or(page).display();
        let text = fs::read(page).map_err(|error| format!("{name}: {error}"))?;
        let text = String::from_utf8_lossy(&text);
        if page == &pages[0] {
            for group in &groups {
                for needed in [format!("## {group}"), format!("{BEGIN}clauses {group} -->")] {
                    if !text.lines().any(|line| line == needed) {
                        faults.push(format!("{name}: there is no line `{needed}`"));
                    }
                }
            }
        }
        for (index, line) in text.lines().enumerate() {
            for word in line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            {
                let is_id = word.split_once('-').is_some_and(|(group, number)| {
                    groups.contains(group) && number.parse::<u32>().is_ok()
                });
                if is_id && !known.contains(word) {
                    faults.push(format!("{name}:{}: there is no clause {word}", index + 1));
                }
            }
        }
    }
    Ok(faults)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, found)? } else { found.push(path) }
    }
    Ok(())
}
