//! The scenarios of the C host: what an integration has to get right, played step by step.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

use mynaq_conformance::{Compiler, Stage, parts};

/// A scenario of the file: its name, and the card it wants.
fn scenarios(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("scenario ") {
            all.push((name.to_owned(), String::new()));
        } else if let Some(card) = line.strip_prefix("card ") {
            card.clone_into(&mut all.last_mut().unwrap().1);
        }
    }
    all
}

struct Player {
    program: PathBuf,
    _folder: tempfile::TempDir,
}

impl Player {
    fn compiled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("scenario");
        Compiler::c99().compile(&parts().root.join("samples/hosts/c/scenario.c"), &program);
        Player { program, _folder: folder }
    }

    /// Plays one scenario; the exit code and what was said.
    fn play(&self, file: &Path, name: &str, card: &str) -> (Option<i32>, String) {
        let stage = Stage::new(Some(card));
        stage.reconfigure("[card]", "name = \"模擬消防本部\"\n[card]");
        stage.configure("[opt_out]\nfile = \"opt-out.toml\"\n");
        let output = Command::new(&self.program)
            .arg(&parts().plugin)
            .arg(stage.config())
            .args([file.as_os_str(), name.as_ref()])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

// clauses: GATE-1 GATE-2 CASE-3 CASE-4
#[test]
fn every_scenario_goes_as_it_is_written() {
    let file = parts().root.join("samples/hosts/c/scenarios.txt");
    let all = scenarios(&std::fs::read_to_string(&file).unwrap());
    for wanted in [
        "consent",
        "no_consent_with_a_reason",
        "refusal",
        "awake_after_unconscious",
        "wrong_card",
        "opted_out",
        "drill",
    ] {
        assert!(all.iter().any(|(name, _)| name == wanted), "{wanted} is missing");
    }
    let player = Player::compiled();
    for (name, card) in all {
        let (code, said) = player.play(&file, &name, &card);
        assert_eq!(code, Some(0), "{name}: {said}");
    }
}

#[test]
fn a_scenario_that_goes_another_way_is_named_with_its_line() {
    let player = Player::compiled();
    let file = parts().root.join("samples/hosts/c/scenarios.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("wrong.txt");
    for (from, to) in [
        ("refused gate.refused look_up summary", "look_up summary"),
        ("refused gate.refused consent given", "refused gate.not_ready consent given"),
        ("silent look_up_sent", "silent card_read"),
    ] {
        let line = text[..text.find(from).unwrap()].matches('\n').count() + 1;
        std::fs::write(&written, text.replacen(from, to, 1)).unwrap();
        let (code, said) = player.play(&written, "refusal", "P01");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("wrong.txt:{line}: ")), "{said}");
    }
    assert_eq!(player.play(&file, "no such scenario", "P01").0, Some(2));
}
