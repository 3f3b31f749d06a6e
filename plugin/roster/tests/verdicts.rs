//! Who may do what, and when: every verdict, and both sides of every midnight in Japan.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use mynaq_interface::{Error, ErrorCode};
use mynaq_roster::{Roster, Standing};
use time::OffsetDateTime;
use time::macros::{date, datetime};

const TEXT: &str = r#"department = "模擬消防本部"
issued = 2026-11-01
valid_until = 2027-03-31

[[unit]]
name = "救急1"

[[unit]]
name = "救急2"

[[member]]
id = "C-01"
units = ["救急1"]
roles = ["viewer"]

[[member]]
id = "C-02"
units = ["救急1", "救急2"]
roles = ["viewer", "reviewer"]
from = 2026-11-10
until = 2026-12-31

[[member]]
id = "C-03"
units = ["救急1"]
roles = ["viewer"]
until = 2026-11-15
revoked = 2026-11-20

[[member]]
id = "R-01"
roles = ["reviewer"]
"#;

/// A moment at which everybody's dates hold, with the sun in the sky: 2026-11-12 12:00 in Japan.
const NOON: OffsetDateTime = datetime!(2026-11-12 03:00 UTC);

fn parse(text: &str) -> Roster {
    Roster::parse(Path::new("roster.toml"), text).unwrap()
}

fn roster() -> Roster {
    parse(TEXT)
}

#[track_caller]
fn refused(verdict: Result<(), Error>, code: ErrorCode, says: &[&str]) {
    let error = verdict.expect_err("it was allowed");
    assert_eq!(error.code(), code, "{error}");
    let detail = error.technical().expect("a detail");
    for word in says {
        assert!(detail.contains(word), "`{word}` is not in: {detail}");
    }
    let (ja, en) = detail.split_once(" / ").expect("both languages");
    assert!(!ja.is_ascii() && !en.is_empty(), "{detail}");
}

/// What the verdict is just before and just at a moment: dates change at midnight in Japan.
#[track_caller]
fn turns(
    verdict: impl Fn(OffsetDateTime) -> Result<(), Error>,
    midnight: OffsetDateTime,
    before: Option<ErrorCode>,
    from_then_on: Option<ErrorCode>,
) {
    let code = |at| verdict(at).err().map(|error| error.code());
    assert_eq!(code(midnight - time::Duration::SECOND), before, "one second before midnight");
    assert_eq!(code(midnight - time::Duration::NANOSECOND), before, "just before midnight");
    assert_eq!(code(midnight), from_then_on, "at midnight");
}

#[test]
fn a_viewer_may_view_in_each_of_their_units_and_no_other() {
    let roster = roster();
    roster.may_view("C-01", "救急1", NOON).unwrap();
    roster.may_view("C-02", "救急1", NOON).unwrap();
    roster.may_view("C-02", "救急2", NOON).unwrap();
    let other = roster.may_view("C-01", "救急2", NOON);
    refused(other, ErrorCode::GateCrewNoRight, &["C-01", "救急2", "救急1"]);
    let nowhere = roster.may_view("C-01", "救急9", NOON);
    refused(nowhere, ErrorCode::GateCrewNoRight, &["救急9", "is not on the roster"]);
}

#[test]
fn each_role_gives_its_own_right_only() {
    let roster = roster();
    roster.may_review("C-02", NOON).unwrap();
    roster.may_review("R-01", NOON).unwrap();
    refused(roster.may_review("C-01", NOON), ErrorCode::GateCrewNoRight, &["C-01", "reviewer"]);
    let view = roster.may_view("R-01", "救急1", NOON);
    refused(view, ErrorCode::GateCrewNoRight, &["R-01", "viewer"]);
}

#[test]
fn whoever_is_not_on_it_is_unknown_to_it() {
    let roster = roster();
    refused(roster.may_view("C-99", "救急1", NOON), ErrorCode::GateCrewUnknown, &["C-99"]);
    refused(roster.may_review("C-99", NOON), ErrorCode::GateCrewUnknown, &["C-99"]);
    refused(roster.may_view("", "救急1", NOON), ErrorCode::GateCrewUnknown, &[]);
}

#[test]
fn names_count_letter_for_letter_and_a_near_miss_is_told() {
    let roster = roster();
    for near in ["Ｃ－０１", "c-01", "C-01 ", "C‐01"] {
        let verdict = roster.may_view(near, "救急1", NOON);
        refused(verdict, ErrorCode::GateCrewUnknown, &["written `C-01`"]);
    }
    let unit = roster.may_view("C-01", "救急１", NOON);
    refused(unit, ErrorCode::GateCrewNoRight, &["written `救急1`"]);
}

#[test]
fn what_a_host_says_comes_back_in_one_line_of_bounded_length() {
    let roster = roster();
    let hostile = format!("x\n2026-11-12 all is well\u{202e}{}", "あ".repeat(100_000));
    for error in [
        roster.may_view(&hostile, "救急1", NOON).unwrap_err(),
        roster.may_view("C-01", &hostile, NOON).unwrap_err(),
    ] {
        let detail = error.technical().unwrap();
        assert!(detail.chars().count() < 300, "{} characters", detail.chars().count());
        assert!(!detail.contains(['\n', '\u{202e}']), "{detail:?}");
    }
}

#[test]
fn the_roster_begins_with_its_first_day_and_ends_with_its_last() {
    let roster = roster();
    let view = |at| roster.may_view("C-01", "救急1", at);
    turns(view, datetime!(2026-10-31 15:00 UTC), Some(ErrorCode::GateClockSetBack), None);
    turns(view, datetime!(2027-03-31 15:00 UTC), None, Some(ErrorCode::GateRosterExpired));
    let early = view(datetime!(2026-10-31 14:59:59 UTC));
    refused(early, ErrorCode::GateClockSetBack, &["2026-10-31 23:59:59 JST", "2026-11-01"]);
    let late = view(datetime!(2027-03-31 15:00 UTC));
    refused(late, ErrorCode::GateRosterExpired, &["2027-04-01 00:00:00 JST", "2027-03-31"]);
}

#[test]
fn a_term_begins_with_its_first_day_and_ends_with_its_last() {
    let roster = roster();
    let view = |at| roster.may_view("C-02", "救急1", at);
    turns(view, datetime!(2026-11-09 15:00 UTC), Some(ErrorCode::GateCrewExpired), None);
    turns(view, datetime!(2026-12-31 15:00 UTC), None, Some(ErrorCode::GateCrewExpired));
    let review = |at| roster.may_review("C-02", at);
    turns(review, datetime!(2026-11-09 15:00 UTC), Some(ErrorCode::GateCrewExpired), None);
    turns(review, datetime!(2026-12-31 15:00 UTC), None, Some(ErrorCode::GateCrewExpired));
    let early = view(datetime!(2026-11-09 14:59:59 UTC));
    refused(early, ErrorCode::GateCrewExpired, &["C-02", "2026-11-10", "from"]);
    let late = view(datetime!(2026-12-31 15:00 UTC));
    refused(late, ErrorCode::GateCrewExpired, &["C-02", "2026-12-31", "until"]);
}

#[test]
fn a_right_is_revoked_from_the_beginning_of_the_day_on() {
    let text = TEXT.replace("until = 2026-11-15\n", "");
    let roster = parse(&text);
    let view = |at| roster.may_view("C-03", "救急1", at);
    turns(view, datetime!(2026-11-19 15:00 UTC), None, Some(ErrorCode::GateCrewRevoked));
    let after = view(datetime!(2026-11-19 15:00 UTC));
    refused(after, ErrorCode::GateCrewRevoked, &["C-03", "2026-11-20"]);
}

#[test]
fn the_first_thing_to_mend_is_the_one_that_is_told() {
    let roster = roster();
    // Whoever is unknown, or in the wrong unit, hears of clock and roster first.
    let before = datetime!(2026-10-01 03:00 UTC);
    let behind = datetime!(2027-04-01 03:00 UTC);
    for (member, unit) in [("C-99", "救急9"), ("C-03", "救急1"), ("R-01", "救急1")] {
        refused(roster.may_view(member, unit, before), ErrorCode::GateClockSetBack, &[]);
        refused(roster.may_view(member, unit, behind), ErrorCode::GateRosterExpired, &[]);
        refused(roster.may_review(member, before), ErrorCode::GateClockSetBack, &[]);
        refused(roster.may_review(member, behind), ErrorCode::GateRosterExpired, &[]);
    }
    // C-03 ran out on the 15th and was revoked on the 20th.
    let ended = datetime!(2026-11-17 03:00 UTC);
    let revoked = datetime!(2026-11-21 03:00 UTC);
    refused(roster.may_view("C-03", "救急9", ended), ErrorCode::GateCrewExpired, &[]);
    refused(roster.may_view("C-03", "救急9", revoked), ErrorCode::GateCrewRevoked, &[]);
    refused(roster.may_review("C-03", revoked), ErrorCode::GateCrewRevoked, &[]);
}

#[test]
fn one_who_was_revoked_before_their_first_day_never_begins() {
    let text = TEXT.replace("from = 2026-11-10", "from = 2026-11-10\nrevoked = 2026-11-05");
    let roster = parse(&text);
    let at = |moment| roster.may_view("C-02", "救急1", moment).unwrap_err().code();
    assert_eq!(at(datetime!(2026-11-03 03:00 UTC)), ErrorCode::GateCrewExpired);
    assert_eq!(at(datetime!(2026-11-07 03:00 UTC)), ErrorCode::GateCrewRevoked);
    assert_eq!(at(datetime!(2026-11-12 03:00 UTC)), ErrorCode::GateCrewRevoked);
}

#[test]
fn the_same_moment_gets_the_same_verdict_from_every_time_zone() {
    let roster = roster();
    // 2027-04-01 00:00 in Japan, while it is still the day before further west.
    for at in [
        datetime!(2027-04-01 00:00 +9),
        datetime!(2027-03-31 15:00 UTC),
        datetime!(2027-03-31 05:00 -10),
        datetime!(2027-04-01 05:00 +14),
    ] {
        let verdict = roster.may_view("C-01", "救急1", at);
        refused(verdict, ErrorCode::GateRosterExpired, &["2027-04-01 00:00:00 JST"]);
    }
}

#[test]
fn a_leap_day_is_a_day() {
    let text = TEXT
        .replace("issued = 2026-11-01", "issued = 2028-02-01")
        .replace("valid_until = 2027-03-31", "valid_until = 2028-02-29")
        .replace("until = 2026-11-15\nrevoked = 2026-11-20", "revoked = 2028-02-29");
    let roster = parse(&text);
    let view = |at| roster.may_view("C-01", "救急1", at);
    turns(view, datetime!(2028-02-28 15:00 UTC), None, None);
    turns(view, datetime!(2028-02-29 15:00 UTC), None, Some(ErrorCode::GateRosterExpired));
    let view = |at| roster.may_view("C-03", "救急1", at);
    turns(view, datetime!(2028-02-28 15:00 UTC), None, Some(ErrorCode::GateCrewRevoked));
    let revoked = roster.members().find(|member| member.id() == "C-03").unwrap();
    assert_eq!(revoked.last_day(), Some(date!(2028 - 02 - 28)));
}

#[test]
fn the_first_and_the_last_moment_there_is_get_a_verdict_too() {
    let roster = roster();
    let first = datetime!(-9999-01-01 00:00 +14);
    let last = datetime!(9999-12-31 23:59:59 UTC);
    refused(roster.may_view("C-01", "救急1", first), ErrorCode::GateClockSetBack, &[]);
    refused(roster.may_view("C-01", "救急1", last), ErrorCode::GateRosterExpired, &[]);
    let endless = parse(&TEXT.replace("valid_until = 2027-03-31", "valid_until = 9999-12-31"));
    endless.may_view("C-01", "救急1", last).unwrap();
}

#[test]
fn a_roster_that_names_nobody_stops_everybody() {
    let text = &TEXT[..TEXT.find("[[unit]]").unwrap()];
    let roster = parse(text);
    assert_eq!(roster.members().len(), 0);
    refused(roster.may_view("C-01", "救急1", NOON), ErrorCode::GateCrewUnknown, &["C-01"]);
    refused(roster.may_review("R-01", NOON), ErrorCode::GateCrewUnknown, &["R-01"]);
}

#[test]
fn standing_and_last_day_say_for_each_what_their_dates_mean() {
    let roster = roster();
    let member = |id: &str| roster.members().find(|member| member.id() == id).unwrap();
    assert_eq!(member("C-01").standing(NOON), Standing::Holds);
    assert_eq!(member("C-01").last_day(), None);
    let term = member("C-02");
    let before = datetime!(2026-11-09 03:00 UTC);
    assert_eq!(term.standing(before), Standing::NotBegun(date!(2026 - 11 - 10)));
    let behind = datetime!(2027-01-01 03:00 UTC);
    assert_eq!(term.standing(behind), Standing::Ended(date!(2026 - 12 - 31)));
    assert_eq!(term.last_day(), Some(date!(2026 - 12 - 31)));
    let revoked = member("C-03");
    assert_eq!(revoked.standing(behind), Standing::Revoked(date!(2026 - 11 - 20)));
    assert_eq!(revoked.last_day(), Some(date!(2026 - 11 - 15)), "the earlier of both");
}
