//! Side-by-side measurements with real peers. `conformance/bench.sh` runs it beside pcscd; each
//! result is one JSON line. Medians of alternating runs: read the ratio, not the times.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{Stage, opening, parts};
use mynaq_host_sdk::{DoorKind, EventBody, Plugin, Quiet};
use mynaq_simulator::Options;
use serde_json::json;

const RUNS: usize = 21;
const VPCD: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 35963);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["read-once", plugin, config] => read_once(Path::new(plugin), Path::new(config)),
        ["report", file] => report(Path::new(file)),
        _ => {
            eprintln!("mynaq-bench report FILE   (run it through conformance/bench.sh)");
            ExitCode::from(2)
        }
    }
}

/// What one whole process of ours does where OpenSC's tool does the same: load, connect, read.
fn read_once(plugin: &Path, config: &Path) -> ExitCode {
    let Ok(plugin) = Plugin::load_by(plugin, DoorKind::C) else { return ExitCode::from(2) };
    let Ok(session) = plugin.open(config, Quiet) else { return ExitCode::from(2) };
    let Ok(case) = session.open_case(&opening()) else { return ExitCode::from(2) };
    if case.read_card().is_err() {
        return ExitCode::from(2);
    }
    while let Ok(Some(event)) = case.next_event(Duration::from_secs(10)) {
        if matches!(event.body, EventBody::CardRead { .. }) {
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::FAILURE
}

fn report(file: &Path) -> ExitCode {
    let stage =
        Stage::with(Options { card: Some("P01".into()), vpcd: Some(VPCD), ..Options::default() });
    let drill = format!("reader = \"drill\"\ndrill_address = \"{}\"", stage.simulator.drill());
    stage.reconfigure(&drill, "reader = \"pcsc\"");

    let Ok(me) = std::env::current_exe() else { return ExitCode::from(2) };
    let ours = Contender {
        program: me,
        arguments: vec!["read-once".into(), parts().plugin.clone(), stage.config()],
    };
    let opensc = Contender {
        program: "pkcs15-tool".into(),
        arguments: vec!["--read-certificate".into(), "1".into()],
    };
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    let (mut our_commands, mut their_commands) = (0, 0);
    for run in 0..=RUNS {
        eprint!("\rreading the certificate through pcscd: {run}/{RUNS}");
        let (our_time, our_count) = ours.race(&stage);
        let (their_time, their_count) = opensc.race(&stage);
        // The first round warms caches and is not counted.
        if run > 0 {
            our_times.push(our_time);
            their_times.push(their_time);
            (our_commands, their_commands) = (our_count, their_count);
        }
    }
    eprintln!();

    let lines = [
        line("card_read_whole_process", "ms", median(our_times), median(their_times)),
        line("card_read_commands", "apdu", our_commands as f64, their_commands as f64),
    ];
    let Ok(mut report) = std::fs::File::create(file) else { return ExitCode::from(2) };
    for line in lines {
        println!("{line}");
        if writeln!(report, "{line}").is_err() {
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

struct Contender {
    program: PathBuf,
    arguments: Vec<PathBuf>,
}

impl Contender {
    /// Milliseconds of one whole process, and how many commands reached the card.
    fn race(&self, stage: &Stage) -> (f64, usize) {
        let before = stage.simulator.apdus().len();
        let begun = Instant::now();
        let status = Command::new(&self.program)
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let time = begun.elapsed().as_secs_f64() * 1000.0;
        assert!(status.is_ok_and(|status| status.success()), "{} failed", self.program.display());
        (time, stage.simulator.apdus().len() - before)
    }
}

fn line(name: &str, unit: &str, ours: f64, peer: f64) -> String {
    json!({
        "name": name, "unit": unit, "ours": ours, "peer": peer,
        "peer_name": "OpenSC pkcs15-tool --read-certificate 1", "ratio": peer / ours,
    })
    .to_string()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
