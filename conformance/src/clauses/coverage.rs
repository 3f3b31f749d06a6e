//! Which tests name which clauses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::tables::name;
use super::{CLAUSES, Clause, load};

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
        } else if matches!(path.extension().and_then(|end| end.to_str()), Some("rs" | "mjs" | "c"))
        {
            files.push(path);
        }
    }
    Ok(())
}

/// The markers of one file.
fn of_file(file: &str, text: &str) -> Result<Vec<Marker>, String> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // Whatever was meant as a marker is one or is refused: a slip must not hide a test.
        let bare = line.trim_start_matches(['/', '*', '!', ' ']);
        if bare == *line || !bare.to_ascii_lowercase().starts_with("clauses:") {
            continue;
        }
        let refuse = |why: &str| format!("{file}:{}: `{line}` {why}", index + 1);
        let ids = line.strip_prefix(MARK).ok_or_else(|| refuse("is not `// clauses: ID ID`"))?;
        let mut below = lines[index + 1..].iter().copied();
        let test =
            if file.ends_with(".rs") { rust_test(&mut below) } else { other_test(below.next()) };
        let test = test.ok_or_else(|| refuse("stands above no test that runs"))?;
        let ids = ids.split_whitespace().map(str::to_owned).collect();
        found.push(Marker { file: file.to_owned(), line: index + 1, test, ids });
    }
    Ok(found)
}

/// The function below `#[test]`; none for one that is ignored, which checks nothing.
fn rust_test<'a>(below: &mut impl Iterator<Item = &'a str>) -> Option<String> {
    below.next().filter(|line| *line == "#[test]")?;
    for line in below {
        if line.starts_with("#[ignore") {
            return None;
        }
        if !line.starts_with("#[") && !line.starts_with("//") {
            return Some(line.strip_prefix("fn ")?.split_once('(')?.0.to_owned());
        }
    }
    None
}

/// `test('words', …` in a script; `static void name(…)` in C.
fn other_test(line: Option<&str>) -> Option<String> {
    let (before, within) = line.filter(|line| !line.ends_with(';'))?.split_once('(')?;
    if before.trim_start_matches("await ") == "test" {
        let quote = within.chars().next().filter(|letter| "'\"`".contains(*letter))?;
        return Some(within[1..].split_once(quote)?.0.to_owned());
    }
    let (kind, name) = before.rsplit_once([' ', '*'])?;
    let is_name = !name.is_empty()
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
    (is_name && !kind.contains('=')).then(|| name.to_owned())
}

/// The clauses that are named by no test without saying why, and those that say why and are named.
///
/// # Errors
/// What [`load`] and [`markers`] refuse.
pub fn unsettled(root: &Path) -> Result<Vec<String>, String> {
    let found = markers(root)?;
    let clauses = load(root)?;
    let faults = clauses.iter().filter_map(|clause| {
        let tested = found.iter().any(|marker| marker.ids.contains(&clause.id));
        match (tested, &clause.unchecked) {
            (true, Some(_)) => Some(format!("{} is checked: its excuse is out of date", clause.id)),
            (false, None) if clause.removed.is_none() => {
                Some(format!("{} is checked by no test", clause.id))
            }
            _ => None,
        }
    });
    Ok(faults.collect())
}

/// The page that says which test checks which clause.
pub(super) fn page(clauses: &[Clause], found: &[Marker]) -> String {
    let named = |clause: &Clause| -> Vec<&Marker> {
        found.iter().filter(|marker| marker.ids.contains(&clause.id)).collect()
    };
    let count = |of: &dyn Fn(&Clause) -> bool| clauses.iter().filter(|clause| of(clause)).count();
    let checked = count(&|clause| !named(clause).is_empty());
    let excused = count(&|clause| named(clause).is_empty() && clause.unchecked.is_some());
    let rest = match clauses.len() - checked - excused {
        0 => String::new(),
        rest => format!(", {rest} removed or without a test"),
    };
    let mut page = format!(
        "# Which test checks which clause\n\n\
         Written by `cargo run -p mynaq-conformance --bin mynaq-manual` from `{CLAUSES}` and the lines \
         `// clauses: …` above the tests.\n\
         {} clauses: {checked} checked by tests, {excused} that no machine can check{rest}.\n\n\
         | clause | who | checked by |\n|---|---|---|\n",
        clauses.len(),
    );
    for clause in clauses {
        let who: Vec<_> = clause.who.iter().map(|who| name(*who)).collect();
        let tests: Vec<_> = named(clause)
            .into_iter()
            .map(|marker| format!("[`{}`](../{})", marker.test, marker.file))
            .collect();
        let by = match (&clause.unchecked, &clause.removed) {
            (Some(why), _) => format!("no test: {why}"),
            (None, Some(removed)) if tests.is_empty() => format!("removed in {removed}"),
            (None, None) if tests.is_empty() => "**no test**".to_owned(),
            (None, _) => tests.join("<br>"),
        };
        let by = by.replace('|', "\\|");
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {} | {} | {by} |", clause.id, who.join(" and "));
    }
    page
}
