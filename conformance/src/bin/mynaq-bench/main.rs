//! Measurements of the plugin as hosts load it, beside real peers where there are any.
//! `conformance/bench.sh` runs it; each result is one JSON line.
//!
//! `card` one card through real pcscd, beside OpenSC and jpki · `line` a look-up over a line with a round
//! trip and a gateway that thinks, beside curl · `load` loading and agreeing on a version ·
//! `whole` a whole case, everything simulated at no latency · `many` a thousand cases at once.
//! What one call costs at each door is measured in `conformance/benches/doors.rs`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

mod card;
mod line;
mod load;
mod many;
mod report;
mod stand;
mod whole;

use std::path::Path;
use std::process::ExitCode;

const HELP: &str =
    "mynaq-bench card JPKI|line|load|whole|many   (run it through conformance/bench.sh)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["card", jpki] => card::measure(Path::new(jpki)),
        ["line"] => line::measure(),
        ["load"] => load::measure(),
        ["whole"] => whole::measure(),
        ["many"] => many::measure(),
        // What the measurements start again and again, each time in a process of its own.
        ["read-once", plugin, config] => return card::ours(Path::new(plugin), Path::new(config)),
        ["floor"] => return card::floor(),
        ["load-once", what, library] => return load::once(what, Path::new(library)),
        ["many-once", plugin, config, control] => {
            return many::once(Path::new(plugin), Path::new(config), control);
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
