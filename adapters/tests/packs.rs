//! Every pack loads, and fills its hand-written cases as the vendor's rules say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mynaq_adapters::{Pack, Packs};
use mynaq_interface::{ErrorCode, Summary};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    description: String,
    summary: Summary,
    fields: BTreeMap<String, Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packs")
}

/// What is expected holds; where it is an object, keys it does not name are free.
fn holds(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().all(|(key, value)| actual.get(key).is_some_and(|it| holds(value, it)))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| holds(e, a))
        }
        _ => expected == actual,
    }
}

#[test]
fn every_pack_passes_every_case() {
    let packs = Packs::load(&folder()).unwrap();
    assert_eq!(packs.faults().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    let mut run = 0;
    for pack in packs.iter() {
        for entry in fs::read_dir(folder().join(&pack.identity().name).join("cases")).unwrap() {
            run_case(pack, &entry.unwrap().path());
            run += 1;
        }
    }
    assert!(run >= 3, "only {run} cases were found");
}

fn run_case(pack: &Pack, file: &Path) {
    let case: Case = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let place = format!("{}: {}", file.display(), case.description);
    let record = pack.fill(&case.summary);
    let names: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names.len(), case.fields.len(), "{place}: the case leaves fields out");
    for field in &record.fields {
        let mut actual = serde_json::to_value(field).unwrap();
        actual["changes"] = actual["trace"]["changes"].take();
        let expected = &case.fields[&field.name];
        assert!(
            holds(expected, &actual),
            "{place}\n{}\nexpected {expected:#}\nfilled   {actual:#}",
            field.name
        );
        assert_eq!(expected.get("value").is_some(), actual.get("value").is_some(), "{place}");
        assert!(expected.get("changes").is_some(), "{place}: {} says no changes", field.name);
    }
}

#[test]
fn the_trace_names_rule_and_items_in_the_order_of_writing() {
    let packs = Packs::load(&folder()).unwrap();
    let pack = packs.get("record-app").unwrap();
    let file = folder().join("record-app/cases/dialysis-fourteen-medicines.json");
    let case: Case = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let record = pack.fill(&case.summary);
    let field = record.fields.iter().find(|it| it.name.ends_with("MedicationDetail")).unwrap();

    // Warfarin is the tenth medicine of the summary and the first of the field.
    let read: Vec<_> = field.trace.read.iter().map(|item| item.index.unwrap()).collect();
    assert_eq!(read, [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13]);
    assert!(field.trace.read.iter().all(|item| item.path == "medications.name"));

    // The rule names the line of the mapping, so that a support engineer finds it.
    let mapping = fs::read_to_string(folder().join("record-app/mapping.toml")).unwrap();
    let (place, name) = field.trace.rule.split_once(' ').unwrap();
    let line: usize = place.strip_prefix("mapping.toml:").unwrap().parse().unwrap();
    assert_eq!(mapping.lines().nth(line - 1).unwrap(), format!("name = \"{name}\""));
}

#[test]
fn a_record_names_the_mapping_by_its_hash() {
    // The hash is sha256sum's of the same text.
    let text = "[pack]\nversion = \"1\"\nmax_chars_counts = \"characters\"\n[[field]]\nname = \"A\"\nlabel = \"A\"\nmax_chars = 1\nleave_to_crew = \"x\"\n";
    let pack = Pack::from_text("known", text).unwrap();
    let hash = "aa4724f2d30cc165eda487bd9a3a3aa33a8bff8eaf7110fb94dbf0663178c885";
    assert_eq!(pack.identity().mapping_sha256, hash);
}

#[test]
fn a_faulty_pack_is_named_and_does_not_take_the_others_with_it() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packs-with-a-faulty-one");
    let mapping = fs::read_to_string(folder().join("record-app/mapping.toml")).unwrap();
    for (name, text) in [("good", mapping.clone()), ("faulty", mapping.replace("= 20", "= 0"))] {
        fs::create_dir_all(dir.join(name)).unwrap();
        fs::write(dir.join(name).join(Pack::FILE), text).unwrap();
    }
    fs::create_dir_all(dir.join("empty")).unwrap();
    fs::create_dir_all(dir.join("Not A Name")).unwrap();

    let packs = Packs::load(&dir).unwrap();
    assert_eq!(packs.iter().map(|pack| &pack.identity().name).collect::<Vec<_>>(), ["good"]);
    assert!(packs.get("good").is_ok());

    let error = packs.get("faulty").unwrap_err();
    assert_eq!(error.code(), ErrorCode::PackInvalid);
    // The first width of 20 is the first fault.
    let line = mapping.lines().position(|line| line == "max_chars = 20").unwrap() + 1;
    assert_eq!(error.place().unwrap().line as usize, line);

    let missing = packs.get("empty").unwrap_err();
    assert!(missing.place().unwrap().file.ends_with("empty/mapping.toml"));
    assert_eq!(packs.get("Not A Name").unwrap_err().code(), ErrorCode::PackInvalid);

    let unknown = packs.get("record-ap").unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::PackUnknown);
    assert_eq!(unknown.technical(), Some("installed: good"));
}

#[test]
fn a_folder_that_is_not_there_is_a_fault_with_its_name() {
    let fault = Packs::load(Path::new("no/such/folder")).unwrap_err();
    assert_eq!(fault.file, "no/such/folder");
}
