//! Whether the terminal's clock can be believed.
//!
//! Rights have dates, so whoever turns the clock back gets back what they had. A terminal has no
//! second clock to ask. What it has is the latest moment at which it was used, and the department's
//! word, the roster, about which time it is.
//!
//! The first alone would be dangerous: a clock that once stood in the year 2036 by mistake would
//! lock the terminal until then. So a moment counts only while the roster in force covers it, from
//! `issued` to `valid_until`. Later ones open no gate in any case ([`ErrorCode::GateRosterExpired`]),
//! and there is nothing to be protected from them. It follows that
//!
//! - a wrong clock can lock a terminal until the roster's last day at the very worst,
//! - the way out is the department's and needs no trick on the terminal: set the clock right, and
//!   install a roster that ends before the wrong moment, or wait until that moment has come,
//! - whoever turns the clock back after the roster has run out gets at most what was left of its
//!   days when the terminal was last used, and each use takes of it.

use mynaq_interface::{Error, ErrorCode};
use time::{Duration, OffsetDateTime};

use crate::day::Shown;
use crate::roster::Roster;

/// By how much a clock may go back: clocks are corrected by minutes, rights end with days.
pub const TOLERANCE: Duration = Duration::minutes(10);

/// The latest moment at which the terminal was used.
#[derive(Debug, Clone)]
pub struct Clock {
    latest: Option<OffsetDateTime>,
}

impl Clock {
    /// The clock of a terminal whose ledger was last written at a moment.
    ///
    /// Give the time of the last line, in the order of the ledger, that could only be written after
    /// [`Clock::check`] had passed: a log-in, a case, a permit. Not that of a refusal, which is
    /// entered under whatever clock there is: being refused once must not make the wrong time the
    /// right one. And the last, not the greatest: what follows a wrong time that was put right
    /// leaves it behind.
    pub const fn new(last_use: Option<OffsetDateTime>) -> Self {
        Clock { latest: last_use }
    }

    /// Checks the terminal's clock, and remembers `now` where the roster covers it. Ask this before
    /// [`Roster::may_view`], which says the rest about a clock before or behind the roster's days.
    ///
    /// # Errors
    /// [`ErrorCode::GateClockSetBack`] when `now` lies more than [`TOLERANCE`] before the latest
    /// moment that counts; the detail says which one, and how to get out.
    pub fn check(&mut self, now: OffsetDateTime, roster: &Roster) -> Result<(), Error> {
        // Once a roster does not cover it, it stays forgotten: a later roster may reach further.
        self.latest = self.latest.filter(|moment| roster.in_force(*moment).is_ok());
        if let Some(latest) = self.latest
            && latest - now > TOLERANCE
        {
            return Err(set_back(now, latest));
        }
        if roster.in_force(now).is_ok() {
            self.latest = self.latest.max(Some(now));
        }
        Ok(())
    }
}

fn set_back(now: OffsetDateTime, latest: OffsetDateTime) -> Error {
    let day = crate::day(latest);
    Error::new(ErrorCode::GateClockSetBack).detail(format_args!(
        "端末の日時 {now} は、最後に使われた {latest} より前。日時を合わせる。最後に使われた日時のほうが誤りなら、\
         日時を合わせたうえで、{day} より前に終わる名簿に替えるか、その日時まで待つ / \
         the clock says {now}, but this terminal was used at {latest}: set the clock; if it was wrong then, \
         set it right now and install a roster that ends before {day}, or wait until that moment",
        now = Shown(now),
        latest = Shown(latest),
    ))
}
