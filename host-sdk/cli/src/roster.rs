//! `mynaq roster`: the department's list of those who may view.

mod report;

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use mynaq_host_sdk::{Error, ErrorCode, FileFault};
use mynaq_roster::{JAPAN, Roster};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use self::report::{Report, Verdict};
use crate::{Failure, advice};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check a roster before it goes to the terminals.
    ///
    /// Says every fault with its place, how many may view, whose term ends within 30 days and whose
    /// right was revoked; with --member, whether that member may view and what to do if not.
    ///
    /// Ends with 0 if the answer is yes, with 1 if that member may not view, or without --member
    /// nobody may, and with 2 if the file cannot be used.
    Check(Arguments),
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The roster.
    file: PathBuf,
    /// Whether this crew member may view.
    #[arg(long, value_name = "ID", requires = "unit")]
    member: Option<String>,
    /// The unit they ride with.
    #[arg(long, value_name = "UNIT", requires = "member")]
    unit: Option<String>,
    /// As of then instead of now: 2026-11-20, 2026-11-20T09:00, or with an offset. Japan's time.
    #[arg(long, value_name = "DATE-TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let Command::Check(arguments) = command;
    let roster = load(&arguments)?;
    let at = arguments.at.unwrap_or_else(OffsetDateTime::now_utc);
    let asked = arguments.member.as_deref().zip(arguments.unit.as_deref());
    let verdict = asked.map(|(member, unit)| Verdict::of(&roster, member, unit, at));
    let report = Report::new(&roster, at, verdict);
    print(if arguments.json { pretty(&report.json())? } else { report.to_string() })?;
    report.outcome()
}

fn load(arguments: &Arguments) -> Result<Roster, Failure> {
    let file = &arguments.file;
    let text = mynaq_roster::read(file).map_err(|error| {
        let faults: Vec<_> = error.place().cloned().into_iter().collect();
        unusable(arguments, error, &faults)
    });
    Roster::parse_all(file, &text?).map_err(|faults| {
        let all: Vec<_> = faults.iter().cloned().collect();
        unusable(arguments, Error::in_file(ErrorCode::GateRosterUnreadable, faults.first), &all)
    })
}

/// Why the file cannot be used: in words, one line for each fault, and as JSON where it is wanted.
fn unusable(arguments: &Arguments, error: Error, faults: &[FileFault]) -> Failure {
    let mut message = match faults {
        [] => error.to_string(),
        _ => Error::new(error.code()).to_string(),
    };
    for fault in faults {
        message += &format!("\n{fault}");
    }
    message += &format!("\n{}", advice(&error));
    if arguments.json {
        let file = arguments.file.display().to_string();
        let document = json!({ "file": file, "error": error, "faults": faults });
        if let Err(failure) = pretty(&document).and_then(print) {
            return failure;
        }
    }
    Failure::unable(message)
}

fn pretty(document: &Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(document).map_err(Failure::unable)
}

/// An output that is closed, as by `head`, is no reason to panic.
fn print(text: String) -> Result<(), Failure> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(Failure::unable)
}

fn moment(written: &str) -> Result<OffsetDateTime, String> {
    let day = format_description!("[year]-[month]-[day]");
    let minute = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let second = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let here = PrimitiveDateTime::parse(written, &minute)
        .or_else(|_| PrimitiveDateTime::parse(written, &second))
        .or_else(|_| Date::parse(written, &day).map(Date::midnight));
    here.map(|here| here.assume_offset(JAPAN))
        .or_else(|_| OffsetDateTime::parse(written, &Rfc3339))
        .map_err(|_| {
            "日時は 2026-11-20T09:00 のように書く / a moment is written like 2026-11-20T09:00"
                .into()
        })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_japans_unless_it_says_otherwise() {
        assert_eq!(moment("2026-11-20"), Ok(datetime!(2026-11-19 15:00 UTC)));
        assert_eq!(moment("2026-11-20T09:00"), Ok(datetime!(2026-11-20 00:00 UTC)));
        assert_eq!(moment("2026-11-20T09:00:30"), Ok(datetime!(2026-11-20 00:00:30 UTC)));
        assert_eq!(moment("2026-11-20T09:00:00Z"), Ok(datetime!(2026-11-20 09:00 UTC)));
        assert_eq!(moment("2026-11-20T09:00:00+02:00"), Ok(datetime!(2026-11-20 07:00 UTC)));
        for wrong in ["", "soon", "2026-11-31", "2026-11-20T25:00", "20261120"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
