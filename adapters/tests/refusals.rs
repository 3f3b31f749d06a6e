//! What a mapping may not say: each rule with the place and the remedy a vendor is shown.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use mynaq_adapters::Pack;
use mynaq_interface::FileFault;

const HEAD: &str = "[pack]\nversion = \"1\"\nmax_chars_counts = \"characters\"\n";

const TEXT: &str = r#"[[field]]
name = "Name"
label = "氏名"
max_chars = 20
source = "patient.name"
on_missing = "leave_empty"
on_overflow = "cut"
"#;

const LIST: &str = r#"[[field]]
name = "Drugs"
label = "投薬"
max_chars = 20
source = "medications.name"
join = "、"
on_missing = "leave_empty"
on_overflow = "count_rest"
rest = " 他{count}剤"
"#;

const SEX: &str = r#"[[field]]
name = "Sex"
label = "性別"
max_chars = 3
source = "patient.sex"
codes = { male = "000", female = "001" }
no_code = ["not_stated"]
on_unmappable = "leave_to_crew"
"#;

const BIRTH: &str = r#"[[field]]
name = "Birth"
label = "生年月日"
max_chars = 10
source = "patient.birth_date"
date = "yyyy/MM/dd"
on_missing = "leave_empty"
on_unmappable = "leave_to_crew"
"#;

fn faults(text: &str) -> Vec<FileFault> {
    Pack::from_text("test", text).map(drop).expect_err("the mapping was accepted")
}

/// Changes one thing in a good field, and expects exactly one fault. The place is where `at`
/// stands in the mended-to-be text; line and column are counted here, not by the engine.
#[track_caller]
fn refuses(field: &str, good: &str, bad: &str, at: &str, says: &str, suggestion: Option<&str>) {
    assert!(Pack::from_text("test", &format!("{HEAD}{field}")).is_ok());
    assert_eq!(field.matches(good).count(), 1, "`{good}` is not there once");
    let text = format!("{HEAD}{}", field.replace(good, bad));
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let fault = &found[0];
    let line = text.lines().position(|line| line.contains(at)).unwrap();
    let byte = text.lines().nth(line).unwrap().find(at).unwrap();
    let column = text.lines().nth(line).unwrap()[..byte].chars().count();
    assert_eq!((fault.line as usize, fault.column as usize), (line + 1, column + 1), "{fault}");
    assert!(fault.message.contains(says), "{fault}");
    assert_eq!(fault.suggestion.as_deref(), suggestion, "{fault}");
    let (ja, en) = fault.message.split_once(" / ").unwrap();
    assert!(!ja.is_ascii() && !en.is_empty(), "both languages: {fault}");
    assert_eq!(fault.file, "mapping.toml");
}

#[test]
fn an_unknown_source() {
    refuses(
        TEXT,
        "patient.name",
        "patient.nmae",
        "\"patient.nmae",
        "unknown source",
        Some("patient.name"),
    );
    let sources = LIST.replace("source = \"medications.name\"", "sources = [\"medications.name\"]");
    refuses(
        &sources,
        "[\"medications.name\"]",
        "[\"medication.name\"]",
        "\"medication.name",
        "unknown list source",
        Some("medications.name"),
    );
    // A single value cannot be a part of a list.
    refuses(
        &sources,
        "[\"medications.name\"]",
        "[\"dialysis.name\", \"patient.sex\"]",
        "\"patient.sex",
        "unknown list source",
        None,
    );
}

#[test]
fn an_unknown_transform() {
    refuses(
        TEXT,
        "on_missing",
        "transforms = [\"kana_full_widht\"]\non_missing",
        "\"kana_full_widht",
        "unknown transform",
        Some("kana_full_width"),
    );
}

#[test]
fn an_unknown_key() {
    refuses(
        TEXT,
        "on_overflow",
        "on_overfolw",
        "on_overfolw",
        "unknown field",
        Some("on_overflow"),
    );
}

#[test]
fn a_required_key_that_is_missing() {
    refuses(TEXT, "label = \"氏名\"\n", "", "[[field]]", "missing field `label`", None);
}

#[test]
fn an_unknown_way_to_count() {
    let text = format!("{HEAD}{TEXT}").replace("characters", "charcters");
    let found = faults(&text);
    assert_eq!((found[0].line, found[0].column), (3, 20));
    assert_eq!(found[0].suggestion.as_deref(), Some("characters"));
}

// clauses: PACK-1
#[test]
fn silence_about_a_missing_value() {
    for field in [TEXT, LIST, BIRTH] {
        let name = field.lines().nth(1).unwrap().split(" = ").nth(1).unwrap();
        refuses(
            field,
            "on_missing = \"leave_empty\"\n",
            "",
            name,
            "on_missing",
            Some("on_missing = \"leave_empty\""),
        );
    }
}

#[test]
fn a_text_in_the_place_of_a_missing_value() {
    // Absence has three forms; a mapping cannot turn one into another by writing "none".
    refuses(LIST, "\"leave_empty\"", "\"なし\"", "\"なし\"", "unknown on_missing", None);
}

// clauses: PACK-1
#[test]
fn silence_about_too_long_a_value() {
    refuses(
        TEXT,
        "on_overflow = \"cut\"\n",
        "",
        "\"Name\"",
        "on_overflow",
        Some("on_overflow = \"cut\""),
    );
    let cut = LIST.replace("count_rest", "cut").replace("rest = \" 他{count}剤\"\n", "");
    refuses(
        &cut,
        "on_overflow = \"cut\"\n",
        "",
        "\"Drugs\"",
        "on_overflow",
        Some("on_overflow = \"count_rest\""),
    );
}

#[test]
fn a_single_value_cannot_count_the_rest() {
    refuses(TEXT, "\"cut\"", "\"count_rest\"", "\"count_rest\"", "unknown on_overflow", None);
}

#[test]
fn a_rest_that_does_not_say_the_number_once() {
    for bad in ["\" ほか\"", "\" {count}/{count}\""] {
        refuses(LIST, "\" 他{count}剤\"", bad, bad, "`{count}`", Some(" 他{count}件"));
    }
    refuses(
        LIST,
        "rest = \" 他{count}剤\"\n",
        "",
        "\"Drugs\"",
        "`rest`",
        Some("rest = \" 他{count}件\""),
    );
    refuses(
        LIST,
        "\"count_rest\"",
        "\"cut\"",
        "\" 他",
        "only with `count_rest`",
        Some("on_overflow = \"count_rest\""),
    );
    // " 他" and "剤" and three digits are six: nothing of a name would stand beside them.
    refuses(LIST, "max_chars = 20", "max_chars = 6", "\" 他", "alone fills", None);
}

// clauses: PACK-1
#[test]
fn silence_about_a_value_without_counterpart() {
    let remedy = Some("on_unmappable = \"leave_to_crew\"");
    refuses(SEX, "on_unmappable = \"leave_to_crew\"\n", "", "\"Sex\"", "on_unmappable", remedy);
    refuses(BIRTH, "on_unmappable = \"leave_to_crew\"\n", "", "\"Birth\"", "on_unmappable", remedy);
    refuses(
        TEXT,
        "on_missing",
        "transforms = [\"katakana_only\"]\non_missing",
        "\"Name\"",
        "on_unmappable",
        remedy,
    );
}

#[test]
fn a_code_map_that_does_not_cover_every_word() {
    refuses(
        SEX,
        ", female = \"001\"",
        "",
        "{ male",
        "nothing about `female`",
        Some("no_code = [\"female\"]"),
    );
    refuses(
        SEX,
        "no_code = [\"not_stated\"]\non_unmappable = \"leave_to_crew\"\n",
        "",
        "{ male",
        "nothing about `not_stated`",
        Some("no_code = [\"not_stated\"]"),
    );
}

#[test]
fn a_code_map_with_words_the_source_does_not_say() {
    refuses(
        SEX,
        "[\"not_stated\"]",
        "[\"not_stated\", \"femal\"]",
        "\"femal\"",
        "unknown word",
        Some("female"),
    );
    refuses(SEX, "{ male", "{ mael = \"9\", male", "mael", "unknown word", Some("male"));
    refuses(SEX, "[\"not_stated\"]", "[\"not_stated\", \"male\"]", "\"male\"]", "has a code", None);
}

#[test]
fn what_does_not_fit_the_width() {
    refuses(SEX, "\"001\"", "\"0001\"", "\"0001\"", "does not fit", None);
    refuses(BIRTH, "max_chars = 10", "max_chars = 8", "\"yyyy", "does not fit", None);
}

#[test]
fn a_width_of_zero() {
    refuses(TEXT, "max_chars = 20", "max_chars = 0", "0", "`max_chars` is 1 to", None);
    refuses(TEXT, "max_chars = 20", "max_chars = -1", "-1", "`max_chars` is 1 to", None);
}

#[test]
fn a_target_twice() {
    let text = format!("{HEAD}{TEXT}{TEXT}");
    let found = faults(&text);
    // Three lines of head; the name is the second line of each seven-line field.
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 12, 8));
    assert!(found[0].message.contains("line 5"), "{}", found[0]);
    assert_eq!(found[0].suggestion, None);
}

#[test]
fn what_does_not_fit_the_source() {
    refuses(
        BIRTH,
        "on_missing",
        "transforms = [\"collapse_spaces\"]\non_missing",
        "[\"collapse",
        "does not fit",
        Some("date = \"yyyy/MM/dd\""),
    );
    refuses(
        TEXT,
        "on_missing",
        "date = \"yyyy/MM/dd\"\non_missing",
        "\"yyyy",
        "does not fit",
        Some("transforms = […]"),
    );
    refuses(
        SEX,
        "codes",
        "date = \"yyyy/MM/dd\"\ncodes",
        "\"yyyy",
        "does not fit",
        Some("codes = { … }"),
    );
    refuses(
        SEX,
        "codes",
        "on_missing = \"leave_empty\"\ncodes",
        "\"leave_empty",
        "does not fit",
        None,
    );
    refuses(TEXT, "on_missing", "join = \"、\"\non_missing", "\"、\"", "does not fit", None);
    refuses(
        LIST,
        "join",
        "transforms = [\"katakana_only\"]\njoin",
        "\"katakana_only",
        "does not fit a list",
        Some("kana_full_width"),
    );
    refuses(
        TEXT,
        "on_missing",
        "on_unmappable = \"leave_to_crew\"\non_missing",
        "\"leave_to_crew",
        "does not fit",
        None,
    );
}

#[test]
fn a_date_without_a_form() {
    refuses(
        BIRTH,
        "date = \"yyyy/MM/dd\"\n",
        "",
        "\"Birth\"",
        "`date`",
        Some("date = \"yyyy/MM/dd\""),
    );
    refuses(
        BIRTH,
        "\"yyyy/MM/dd\"",
        "\"yyyy/mm/dd\"",
        "\"yyyy/mm",
        "unknown form of a date",
        Some("yyyy/MM/dd"),
    );
}

#[test]
fn a_list_without_a_separator() {
    refuses(LIST, "join = \"、\"\n", "", "\"Drugs\"", "`join`", Some("join = \"、\""));
}

#[test]
fn a_priority_that_is_in_every_name() {
    refuses(
        LIST,
        "join",
        "first = [\"ワルファリン\", \"\"]\njoin",
        "\"\"",
        "must not be empty",
        None,
    );
}

#[test]
fn no_source_or_two() {
    refuses(
        TEXT,
        "source = \"patient.name\"\n",
        "",
        "\"Name\"",
        "exactly one of",
        Some("source = \"…\""),
    );
    refuses(
        TEXT,
        "on_missing",
        "leave_to_crew = \"x\"\non_missing",
        "\"Name\"",
        "exactly one of",
        Some("source = \"…\""),
    );
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = format!("{HEAD}{TEXT}{LIST}")
        .replace("patient.name", "patient.nmae")
        .replace("max_chars = 20\nsource = \"med", "max_chars = 0\nsource = \"med");
    let lines: Vec<_> = faults(&text).iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [8, 14]);
}

#[test]
fn files_that_are_no_mapping_are_refused_and_nothing_more() {
    for text in ["", "\0", "[[[[", "field = 1", "[pack]", "\u{feff}[pack", &"[a]\n".repeat(9999)] {
        assert!(!faults(text).is_empty());
    }
    let deep = format!("{HEAD}x = {}", "[".repeat(100_000));
    assert!(!faults(&deep).is_empty());
}
