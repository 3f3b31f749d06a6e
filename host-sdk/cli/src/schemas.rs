//! `mynaq schemas`

use std::fs;
use std::path::PathBuf;

use mynaq_host_sdk::schema;

use crate::Failure;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write to.
    #[arg(default_value = "host-sdk/schema")]
    directory: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    fs::create_dir_all(&arguments.directory).map_err(Failure::unable)?;
    for (name, schema) in schema::all() {
        let path = arguments.directory.join(name);
        fs::write(&path, schema::text(&schema))
            .map_err(|error| Failure::unable(format_args!("{}: {error}", path.display())))?;
        println!("{}", path.display());
    }
    Ok(())
}
