//! Collecting what is wrong with a roster, so that the department sees it at once.

use std::ops::Range;
use std::path::Path;

use mynaq_interface::FileFault;
use time::{Date, Month};

use crate::name::shown;

/// Whoever mends so many sees the rest the next time. It also bounds the work a hostile file makes:
/// each fault counts the lines before it.
const MAX_FAULTS: usize = 20;

/// Longer messages of the TOML reader quote what was written, at whatever length.
const MAX_MESSAGE: usize = 400;

/// What is wrong with a roster: at least one thing, in the order of the file, as it is mended from
/// top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterFaults {
    /// The topmost.
    pub first: FileFault,
    /// Those below it.
    pub more: Vec<FileFault>,
}

impl RosterFaults {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FileFault> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl From<FileFault> for RosterFaults {
    fn from(first: FileFault) -> Self {
        RosterFaults { first, more: vec![] }
    }
}

pub(crate) struct Faults<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<FileFault>,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(file: &'a Path, text: &'a str) -> Self {
        Faults { file, text, found: vec![] }
    }

    /// Whether there are so many that looking for more is no use.
    pub(crate) fn full(&self) -> bool {
        self.found.len() >= MAX_FAULTS
    }

    pub(crate) fn add(&mut self, at: Range<usize>, ja: &str, en: &str) {
        self.add_with(at, ja, en, None);
    }

    /// A fault with what was probably meant, if that is known.
    pub(crate) fn add_with(
        &mut self,
        at: Range<usize>,
        ja: &str,
        en: &str,
        suggestion: Option<String>,
    ) {
        if !self.full() {
            let message = format!("{ja} / {en}");
            let fault = FileFault::at(self.file, self.text, at.start, message);
            self.found.push(FileFault { suggestion, ..fault });
        }
    }

    /// A word that is not among those known.
    pub(crate) fn unknown<'b>(
        &mut self,
        at: Range<usize>,
        (ja, en): (&str, &str),
        written: &str,
        known: impl IntoIterator<Item = &'b str>,
    ) {
        if !self.full() {
            let message = format!("{ja} / {en}");
            let fault = FileFault::at(self.file, self.text, at.start, message);
            self.found.push(fault.suggest(&shown(written), known));
        }
    }

    /// The line of a place, for pointing at it from another.
    pub(crate) fn line(&self, at: &Range<usize>) -> u32 {
        FileFault::at(self.file, self.text, at.start, "").line
    }

    /// None if nothing was found.
    pub(crate) fn into_found(mut self) -> Option<RosterFaults> {
        self.found.sort_by_key(|fault| (fault.line, fault.column));
        let mut found = self.found.into_iter();
        Some(RosterFaults { first: found.next()?, more: found.collect() })
    }
}

/// The fault of a file that is no roster at all, or has a key no roster has.
pub(crate) fn unreadable(file: &Path, text: &str, error: &toml::de::Error) -> FileFault {
    let span = error.span().unwrap_or_default();
    let mut fault = if error.message().len() > MAX_MESSAGE {
        FileFault::at(file, text, span.start, "the text here is too long")
    } else {
        FileFault::from_toml(file, text, error)
    };
    let written = text.get(span).unwrap_or_default();
    if let Some(day) = day_meant(written) {
        // What TOML makes of it is of no help to whoever wanted to write a day.
        let (ja, en) = NO_DAY;
        return FileFault {
            message: format!("{ja} / {en}"),
            suggestion: Some(day.to_string()),
            ..fault
        };
    }
    let ja = match fault.message.as_str() {
        en if en.starts_with("unknown field") => "知らないキーがある",
        en if en.starts_with("missing field") => "必要なキーがない",
        en if en.starts_with("duplicate") => "同じキーが二度ある",
        en if en.starts_with("invalid type") => "値の型が違う",
        en if en.starts_with("invalid date") => "日付として読めない",
        _ => "TOML として読めない",
    };
    fault.message = format!("{ja} / {}", fault.message);
    if matches!(written, "[unit]" | "[member]") {
        fault.suggestion = Some(format!("[{written}]"));
    }
    fault
}

/// The message for a value that is not a day.
pub(crate) const NO_DAY: (&str, &str) = (
    "日付は 2026-11-01 のように、引用符も時刻も付けずに書く",
    "a day is written like 2026-11-01, without quotes and without a time",
);

/// The day in `2026/11/1`, `2026年11月1日` and the like.
pub(crate) fn day_meant(written: &str) -> Option<Date> {
    // No way to write a day is longer, and a line that is no day may be very long.
    if written.len() > 32 {
        return None;
    }
    let mut numbers =
        written.split(|character: char| !character.is_ascii_digit()).filter(|it| !it.is_empty());
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if year.len() != 4 || numbers.next().is_some() {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}
