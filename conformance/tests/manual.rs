//! The manual says what the data says, and every clause is checked by somebody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use mynaq_conformance::clauses::{self, CLAUSES, MANUAL};
use mynaq_conformance::{Compiler, parts};

const STALE: &str = "is stale: run `cargo run -p mynaq-conformance --bin mynaq-manual`";

#[test]
fn the_generated_pages_are_what_the_data_says() {
    let root = &parts().root;
    for (name, text) in clauses::generate(root).unwrap() {
        let written = fs::read_to_string(root.join(name)).unwrap_or_default();
        assert!(written == text, "{name} {STALE}");
    }
}

#[test]
fn every_clause_is_named_by_a_test_or_says_why_no_machine_can_check_it() {
    assert_eq!(clauses::unsettled(&parts().root).unwrap(), Vec::<String>::new());
}

#[test]
fn every_clause_mentioned_anywhere_exists_and_every_group_has_its_place() {
    assert_eq!(clauses::misplaced(&parts().root).unwrap(), Vec::<String>::new());
}

/// The comment above each function of the table, by name.
fn comments() -> Vec<(String, String)> {
    let header = fs::read_to_string(parts().root.join("host-sdk/include/mynaq.h")).unwrap();
    let table = &header[header.find("typedef struct mynaq_plugin").unwrap()..];
    let mut found = Vec::new();
    for part in table.split("(MYNAQ_CALL *").collect::<Vec<_>>().windows(2) {
        let name = part[1].split(')').next().unwrap().to_owned();
        let comment = part[0].rfind("    /* ").map_or("", |at| &part[0][at..]);
        found.push((name, comment.to_owned()));
    }
    // The last is negotiate, behind the table.
    found.pop();
    found
}

#[test]
fn every_function_of_the_header_has_a_thread_tag_and_an_example_that_compiles() {
    let mut program = "#include \"mynaq.h\"\n#include <stdio.h>\n#include <string.h>\n\
        static const mynaq_plugin *mynaq;\nstatic mynaq_host host;\n\
        static mynaq_handle session, patient;\n\
        static mynaq_document error, what, event, record, bytes, page, document;\n\
        static const char *path, *name, *id, *digits;\nstatic int32_t status;\n\
        static void show(const char *text) { puts(text); }\n"
        .to_owned();
    let comments = comments();
    assert_eq!(comments.len(), 26);
    for (name, comment) in &comments {
        let tags = ["[any-thread]", "[waits]", "[blocks]"];
        let tagged = tags.iter().map(|tag| comment.matches(tag).count()).sum::<usize>();
        assert_eq!(tagged, 1, "{name} has one thread tag: {comment}");
        let example: Vec<_> =
            comment.lines().filter_map(|line| line.strip_prefix("     *     ")).collect();
        assert!(!example.is_empty(), "{name} has an example");
        program += &format!(
            "int {name}_example(void);\nint {name}_example(void)\n{{\n{}\nreturn 0;\n}}\n",
            example.join("\n")
        );
    }
    program += "int main(void) { show(path); return (int)(status + session + digits[0]); }\n";
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("examples.c");
    fs::write(&source, program).unwrap();
    let hushed = ["-Wno-unused-variable", "-Wno-shadow"];
    Compiler::c99().with(&hushed).check(&source).unwrap();
}

#[test]
fn the_manual_names_every_event_and_every_function() {
    let root = &parts().root;
    let manual = fs::read_to_string(root.join(MANUAL)).unwrap();
    let schema = fs::read(root.join("host-sdk/schema/event.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let kinds: Vec<_> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|kind| kind["properties"]["event"]["const"].as_str())
        .collect();
    assert!(kinds.len() >= 15);
    for kind in kinds {
        assert!(manual.contains(&format!("\n| `{kind}` |")), "the event {kind} is not explained");
    }
    for (name, _) in comments() {
        assert!(manual.contains(&name), "{name} is not in the manual");
    }
}

const GOOD: &str = r#"
[[clause]]
id = "LIFE-1"
since = "1.0"
who = ["host"]
level = "MUST"
en = "MUST be kind."
ja = "親切でなければならない。"
otherwise_en = "Nobody calls."
otherwise_ja = "だれも呼ばない。"

[[clause]]
id = "LIFE-3"
since = "1.0"
who = ["plugin", "adapter"]
level = "SHOULD"
en = "Is kind (親切)."
ja = "親切である。"
otherwise_en = "Nobody calls."
otherwise_ja = "だれも呼ばない。"
"#;

#[test]
fn each_defect_of_the_clauses_is_refused() {
    assert_eq!(clauses::parse(GOOD).unwrap().len(), 2);
    for (from, to, says) in [
        ("LIFE-3", "LIFE-1", "none comes twice"),
        ("LIFE-3", "LIFE-0", "numbers grow"),
        ("LIFE-1", "life-1", "GROUP-number"),
        ("LIFE-1", "LIFE-one", "GROUP-number"),
        ("LIFE-1", "LIFE-01", "toml:2: LIFE-01: an id is GROUP-number"),
        ("LIFE-3", "LIFE-+3", "toml:12: LIFE-+3: an id is GROUP-number"),
        ("MUST be kind.", "MUSTARD is kind.", "MUST or SHOULD"),
        ("MUST be kind.", "is kind.", "MUST or SHOULD"),
        ("level = \"MUST\"", "level = \"SHOULD\"", "MUST or SHOULD"),
        ("親切でなければならない。", "kind", "Japanese text is none"),
        ("MUST be kind.", "MUST 親切でなければならない。", "Japanese sentence"),
        ("Nobody calls.", " ", "empty"),
        ("since = \"1.0\"", "since = \"one\"", "major.minor"),
        ("since = \"1.0\"", "since = \"1.+0\"", "major.minor"),
        ("since = \"1.0\"", "since = \"1.0\"\nunchecked = \"no\"", "why no machine"),
        ("who = [\"host\"]", "who = []", "nobody"),
        ("who = [\"host\"]", "who = [\"guest\"]", "guest"),
        ("since = \"1.0\"", "sinse = \"1.0\"", "sinse"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let faults = clauses::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert!(faults.contains(says), "{from} → {to}: {faults}");
    }
    let torn = GOOD.replace("LIFE-3", "THR-1") + &GOOD.replace("LIFE-1", "LIFE-4");
    assert!(clauses::parse(&torn).unwrap_err().contains("LIFE-4: a group stands in one place"));
}

/// A project with one test and one manual, to be spoilt.
fn project(test: &str, manual: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [(CLAUSES, GOOD), (MANUAL, manual), ("conformance/tests/kind.rs", test)] {
        put(&folder, name, text);
    }
    for name in ["samples/hosts/c/README.md", "host-sdk/src/lib.rs", "host-sdk/interface/src/c.rs"]
    {
        put(&folder, name, "UTF-8\n");
    }
    put(&folder, "host-sdk/include/mynaq.h", "/* LIFE-1 */\n");
    folder
}

fn put(folder: &tempfile::TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const TEST: &str = "/// Kind.\n// clauses: LIFE-1 LIFE-3\n#[test]\n#[cfg(unix)]\nfn kind() {}\n";
const PAGE: &str = "## LIFE\n\n<!-- generated: clauses LIFE -->\nold\n<!-- end -->\nprose\n";

#[test]
fn tables_and_coverage_are_made_of_clauses_and_tests() {
    let generated = clauses::generate(project(TEST, PAGE).path()).unwrap();
    let [(_, manual), (_, coverage)] = generated.as_slice() else { panic!("{generated:?}") };
    assert!(manual.contains("MUST be kind.<br>親切でなければならない。"), "{manual}");
    assert!(!manual.contains("old") && manual.ends_with("<!-- end -->\nprose\n"), "{manual}");
    assert!(coverage.contains("| LIFE-1 | host | [`kind`](../conformance/tests/kind.rs) |"));
    let again = clauses::generate(project(TEST, manual).path()).unwrap();
    assert_eq!(again, generated, "written once, it stays");
}

#[test]
fn each_defect_of_markers_and_blocks_is_refused_with_its_place() {
    for (test, page, says) in [
        (TEST.replace("LIFE-3", "LIFE-2"), PAGE.to_owned(), "kind.rs:2: there is no clause LIFE-2"),
        (TEST.replace("#[test]\n", ""), PAGE.to_owned(), "kind.rs:2: "),
        (TEST.replace("#[test]\n", "\n#[test]\n"), PAGE.to_owned(), "no test that runs"),
        (TEST.replace("// clauses", "//clauses"), PAGE.to_owned(), "kind.rs:2: `//clauses"),
        (TEST.replace("// clauses", "/// clauses"), PAGE.to_owned(), "is not `// clauses: ID ID`"),
        (TEST.replace(" LIFE-1 LIFE-3", ""), PAGE.to_owned(), "is not `// clauses: ID ID`"),
        (TEST.replace("#[cfg(unix)]", "#[ignore]"), PAGE.to_owned(), "no test that runs"),
        (
            TEST.to_owned(),
            format!("{PAGE}<!-- end -->\n"),
            "md:7: `<!-- end -->` is no marker here",
        ),
        (TEST.to_owned(), PAGE.replace("<!-- gen", " <!-- gen"), "md:3: "),
        (TEST.to_owned(), PAGE.replace("clauses LIFE", "clauses DEATH"), "md:3: nothing is called"),
        (TEST.to_owned(), PAGE.replace("<!-- end -->\n", ""), "md:3: the block does not end"),
        (TEST.to_owned(), format!("{}{PAGE}", PAGE.replace("<!-- end -->\n", "")), "before"),
    ] {
        let faults = clauses::generate(project(&test, &page).path()).unwrap_err();
        assert!(faults.contains(says), "{says}: {faults}");
    }
}

#[test]
fn markers_of_scripts_and_c_stand_above_a_test_too() {
    for (name, below, test) in [
        ("samples/console/tests/a.mjs", "test('is | kind', async () => {", Some("is | kind")),
        ("samples/console/tests/a.mjs", "async function kind(page) {", Some("kind")),
        ("samples/console/tests/a.mjs", "const kind = people();", None),
        ("samples/console/tests/a.mjs", "if (kind) {", None),
        ("conformance/border/a.c", "static int kind(void)", Some("kind")),
        ("conformance/border/a.c", "kind(1);", None),
        ("conformance/border/a.c", "", None),
    ] {
        let project = project(TEST, PAGE);
        put(&project, name, &format!("// clauses: LIFE-1\n{below}\n"));
        let found = clauses::markers(project.path());
        let found = found.map(|found| found.into_iter().find(|marker| marker.file == name));
        match test {
            Some(test) => assert_eq!(found.unwrap().unwrap().test, test),
            None => assert!(found.unwrap_err().starts_with(&format!("{name}:1: ")), "{below}"),
        }
    }
}

#[test]
fn a_clause_without_a_test_and_an_excuse_out_of_date_are_found() {
    let removed = ("since = \"1.0\"", "since = \"1.0\"\nremoved = \"1.3\"");
    let excused = ("since = \"1.0\"", "since = \"1.0\"\nunchecked = \"seen | by nobody at all\"");
    let half = TEST.replace("LIFE-1 ", "");
    for (change, test, says, counts, row) in [
        (("", ""), TEST, None, "2 checked by tests, 0 that", "| LIFE-1 | host | [`kind`]"),
        (
            ("", ""),
            &half,
            Some("LIFE-1 is checked by no test"),
            "1 checked by tests, 0 that no machine can check, 1 removed or without",
            "| LIFE-1 | host | **no test** |",
        ),
        (removed, &half, None, "0 that no machine can check, 1", "| host | removed in 1.3 |"),
        (excused, &half, None, "1 that no machine can check.", "no test: seen \\| by nobody"),
        (excused, TEST, Some("LIFE-1 is checked: its excuse"), "2 checked by", "no test: seen"),
    ] {
        let project = project(test, PAGE);
        put(&project, CLAUSES, &GOOD.replacen(change.0, change.1, 1));
        let faults = clauses::unsettled(project.path()).unwrap();
        assert_eq!(faults.len(), usize::from(says.is_some()), "{faults:?}");
        assert!(says.is_none_or(|says| faults[0].contains(says)), "{faults:?}");
        let coverage = &clauses::generate(project.path()).unwrap()[1].1;
        assert!(coverage.contains(counts) && coverage.contains(row), "{coverage}");
    }
}

#[test]
fn a_group_without_its_place_and_a_clause_there_is_not_are_found() {
    let project = project(TEST, PAGE);
    assert_eq!(clauses::misplaced(project.path()).unwrap(), Vec::<String>::new());
    for (name, text, says) in [
        (MANUAL, PAGE.replace("## LIFE", "## Life"), "md: there is no line `## LIFE`"),
        (MANUAL, PAGE.replace("clauses LIFE", "errors"), "no line `<!-- generated: clauses LIFE"),
        (MANUAL, format!("{PAGE}see LIFE-2.\n"), "INTERFACE.md:7: there is no clause LIFE-2"),
        (
            "host-sdk/include/mynaq.h",
            "\n/* (LIFE-9) */".to_owned(),
            "mynaq.h:2: there is no clause",
        ),
        (
            "samples/hosts/c/README.md",
            "LIFE-01".to_owned(),
            "README.md:1: there is no clause LIFE-01",
        ),
    ] {
        let before = fs::read_to_string(project.path().join(name)).unwrap();
        put(&project, name, &text);
        let faults = clauses::misplaced(project.path()).unwrap();
        assert!(faults.len() == 1 && faults[0].contains(says), "{says}: {faults:?}");
        put(&project, name, &before);
    }
}
