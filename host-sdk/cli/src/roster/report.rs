//! What a roster means at one moment, in words and as JSON.

use std::fmt;

use mynaq_host_sdk::Error;
use mynaq_roster::{JAPAN, Member, Role, Roster, Standing, day};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};

use crate::Failure;

/// Long enough to prepare the next roster.
const SOON: Duration = Duration::days(30);

/// Whether one member may view with one unit.
pub(super) struct Verdict<'a> {
    member: &'a str,
    unit: &'a str,
    view: Result<(), Error>,
    review: Result<(), Error>,
}

impl<'a> Verdict<'a> {
    pub(super) fn of(
        roster: &Roster,
        member: &'a str,
        unit: &'a str,
        at: OffsetDateTime,
    ) -> Verdict<'a> {
        let view = roster.may_view(member, unit, at);
        Verdict { member, unit, view, review: roster.may_review(member, at) }
    }
}

/// Everybody by what their dates mean, and how many may do what.
pub(super) struct Report<'a> {
    roster: &'a Roster,
    at: OffsetDateTime,
    in_force: Result<(), Error>,
    verdict: Option<Verdict<'a>>,
    viewers: usize,
    reviewers: usize,
    /// Whose term ends soon, and its last day. That the roster itself ends is said apart.
    ending: Vec<(&'a str, Date)>,
    revoked: Vec<(&'a str, Date)>,
    ended: Vec<(&'a str, Date)>,
    not_begun: Vec<(&'a str, Date)>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        roster: &'a Roster,
        at: OffsetDateTime,
        verdict: Option<Verdict<'a>>,
    ) -> Self {
        let views = |member: &&Member| {
            member.units().iter().any(|unit| roster.may_view(member.id(), unit, at).is_ok())
        };
        let reviews = |member: &&Member| {
            member.roles().contains(&Role::Reviewer) && roster.may_review(member.id(), at).is_ok()
        };
        let mut report = Report {
            roster,
            at,
            in_force: roster.in_force(at),
            verdict,
            viewers: roster.members().filter(views).count(),
            reviewers: roster.members().filter(reviews).count(),
            ending: vec![],
            revoked: vec![],
            ended: vec![],
            not_begun: vec![],
        };
        for member in roster.members() {
            let id = member.id();
            match member.standing(at) {
                Standing::Revoked(since) => report.revoked.push((id, since)),
                Standing::Ended(until) => report.ended.push((id, until)),
                Standing::NotBegun(from) => report.not_begun.push((id, from)),
                Standing::Holds => {
                    let soon = member.last_day().filter(|last| is_soon(at, *last));
                    report.ending.extend(soon.map(|last| (id, last)));
                }
            }
        }
        report.ending.sort_by_key(|(_, last)| *last);
        report
    }

    /// The answer as the command ends with it.
    pub(super) fn outcome(self) -> Result<(), Failure> {
        let answer = self.verdict.map_or(self.in_force, |verdict| verdict.view);
        answer.map_err(|error| Failure::refused(&error))?;
        if self.viewers == 0 {
            return Err(Failure::no_record("閲覧できる者がいません / nobody may view"));
        }
        Ok(())
    }

    pub(super) fn json(&self) -> Value {
        let list = |key: &str, members: &[(&str, Date)]| -> Vec<Value> {
            members.iter().map(|(id, day)| json!({ "member": id, key: day.to_string() })).collect()
        };
        let mut document = json!({
            "department": self.roster.department(),
            "issued": self.roster.issued().to_string(),
            "valid_until": self.roster.valid_until().to_string(),
            "at": here(self.at).format(&Rfc3339).unwrap_or_default(),
            "in_force": self.in_force.is_ok(),
            "members": self.roster.members().len(),
            "may_view": self.viewers,
            "may_review": self.reviewers,
            "ending": list("last_day", &self.ending),
            "revoked": list("revoked", &self.revoked),
            "ended": list("until", &self.ended),
            "not_begun": list("from", &self.not_begun),
        });
        if let Some(verdict) = &self.verdict {
            document["verdict"] = json!({
                "member": verdict.member,
                "unit": verdict.unit,
                "may_view": verdict.view.is_ok(),
                "may_review": verdict.review.is_ok(),
            });
        }
        let answer = self.verdict.as_ref().map_or(&self.in_force, |verdict| &verdict.view);
        if let Err(error) = answer {
            document["error"] = json!(error);
        }
        document
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { roster, at, viewers, reviewers, .. } = self;
        let (issued, valid_until) = (roster.issued(), roster.valid_until());
        writeln!(f, "{}: {issued} – {valid_until}", roster.department())?;
        let (hour, minute, _) = here(*at).to_hms();
        writeln!(f, "{} {hour:02}:{minute:02} JST", day(*at))?;
        let all = roster.members().len();
        writeln!(f, "閲覧できる者 / may view: {viewers} ({all} 人のうち / of {all})")?;
        write!(f, "事後確認できる者 / may close reviews: {reviewers}")?;
        if self.in_force.is_ok() && is_soon(*at, valid_until) {
            write!(
                f,
                "\n名簿は {valid_until} で終わる / the roster itself ends with {valid_until}"
            )?;
        }
        list(f, "30日以内に終わる / end within 30 days", &self.ending, ("まで", "until"))?;
        list(f, "取り消し / revoked", &self.revoked, ("から", "from"))?;
        list(f, "期限が過ぎた / ended", &self.ended, ("まで", "until"))?;
        list(f, "まだ始まらない / not begun", &self.not_begun, ("から", "from"))?;
        let Some(Verdict { member, unit, view, review }) = &self.verdict else { return Ok(()) };
        // Why not, and what to do, is said where the command ends.
        let may = if view.is_ok() {
            "閲覧できる / may view"
        } else {
            "閲覧できない / may not view"
        };
        write!(f, "\n{member}, {unit}: {may}")?;
        if review.is_ok() {
            write!(f, "\n{member}: 事後確認できる / may close reviews")?;
        }
        Ok(())
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    members: &[(&str, Date)],
    (ja, en): (&str, &str),
) -> fmt::Result {
    if !members.is_empty() {
        write!(f, "\n{title}: {}", members.len())?;
    }
    members.iter().try_for_each(|(id, day)| write!(f, "\n  {id}  {day} {ja} / {en} {day}"))
}

/// Whether a last day, which has not passed, is one of the next.
fn is_soon(at: OffsetDateTime, last: Date) -> bool {
    last - day(at) <= SOON
}

fn here(at: OffsetDateTime) -> OffsetDateTime {
    at.checked_to_offset(JAPAN).unwrap_or(at)
}
