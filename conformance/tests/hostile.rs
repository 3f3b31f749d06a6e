//! A hostile answer costs an error, and not the terminal's memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{Stage, parts};

/// How much more than for an ordinary answer a hostile one may take, in KiB.
const MOST: u64 = 64 * 1024;

/// What `mynaq view` said, and the most memory it had, in KiB.
fn view(faults: &str) -> (String, u64) {
    let stage = Stage::new(Some("P01"));
    stage.reconfigure("[ledger]", "answer_seconds = 10\ngive_up_seconds = 30\n[ledger]");
    stage.simulator.set_faults(faults.parse().unwrap());
    let parts = parts();
    let mut child = Command::new(&parts.mynaq)
        .args(["view", "--identity", "visual", "--consent", "given", "--plugin"])
        .arg(&parts.plugin)
        .arg("--config")
        .arg(stage.config())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut most, begun) = (0, Instant::now());
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{faults} hangs");
        // The high-water mark: whatever is missed after the last look is the little at the end.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(mark.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = child.wait_with_output().unwrap().stderr;
    (String::from_utf8(said).unwrap(), most)
}

#[test]
fn no_answer_takes_more_than_64_mib() {
    let (said, ordinary) = view("");
    assert!(ordinary > 1024, "nothing was measured: {said}");
    for (faults, code) in [
        ("endless:1024", "gateway.unreadable"),
        ("gzip-bomb:1024", "gateway.unreadable"),
        ("billion-laughs", "gateway.unreadable"),
        ("external-entity", "gateway.unreadable"),
        ("deep:1000000", "gateway.unreadable"),
        // A little below what is refused for its length, nothing but elements.
        ("flood:1500000", "gateway.unreadable"),
        ("flood:199000", ""),
        ("broken-shift-jis", "gateway.unreadable"),
        ("wrong-identifier", "gateway.mismatch"),
        ("two-people", "gateway.ambiguous"),
    ] {
        let (said, most) = view(faults);
        assert!(said.contains(code), "{faults}: {said}");
        assert!(code.is_empty() || said.contains("口頭で聴取"), "{faults}: {said}");
        let more = most.saturating_sub(ordinary);
        assert!(more < MOST, "{faults} takes {more} KiB more than an ordinary answer");
    }
}
