//! The roster and its verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mynaq_interface::{Error, ErrorCode, FileFault};
use time::{Date, OffsetDateTime};

use crate::check::check;
use crate::day::{Shown, day};
use crate::document::RosterDoc;
use crate::faults::{self, Faults, RosterFaults};
use crate::file::{MAX_BYTES, read};
use crate::name::{outline, shown};

/// A roster that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    pub(crate) department: String,
    pub(crate) issued: Date,
    pub(crate) valid_until: Date,
    pub(crate) units: BTreeSet<String>,
    pub(crate) members: BTreeMap<String, Member>,
}

/// One person on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub(crate) id: String,
    pub(crate) units: Vec<String>,
    pub(crate) roles: Vec<Role>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) revoked: Option<Date>,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Look patients up (閲覧).
    Viewer,
    /// Close the reviews of what others have looked up.
    Reviewer,
}

/// Whether a member's term holds on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Holds,
    /// It begins on this later day.
    NotBegun(Date),
    /// It ended with this earlier day.
    Ended(Date),
    /// It was revoked from this day on.
    Revoked(Date),
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 2] = [Role::Viewer, Role::Reviewer];

    /// The word in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Reviewer => "reviewer",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl Roster {
    /// Reads and checks the file, and keeps nothing: load it again for every verdict.
    ///
    /// # Errors
    /// [`ErrorCode::GateRosterUnreadable`] with the path, or with the topmost fault and its place.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = read(path)?;
        Self::parse(path, &text)
            .map_err(|fault| Error::in_file(ErrorCode::GateRosterUnreadable, fault))
    }

    /// Checks the text of a roster; `path` is what its faults name.
    ///
    /// # Errors
    /// The topmost fault.
    pub fn parse(path: &Path, text: &str) -> Result<Self, FileFault> {
        Self::parse_all(path, text).map_err(|faults| faults.first)
    }

    /// The same for whoever mends the file.
    ///
    /// # Errors
    /// Every fault. TOML that cannot be read is one; of a file with very many the rest is left out.
    pub fn parse_all(path: &Path, text: &str) -> Result<Self, RosterFaults> {
        // `read` has removed it from a file; a text may come from elsewhere.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() as u64 > MAX_BYTES {
            let message =
                "1 MiB を超えている。名簿ではない / it is larger than 1 MiB: not a roster";
            return Err(FileFault::at(path, text, 0, message).into());
        }
        let document: RosterDoc =
            toml::from_str(text).map_err(|error| faults::unreadable(path, text, &error))?;
        let mut faults = Faults::new(path, text);
        let roster = check(&document, &mut faults);
        faults.into_found().map_or(Ok(roster), Err)
    }

    /// Whose roster it is.
    pub fn department(&self) -> &str {
        &self.department
    }

    /// The first day on which it is in force.
    pub fn issued(&self) -> Date {
        self.issued
    }

    /// The last day on which it is in force.
    pub fn valid_until(&self) -> Date {
        self.valid_until
    }

    /// Everybody on it, by their id.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Member> {
        self.members.values()
    }

    /// Whether the roster says anything about a moment.
    ///
    /// # Errors
    /// [`ErrorCode::GateClockSetBack`] before its first day, [`ErrorCode::GateRosterExpired`] after
    /// its last.
    pub fn in_force(&self, at: OffsetDateTime) -> Result<(), Error> {
        let Roster { issued, valid_until, .. } = self;
        if day(at) < *issued {
            return Err(Error::new(ErrorCode::GateClockSetBack).detail(format_args!(
                "端末の日時 {now} は名簿の発行日 {issued} より前。日時が正しければ、名簿を入れるのが早すぎた / \
                 the clock says {now}, but the roster was issued on {issued}; if the clock is right, \
                 the roster was installed too early",
                now = Shown(at)
            )));
        }
        if day(at) > *valid_until {
            return Err(Error::new(ErrorCode::GateRosterExpired).detail(format_args!(
                "名簿は {valid_until} まで、端末の日時は {now} / \
                 the roster ends with {valid_until}, and the clock says {now}",
                now = Shown(at)
            )));
        }
        Ok(())
    }

    /// Whether a member may look patients up with a unit.
    ///
    /// The order of the checks is part of the answer: the first that fails is the one to mend, and
    /// each later one would be guesswork without it.
    ///
    /// 1. The roster is in force ([`Roster::in_force`]): under a wrong clock no date means
    ///    anything, and a roster that has run out speaks of nobody.
    /// 2. The member is on it.
    /// 3. They were not revoked. This stands before their dates, because somebody decided it: it
    ///    must not look like a term that was forgotten and is simply prolonged.
    /// 4. Their dates hold.
    /// 5. They are a viewer, and ride with that unit. Last, because it is about the work of the
    ///    day and not about the person.
    ///
    /// Names are compared as they are written, letter for letter.
    ///
    /// # Errors
    /// In this order: [`ErrorCode::GateClockSetBack`], [`ErrorCode::GateRosterExpired`],
    /// [`ErrorCode::GateCrewUnknown`], [`ErrorCode::GateCrewRevoked`],
    /// [`ErrorCode::GateCrewExpired`], [`ErrorCode::GateCrewNoRight`]. The detail names the date or
    /// the unit.
    pub fn may_view(&self, member: &str, unit: &str, at: OffsetDateTime) -> Result<(), Error> {
        let member = self.member_in(Role::Viewer, member, at)?;
        if member.units.iter().any(|theirs| theirs == unit) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::GateCrewNoRight).detail(self.wrong_unit(member, unit)))
    }

    /// Whether a member may close reviews, in whichever unit the viewing was. The order of the
    /// checks is that of [`Roster::may_view`].
    ///
    /// # Errors
    /// Those of [`Roster::may_view`]; [`ErrorCode::GateCrewNoRight`] to whoever is no reviewer.
    pub fn may_review(&self, member: &str, at: OffsetDateTime) -> Result<(), Error> {
        self.member_in(Role::Reviewer, member, at).map(drop)
    }

    /// The member, if their term holds and the role is theirs.
    fn member_in(&self, role: Role, id: &str, at: OffsetDateTime) -> Result<&Member, Error> {
        self.in_force(at)?;
        let Some(member) = self.members.get(id) else {
            return Err(Error::new(ErrorCode::GateCrewUnknown).detail(self.nobody(id)));
        };
        let now = Shown(at);
        let standing = member.standing(at);
        match standing {
            Standing::Holds => {}
            Standing::Revoked(since) => {
                return Err(Error::new(ErrorCode::GateCrewRevoked)
                    .detail(format_args!("{id}: {since} から取り消し / revoked from {since} on")));
            }
            Standing::NotBegun(from) => {
                return Err(Error::new(ErrorCode::GateCrewExpired).detail(format_args!(
                    "{id}: {from} から、端末の日時は {now} / from {from}, and the clock says {now}"
                )));
            }
            Standing::Ended(until) => {
                return Err(Error::new(ErrorCode::GateCrewExpired).detail(format_args!(
                    "{id}: {until} まで、端末の日時は {now} / until {until}, and the clock says {now}"
                )));
            }
        }
        if !member.roles.contains(&role) {
            let role = role.name();
            return Err(Error::new(ErrorCode::GateCrewNoRight)
                .detail(format_args!("{id}: 役割に {role} がない / has no role `{role}`")));
        }
        Ok(member)
    }

    fn nobody(&self, id: &str) -> String {
        let outline = outline(id);
        let like = self.members.keys().find(|known| crate::name::outline(known) == outline);
        let id = shown(id);
        match like {
            Some(like) => format!(
                "「{id}」は名簿にない。名簿の書き方は「{like}」 / \
                 `{id}` is not on the roster, where it is written `{like}`"
            ),
            None => format!("「{id}」は名簿にない / `{id}` is not on the roster"),
        }
    }

    fn wrong_unit(&self, member: &Member, unit: &str) -> String {
        let outline = outline(unit);
        let like = self.units.iter().find(|known| crate::name::outline(known) == outline);
        let (id, known, unit) = (&member.id, self.units.contains(unit), shown(unit));
        match like {
            Some(like) if !known => format!(
                "隊「{unit}」は名簿にない。名簿の書き方は「{like}」 / \
                 unit `{unit}` is not on the roster, where it is written `{like}`"
            ),
            _ if !known => {
                format!("隊「{unit}」は名簿にない / unit `{unit}` is not on the roster")
            }
            _ => format!(
                "{id}: 隊「{unit}」には乗らない（{theirs}） / does not ride with `{unit}` ({theirs})",
                theirs = member.some_units()
            ),
        }
    }
}

impl Member {
    /// As the host names them at log-in.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The units they ride with.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// What they may do while their term holds.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Whether their term holds at a moment, whatever the roster's own dates say.
    pub fn standing(&self, at: OffsetDateTime) -> Standing {
        let today = day(at);
        match (self.revoked, self.from, self.until) {
            (Some(since), _, _) if since <= today => Standing::Revoked(since),
            (_, Some(from), _) if today < from => Standing::NotBegun(from),
            (_, _, Some(until)) if until < today => Standing::Ended(until),
            _ => Standing::Holds,
        }
    }

    /// The last day of their term: `until`, or the day before `revoked`, whichever is earlier. None
    /// if it lasts as long as the roster.
    pub fn last_day(&self) -> Option<Date> {
        let before = self.revoked.map(|since| since.previous_day().unwrap_or(since));
        match (self.until, before) {
            (Some(until), Some(before)) => Some(until.min(before)),
            (until, before) => until.or(before),
        }
    }

    fn some_units(&self) -> String {
        const ENOUGH: usize = 5;
        let mut list = self.units.iter().take(ENOUGH).map(String::as_str).collect::<Vec<_>>();
        if self.units.len() > ENOUGH {
            list.push("…");
        }
        list.join("、")
    }
}
