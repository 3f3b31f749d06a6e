//! Texts nobody means well with: no panic, no hang, bounded answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::path::Path;

use mynaq_roster::{MAX_BYTES, Roster, RosterFaults};
use proptest::prelude::*;
use time::OffsetDateTime;

const HEAD: &str = "department = \"模擬\"\nissued = 2026-11-01\nvalid_until = 2027-03-31\n";

fn parse(text: &str) -> Result<Roster, RosterFaults> {
    Roster::parse_all(Path::new("r"), text)
}

/// A refusal small enough to be shown.
#[track_caller]
fn refused(text: &str) -> RosterFaults {
    assert!(text.len() as u64 <= MAX_BYTES, "{} bytes: it would not be looked at", text.len());
    let faults = parse(text).expect_err("it was accepted");
    assert!(faults.iter().count() <= 20, "{} faults", faults.iter().count());
    for fault in faults.iter() {
        let length = fault.to_string().chars().count();
        assert!(length < 1_000, "a message of {length} characters");
    }
    faults
}

/// As many repetitions as a file may hold.
fn full(head: &str, tail: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        let line = line(number);
        if (text.len() + line.len() + tail.len()) as u64 > MAX_BYTES {
            break;
        }
        text += &line;
    }
    text + tail
}

#[test]
fn a_file_full_of_faults_is_answered_with_the_first_of_them() {
    let faults = refused(&full(HEAD, "", |_| "[[unit]]\nname=\"\"\n".into()));
    assert_eq!(faults.first.line, 5);
    refused(&full(HEAD, "", |_| "[[member]]\nid=\"a\"\nroles=[]\n".into()));
    refused(&full(HEAD, "", |number| format!("[[member]]\nid=\"{number}\"\nroles=[\"x\"]\n")));
    let member = format!("{HEAD}[[member]]\nid=\"a\"\n");
    refused(&full(&format!("{member}units=["), "]\nroles=[\"viewer\"]", |_| "\"x\",".into()));
    refused(&full(&format!("{member}roles=["), "]", |_| "\"x\",".into()));
    refused(&full(&format!("{member}roles=["), "]", |_| "\"viewer\",".into()));
}

#[test]
fn a_member_with_every_unit_and_one_unit_countless_times() {
    let mut text = HEAD.to_owned();
    (0..1_000).for_each(|unit| write!(text, "[[unit]]\nname=\"{unit}\"\n").unwrap());
    let member = "[[member]]\nid=\"a\"\nroles=[\"viewer\"]\nunits=[";
    let every = full(&format!("{text}{member}"), "]", |number| match number {
        0..1_000 => format!("\"{number}\","),
        _ => String::new() + "\"0\",",
    });
    refused(&every);
    // Nearly the same, so that a suggestion has to be looked for among all of them.
    let long = "長".repeat(60);
    let mut text = HEAD.to_owned();
    (0..1_000).for_each(|unit| write!(text, "[[unit]]\nname=\"{long}{unit}\"\n").unwrap());
    let near = full(&format!("{text}{member}"), "]", |number| format!("\"{long}x{number}\","));
    let faults = refused(&near);
    assert!(faults.first.suggestion.is_some());
}

#[test]
fn more_units_or_members_than_any_department_has() {
    let unit = |number: usize| format!("[[unit]]\nname=\"{number}\"\n");
    let most: String = (0..1_000).map(unit).collect();
    parse(&format!("{HEAD}{most}")).unwrap();
    let faults = refused(&format!("{HEAD}{most}{}", unit(1_000)));
    assert!(faults.first.message.contains("1000"), "{}", faults.first);
    assert_eq!(faults.first.line, 3 + 2 * 1_000 + 2);

    let member = |number: usize| format!("[[member]]\nid=\"{number}\"\nroles=[\"reviewer\"]\n");
    let most: String = (0..10_000).map(member).collect();
    assert_eq!(parse(&format!("{HEAD}{most}")).unwrap().members().len(), 10_000);
    let faults = refused(&format!("{HEAD}{most}{}", member(10_000)));
    assert!(faults.first.message.contains("10000"), "{}", faults.first);
}

#[test]
fn one_text_as_long_as_the_file() {
    let long = "長".repeat(340_000);
    refused(&format!("department = \"{long}\"\nissued = 2026-11-01\nvalid_until = 2027-03-31"));
    refused(&format!("{HEAD}{} = 1", "x".repeat(1_000_000)));
    refused(&format!("{HEAD}\"{long}\" = 1"));
    refused(&format!("{HEAD}[[unit]]\nname = \"{long}\""));
    refused(&format!("{HEAD}[[member]]\nid = \"{long}\"\nroles = [\"viewer\"]"));
    refused(&format!("{HEAD}[[member]]\nid = \"a\"\nroles = [\"{long}\"]"));
    refused(&format!(
        "{HEAD}[[unit]]\nname=\"b\"\n[[member]]\nid = \"a\"\nroles = []\nunits = [\"{long}\"]"
    ));
    refused(&format!("department = \"a\"\nissued = \"{long}\"\nvalid_until = 2027-03-31"));
    refused(&format!("department = \"a\"\nissued = 2026/{long}"));
}

#[test]
fn nesting_without_an_end() {
    let deep = 250_000;
    refused(&format!("department = {}{}", "[".repeat(deep), "]".repeat(deep)));
    refused(&format!("issued = {}", "{a=".repeat(deep)));
    refused(&format!("issued.{} = 1", vec!["a"; deep].join(".")));
    refused(&format!("[{}]", vec!["member"; 100_000].join(".")));
}

/// Pieces a roster is made of, whole and broken, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "department = \"模擬\"\n",
        "issued = 2026-11-01\n",
        "valid_until = 2027-03-31\n",
        "[[unit]]\n",
        "[[member]]\n",
        "[member]\n",
        "name = \"救急1\"\n",
        "id = \"C-07\"\n",
        "id = \"\u{3000}\"\n",
        "units = [\"救急1\"]\n",
        "units = [\"救急１\", \"救急1\"]\n",
        "roles = [\"viewer\"]\n",
        "roles = [\"viewr\", \"reviewer\"]\n",
        "roles = []\n",
        "from = 2028-02-29\n",
        "until = 0000-01-01\n",
        "until = \"2026年2月30日\"\n",
        "revoked = 9999-12-31\n",
        "revoked = 10:00:00\n",
        "issued = 2026/11/1\n",
        "\u{feff}",
        "\r\n",
        "id = \"",
        "\u{0}",
        "= ",
        "]",
        "#",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Every moment there is.
fn moments() -> impl Strategy<Value = OffsetDateTime> {
    (-377_705_116_800_i64..=253_402_300_799)
        .prop_map(|seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap())
}

proptest! {
    #[test]
    fn no_text_panics_and_every_fault_lies_within_it(
        text in prop_oneof![pieces(), "\\PC{0,200}", any::<String>()],
        at in moments(),
        member in any::<String>(),
    ) {
        match parse(&text) {
            Ok(roster) => {
                let _ = roster.may_view(&member, "救急1", at);
                let _ = roster.may_view("C-07", &member, at);
                let _ = roster.may_review("C-07", at);
                for member in roster.members() {
                    let _ = (member.standing(at), member.last_day());
                }
            }
            Err(faults) => {
                let lines = u32::try_from(text.matches('\n').count()).unwrap() + 1;
                for fault in faults.iter() {
                    prop_assert!((1..=lines).contains(&fault.line), "{fault}");
                    prop_assert!(fault.message.contains(" / "), "{fault}");
                }
            }
        }
    }

    /// The rule in the words of its users: 00:00 to 24:00 in Japan, first and last day included.
    #[test]
    fn a_member_may_view_on_exactly_the_days_that_are_written(
        seconds in 1_793_000_000_i64..1_807_000_000,
        from in 1_u8..=28, until in 1_u8..=28, revoked in 1_u8..=28,
    ) {
        let text = format!(
            "{HEAD}[[unit]]\nname=\"救急1\"\n[[member]]\nid=\"C-07\"\nunits=[\"救急1\"]\n\
             roles=[\"viewer\"]\nfrom=2026-11-{from:02}\nuntil=2027-01-{until:02}\nrevoked=2027-01-{revoked:02}\n"
        );
        let roster = parse(&text).unwrap();
        let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        // 1793458800 is 2026-11-01 00:00 in Japan, and November has 30 days, December 31.
        let day = (seconds - 1_793_458_800).div_euclid(86_400);
        let january = 61;
        let first = i64::from(from) - 1;
        let last = january + i64::from(until.min(revoked - 1)) - 1;
        prop_assert_eq!(
            roster.may_view("C-07", "救急1", at).is_ok(),
            (first..=last).contains(&day),
            "{} {:?}", text, at
        );
    }
}
