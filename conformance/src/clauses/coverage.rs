//! Which tests name which clauses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::tables::name;
use super::{CLAUSES, Clause};

/// Where tests are.
const PLACES: [&str; 6] = [
    "adapters",
    "conformance",
    "host-sdk",
    "plugin",
    "samples/console/src",
    "samples/console/tests",
];
const MARK: &str = "// clauses: ";

/// One line `// clauses: …` and the test it stands above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The file, relative to the project, with slashes.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The test.
    pub test: String,
    /// The clauses it checks.
    pub ids: Vec<String>,
}

/// Every marker of a project, by file and line.
///
/// # Errors
/// A marker that stands above no test, or a file that cannot be read.
pub fn markers(root: &Path) -> Result<Vec<Marker>, String> {
    let mut files = Vec::new();
    for place in PLACES {
        collect(&root.join(place), &mut files).map_err(|error| format!("{place}: {error}"))?;
    }
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        found.extend(of_file(&file, &text)?);
    }
    Ok(found)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != "node_modules" {
                collect(&path, files)?;
            }
        } else if matches!(path.extension().and_then(|end| end.to_str()), Some("rs" | "mjs")) {
            files.push(path);
        }
    }
    Ok(())
}

/// The markers of one file.
pub(super) fn of_file(file: &str, text: &str) -> Result<Vec<Marker>, String> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(ids) = line.strip_prefix(MARK) else { continue };
        let orphan = || format!("{file}:{}: `{line}` stands above no test", index + 1);
        let test = if file.ends_with(".rs") {
            let mut below = lines[index + 1..].iter();
            if below.next() != Some(&"#[test]") {
                return Err(orphan());
            }
            let function = below.find(|line| !line.starts_with("#[")).ok_or_else(orphan)?;
            let name = function.strip_prefix("fn ").and_then(|rest| rest.split_once('('));
            name.ok_or_else(orphan)?.0.to_owned()
        } else {
            lines.get(index + 1).filter(|line| !line.is_empty()).ok_or_else(orphan)?.to_string()
        };
        let ids = ids.split_whitespace().map(str::to_owned).collect();
        found.push(Marker { file: file.to_owned(), line: index + 1, test, ids });
    }
    Ok(found)
}

/// The page that says which test checks which clause.
pub(super) fn page(clauses: &[Clause], found: &[Marker]) -> String {
    let named = |clause: &Clause| -> Vec<&Marker> {
        found.iter().filter(|marker| marker.ids.contains(&clause.id)).collect()
    };
    let checked = clauses.iter().filter(|clause| !named(clause).is_empty()).count();
    let mut page = format!(
        "# Which test checks which clause\n\n\
         Written by `cargo run -p mynaq-conformance --bin mynaq-manual` from `{CLAUSES}` and the lines \
         `// clauses: …` above the tests.\n\
         {} clauses: {checked} checked by tests, {} that no machine can check.\n\n\
         | clause | who | checked by |\n|---|---|---|\n",
        clauses.len(),
        clauses.len() - checked,
    );
    for clause in clauses {
        let who: Vec<_> = clause.who.iter().map(|who| name(*who)).collect();
        let tests: Vec<_> = named(clause)
            .into_iter()
            .map(|marker| format!("[`{}`](../{})", marker.test, marker.file))
            .collect();
        let by = match &clause.unchecked {
            Some(why) => format!("no test: {why}"),
            None => tests.join("<br>"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {} | {} | {by} |", clause.id, who.join(" and "));
    }
    page
}
