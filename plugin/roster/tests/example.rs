//! The example the department starts from, and what the guide says of the errors.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use mynaq_interface::ErrorCode;
use mynaq_roster::{Roster, Standing};
use time::macros::datetime;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn the_example_loads_and_shows_each_thing_a_roster_can_say() {
    let roster = Roster::load(&folder().join("example.toml")).unwrap();
    let at = datetime!(2026-11-20 03:00 UTC);
    roster.may_view("C-01", "救急1", at).unwrap();
    roster.may_view("C-02", "救急2", at).unwrap();
    roster.may_review("R-01", at).unwrap();
    let code = |verdict: Result<(), mynaq_interface::Error>| verdict.unwrap_err().code();
    assert_eq!(code(roster.may_view("C-05", "救急2", at)), ErrorCode::GateCrewExpired);
    assert_eq!(code(roster.may_view("C-07", "救急1", at)), ErrorCode::GateCrewRevoked);
    roster.may_view("C-07", "救急1", datetime!(2026-11-19 03:00 UTC)).unwrap();
    let revoked = roster.members().filter(|it| matches!(it.standing(at), Standing::Revoked(_)));
    assert_eq!(revoked.count(), 1);
}

#[test]
fn written_like_the_example_a_file_that_was_cut_off_gives_nobody_more_than_the_whole_one() {
    let path = folder().join("example.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let whole = Roster::parse(&path, &text).unwrap();
    // The first of December: C-05 has begun; the first of February: they have ended.
    let moments = [datetime!(2026-12-01 03:00 UTC), datetime!(2027-02-01 03:00 UTC)];
    let mut readable = 0;
    for (end, _) in text.char_indices() {
        let Ok(cut) = Roster::parse(&path, &text[..end]) else { continue };
        readable += 1;
        for at in moments {
            for member in whole.members() {
                for unit in ["救急1", "救急2"] {
                    let more = cut.may_view(member.id(), unit, at).is_ok()
                        && whole.may_view(member.id(), unit, at).is_err();
                    assert!(!more, "{} in {unit}, cut off at {end}", member.id());
                }
            }
        }
    }
    assert!(readable > 10, "only {readable} were rosters at all");
}

#[test]
fn the_guide_tells_of_every_error_this_crate_can_give_in_both_languages() {
    let guide = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let (ja, en) = guide.split_once("\n## English").expect("both languages");
    for code in [
        ErrorCode::GateRosterUnreadable,
        ErrorCode::GateClockSetBack,
        ErrorCode::GateRosterExpired,
        ErrorCode::GateCrewUnknown,
        ErrorCode::GateCrewRevoked,
        ErrorCode::GateCrewExpired,
        ErrorCode::GateCrewNoRight,
    ] {
        let name = format!("`{code}`");
        assert!(ja.contains(&name) && en.contains(&name), "{name}");
    }
    assert!(ja.contains("mynaq roster check") && en.contains("mynaq roster check"));
}
