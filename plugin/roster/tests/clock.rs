//! A clock that goes back, one that was ahead, and the way out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use mynaq_interface::ErrorCode;
use mynaq_roster::{Clock, Roster};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOON: OffsetDateTime = datetime!(2026-11-25 03:00 UTC);

fn roster(issued: &str, valid_until: &str) -> Roster {
    let text = format!("department = \"模擬\"\nissued = {issued}\nvalid_until = {valid_until}\n");
    Roster::parse(Path::new("roster.toml"), &text).unwrap()
}

fn this_year() -> Roster {
    roster("2026-11-01", "2027-03-31")
}

/// The detail of a refusal.
#[track_caller]
fn set_back(clock: &mut Clock, now: OffsetDateTime, roster: &Roster) -> String {
    let error = clock.check(now, roster).expect_err("the clock was believed");
    assert_eq!(error.code(), ErrorCode::GateClockSetBack, "{error}");
    error.technical().unwrap().to_owned()
}

#[test]
fn ten_minutes_back_are_a_correction_and_more_is_not() {
    let roster = this_year();
    let ten = Duration::minutes(10);
    for mut clock in [Clock::new(Some(NOON)), {
        let mut clock = Clock::new(None);
        clock.check(NOON, &roster).unwrap();
        clock
    }] {
        clock.check(NOON - ten, &roster).unwrap();
        set_back(&mut clock, NOON - ten - Duration::NANOSECOND, &roster);
    }
}

#[test]
fn a_clock_does_not_creep_back_in_small_steps() {
    let roster = this_year();
    let mut clock = Clock::new(Some(NOON));
    clock.check(NOON - Duration::minutes(9), &roster).unwrap();
    set_back(&mut clock, NOON - Duration::minutes(18), &roster);
}

#[test]
fn a_terminal_that_was_never_used_believes_its_clock() {
    Clock::new(None).check(NOON, &this_year()).unwrap();
}

#[test]
fn every_look_moves_the_latest_moment_on() {
    let roster = this_year();
    let mut clock = Clock::new(Some(NOON));
    let later = NOON + Duration::days(3);
    clock.check(later, &roster).unwrap();
    set_back(&mut clock, NOON, &roster);
    clock.check(later, &roster).unwrap();
}

#[test]
fn being_refused_does_not_make_the_wrong_time_the_right_one() {
    let roster = this_year();
    let mut clock = Clock::new(Some(NOON));
    let back = NOON - Duration::days(5);
    for _ in 0..3 {
        set_back(&mut clock, back, &roster);
    }
    clock.check(NOON, &roster).unwrap();
}

#[test]
fn the_refusal_names_both_moments_and_the_way_out() {
    let latest = datetime!(2027-02-09 23:30 UTC);
    let detail = set_back(&mut Clock::new(Some(latest)), NOON, &this_year());
    for word in [
        "2026-11-25 12:00:00 JST",
        "2027-02-10 08:30:00 JST",
        "2027-02-10 より前に終わる名簿",
        "ends before 2027-02-10",
    ] {
        assert!(detail.contains(word), "`{word}` is not in: {detail}");
    }
}

#[test]
fn one_look_in_a_far_year_locks_nothing() {
    let roster = this_year();
    let mut clock = Clock::new(Some(NOON));
    let far = datetime!(2036-05-01 00:00 UTC);
    // No right is had there either.
    clock.check(far, &roster).unwrap();
    assert_eq!(roster.in_force(far).unwrap_err().code(), ErrorCode::GateRosterExpired);
    clock.check(NOON + Duration::minutes(1), &roster).unwrap();
    // What was known before it is still known.
    set_back(&mut clock, NOON - Duration::hours(1), &roster);
    // Nor does an entry in the ledger from there.
    Clock::new(Some(far)).check(NOON, &roster).unwrap();
}

#[test]
fn a_look_before_the_roster_began_is_not_remembered() {
    let mut clock = Clock::new(None);
    clock.check(datetime!(2000-01-01 00:00 UTC), &this_year()).unwrap();
    clock.check(NOON, &this_year()).unwrap();
    set_back(&mut clock, NOON - Duration::days(1), &this_year());
}

#[test]
fn a_roster_that_ends_before_the_wrong_moment_opens_the_terminal_for_good() {
    let wrong = datetime!(2027-02-10 03:00 UTC);
    let mut clock = Clock::new(Some(wrong));
    set_back(&mut clock, NOON, &this_year());
    // One that still reaches the wrong moment's day does not help; one that ends the day before does.
    set_back(&mut clock, NOON, &roster("2026-11-01", "2027-02-10"));
    clock.check(NOON, &roster("2026-11-01", "2027-02-09")).unwrap();
    // The long roster can come back.
    clock.check(NOON + Duration::minutes(1), &this_year()).unwrap();
    set_back(&mut clock, NOON - Duration::hours(1), &this_year());
}

#[test]
fn the_terminal_opens_by_itself_when_the_wrong_moment_has_come() {
    let wrong = datetime!(2027-02-10 03:00 UTC);
    let mut clock = Clock::new(Some(wrong));
    set_back(&mut clock, wrong - Duration::minutes(11), &this_year());
    clock.check(wrong - Duration::minutes(10), &this_year()).unwrap();
}

#[test]
fn turning_back_behind_the_end_gives_no_more_than_the_days_that_were_left() {
    let roster = this_year();
    let last_use = datetime!(2027-03-31 09:00 UTC);
    let mut clock = Clock::new(Some(last_use));
    let behind = datetime!(2027-04-05 00:00 UTC);
    clock.check(behind, &roster).unwrap();
    assert!(roster.in_force(behind).is_err());
    set_back(&mut clock, last_use - Duration::hours(1), &roster);
}

#[test]
fn moments_in_other_time_zones_are_the_same_moments() {
    let roster = this_year();
    let mut clock = Clock::new(Some(datetime!(2026-11-25 12:00 +9)));
    clock.check(NOON, &roster).unwrap();
    clock.check(datetime!(2026-11-24 17:00 -10), &roster).unwrap();
    set_back(&mut clock, datetime!(2026-11-25 11:00 +9), &roster);
}

#[test]
fn the_first_and_the_last_moment_there_is_do_no_harm() {
    let endless = roster("0001-01-01", "9999-12-31");
    let first = datetime!(-9999-01-01 00:00 +14);
    let last = datetime!(9999-12-31 23:59:59 -14);
    let mut clock = Clock::new(Some(last));
    set_back(&mut clock, first, &endless);
    let mut clock = Clock::new(Some(first));
    clock.check(last, &endless).unwrap();
    set_back(&mut clock, NOON, &endless);
}
