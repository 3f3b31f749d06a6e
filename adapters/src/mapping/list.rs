//! The checks of fields that list items.

use super::check::{not_empty, on_missing, only, required, transforms};
use super::document::{FieldDoc, Words};
use super::faults::Faults;
use crate::plan::{Fill, ListRule, Overflow, comparable};
use crate::source::{ListPath, Path};
use crate::width::Counting;

/// Where `rest` says how many items found no room.
const COUNT: &str = "{count}";

const KEYS: [&str; 8] = [
    "transforms",
    "first",
    "newest_first",
    "distinct",
    "join",
    "on_missing",
    "on_overflow",
    "rest",
];

/// The sections of `sources`. Only lists can follow one another in a field.
pub(super) fn paths(sources: &Words, faults: &mut Faults<'_>) -> Option<Vec<ListPath>> {
    let lists: Vec<_> = Path::ALL
        .iter()
        .filter_map(|(name, path)| match path {
            Path::List(path) => Some((*name, *path)),
            _ => None,
        })
        .collect();
    if sources.get_ref().is_empty() {
        faults.add(sources.span(), "sources が空", "`sources` names no source");
    }
    let mut paths = vec![];
    for source in sources.get_ref() {
        let Some(path) = faults.word(source, ("一覧の読み取り元", "list source"), &lists)
        else {
            continue;
        };
        if paths.contains(&path) {
            faults.add(
                source.span(),
                &format!("「{source}」が二度ある"),
                &format!("`{source}` is named twice"),
            );
        }
        paths.push(path);
    }
    (!paths.is_empty()).then_some(paths)
}

pub(super) fn check(
    field: &FieldDoc,
    paths: Vec<ListPath>,
    max: Option<usize>,
    counting: Counting,
    faults: &mut Faults<'_>,
) -> Option<Fill> {
    only(field, "list", &KEYS, faults);
    on_missing(field, faults);
    let steps = transforms(field.transforms.as_ref(), faults);
    for word in field.transforms.iter().flat_map(|words| words.get_ref()) {
        let cannot = steps.iter().any(|step| step.can_fail() && step.name() == word.get_ref());
        if cannot {
            faults.add_with_remedy(
                word.span(),
                &format!("「{word}」は一覧には使えない"),
                &format!("`{word}` does not fit a list: one item it cannot write would take the others with it"),
                "kana_full_width",
            );
        }
    }
    if field.join.is_none() {
        faults.add_with_remedy(
            field.name.span(),
            &format!("「{}」には join が要る", field.name),
            &format!("`{}` has to say what stands between items: `join`", field.name),
            "join = \"、\"",
        );
    }
    let overflow = overflow(field, max, counting, faults);
    Some(Fill::List(ListRule {
        paths,
        transforms: steps,
        first: first(field.first.as_ref(), faults),
        newest_first: field.newest_first.as_ref().is_some_and(|flag| *flag.get_ref()),
        distinct: field.distinct.as_ref().is_some_and(|flag| *flag.get_ref()),
        join: field.join.as_ref()?.get_ref().clone(),
        overflow: overflow?,
    }))
}

/// An empty part would stand in every name and put everything first.
fn first(written: Option<&Words>, faults: &mut Faults<'_>) -> Vec<String> {
    let words = written.map(|words| words.get_ref().as_slice()).unwrap_or_default();
    words
        .iter()
        .map(|word| {
            not_empty(word, faults);
            comparable(word.get_ref())
        })
        .collect()
}

fn overflow(
    field: &FieldDoc,
    max: Option<usize>,
    counting: Counting,
    faults: &mut Faults<'_>,
) -> Option<Overflow> {
    let words = ["count_rest", "cut"];
    let said = required(field, &field.on_overflow, "on_overflow", words[0], &words, faults)?;
    match (words.get(said), &field.rest) {
        (Some(&"count_rest"), Some(rest)) => {
            let parts = rest.get_ref().split_once(COUNT);
            let Some((before, after)) = parts.filter(|(_, after)| !after.contains(COUNT)) else {
                faults.add_with_remedy(
                    rest.span(),
                    "rest には {count} がちょうど一つ要る",
                    "`rest` says the number once, as `{count}`",
                    " 他{count}件",
                );
                return None;
            };
            // Room for one character beside any number below 1,000.
            let least = counting.width(before) + counting.width(after) + "999".len();
            if max.is_some_and(|max| max <= least) {
                faults.add(
                    rest.span(),
                    "rest だけで max_chars がいっぱいになる",
                    "`rest` alone fills `max_chars`",
                );
            }
            Some(Overflow::CountRest { before: before.to_owned(), after: after.to_owned() })
        }
        (Some(&"count_rest"), None) => {
            faults.add_with_remedy(
                field.name.span(),
                &format!("「{}」には rest が要る", field.name),
                &format!(
                    "`{}` has to say how the number of the others is written: `rest`",
                    field.name
                ),
                "rest = \" 他{count}件\"",
            );
            None
        }
        (_, Some(rest)) => {
            faults.add_with_remedy(
                rest.span(),
                "rest は count_rest とだけ使う",
                "`rest` has an effect only with `count_rest`",
                "on_overflow = \"count_rest\"",
            );
            None
        }
        (_, None) => Some(Overflow::Cut),
    }
}
