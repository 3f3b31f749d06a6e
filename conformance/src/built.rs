//! The programs under test, built from the sources as they are now.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Where everything is.
#[derive(Debug)]
pub struct Parts {
    /// The root of the project.
    pub root: PathBuf,
    /// The plugin.
    pub plugin: PathBuf,
    /// The `mynaq` command.
    pub mynaq: PathBuf,
    /// The simulator.
    pub simulator: PathBuf,
}

/// Builds what is not built yet, once a process, so that no test ever runs yesterday's plugin.
///
/// # Panics
/// When the build fails.
pub fn parts() -> &'static Parts {
    static PARTS: OnceLock<Parts> = OnceLock::new();
    PARTS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a project").to_owned();
        // The whole workspace: a part of it would be built with other features, again and again.
        let mut cargo = outside(Command::new("cargo"));
        cargo.current_dir(&root).args(["build", "--quiet", "--workspace"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        run(&mut cargo);
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder))
            .join(if cfg!(debug_assertions) { "debug" } else { "release" });
        let library =
            format!("{}mynaq_plugin{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let program = |name: &str| target.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Parts {
            plugin: target.join(library),
            mynaq: program("mynaq"),
            simulator: program("mynaq-simulator"),
            root,
        }
    })
}

/// A command that finds the environment of a shell, not of a test: build scripts that look at what
/// cargo told this test would be run again, and everything above them built again.
pub fn outside(mut command: Command) -> Command {
    const TOLD_TO_TESTS: [&str; 4] =
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"];
    for (name, _) in std::env::vars_os() {
        let told = |prefix: &&str| name.to_string_lossy().starts_with(*prefix);
        if TOLD_TO_TESTS.iter().any(told) {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a command that must succeed.
///
/// # Panics
/// When it cannot be started or fails; the message holds what it printed.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; conformance/test.sh installs what the tests need")
    });
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
