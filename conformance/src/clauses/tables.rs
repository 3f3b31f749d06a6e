//! The generated tables of the manual.

use std::fmt::Write as _;

use mynaq_host_sdk::{Error, ErrorCode, Limits};

use super::{Clause, Level, MANUAL, Who};

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

/// The manual with every generated block written anew; what stands between blocks stays.
pub(super) fn fill(manual: &str, clauses: &[Clause]) -> Result<String, String> {
    let mut filled = String::with_capacity(manual.len());
    let mut inside: Option<usize> = None;
    for (number, line) in manual.lines().enumerate().map(|(index, line)| (index + 1, line)) {
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
