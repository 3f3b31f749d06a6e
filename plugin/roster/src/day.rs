//! Days in Japan's calendar. Japan has one offset and no summer time, so a day is plain arithmetic.

use std::fmt;

use time::macros::offset;
use time::{Date, OffsetDateTime, UtcOffset};

/// Japan's offset. A day of the roster begins and ends at midnight there.
pub const JAPAN: UtcOffset = offset!(+9);

/// The day in Japan at a moment.
pub fn day(at: OffsetDateTime) -> Date {
    match at.checked_to_offset(JAPAN) {
        Some(here) => here.date(),
        // Within hours of the first or the last moment there is.
        None if at.year() < 0 => Date::MIN,
        None => Date::MAX,
    }
}

/// A moment as people in Japan write it, to the second.
pub(crate) struct Shown(pub(crate) OffsetDateTime);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0.checked_to_offset(JAPAN).unwrap_or(self.0);
        let (hour, minute, second) = at.to_hms();
        write!(f, "{} {hour:02}:{minute:02}:{second:02} JST", at.date())
    }
}
