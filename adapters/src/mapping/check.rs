//! The checks between a document and a plan: whatever could go wrong with a patient before us is
//! refused here, with the place and the remedy.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Mapping;
use super::document::{Codes, FieldDoc, MappingDoc, Words};
use super::faults::Faults;
use super::list;
use crate::plan::{DateForm, FieldPlan, Fill, Plan};
use crate::source::{CodePath, Path};
use crate::transform::Transform;
use crate::width::Counting;

/// Wider fields and longer mappings than these are mistakes; output stays bounded.
const MAX_CHARS: i64 = 10_000;
const MAX_FIELDS: usize = 1_000;

/// None only if there is a fault; a mapping returned together with faults is not to be used.
pub(super) fn check(document: &MappingDoc, faults: &mut Faults<'_>) -> Option<Mapping> {
    let pack = &document.pack;
    not_empty(&pack.version, faults);
    let counting = faults.word(&pack.max_chars_counts, ("数え方", "way to count"), &Counting::ALL);
    if document.field.is_empty() || document.field.len() > MAX_FIELDS {
        faults.add(
            pack.version.span(),
            &format!("項目は1から{MAX_FIELDS}まで"),
            &format!("a mapping has 1 to {MAX_FIELDS} fields"),
        );
        return None;
    }
    // Checking goes on without a way to count, so that the other faults are found too.
    let measure = counting.unwrap_or(Counting::Utf16Units);
    let fields: Vec<_> =
        document.field.iter().filter_map(|field| check_field(field, measure, faults)).collect();
    no_target_twice(&document.field, faults);
    let plan = Plan { counting: counting?, fields };
    Some(Mapping { version: pack.version.get_ref().clone(), plan })
}

fn no_target_twice(fields: &[FieldDoc], faults: &mut Faults<'_>) {
    let mut seen = BTreeMap::new();
    for field in fields {
        let name = &field.name;
        match seen.get(name.get_ref()) {
            None => {
                seen.insert(name.get_ref(), name.span());
            }
            Some(first) => {
                let line = faults.line(first.clone());
                faults.add(
                    name.span(),
                    &format!("項目「{name}」は{line}行目にもある"),
                    &format!("field `{name}` is filled in line {line} already"),
                );
            }
        }
    }
}

fn check_field(field: &FieldDoc, counting: Counting, faults: &mut Faults<'_>) -> Option<FieldPlan> {
    not_empty(&field.name, faults);
    not_empty(&field.label, faults);
    let max = check_max(field, faults);
    let fill = check_fill(field, max, counting, faults);
    let rule = format!("mapping.toml:{} {}", faults.line(field.name.span()), field.name);
    Some(FieldPlan {
        name: field.name.get_ref().clone(),
        label: field.label.get_ref().clone(),
        rule,
        max: max?,
        fill: fill?,
    })
}

fn check_max(field: &FieldDoc, faults: &mut Faults<'_>) -> Option<usize> {
    let written = *field.max_chars.get_ref();
    let max = (1..=MAX_CHARS).contains(&written).then(|| usize::try_from(written).ok()).flatten();
    if max.is_none() {
        faults.add(
            field.max_chars.span(),
            &format!("max_chars は1から{MAX_CHARS}まで"),
            &format!("`max_chars` is 1 to {MAX_CHARS}, not {written}"),
        );
    }
    max
}

fn check_fill(
    field: &FieldDoc,
    max: Option<usize>,
    counting: Counting,
    faults: &mut Faults<'_>,
) -> Option<Fill> {
    let too_wide = |text: &str| max.is_some_and(|max| counting.width(text) > max);
    match (&field.source, &field.sources, &field.leave_to_crew) {
        (Some(source), None, None) => {
            match faults.word(source, ("読み取り元", "source"), &Path::ALL)? {
                Path::Text(path) => {
                    only(
                        field,
                        "text",
                        &["transforms", "on_missing", "on_unmappable", "on_overflow"],
                        faults,
                    );
                    on_missing(field, faults);
                    let transforms = transforms(field.transforms.as_ref(), faults);
                    if transforms.iter().any(|step| step.can_fail()) {
                        on_unmappable(field, faults);
                    } else if let Some(needless) = &field.on_unmappable {
                        no_effect("on_unmappable", needless.span(), "text", faults);
                    }
                    required(field, &field.on_overflow, "on_overflow", "cut", &["cut"], faults);
                    Some(Fill::Text { path, transforms })
                }
                Path::Date(path) => {
                    only(field, "date", &["date", "on_missing", "on_unmappable"], faults);
                    on_missing(field, faults);
                    on_unmappable(field, faults);
                    let form = date_form(field, too_wide, faults)?;
                    Some(Fill::Date { path, form })
                }
                Path::Code(path) => {
                    only(field, "code", &["codes", "no_code", "on_unmappable"], faults);
                    let codes = codes(field, path, too_wide, faults)?;
                    Some(Fill::Code { path, codes })
                }
                Path::List(path) => list::check(field, vec![path], max, counting, faults),
            }
        }
        (None, Some(sources), None) => {
            let paths = list::paths(sources, faults)?;
            list::check(field, paths, max, counting, faults)
        }
        (None, None, Some(because)) => {
            only(field, "leave_to_crew", &[], faults);
            not_empty(because, faults);
            Some(Fill::LeaveToCrew { because: because.get_ref().clone() })
        }
        _ => {
            faults.add_with_remedy(
                field.name.span(),
                "source、sources、leave_to_crew のどれか一つだけが要る",
                "a field has exactly one of `source`, `sources`, `leave_to_crew`",
                "source = \"…\"",
            );
            None
        }
    }
}

/// Refuses keys that would do nothing: whoever wrote them expects something.
pub(super) fn only(field: &FieldDoc, kind: &str, allowed: &[&str], faults: &mut Faults<'_>) {
    for (key, place) in field.given() {
        if !allowed.contains(&key) {
            no_effect(key, place, kind, faults);
        }
    }
}

fn no_effect(key: &str, at: std::ops::Range<usize>, kind: &str, faults: &mut Faults<'_>) {
    let ja = format!("「{key}」はこの読み取り元（{kind}）に合わない");
    let en = format!("`{key}` does not fit this source (a {kind})");
    match kind {
        "text" | "list" if matches!(key, "date" | "codes") => {
            faults.add_with_remedy(at, &ja, &en, "transforms = […]");
        }
        "date" if matches!(key, "transforms" | "codes") => {
            faults.add_with_remedy(at, &ja, &en, "date = \"yyyy/MM/dd\"");
        }
        "code" if matches!(key, "transforms" | "date") => {
            faults.add_with_remedy(at, &ja, &en, "codes = { … }");
        }
        _ => faults.add(at, &ja, &en),
    }
}

/// A key that says what happens when a value cannot be written as it is: it must be there, and
/// say one of few things. Gives the place of its word in `words`.
pub(super) fn required(
    field: &FieldDoc,
    key: &Option<Spanned<String>>,
    name: &str,
    remedy: &str,
    words: &[&str],
    faults: &mut Faults<'_>,
) -> Option<usize> {
    match key {
        Some(written) => {
            let known: Vec<_> = words.iter().enumerate().map(|(at, word)| (*word, at)).collect();
            faults.word(written, (name, name), &known)
        }
        None => {
            faults.add_with_remedy(
                field.name.span(),
                &format!("「{}」には {name} が要る", field.name),
                &format!("`{}` has to say `{name}`", field.name),
                &format!("{name} = \"{remedy}\""),
            );
            None
        }
    }
}

/// A missing value leaves the field empty, and the field's state says which absence it is. There
/// is no way to write a text instead: "なし" for "not in the source" would be a lie.
pub(super) fn on_missing(field: &FieldDoc, faults: &mut Faults<'_>) {
    let words = ["leave_empty"];
    required(field, &field.on_missing, "on_missing", words[0], &words, faults);
}

fn on_unmappable(field: &FieldDoc, faults: &mut Faults<'_>) {
    let words = ["leave_to_crew"];
    required(field, &field.on_unmappable, "on_unmappable", words[0], &words, faults);
}

pub(super) fn transforms(written: Option<&Words>, faults: &mut Faults<'_>) -> Vec<Transform> {
    let words = written.map(|words| words.get_ref().as_slice()).unwrap_or_default();
    words
        .iter()
        .filter_map(|word| faults.word(word, ("変換", "transform"), &Transform::ALL))
        .collect()
}

fn date_form(
    field: &FieldDoc,
    too_wide: impl Fn(&str) -> bool,
    faults: &mut Faults<'_>,
) -> Option<DateForm> {
    let Some(written) = &field.date else {
        faults.add_with_remedy(
            field.name.span(),
            "日付の書き方 date が要る",
            &format!("`{}` has to say how a `date` is written", field.name),
            "date = \"yyyy/MM/dd\"",
        );
        return None;
    };
    let form = faults.word(written, ("日付の書き方", "form of a date"), &DateForm::ALL)?;
    if too_wide(written.get_ref()) {
        faults.add(
            written.span(),
            "日付が max_chars に入らない",
            "a date of this form does not fit `max_chars`",
        );
    }
    Some(form)
}

/// A code map answers for every word the source can say: with a code, or with `no_code`.
fn codes(
    field: &FieldDoc,
    path: CodePath,
    too_wide: impl Fn(&str) -> bool,
    faults: &mut Faults<'_>,
) -> Option<BTreeMap<String, String>> {
    let Some(codes) = &field.codes else {
        faults.add_with_remedy(
            field.name.span(),
            "コード表 codes が要る",
            &format!("`{}` has to map words to `codes`", field.name),
            "codes = { … }",
        );
        return None;
    };
    let no_code =
        field.no_code.as_ref().map(|words| words.get_ref().as_slice()).unwrap_or_default();
    known_once(codes, no_code, path, faults);
    for code in codes.get_ref().values() {
        not_empty(code, faults);
        if too_wide(code.get_ref()) {
            faults.add(
                code.span(),
                "コードが max_chars に入らない",
                "the code does not fit `max_chars`",
            );
        }
    }
    let missing: Vec<_> = path
        .words()
        .iter()
        .filter(|word| !codes.get_ref().contains_key(**word))
        .filter(|word| !no_code.iter().any(|known| known.get_ref() == *word))
        .collect();
    for word in missing {
        faults.add_with_remedy(
            codes.span(),
            &format!("「{word}」のコードがない"),
            &format!("the code map says nothing about `{word}`"),
            &format!("no_code = [\"{word}\"]"),
        );
    }
    match (no_code.is_empty(), &field.on_unmappable) {
        (false, _) => on_unmappable(field, faults),
        (true, Some(needless)) => no_effect("on_unmappable", needless.span(), "code", faults),
        (true, None) => {}
    }
    let pairs = codes.get_ref().iter();
    Some(pairs.map(|(word, code)| (word.get_ref().clone(), code.get_ref().clone())).collect())
}

fn known_once(codes: &Codes, no_code: &[Spanned<String>], path: CodePath, faults: &mut Faults<'_>) {
    let known: Vec<_> = path.words().iter().map(|word| (*word, ())).collect();
    for word in codes.get_ref().keys().chain(no_code) {
        faults.word(word, ("区分", "word of the source"), &known);
    }
    for word in no_code.iter().filter(|word| codes.get_ref().contains_key(word.get_ref().as_str()))
    {
        faults.add(
            word.span(),
            &format!("「{word}」にはコードがある"),
            &format!("`{word}` has a code and is in `no_code`"),
        );
    }
}

pub(super) fn not_empty(text: &Spanned<String>, faults: &mut Faults<'_>) {
    if text.get_ref().trim().is_empty() {
        faults.add(text.span(), "空にできない", "must not be empty");
    }
}
