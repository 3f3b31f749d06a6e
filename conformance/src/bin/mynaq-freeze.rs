//! Freezes a version of the interface: `host-sdk/abi/VERSION/`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use mynaq_conformance::Header;
use mynaq_host_sdk::{ABI_MAJOR, ABI_MINOR, Error, ErrorCode};

const HELP: &str = "\
Keeps the header, its layout, the schemas and the errors of the current version of the interface in
host-sdk/abi/MAJOR.MINOR/, where tests hold later versions to them.

    mynaq-freeze           refuses if the version is kept already
    mynaq-freeze --again   writes it anew: only before it was ever released";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let again = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--again"] => true,
        _ => {
            println!("{HELP}");
            let asked = arguments.iter().all(|word| matches!(word.as_str(), "--help" | "-h"));
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host-sdk");
    let version = format!("{ABI_MAJOR}.{ABI_MINOR}");
    let folder = sdk.join("abi").join(&version);
    if folder.exists() && !again {
        eprintln!("{version} is kept already; what was released never changes (see --help)");
        return ExitCode::from(2);
    }
    match freeze(&sdk, &folder, &version) {
        Ok(()) => {
            println!("host-sdk/abi/{version}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn freeze(sdk: &Path, folder: &Path, version: &str) -> Result<(), Box<dyn std::error::Error>> {
    let schemas = folder.join("schema");
    if schemas.exists() {
        fs::remove_dir_all(&schemas)?;
    }
    fs::create_dir_all(&schemas)?;
    let header = fs::read_to_string(sdk.join("include/mynaq.h"))?;
    fs::write(folder.join("layout.c"), Header::parse(&header)?.layout(version))?;
    fs::write(folder.join("mynaq.h"), header)?;
    for schema in fs::read_dir(sdk.join("schema"))? {
        let schema = schema?;
        fs::copy(schema.path(), schemas.join(schema.file_name()))?;
    }
    let mut errors = String::new();
    for code in ErrorCode::ALL {
        let error = Error::new(*code);
        errors += &format!("{}\t{}\t{}\n", error.status(), error.name(), error.class().name());
    }
    fs::write(folder.join("errors.txt"), errors)?;
    Ok(())
}
