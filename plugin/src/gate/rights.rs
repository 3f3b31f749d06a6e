//! Who may view on this terminal: crew members who have logged in when their shift began, and whom
//! the department's roster names at this moment.
//!
//! The host has made sure who somebody is, before the first call of the day and never on scene; what
//! is asked here is whether they may. It is asked three times: at log-in, when a case is opened, and
//! on the thread that enters the permit, with the roster as it lies on the disk then. So a right
//! that was revoked is gone with the next look-up.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode, Factor, LogIn};
use mynaq_roster::{Clock, Roster};
use time::OffsetDateTime;

/// More crew members than this do not share a terminal; a host that logs in more is at fault.
const MOST: usize = 64;

/// Who views, as the ledger and the national system are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crew {
    pub(crate) member: Arc<str>,
    pub(crate) unit: Arc<str>,
    /// How they proved who they are; none where nobody has to log in.
    pub(crate) factors: Arc<[Factor]>,
}

/// What the configuration asks of a crew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogInRule {
    /// The department's roster. None in a drill without one: then everybody may.
    pub(crate) roster: Option<PathBuf>,
    /// Whether a case is only opened for somebody who is logged in.
    pub(crate) log_in_required: bool,
    /// Whether log-in takes two factors of different kinds.
    pub(crate) two_factors: bool,
    /// How long a log-in holds.
    pub(crate) shift: Duration,
}

impl LogInRule {
    /// A drill without a roster.
    pub(crate) fn nobody_asks() -> Self {
        let shift = Duration::from_secs(25 * 3600);
        LogInRule { roster: None, log_in_required: false, two_factors: false, shift }
    }
}

/// The rights of one engine.
#[derive(Debug)]
pub(crate) struct Rights {
    rule: LogInRule,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    /// As it was read last, or why it could not be.
    roster: Option<Result<Roster, Error>>,
    clock: Clock,
    shifts: Vec<Shift>,
}

/// A crew member at work.
#[derive(Debug)]
struct Shift {
    crew: Crew,
    /// By both clocks: one stands still while the terminal sleeps, the other can be set.
    since: (Instant, OffsetDateTime),
}

impl Rights {
    /// Reads the roster. `last_use` is when the ledger says somebody last used this terminal with a
    /// right to: a clock that says less was set back.
    ///
    /// # Errors
    /// A roster that cannot be read stops the engine: the department learns of it at the start.
    pub(crate) fn open(rule: LogInRule, last_use: Option<OffsetDateTime>) -> Result<Self, Error> {
        let roster = rule.roster.as_deref().map(Roster::load).transpose()?.map(Ok);
        let now = Now { roster, clock: Clock::new(last_use), shifts: Vec::new() };
        Ok(Rights { rule, now: Mutex::new(now) })
    }

    /// Whether a case can only be opened for somebody who is logged in.
    pub(crate) fn log_in_required(&self) -> bool {
        self.rule.roster.is_some() && self.rule.log_in_required
    }

    /// Reads the roster again, on a thread that may wait for the disk. One that has become unreadable
    /// gives nobody a right: nobody can tell whom it would have revoked.
    pub(crate) fn refresh(&self) {
        let Some(file) = &self.rule.roster else { return };
        let read = Roster::load(file);
        if let Err(error) = &read {
            tracing::error!(%error, "the roster cannot be read");
        }
        self.lock().roster = Some(read);
    }

    /// A crew member begins a shift. One who is logged in already begins it anew.
    pub(crate) fn log_in(
        &self,
        log_in: &LogIn,
        at: (Instant, OffsetDateTime),
    ) -> Result<(), Error> {
        if self.rule.two_factors && self.rule.roster.is_some() && !two_kinds(&log_in.factors) {
            return Err(ErrorCode::GateTwoFactors.into());
        }
        let mut now = self.lock();
        now.may_view(&log_in.crew_member, &log_in.unit, at.1)?;
        now.shifts.retain(|shift| *shift.crew.member != *log_in.crew_member);
        if now.shifts.len() >= MOST {
            return Err(Error::new(ErrorCode::TooMany)
                .detail(format_args!("{MOST} crew members are logged in; log some out")));
        }
        let crew = Crew {
            member: log_in.crew_member.as_str().into(),
            unit: log_in.unit.as_str().into(),
            factors: log_in.factors.as_slice().into(),
        };
        now.shifts.push(Shift { crew, since: at });
        Ok(())
    }

    /// A crew member ends their shift. Says whether they were logged in.
    pub(crate) fn log_out(&self, member: &str) -> bool {
        let mut now = self.lock();
        let before = now.shifts.len();
        now.shifts.retain(|shift| *shift.crew.member != *member);
        now.shifts.len() < before
    }

    /// Whether somebody may view in a unit at this moment, and who they are.
    pub(crate) fn crew(
        &self,
        member: &str,
        unit: &str,
        at: (Instant, OffsetDateTime),
    ) -> Result<Crew, Error> {
        let mut now = self.lock();
        let shift = now.shifts.iter().find(|shift| *shift.crew.member == *member);
        let factors = match shift {
            Some(shift) if shift.is_over(self.rule.shift, at) => {
                return Err(ErrorCode::GateLogInExpired.into());
            }
            Some(shift) => Arc::clone(&shift.crew.factors),
            None if self.log_in_required() => return Err(ErrorCode::GateNotLoggedIn.into()),
            None => [].into(),
        };
        now.may_view(member, unit, at.1)?;
        Ok(Crew { member: member.into(), unit: unit.into(), factors })
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn may_view(&mut self, member: &str, unit: &str, at: OffsetDateTime) -> Result<(), Error> {
        match &self.roster {
            None => Ok(()),
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(roster)) => {
                self.clock.check(at, roster)?;
                roster.may_view(member, unit, at)
            }
        }
    }
}

impl Shift {
    fn is_over(&self, length: Duration, (instant, wall): (Instant, OffsetDateTime)) -> bool {
        instant.saturating_duration_since(self.since.0) >= length || wall - self.since.1 >= length
    }
}

fn two_kinds(factors: &[Factor]) -> bool {
    factors.first().is_some_and(|first| factors.iter().any(|other| other.kind() != first.kind()))
}
