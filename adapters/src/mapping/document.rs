//! `mapping.toml` as it is written: which keys there are. What they mean together is checked later.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingDoc {
    pub(super) pack: PackDoc,
    pub(super) field: Vec<FieldDoc>,
}

/// `[pack]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackDoc {
    pub(super) version: Spanned<String>,
    pub(super) max_chars_counts: Spanned<String>,
}

pub(super) type Words = Spanned<Vec<Spanned<String>>>;
pub(super) type Codes = Spanned<BTreeMap<Spanned<String>, Spanned<String>>>;

/// One `[[field]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldDoc {
    pub(super) name: Spanned<String>,
    pub(super) label: Spanned<String>,
    pub(super) max_chars: Spanned<i64>,

    // Where the value comes from: exactly one of these.
    pub(super) source: Option<Spanned<String>>,
    pub(super) sources: Option<Words>,
    pub(super) leave_to_crew: Option<Spanned<String>>,

    // How it is written. Which of these a field may have follows from its source.
    pub(super) transforms: Option<Words>,
    pub(super) date: Option<Spanned<String>>,
    pub(super) codes: Option<Codes>,
    pub(super) no_code: Option<Words>,
    pub(super) first: Option<Words>,
    pub(super) newest_first: Option<Spanned<bool>>,
    pub(super) distinct: Option<Spanned<bool>>,
    pub(super) join: Option<Spanned<String>>,

    // What happens when it cannot be written.
    pub(super) on_missing: Option<Spanned<String>>,
    pub(super) on_unmappable: Option<Spanned<String>>,
    pub(super) on_overflow: Option<Spanned<String>>,
    pub(super) rest: Option<Spanned<String>>,
}

impl FieldDoc {
    /// The optional keys that are there, each with its place.
    pub(super) fn given(&self) -> Vec<(&'static str, Range<usize>)> {
        fn at<T>(key: &Option<Spanned<T>>) -> Option<Range<usize>> {
            key.as_ref().map(Spanned::span)
        }
        [
            ("transforms", at(&self.transforms)),
            ("date", at(&self.date)),
            ("codes", at(&self.codes)),
            ("no_code", at(&self.no_code)),
            ("first", at(&self.first)),
            ("newest_first", at(&self.newest_first)),
            ("distinct", at(&self.distinct)),
            ("join", at(&self.join)),
            ("on_missing", at(&self.on_missing)),
            ("on_unmappable", at(&self.on_unmappable)),
            ("on_overflow", at(&self.on_overflow)),
            ("rest", at(&self.rest)),
        ]
        .into_iter()
        .filter_map(|(key, place)| Some((key, place?)))
        .collect()
    }
}
