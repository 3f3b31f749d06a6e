//! A thousand cases open at once, each with its record, in a process of their own.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use mynaq_conformance::{Script, opening, parts};
use mynaq_host_sdk::{Case, DoorKind, Limits, Plugin, Quiet};
use serde_json::{Value, json};

use crate::report;
use crate::stand::{Hand, Stand};

pub(crate) fn measure() {
    let stand = Stand::new();
    eprintln!("a thousand cases at once");
    let me = std::env::current_exe().expect("this program");
    let output = Command::new(me)
        .arg("many-once")
        .arg(&parts().plugin)
        .arg(stand.config())
        .arg(stand.hand().0.to_string())
        .output()
        .expect("this program");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let members: Value = serde_json::from_slice(&output.stdout).expect("its result");
    report::line("thousand_cases_at_once", "threads, MB, s", members);
}

/// Opens as many cases as there may be, brings each to its record and keeps them all.
pub(crate) fn once(plugin: &Path, config: &Path, control: &str) -> ExitCode {
    let Ok(hand) = control.parse().map(Hand) else { return ExitCode::from(2) };
    let Ok(plugin) = Plugin::load_by(plugin, DoorKind::C) else { return ExitCode::from(2) };
    let (threads_before, memory_before) = (threads(), memory());
    let Ok(session) = plugin.open(config, Quiet) else { return ExitCode::from(2) };
    let mut taken = Duration::ZERO;
    let mut play = |case: &Case| {
        let begun = Instant::now();
        let outcome = Script::default().play(case).expect("its way");
        assert!(outcome.record.is_some(), "{:?}", outcome.error);
        taken += begun.elapsed();
    };
    let cases: Vec<_> = (0..Limits::NOW.cases)
        .map(|_| {
            let case = session.open_case(&opening()).expect("a case");
            // All the others have seen it too when the last one has.
            hand.lay_anew(&case);
            play(&case);
            case
        })
        .collect();
    let (open_threads, open_memory) = (threads(), memory());
    let count = cases.len();
    drop(cases);
    drop(session);
    let result = json!({
        "cases": count,
        "threads_of_ours": open_threads - threads_before,
        "goal_threads": 8,
        "memory_of_the_process_mb": open_memory,
        "goal_memory_mb": 150,
        "memory_per_case_kb": (open_memory - memory_before) * 1024.0 / count as f64,
        "seconds_to_bring_all_to_their_record": taken.as_secs_f64(),
        "threads_of_ours_after_close": threads() - threads_before,
    });
    println!("{result}");
    ExitCode::SUCCESS
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// Resident memory in megabytes.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}
