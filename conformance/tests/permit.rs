//! There is no way around the permit: the compiler refuses each of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

/// Every piece of `plugin/src/must_fail.rs`, and the compiler's error for it.
fn pieces(source: &str) -> Vec<(String, Option<String>)> {
    let mut error = None;
    let mut pieces = Vec::new();
    for line in source.lines() {
        if let Some(doc) = line.strip_prefix("/// ") {
            let code = doc.split(':').next().filter(|code| code.starts_with('E'));
            error = code.map(str::to_owned).or(error);
        }
        if let Some(rest) = line.strip_prefix("#[cfg(piece = \"") {
            pieces.push((rest.split('"').next().unwrap().to_owned(), error.take()));
        }
    }
    pieces
}

// clauses: GATE-3
#[test]
fn no_look_up_without_a_permit_that_is_entered_and_unspent_compiles() {
    let root = &mynaq_conformance::parts().root;
    let source = std::fs::read_to_string(root.join("plugin/src/must_fail.rs")).unwrap();
    let pieces = pieces(&source);
    assert_eq!(pieces.iter().filter(|(_, error)| error.is_none()).count(), 1, "one control");
    assert_eq!(pieces.len(), 8);
    for (piece, expected) in pieces {
        // Only looked at, never linked: the library the other tests load stays as it is.
        let compiled = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "rustc",
                "--quiet",
                "--package",
                "mynaq-plugin",
                "--lib",
                "--crate-type",
                "rlib",
            ])
            .args(["--profile", "check", "--", "--cfg", "must_fail", "--cfg"])
            .arg(format!("piece=\"{piece}\""))
            .current_dir(root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&compiled.stderr);
        let errors: Vec<_> = said
            .lines()
            .filter_map(|line| line.strip_prefix("error[")?.split(']').next())
            .collect();
        match expected {
            None => assert!(compiled.status.success(), "the control must compile: {said}"),
            Some(error) => assert_eq!(errors, [error.as_str()], "{piece}: {said}"),
        }
    }
}
