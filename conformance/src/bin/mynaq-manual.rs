//! Writes the generated tables of the manual and of the coverage page.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

use std::path::Path;
use std::process::ExitCode;

use mynaq_conformance::clauses;

const HELP: &str = "\
Writes the tables of host-sdk/INTERFACE.md and conformance/COVERAGE.md from host-sdk/clauses.toml,
the errors and limits of the interface, and the lines `// clauses: …` above the tests.

    mynaq-manual           write what has changed
    mynaq-manual --check   write nothing; exit 1 if something is stale";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--check"] => true,
        _ => {
            println!("{HELP}");
            let asked = arguments.iter().all(|word| matches!(word.as_str(), "--help" | "-h"));
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let generated = match clauses::generate(&root) {
        Ok(generated) => generated,
        Err(faults) => {
            eprintln!("{faults}");
            return ExitCode::from(2);
        }
    };
    let mut stale = false;
    for (name, text) in generated {
        let path = root.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|written| written == text) {
            continue;
        }
        println!("{name}");
        stale = true;
        if !check && let Err(error) = std::fs::write(&path, text) {
            eprintln!("{name}: {error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::from(u8::from(check && stale))
}
