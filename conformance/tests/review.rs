//! `mynaq review`, as a department uses it: on the ledgers of cases that were really played, beside
//! a plugin that runs, and on a copy.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, opening, parts, planted, world};
use mynaq_host_sdk::{Consent, Decision, DoorKind, Identity, Notice, Reason, Scope};
use mynaq_ledger::{Fact, Ledger, verify};
use mynaq_simulator::{Options, people};
use serde_json::Value;

const WITHOUT_CONSENT: Script = Script {
    identity: Identity::Visual,
    pin: "",
    consent: Consent::Unobtainable,
    reason: Some(Reason::Unconscious),
    scope: Scope::Summary,
};

/// What the command printed, and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn review<T: AsRef<OsStr>>(arguments: impl IntoIterator<Item = T>) -> Said {
    let output = Command::new(&parts().mynaq).arg("review").args(arguments).output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `review list` of drills, as JSON.
fn listed(ledger: &Path, more: &[&str]) -> Vec<Value> {
    let ledger = ledger.to_str().unwrap();
    let said = review(["list", "--drills", "--json", "--ledger", ledger].iter().chain(more));
    assert_eq!(said.code, Some(0), "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

fn close(ledger: &Path, case: &str, reviewer: &str) -> Said {
    let found = ["--finding", "justified", "--reviewer", reviewer, "--ledger"];
    let words = ["close", case].into_iter().chain(found).map(OsStr::new);
    review(words.chain([ledger.as_os_str()]))
}

/// The id of the one case that waits.
fn waiting(ledger: &Path) -> String {
    let open = listed(ledger, &["--sample", "0"]);
    let [case] = open.as_slice() else { panic!("{open:#?}") };
    assert_eq!((&case["state"], &case["open_days"]), (&"open".into(), &0.into()));
    case["case"].as_str().unwrap().to_owned()
}

/// A case without consent, played to its end.
fn staged(person: &str) -> Stage {
    let stage = Stage::new(Some(person));
    let case = stage.case();
    assert!(WITHOUT_CONSENT.play(&case).unwrap().record.is_some());
    case.close().unwrap();
    stage
}

#[test]
fn who_viewed_without_consent_waits_until_somebody_else_has_looked() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    let record = WITHOUT_CONSENT.play(&case).unwrap().record.unwrap();
    for field in record.fields.iter().filter(|field| field.state.value().is_some()).take(3) {
        case.decide(&field.name, Decision::Accept).unwrap();
    }
    case.notice(Notice::HandedOver).unwrap();
    case.close().unwrap();
    let ledger = stage.ledger();
    let before = fs::read(ledger.join("entries.jsonl")).unwrap();

    let open = &listed(&ledger, &["--sample", "0"])[0];
    let id = waiting(&ledger);
    assert_eq!(open["because"], serde_json::json!(["without_consent"]));
    assert_eq!((&open["incident"], &open["unit"]), (&"2026-000123".into(), &"救急1".into()));
    assert_eq!((&open["viewers"][0], &open["terminal"]), (&"C-07".into(), &"T-01".into()));
    let viewing = &open["viewings"][0];
    assert_eq!((&viewing["consent_class"], &viewing["shown"]), (&3.into(), &"yes".into()));
    assert_eq!(
        (&viewing["reason"], &viewing["identity"]),
        (&"unconscious".into(), &"visual".into())
    );
    assert_eq!((&open["notice"], &open["fields_taken_over"]), (&"handed_over".into(), &3.into()));
    assert_eq!((&open["wrong_patient"], &open["review"]), (&false.into(), &Value::Null));

    // The viewer, however the name is typed.
    for viewer in ["C-07", " c-07 ", "Ｃ－０７"] {
        let said = close(&ledger, &id[..6], viewer);
        assert_eq!(said.code, Some(1), "{viewer}: {}", said.err);
        assert!(
            said.err.contains("閲覧した本人") && said.err.contains("C-07 viewed"),
            "{}",
            said.err
        );
    }
    assert!(!ledger.join("review").exists(), "a refusal leaves nothing");
    let early = close(&ledger, &id[..5], "R-01");
    assert_eq!(early.code, Some(1), "{}", early.err);
    assert!(early.err.contains("too short"), "{}", early.err);
    let unknown = close(&ledger, "ffffff", "R-01");
    assert_eq!(unknown.code, Some(1), "{}", unknown.err);
    assert!(unknown.err.contains("no case"), "{}", unknown.err);

    let said = close(&ledger, &id[..6].to_uppercase(), "R-01");
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(listed(&ledger, &["--sample", "0"]).is_empty());
    let closed = &listed(&ledger, &["--all"])[0];
    assert_eq!((&closed["state"], &closed["open_since"]), (&"justified".into(), &Value::Null));
    assert_eq!(closed["review"]["reviewer"], "R-01");
    let again = close(&ledger, &id, "R-02");
    assert_eq!(again.code, Some(1), "{}", again.err);
    assert!(again.err.contains("すでに確認済み") && again.err.contains("R-01"), "{}", again.err);

    let reviews = verify(&ledger.join("review")).unwrap();
    assert_eq!(reviews.len(), 1);
    assert!(matches!(&reviews[0].fact, Fact::Reviewed { of, .. } if *of == id));
    assert_eq!(fs::read(ledger.join("entries.jsonl")).unwrap(), before, "only read");
}

#[test]
fn consent_and_a_look_up_that_failed_wait_for_nobody_unless_drawn() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    assert!(Script::default().play(&case).unwrap().record.is_some());
    case.close().unwrap();
    // The gateway lets nobody in with this certificate.
    stage.write("client.pem", world().stranger().0);
    stage.write("client.key", world().stranger().1);
    let case = stage.case();
    assert!(WITHOUT_CONSENT.play(&case).unwrap().error.is_some());
    case.close().unwrap();

    let ledger = stage.ledger();
    assert!(listed(&ledger, &["--sample", "0"]).is_empty());
    let all = listed(&ledger, &["--sample", "0", "--all"]);
    let states: Vec<_> = all.iter().map(|case| case["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["not_due", "not_due"]);
    assert_eq!(all[1]["viewings"][0]["shown"], "no");
    assert_eq!(all[1]["viewings"][0]["error"], "gateway.certificate_refused");

    let drawn = listed(&ledger, &["--sample", "100"]);
    assert_eq!((drawn.len(), &drawn[0]["because"][0]), (1, &"drawn".into()));
    assert_eq!(drawn[0]["case"], all[0]["case"]);
    // What was not drawn is closed by no mistake, and by intention all the same.
    let id = all[0]["case"].as_str().unwrap();
    let close = |sample| {
        let words =
            ["close", id, "--finding", "questioned", "--reviewer", "R-01", "--sample", sample];
        review(words.map(OsStr::new).into_iter().chain(["--ledger".as_ref(), ledger.as_os_str()]))
    };
    let refused = close("0");
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("--sample"), "{}", refused.err);
    assert_eq!(close("100").code, Some(0));
    assert_eq!(listed(&ledger, &["--sample", "0", "--all"])[0]["state"], "questioned");
}

#[test]
fn a_host_that_died_before_the_answer_counts_as_having_shown_it() {
    let stage = Stage::with(Options {
        card: Some("P01".into()),
        answer_delay: Duration::from_secs(60),
        ..Options::default()
    });
    let words = ["view", "--identity", "visual", "--consent", "unobtainable"];
    let mut host = Command::new(&parts().mynaq)
        .args(words)
        .args(["--reason", "unconscious", "--plugin"])
        .arg(&parts().plugin)
        .arg("--config")
        .arg(stage.config())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(30);
    while stage.simulator.viewings().is_empty() {
        assert!(Instant::now() < patience, "no request arrived");
        std::thread::yield_now();
    }
    host.kill().unwrap();
    host.wait().unwrap();
    let open = listed(&stage.ledger(), &["--sample", "0"]);
    assert_eq!(
        (&open[0]["state"], &open[0]["viewings"][0]["shown"]),
        (&"open".into(), &"unknown".into())
    );
    assert_eq!(close(&stage.ledger(), &waiting(&stage.ledger()), "R-01").code, Some(0));
}

#[test]
fn a_review_is_done_beside_a_plugin_that_runs() {
    let stage = Stage::new(Some("P01"));
    let session = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let case = session.open_case(&opening()).unwrap();
    assert!(WITHOUT_CONSENT.play(&case).unwrap().record.is_some());
    let ledger = stage.ledger();
    assert!(Ledger::open(&ledger).is_err(), "the plugin holds it");
    let id = waiting(&ledger);
    assert_eq!(close(&ledger, &id[..8], "R-01").code, Some(0));
    assert!(listed(&ledger, &["--sample", "0"]).is_empty());

    // The case goes on, and views again: that has not been reviewed.
    case.look_up(Scope::Full).unwrap();
    assert!(WITHOUT_CONSENT.follow(&case).unwrap().record.is_some());
    assert_eq!(waiting(&ledger), id);
    assert_eq!(close(&ledger, &id[..8], "R-02").code, Some(0));
    case.close().unwrap();
    assert!(listed(&ledger, &["--sample", "0"]).is_empty());
}

#[test]
fn a_second_reviewer_at_the_same_moment_is_told_to_wait() {
    let stage = staged("P01");
    let ledger = stage.ledger();
    let id = waiting(&ledger);
    let other = Ledger::open(&ledger.join("review")).unwrap();
    let said = close(&ledger, &id, "R-02");
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("ほかの人") && said.err.contains("in use"), "{}", said.err);
    assert_eq!(waiting(&ledger), id, "looking needs no lock");
    drop(other);
    assert_eq!(close(&ledger, &id, "R-02").code, Some(0));
}

#[test]
fn damage_is_named_with_its_line_and_a_line_being_written_is_none() {
    let stage = staged("P01");
    let file = stage.ledger().join("entries.jsonl");
    let good = fs::read_to_string(&file).unwrap();
    let ledger = stage.ledger();
    let id = waiting(&ledger);

    // As a copy is that was made while the plugin wrote.
    let copy = tempfile::tempdir().unwrap();
    fs::write(copy.path().join("entries.jsonl"), &good[..good.len() - 20]).unwrap();
    let said = review([
        OsStr::new("list"),
        "--drills".as_ref(),
        "--ledger".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains(&id[..8]), "{}", said.out);
    let last = good.lines().last().unwrap().len() + 1 - 20;
    assert!(said.err.contains(&format!("({last} bytes)")), "{}", said.err);
    assert_eq!(close(copy.path(), &id, "R-01").code, Some(0));

    assert!(good.contains("unconscious"));
    let line = good.lines().position(|line| line.contains("unconscious")).unwrap() + 2;
    fs::write(&file, good.replacen("unconscious", "impaired_consciousness", 1)).unwrap();
    for said in [
        review(["list", "--ledger", ledger.to_str().unwrap()]),
        review(["show", &id, "--ledger", ledger.to_str().unwrap()]),
        close(&ledger, &id, "R-01"),
    ] {
        assert_eq!(said.code, Some(2), "{}", said.out);
        assert!(said.err.contains(&format!("{line}行目")), "{}", said.err);
        assert!(said.err.contains(&format!("line {line} ")), "{}", said.err);
        assert!(said.err.contains("管理者に連絡"), "{}", said.err);
        assert!(!said.out.contains(&id[..8]), "{}", said.out);
    }
    fs::write(&file, &good).unwrap();

    let nowhere = stage.path("nowhere");
    let said = review(["list", "--ledger", nowhere.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("台帳を読めません") && said.err.contains("nowhere"), "{}", said.err);
}

#[test]
fn a_ledger_that_was_rewritten_after_its_review_is_noticed() {
    let stage = staged("P01");
    let (ledger, other) = (stage.ledger(), staged("P02"));
    assert_eq!(close(&ledger, &waiting(&ledger), "R-01").code, Some(0));
    fs::copy(other.ledger().join("entries.jsonl"), ledger.join("entries.jsonl")).unwrap();
    let said = review(["list", "--ledger", ledger.to_str().unwrap()]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    assert!(
        said.err.contains("確認後に変わって") && said.err.contains("has changed"),
        "{}",
        said.err
    );
}

#[test]
fn the_terminals_configuration_names_ledger_and_share() {
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    assert!(Script::default().play(&case).unwrap().record.is_some());
    case.close().unwrap();
    let waiting = |config: &Path, more: &[&str]| {
        let words = ["list", "--drills", "--json", "--config", config.to_str().unwrap()];
        let said = review(words.iter().chain(more));
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str::<Vec<Value>>(&said.out).unwrap().len()
    };
    assert_eq!(waiting(&stage.config(), &["--sample", "100"]), 1);
    let text = fs::read_to_string(stage.config()).unwrap();
    for (percent, count) in [(0, 0), (100, 1)] {
        stage.write("review.toml", &format!("{text}[review]\nconsented_percent = {percent}\n"));
        assert_eq!(waiting(&stage.path("review.toml"), &[]), count);
    }
    assert_eq!(waiting(&stage.path("review.toml"), &["--sample", "0"]), 0, "the command line wins");

    stage.write("review.toml", &format!("{text}[review]\nconsented_percent = 101\n"));
    let said =
        review([OsStr::new("list"), "--config".as_ref(), stage.path("review.toml").as_os_str()]);
    assert_eq!(said.code, Some(2));
    let line = text.lines().count() + 2;
    assert!(said.err.contains(&format!("review.toml:{line}:")), "{}", said.err);
    let said = review(["list", "--sample", "101", "--ledger", "."]);
    assert_eq!(said.code, Some(2));
    let said = review(["list"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--ledger"), "{}", said.err);
}

/// Both headings, oldest first, and drills only where they are asked for.
#[test]
fn the_list_is_for_eyes_and_the_show_tells_the_case_in_words() {
    let stage = Stage::new(Some("P01"));
    for incident in ["2026-000001", "2026-000002"] {
        let session = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
        let opening = mynaq_host_sdk::CaseOpening { incident: incident.into(), ..opening() };
        let case = session.open_case(&opening).unwrap();
        assert!(WITHOUT_CONSENT.play(&case).unwrap().record.is_some());
        case.close().unwrap();
    }
    let ledger = stage.ledger();
    let path = ledger.to_str().unwrap();
    let none = review(["list", "--ledger", path, "--sample", "0"]);
    assert_eq!((none.code, none.out.lines().count()), (Some(0), 1), "{}", none.out);

    let said = review(["list", "--ledger", path, "--sample", "0", "--drills"]);
    let lines: Vec<_> = said.out.lines().collect();
    let [japanese, english, first, second, _, count] = lines.as_slice() else {
        panic!("{}", said.out)
    };
    assert!(japanese.starts_with("事案ID") && english.starts_with("CASE"), "{}", said.out);
    assert!(first.contains("2026-000001") && second.contains("2026-000002"), "oldest first");
    assert!(first.contains("目視 同意なし 意識なし"), "{first}");
    assert!(count.contains("2件"), "{count}");
    // Equal columns on a terminal: what is left of the same word is equally wide.
    let left = |line: &str, word: &str| {
        let (left, _) = line.split_once(word).unwrap_or_else(|| panic!("{word}: {line}"));
        left.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum::<usize>()
    };
    assert_eq!(left(japanese, "閲覧者"), left(english, "VIEWERS"));
    assert_eq!(left(japanese, "閲覧者"), left(first, "C-07"));
    assert_eq!(left(japanese, "状態"), left(english, "STATE"));
    assert_eq!(left(japanese, "状態"), left(first, "確認待ち"));

    let id = listed(&ledger, &["--sample", "0"])[0]["case"].as_str().unwrap().to_owned();
    assert!(first.starts_with(&id[..8]), "{first}");
    assert_eq!(close(&ledger, &id, "R-01").code, Some(0));
    let said = review(["show", &id[..6], "--ledger", path]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let steps = [
        "事案を開始（C-07、救急1、T-01、2026-000001、訓練）",
        "本人確認: 目視 / identity check: by sight",
        "同意: 同意取得困難、意識なし",
        "閲覧を許可: 目視、同意なし、意識なし",
        "情報を表示",
        "事案を終了 / case closed",
        "確認: 適正（R-01） / reviewed: justified (R-01)",
    ];
    let mut rest = said.out.as_str();
    for step in steps {
        let (_, after) = rest.split_once(step).unwrap_or_else(|| panic!("{step}: {}", said.out));
        rest = after;
    }
    assert!(said.out.contains(&id) && said.out.contains("適正 / justified"), "{}", said.out);
    assert!(!said.out.contains("2026-000002"), "only this case");
}

#[test]
fn no_output_of_a_review_holds_anything_of_the_patient() {
    let person = people::all().unwrap().iter().find(|person| person.id == "P01").unwrap();
    let stage = Stage::new(Some("P01"));
    let case = stage.case();
    let script = Script { scope: Scope::FullWithPrescriptions, ..WITHOUT_CONSENT };
    let record = script.play(&case).unwrap().record.unwrap();
    let mut secret = planted(person);
    for field in &record.fields {
        if let Some(value) = field.state.value() {
            case.decide(&field.name, Decision::Accept).unwrap();
            // Values of coded fields are too short to be told from a number.
            secret.extend((value.chars().count() > 3).then(|| value.to_owned()));
        }
    }
    case.close().unwrap();
    assert!(secret.contains("模擬　花子") && secret.contains("花子"));

    let ledger = stage.ledger();
    let path = ledger.to_str().unwrap();
    let id = waiting(&ledger);
    let mut everything = String::new();
    for said in [
        review(["list", "--drills", "--ledger", path]),
        review(["list", "--drills", "--all", "--json", "--ledger", path]),
        review(["show", &id, "--ledger", path]),
        close(&ledger, &id, "C-07"),
        close(&ledger, &id, "R-01"),
        close(&ledger, &id, "R-02"),
        review(["show", &id, "--ledger", path]),
    ] {
        everything += &(said.out + &said.err);
    }
    everything += &fs::read_to_string(ledger.join("review/entries.jsonl")).unwrap();
    assert!(everything.contains("SickInjuredPersonName"), "names of fields are there");
    for text in &secret {
        assert!(!everything.contains(text.as_str()), "{text:?} is in the output");
    }
}

/// Where the department has a roster, it says who reviews; and whoever it names may still have viewed.
#[test]
fn the_roster_says_who_may_review() {
    let stage = staged("P01");
    let ledger = stage.ledger();
    let id = waiting(&ledger);
    let member = |id: &str, role: &str| {
        format!("[[member]]\nid = \"{id}\"\nunits = [\"救急1\"]\nroles = [\"{role}\"]\n")
    };
    stage.write(
        "roster.toml",
        &format!(
            "department = \"模擬消防本部\"\nissued = 2025-01-01\nvalid_until = 2098-12-31\n\
             [[unit]]\nname = \"救急1\"\n{}{}{}",
            member("C-07", "reviewer"),
            member("C-08", "viewer"),
            member("K-01", "reviewer"),
        ),
    );
    stage.configure("[roster]\nfile = \"roster.toml\"\n");
    let close = |reviewer: &str| {
        let words = ["close", id.as_str(), "--finding", "questioned", "--reviewer", reviewer];
        let config = stage.config();
        review(words.into_iter().map(OsStr::new).chain(["--config".as_ref(), config.as_os_str()]))
    };
    let viewer = close("C-07");
    assert_eq!(viewer.code, Some(1), "who viewed does not review: {}", viewer.err);
    let no_role = close("C-08");
    assert_eq!(no_role.code, Some(1), "{}", no_role.err);
    assert!(no_role.err.contains("gate.crew_no_right"), "{}", no_role.err);
    let unknown = close("C-99");
    assert!(unknown.err.contains("gate.crew_unknown"), "{}", unknown.err);
    let done = close("K-01");
    assert_eq!(done.code, Some(0), "{}", done.err);
}
