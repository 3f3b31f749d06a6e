//! P10: a drill reaches only the simulator, production only what is configured, and what is
//! configured the wrong way round does not start.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use mynaq_conformance::{LogBook, Script, Stage};
use mynaq_host_sdk::{DoorKind, Error, ErrorCode};
use mynaq_ledger::{Fact, Ledger};

const ROSTER: &str =
    "department = \"模擬消防本部\"\nissued = 2026-01-01\nvalid_until = 2099-12-31\n";

fn refused(stage: &Stage) -> Error {
    stage.session(DoorKind::C, LogBook::default()).expect_err("it does not start")
}

/// The stage's configuration as it would be where patients are real.
fn make_real(stage: &Stage) {
    let drill = format!("\"drill\"\ndrill_address = \"{}\"", stage.simulator.drill());
    stage.reconfigure("mode = \"drill\"", "mode = \"production\"");
    stage.reconfigure(&drill, "\"pcsc\"");
    stage.reconfigure("[card]", "name = \"模擬消防本部\"\ncontact = \"救急課\"\n[card]");
    stage.configure("[roster]\nfile = \"roster.toml\"\n");
    stage.write("roster.toml", ROSTER);
}

/// Certificates nobody has marked as simulated, made by openssl.
fn unmarked(stage: &Stage) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=Somebody", "-keyout"])
        .arg(stage.path("client.key"))
        .arg("-out")
        .arg(stage.path("client.pem"))
        .output()
        .expect("openssl: apt-get install openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::copy(stage.path("client.pem"), stage.path("authority.pem")).unwrap();
}

// clauses: GATE-18
#[test]
fn production_takes_nothing_of_the_simulator() {
    let stage = Stage::new(Some("P01"));
    make_real(&stage);
    let error = refused(&stage);
    assert_eq!(error.code(), ErrorCode::ConfigCredentials);
    assert!(error.technical().unwrap().contains("simulator's"), "{error}");
    unmarked(&stage);
    drop(stage.session(DoorKind::C, LogBook::default()).unwrap());
}

// clauses: GATE-18
#[test]
fn a_drill_takes_no_real_certificate() {
    let stage = Stage::new(Some("P01"));
    unmarked(&stage);
    let error = refused(&stage);
    assert_eq!(error.code(), ErrorCode::ConfigCredentials);
    assert!(error.technical().unwrap().contains("a drill takes nothing that is real"), "{error}");
}

// clauses: GATE-18
#[test]
fn a_drill_and_production_never_share_a_ledger() {
    let stage = Stage::new(Some("P01"));
    let opened = |drill| Fact::Opened {
        incident: "1".into(),
        unit: "u".into(),
        terminal: "t".into(),
        crew_member: "c".into(),
        pack: "p".into(),
        mapping_sha256: String::new(),
        drill,
    };
    Ledger::open(&stage.ledger()).unwrap().append("x", opened(false)).unwrap();
    let error = refused(&stage);
    assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    let place = error.place().unwrap();
    let text = std::fs::read_to_string(stage.config()).unwrap();
    let line = text.lines().nth(place.line as usize - 1).unwrap();
    assert!(line.contains("\"ledger\"") && place.message.contains("real cases"), "{error}");

    let stage = Stage::new(Some("P01"));
    let drill = stage.case();
    assert!(Script::default().play(&drill).unwrap().record.is_some());
    drop(drill);
    make_real(&stage);
    unmarked(&stage);
    let error = refused(&stage);
    assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    assert!(error.place().unwrap().message.contains("cases of a drill"), "{error}");
}

// clauses: GATE-18
#[test]
fn a_drills_opt_out_list_is_not_productions() {
    let stage = Stage::new(Some("P01"));
    let salt = "ab".repeat(32);
    stage.write("opt-out.toml", &format!("mode = \"production\"\nsalt = \"{salt}\"\n"));
    stage.configure("[opt_out]\nfile = \"opt-out.toml\"\n");
    let error = refused(&stage);
    assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    assert!(error.place().unwrap().message.contains("drill"), "{error}");
}

// clauses: GATE-18
#[test]
fn a_drill_aims_at_this_machine_and_production_at_readers_only() {
    let stage = Stage::new(None);
    let gateway = format!("https://{}/", stage.simulator.gateway());
    stage.reconfigure(&gateway, "https://192.0.2.1/");
    assert_eq!(refused(&stage).code(), ErrorCode::ConfigInvalid);
    let stage = Stage::new(None);
    stage.reconfigure("mode = \"drill\"", "mode = \"production\"");
    let error = refused(&stage);
    assert!(error.place().unwrap().message.contains("reader = \"pcsc\""), "{error}");
}
