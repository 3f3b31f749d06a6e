//! What a roster may not say: each rule with its place and with what to do, in both languages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use mynaq_interface::FileFault;
use mynaq_roster::Roster;

const GOOD: &str = r#"department = "模擬消防本部"
issued = 2026-11-01
valid_until = 2027-03-31

[[unit]]
name = "救急1"

[[unit]]
name = "救急2"

[[member]]
id = "C-07"
units = ["救急1"]
roles = ["viewer"]
from = 2026-11-02
until = 2027-03-30
revoked = 2026-11-20

[[member]]
id = "R-01"
roles = ["reviewer"]
"#;

fn faults(text: &str) -> Vec<FileFault> {
    let found = Roster::parse_all(Path::new("etc/roster.toml"), text);
    let found = found.expect_err("the roster was accepted");
    found.iter().cloned().collect()
}

/// Changes one thing in a good roster, and expects exactly one fault. Its place is where `at` stands
/// in the changed text; line and column are counted here.
#[track_caller]
fn refuses(good: &str, bad: &str, at: &str, says: &[&str], suggestion: Option<&str>) {
    assert_eq!(GOOD.matches(good).count(), 1, "`{good}` is not there once");
    let text = GOOD.replace(good, bad);
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    stands(&found[0], &text, at, says, suggestion);
}

#[track_caller]
fn stands(fault: &FileFault, text: &str, at: &str, says: &[&str], suggestion: Option<&str>) {
    assert_eq!(text.matches(at).count(), 1, "`{at}` is not there once");
    let line = text.lines().position(|line| line.contains(at)).unwrap();
    let byte = text.lines().nth(line).unwrap().find(at).unwrap();
    let column = text.lines().nth(line).unwrap()[..byte].chars().count();
    assert_eq!((fault.line as usize, fault.column as usize), (line + 1, column + 1), "{fault}");
    for word in says {
        assert!(fault.message.contains(word), "`{word}` is not in: {fault}");
    }
    assert_eq!(fault.suggestion.as_deref(), suggestion, "{fault}");
    let (ja, en) = fault.message.split_once(" / ").expect("both languages");
    assert!(!ja.is_ascii() && en.contains(|it: char| it.is_ascii_lowercase()), "{fault}");
    assert_eq!(fault.file, "etc/roster.toml");
}

#[test]
fn the_roster_the_others_are_made_from_is_right() {
    Roster::parse(Path::new("etc/roster.toml"), GOOD).unwrap();
}

#[test]
fn a_unit_named_twice() {
    let says = ["6行目にもある", "in line 6 already"];
    let text = GOOD.replace("救急2", "救急1");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].line, found[0].column), (9, 8));
    says.iter().for_each(|word| assert!(found[0].message.contains(word), "{}", found[0]));
}

#[test]
fn two_units_that_look_the_same() {
    let says = ["6行目の「救急1」と見分けられない", "looks like `救急1` in line 6"];
    refuses("救急2", "救急１", "\"救急１\"", &says, None);
    refuses("救急2", "救急 1", "\"救急 1\"", &says, None);
}

#[test]
fn a_member_named_twice() {
    let text = GOOD.replace("R-01", "C-07");
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].line, found[0].column), (20, 6));
    for word in ["12行目にもある。どちらかを消す", "line 12 already: remove one"] {
        assert!(found[0].message.contains(word), "{}", found[0]);
    }
}

#[test]
fn two_members_that_look_the_same() {
    let says = ["12行目の「C-07」と見分けられない", "looks like `C-07` in line 12"];
    refuses("R-01", "c-07", "\"c-07\"", &says, None);
    refuses("R-01", "Ｃ−０７", "\"Ｃ−０７\"", &says, None);
}

#[test]
fn an_id_with_a_blank_before_or_behind_it() {
    let says = ["前後に空白がある", "begins or ends with a blank"];
    refuses("C-07", " C-07", "\" C-07\"", &says, Some("C-07"));
    refuses("C-07", "C-07\u{3000}", "\"C-07\u{3000}\"", &says, Some("C-07"));
    // What is left without the blank is no id either.
    refuses("\"C-07\"", "\"  \"", "\"  \"", &says, None);
}

#[test]
fn an_id_with_what_cannot_be_seen() {
    let says = ["見えない文字", "cannot be seen"];
    refuses("\"C-07\"", r#""C-0\u00007""#, r#""C-0\u0000"#, &says, None);
    refuses("\"C-07\"", r#""C-07\n""#, r#""C-07\n"#, &says, Some("C-07"));
    refuses("\"C-07\"", r#""C\t07""#, r#""C\t07"#, &says, None);
    refuses("\"C-07\"", "\"C-\u{200b}07\"", "\"C-\u{200b}07\"", &says, None);
    refuses("\"C-07\"", "\"\u{202e}C-07\"", "\"\u{202e}C-07\"", &says, None);
}

#[test]
fn an_id_that_is_empty_or_too_long() {
    refuses("\"C-07\"", "\"\"", "\"\"", &["空になっている", "it is empty"], None);
    let long = format!("\"{}\"", "長".repeat(65));
    let says = ["64文字を超えている", "longer than 64"];
    let text = GOOD.replace("\"C-07\"", &long);
    let found = faults(&text);
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 12, 6), "{found:#?}");
    says.iter().for_each(|word| assert!(found[0].message.contains(word), "{}", found[0]));
    let most = GOOD.replace("C-07", &"長".repeat(64));
    Roster::parse(Path::new("r"), &most).unwrap();
}

#[test]
fn a_unit_or_a_department_without_a_name() {
    refuses("\"救急2\"", "\"\"", "\"\"", &["隊「」は使えない", "unit `` cannot be used"], None);
    refuses("\"模擬消防本部\"", "\"\"", "\"\"", &["本部の名", "department's name"], None);
}

#[test]
fn a_unit_nobody_named() {
    let says = ["隊「救急3」は [[unit]] にない", "not named by any [[unit]]"];
    refuses("[\"救急1\"]", "[\"救急1\", \"救急3\"]", "\"救急3\"", &says, Some("救急1"));
    refuses("[\"救急1\"]", "[\"Ambulance\"]", "\"Ambulance\"", &["「Ambulance」"], None);
}

#[test]
fn a_unit_written_in_another_width() {
    refuses("[\"救急1\"]", "[\"救急１\"]", "\"救急１\"", &["「救急１」"], Some("救急1"));
}

#[test]
fn a_unit_twice_at_one_member() {
    refuses("[\"救急1\"]", "[\"救急1\", '救急1']", "'救急1'", &["一つを消す"], None);
}

#[test]
fn a_role_there_is_not() {
    let says = ["役割「viewr」はない", "unknown role `viewr`", "`viewer`, `reviewer`"];
    refuses("[\"viewer\"]", "[\"viewr\"]", "\"viewr\"", &says, Some("viewer"));
    refuses("[\"viewer\"]", "[\"admin\"]", "\"admin\"", &["「admin」"], None);
}

#[test]
fn no_role_and_a_role_twice() {
    let none = ["「C-07」に役割がない", "`C-07` has no role"];
    refuses("[\"viewer\"]", "[]", "[]", &none, Some("roles = [\"viewer\"]"));
    let twice = ["役割「viewer」が二度", "twice: remove one"];
    refuses("[\"viewer\"]", "[\"viewer\",'viewer']", "'viewer'", &twice, None);
}

#[test]
fn a_viewer_without_a_unit() {
    let says = ["乗る隊がない", "rides with no unit"];
    refuses("units = [\"救急1\"]\n", "", "\"C-07\"", &says, Some("units = [\"…\"]"));
    refuses("[\"救急1\"]", "[]", "\"C-07\"", &says, Some("units = [\"…\"]"));
}

#[test]
fn a_term_that_ends_before_it_begins() {
    let says = ["until（2026-11-01）が from（2026-11-02）より前", "mend one of them"];
    refuses("until = 2027-03-30", "until = 2026-11-01 ", "2026-11-01 ", &says, None);
    let one_day = GOOD.replace("until = 2027-03-30", "until = 2026-11-02");
    Roster::parse(Path::new("r"), &one_day).unwrap();
}

#[test]
fn a_roster_that_ends_before_it_begins() {
    let says = ["valid_until（2026-10-31）が issued（2026-11-01）より前", "mend one of them"];
    refuses("2027-03-31", "2026-10-31", "2026-10-31", &says, None);
}

#[test]
fn what_is_no_day() {
    let says = ["引用符も時刻も付けずに", "without quotes and without a time"];
    for (bad, meant) in [
        ("\"2026-11-20\"", Some("2026-11-20")),
        ("\"2026年11月2日\"", Some("2026-11-02")),
        ("\"2026-02-30\"", None),
        ("\"soon\"", None),
        ("2026-11-20T09:00:00", Some("2026-11-20")),
        ("2026-11-20T09:00:00+09:00", Some("2026-11-20")),
        ("09:00:00", None),
        ("20261120", None),
        ("true", None),
        ("[2026-11-20]", None),
    ] {
        let bad = &format!("{bad} #");
        refuses("2026-11-20", bad, bad, &says, meant);
    }
}

#[test]
fn days_the_toml_reader_does_not_take() {
    for bad in ["2026-11-31", "2026-13-01", "2027-02-29"] {
        refuses("2026-11-20", bad, bad, &["日付として読めない", "invalid date"], None);
    }
    for bad in ["2026-11-5", "2026/11/5", "2026/11/05"] {
        let says = ["引用符も時刻も付けずに", "without quotes and without a time"];
        refuses("2026-11-20", bad, bad, &says, Some("2026-11-05"));
    }
    let leap = GOOD.replace("2026-11-20", "2028-02-29");
    Roster::parse(Path::new("r"), &leap).unwrap();
}

#[test]
fn keys_that_are_unknown_missing_or_there_twice() {
    refuses("revoked", "revokd", "revokd", &["知らないキー", "unknown field"], Some("revoked"));
    refuses("name = \"救急2\"", "nam = \"救急2\"", "nam ", &["知らないキー"], Some("name"));
    let missing = ["必要なキーがない", "missing field `roles`"];
    let text = GOOD.replace("roles = [\"viewer\"]\n", "");
    let found = faults(&text);
    // The place of what is not there is the table that lacks it.
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 11, 1), "{found:#?}");
    missing.iter().for_each(|word| assert!(found[0].message.contains(word), "{}", found[0]));
    let text = GOOD.replace("department = \"模擬消防本部\"", "");
    let found = faults(&text);
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 1, 1), "{found:#?}");
    assert!(found[0].message.contains("missing field `department`"), "{}", found[0]);
    let twice = "id = \"C-07\"\nid = \"C-08\"";
    let text = GOOD.replace("id = \"C-07\"", twice);
    let found = faults(&text);
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 13, 1), "{found:#?}");
    assert!(found[0].message.contains("同じキーが二度"), "{}", found[0]);
}

#[test]
fn one_bracket_where_two_are_needed() {
    let text = "department = \"模擬\"\nissued = 2026-11-01\nvalid_until = 2027-03-31\n[member]\nid = \"C-07\"\n";
    let found = faults(text);
    stands(&found[0], text, "[member]", &["値の型が違う"], Some("[[member]]"));
}

#[test]
fn every_fault_is_told_from_top_to_bottom() {
    let text = GOOD
        .replace("2027-03-31", "2026-10-31")
        .replace("name = \"救急2\"", "name = \"救急1\"")
        .replace("[\"viewer\"]", "[\"viewr\"]")
        .replace("2026-11-20", "\"2026-11-20\"")
        // Units may stand anywhere, and are looked at before the members.
        + "[[unit]]\nname = \"\"\n";
    let lines: Vec<_> = faults(&text).iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [3, 9, 14, 17, 23]);
    let first = Roster::parse(Path::new("etc/roster.toml"), &text).unwrap_err();
    assert_eq!(first.line, 3, "the topmost stands for all");
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_move_no_place() {
    let bad = GOOD.replace("revoked", "revokd");
    let windows = format!("\u{feff}{}", bad.replace('\n', "\r\n"));
    assert_eq!(faults(&windows), faults(&bad));
    let first = format!("\u{feff}{}", GOOD.replace("department", "departmnt"));
    let found = faults(&first);
    assert_eq!((found[0].line, found[0].column), (1, 1), "{found:#?}");
    let good = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    Roster::parse(Path::new("etc/roster.toml"), &good).unwrap();
}
