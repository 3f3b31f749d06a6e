//! `mynaq roster check`, as a department runs it before a roster goes to the terminals.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use mynaq_conformance::parts;
use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = r#"department = "模擬消防本部"
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
until = 2026-12-20

[[member]]
id = "C-03"
units = ["救急2"]
roles = ["viewer"]
revoked = 2026-11-20

[[member]]
id = "C-04"
units = ["救急2"]
roles = ["viewer"]
from = 2027-01-01

[[member]]
id = "C-05"
units = ["救急2"]
roles = ["viewer"]
until = 2026-11-10

[[member]]
id = "R-01"
roles = ["reviewer"]
"#;

struct Roster {
    _folder: TempDir,
    path: PathBuf,
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Roster {
    fn new(text: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.toml");
        fs::write(&path, text).unwrap();
        Roster { _folder: folder, path }
    }

    fn check(&self, arguments: &[&str]) -> Answer {
        let mut command = Command::new(&parts().mynaq);
        let output =
            command.args(["roster", "check"]).arg(&self.path).args(arguments).output().unwrap();
        Answer {
            code: output.status.code().expect("it ends by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// One document on standard output, whatever the answer is.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let answer = self.check(&[arguments, &["--json"]].concat());
        (answer.code, serde_json::from_str(&answer.out).unwrap())
    }
}

#[test]
fn it_counts_who_may_view_and_names_whose_term_ends_ended_or_was_revoked() {
    let roster = Roster::new(GOOD);
    let (code, report) = roster.json(&["--at", "2026-11-25T09:00"]);
    assert_eq!(code, 0, "{report:#}");
    for (key, expected) in [
        ("department", r#""模擬消防本部""#),
        ("at", r#""2026-11-25T09:00:00+09:00""#),
        ("in_force", "true"),
        ("members", "6"),
        ("may_view", "2"),
        ("may_review", "2"),
        ("ending", r#"[{"last_day":"2026-12-20","member":"C-02"}]"#),
        ("revoked", r#"[{"member":"C-03","revoked":"2026-11-20"}]"#),
        ("ended", r#"[{"member":"C-05","until":"2026-11-10"}]"#),
        ("not_begun", r#"[{"from":"2027-01-01","member":"C-04"}]"#),
    ] {
        assert_eq!(report[key], serde_json::from_str::<Value>(expected).unwrap(), "{key}");
    }
    assert!(report.get("error").is_none() && report.get("verdict").is_none(), "{report:#}");

    let answer = roster.check(&["--at", "2026-11-25"]);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    for line in [
        "閲覧できる者 / may view: 2 (6 人のうち / of 6)",
        "事後確認できる者 / may close reviews: 2",
        "  C-02  2026-12-20 まで / until 2026-12-20",
        "  C-03  2026-11-20 から / from 2026-11-20",
        "  C-05  2026-11-10 まで / until 2026-11-10",
        "  C-04  2027-01-01 から / from 2027-01-01",
    ] {
        assert!(answer.out.lines().any(|it| it == line), "`{line}` is not in:\n{}", answer.out);
    }
}

#[test]
fn thirty_days_before_the_end_it_says_so_and_not_before() {
    let roster = Roster::new(GOOD);
    let ending = |at: &str| {
        let (_, report) = roster.json(&["--at", at]);
        report["ending"].as_array().unwrap().iter().any(|one| one["member"] == "C-02")
    };
    // 2026-12-20 is 31 days behind 2026-11-19, which has already become the 20th in Japan at 15:00 UTC.
    assert!(!ending("2026-11-19T23:59:59"));
    assert!(!ending("2026-11-19T14:59:59Z"));
    assert!(ending("2026-11-19T15:00:00Z"));
    assert!(ending("2026-12-20T23:59:59"));
    assert!(!ending("2026-12-21"), "it has ended");

    let says = |at: &str| roster.check(&["--at", at]).out.contains("the roster itself ends");
    assert!(!says("2027-02-28"));
    assert!(says("2027-03-01"));
}

#[test]
fn for_one_member_it_gives_the_verdict_and_what_to_do() {
    let roster = Roster::new(GOOD);
    let ask = |member: &str, unit: &str, at: &str| {
        roster.check(&["--member", member, "--unit", unit, "--at", at])
    };
    let yes = ask("C-02", "救急2", "2026-11-25");
    assert_eq!((yes.code, yes.err.as_str()), (0, ""));
    assert!(yes.out.contains("C-02, 救急2: 閲覧できる / may view"), "{}", yes.out);
    assert!(yes.out.contains("C-02: 事後確認できる"), "{}", yes.out);

    for (member, unit, at, code, does) in [
        ("C-99", "救急1", "2026-11-25", "gate.crew_unknown", "call the administrator"),
        ("C-03", "救急2", "2026-11-20", "gate.crew_revoked", "2026-11-20"),
        ("C-04", "救急2", "2026-11-25", "gate.crew_expired", "2027-01-01"),
        ("C-05", "救急2", "2026-11-25", "gate.crew_expired", "2026-11-10"),
        ("C-01", "救急2", "2026-11-25", "gate.crew_no_right", "救急2"),
        ("C-01", "救急１", "2026-11-25", "gate.crew_no_right", "written `救急1`"),
        ("R-01", "救急1", "2026-11-25", "gate.crew_no_right", "viewer"),
        ("C-01", "救急1", "2026-10-31", "gate.clock_set_back", "2026-11-01"),
        ("C-01", "救急1", "2027-04-01", "gate.roster_expired", "install the new roster"),
    ] {
        let no = ask(member, unit, at);
        assert_eq!(no.code, 1, "{member} {unit} {at}");
        assert!(no.err.starts_with(code), "{member} {unit} {at}: {}", no.err);
        assert!(no.err.contains(does), "{member} {unit} {at}: {}", no.err);
        assert!(no.err.contains("→ "), "what to do: {}", no.err);
        assert!(no.out.contains("閲覧できない / may not view"), "{}", no.out);
        let (status, document) = roster.json(&["--member", member, "--unit", unit, "--at", at]);
        assert_eq!((status, &document["error"]["code"]), (1, &code.into()));
        assert_eq!(document["verdict"]["may_view"], false);
    }
    let (_, document) = roster.json(&["--member", "R-01", "--unit", "救急1", "--at", "2026-11-25"]);
    assert_eq!(document["verdict"]["may_review"], true);
}

#[test]
fn a_roster_under_which_nobody_may_view_is_no_success() {
    let roster = Roster::new(GOOD);
    let late = roster.check(&["--at", "2027-04-01"]);
    assert_eq!(late.code, 1);
    assert!(late.err.starts_with("gate.roster_expired"), "{}", late.err);
    assert!(late.out.contains("may view: 0"), "{}", late.out);

    let nobody = Roster::new(&GOOD[..GOOD.find("[[unit]]").unwrap()]);
    let empty = nobody.check(&["--at", "2026-11-25"]);
    assert_eq!((empty.code, empty.err.trim()), (1, "閲覧できる者がいません / nobody may view"));
}

#[test]
fn without_a_date_it_answers_for_now() {
    let long_gone = Roster::new(GOOD.replace("2026", "2001").replace("2027", "2002"));
    let (code, document) = long_gone.json(&[]);
    assert_eq!((code, &document["error"]["code"]), (1, &"gate.roster_expired".into()));
    assert!(document["at"].as_str().unwrap() > "2026", "{document:#}");
}

#[test]
fn every_fault_of_the_file_comes_with_its_place_and_the_exit_is_another() {
    let text = GOOD
        .replace("units = [\"救急1\"]\n", "units = [\"救急3\"]\n")
        .replace("revoked = 2026-11-20", "revoked = \"2026-11-20\"");
    let roster = Roster::new(text);
    let answer = roster.check(&[]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    let path = roster.path.display();
    let lines: Vec<_> = answer.err.lines().collect();
    assert_eq!(lines.len(), 4, "what, where, where, and what to do: {}", answer.err);
    assert!(lines[1].starts_with(&format!("{path}:13:10: ")), "{}", answer.err);
    assert!(lines[2].starts_with(&format!("{path}:26:11: ")), "{}", answer.err);
    assert!(lines[3].starts_with("→ "), "{}", answer.err);
    assert!(answer.err.contains("did you mean `2026-11-20`?"), "{}", answer.err);

    let (code, document) = roster.json(&[]);
    assert_eq!((code, &document["error"]["code"]), (2, &"gate.roster_unreadable".into()));
    let lines: Vec<_> =
        document["faults"].as_array().unwrap().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!(lines, [Some(13), Some(26)]);
}

#[test]
fn a_file_that_is_not_there_or_no_text_is_told_by_name() {
    let roster = Roster::new(b"\x96\xcd");
    let answer = roster.check(&[]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("UTF-8 を選んで保存し直す"), "{}", answer.err);
    fs::remove_file(&roster.path).unwrap();
    let answer = roster.check(&[]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains(&roster.path.display().to_string()), "{}", answer.err);
    assert_eq!(roster.json(&[]).0, 2);
}

#[test]
fn half_a_question_and_a_date_there_is_not_are_refused_before_anything_is_read() {
    let roster = Roster::new(GOOD);
    for arguments in [
        &["--member", "C-01"] as &[_],
        &["--unit", "救急1"],
        &["--at", "2026-11-31"],
        &["--at", "x"],
    ] {
        let answer = roster.check(arguments);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn the_example_is_a_roster_and_help_says_what_the_exit_means() {
    let example = parts().root.join("plugin/roster/example.toml");
    let mut command = Command::new(&parts().mynaq);
    let output = command
        .args(["roster", "check"])
        .arg(example)
        .args(["--member", "C-07", "--unit", "救急1", "--at", "2026-11-19T12:00"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let help = Command::new(&parts().mynaq).args(["roster", "check", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("Ends with 0") && help.contains("--at <DATE-TIME>"), "{help}");
}
