//! One certificate, read by a whole process through real pcscd, beside OpenSC's tool.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{Stage, opening, parts};
use mynaq_host_sdk::{DoorKind, EventBody, Plugin, Quiet};
use mynaq_simulator::Options;

use crate::report;

const RUNS: usize = 21;
const VPCD: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 35963);
const PEER: &str = "OpenSC pkcs15-tool --read-certificate 1";

/// What one whole process of ours does where OpenSC's tool does the same: load, connect, read.
pub(crate) fn once(plugin: &Path, config: &Path) -> ExitCode {
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

pub(crate) fn measure() {
    let stage =
        Stage::with(Options { card: Some("P01".into()), vpcd: Some(VPCD), ..Options::default() });
    let drill = format!("reader = \"drill\"\ndrill_address = \"{}\"", stage.simulator.drill());
    stage.reconfigure(&drill, "reader = \"pcsc\"");
    let ours = Contender {
        program: std::env::current_exe().expect("this program"),
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
    let (ours, theirs) = (report::median(&our_times), report::median(&their_times));
    report::beside("card_read_whole_process", "ms", ours, theirs, PEER);
    report::beside("card_read_commands", "apdu", our_commands as f64, their_commands as f64, PEER);
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
