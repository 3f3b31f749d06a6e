//! Writing many items into one narrow field: what comes first, what fits, what is counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mynaq_interface::{Change, FieldState, Provenance, Summary, TraceSource};
use unicode_normalization::UnicodeNormalization;

use super::{Written, cut};
use crate::kana;
use crate::source::{Absence, Item, ListPath};
use crate::transform::{self, Transform};
use crate::width::Counting;

/// How a field lists the items of one section or several.
#[derive(Debug)]
pub(crate) struct ListRule {
    /// At least one; their items follow each other in this order.
    pub(crate) paths: Vec<ListPath>,
    /// None of them can fail.
    pub(crate) transforms: Vec<Transform>,
    /// Parts of names and ingredients, as [`comparable`] writes them: items that have one come
    /// first, in this order.
    pub(crate) first: Vec<String>,
    /// Whether each section is ordered by date; otherwise it keeps the summary's order.
    pub(crate) newest_first: bool,
    /// Whether items written alike are written once.
    pub(crate) distinct: bool,
    pub(crate) join: String,
    pub(crate) overflow: Overflow,
}

/// What happens to items that find no room.
#[derive(Debug)]
pub(crate) enum Overflow {
    /// The text ends where the field ends.
    Cut,
    /// Whole items only, then the number of the others between these two texts.
    CountRest { before: String, after: String },
}

/// The form in which names and priorities are compared.
pub(crate) fn comparable(text: &str) -> String {
    kana::full_width(&text.nfc().collect::<String>())
}

/// Items that stand in the field as one text.
struct Entry<'a> {
    text: String,
    /// How many items it stands for.
    times: usize,
    known_from: Vec<&'a Provenance>,
}

impl ListRule {
    pub(super) fn write<'a>(
        &self,
        max: usize,
        counting: Counting,
        summary: &'a Summary,
    ) -> Written<'a> {
        let mut changes = vec![];
        let mut read = vec![];
        let items = match self.items(summary, &mut read, &mut changes) {
            Ok(items) => items,
            Err(absence) => return Written::absent(absence, read, changes),
        };
        let entries = self.entries(items, &mut changes);
        let (value, standing) = match &self.overflow {
            Overflow::Cut => self.cut(&entries, max, counting, &mut changes),
            Overflow::CountRest { before, after } => {
                self.count_rest(&entries, (before, after), max, counting, &mut changes)
            }
        };
        if value.is_empty() {
            return Written::absent(Absence::NotAsked, read, changes);
        }
        let known_from = entries.into_iter().take(standing).flat_map(|entry| entry.known_from);
        Written {
            state: FieldState::Offered { value },
            known_from: known_from.collect(),
            read,
            changes,
        }
    }

    /// Every item in the order of writing. Of several empty sections the one that says least
    /// speaks for the field: "not asked" and "none" together are not "none".
    fn items<'a>(
        &self,
        summary: &'a Summary,
        read: &mut Vec<TraceSource>,
        changes: &mut Vec<Change>,
    ) -> Result<Vec<Item<'a>>, Absence> {
        let mut items: Vec<Item<'a>> = vec![];
        let mut empty = vec![];
        for path in &self.paths {
            match path.read(summary) {
                Ok(mut found) => {
                    if self.newest_first {
                        found.sort_by_key(|item| Reverse(item.date));
                    }
                    items.append(&mut found);
                }
                Err(absence) => empty.push((path.name(), absence)),
            }
        }
        if !self.first.is_empty() {
            items.sort_by_cached_key(|item| self.rank(item));
        }
        read.extend(items.iter().map(|item| TraceSource {
            path: item.path.name().to_owned(),
            index: u32::try_from(item.index).ok(),
        }));
        // Sections that were looked into and gave nothing stand in the trace too, without index.
        read.extend(
            empty.iter().map(|(name, _)| TraceSource { path: (*name).to_owned(), index: None }),
        );
        if items.is_empty() {
            let least = empty.iter().map(|(_, absence)| *absence).min();
            return Err(least.unwrap_or(Absence::NotAsked));
        }
        for (name, absence) in empty {
            if absence == Absence::NotAsked {
                let because = format!("{name} は未確認 / {name} was not asked for");
                changes.push(Change::LeftToCrew { because });
            }
        }
        Ok(items)
    }

    /// The place of an item's best priority; those without come after all others.
    fn rank(&self, item: &Item<'_>) -> usize {
        let name = comparable(item.text);
        let ingredient = item.ingredient.map(comparable).unwrap_or_default();
        self.first
            .iter()
            .position(|part| name.contains(part) || ingredient.contains(part))
            .unwrap_or(self.first.len())
    }

    fn entries<'a>(&self, items: Vec<Item<'a>>, changes: &mut Vec<Change>) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = vec![];
        let mut seen = BTreeMap::new();
        for item in items {
            let text = self.text_of(&item, changes);
            let known_from = item.provenance.iter();
            let place = *seen.entry((text.clone(), item.identity)).or_insert(entries.len());
            match entries.get_mut(place) {
                Some(same) if self.distinct => {
                    same.times += 1;
                    same.known_from.extend(known_from);
                }
                _ => entries.push(Entry { text, times: 1, known_from: known_from.collect() }),
            }
        }
        for entry in entries.iter().filter(|entry| entry.times > 1) {
            changes.push(Change::Transformed {
                by: "distinct".into(),
                from: vec![entry.text.as_str(); entry.times].join(&self.join),
                to: entry.text.clone(),
            });
        }
        entries
    }

    /// An item without a name is still an item: it keeps its place and its count.
    fn text_of(&self, item: &Item<'_>, changes: &mut Vec<Change>) -> String {
        const NAMELESS: &str = "（名称なし）";
        // The checks let no step into a list that can fail; if one did, the text stays as it is.
        let text = transform::apply(&self.transforms, item.text, changes)
            .unwrap_or_else(|beyond| beyond.text);
        if !text.is_empty() {
            return text;
        }
        changes.push(Change::Replaced {
            from: item.text.to_owned(),
            to: NAMELESS.to_owned(),
            because: "情報源に名称がない / the source gives no name".into(),
        });
        NAMELESS.to_owned()
    }

    /// The value, and how many entries stand in it, whole or in part.
    fn cut(
        &self,
        entries: &[Entry<'_>],
        max: usize,
        counting: Counting,
        changes: &mut Vec<Change>,
    ) -> (String, usize) {
        let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
        let joined = texts.join(&self.join);
        let kept = cut(&joined, max, counting, changes);
        let mut begins = 0;
        let standing = texts
            .iter()
            .take_while(|text| {
                let stands = begins < kept.len();
                begins += text.len() + self.join.len();
                stands
            })
            .count();
        (kept.to_owned(), standing)
    }

    /// As many whole entries as fit beside the number of the others. The first is always there,
    /// cut if it must be: a bare number would help nobody.
    fn count_rest(
        &self,
        entries: &[Entry<'_>],
        (before, after): (&str, &str),
        max: usize,
        counting: Counting,
        changes: &mut Vec<Change>,
    ) -> (String, usize) {
        let suffix = |rest: usize| match rest {
            0 => String::new(),
            _ => format!("{before}{rest}{after}"),
        };
        let mut value = String::new();
        let mut standing = 0;
        let mut whole = String::new();
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                whole.push_str(&self.join);
            }
            whole.push_str(&entry.text);
            // The suffix may shrink as more entries stand, so only the entries decide when to stop.
            if counting.width(&whole) > max {
                break;
            }
            let candidate = format!("{whole}{}", suffix(entries.len() - at - 1));
            if counting.width(&candidate) <= max {
                (value, standing) = (candidate, at + 1);
            }
        }
        if standing == 0
            && let Some((first, rest)) = entries.split_first()
        {
            let suffix = suffix(rest.len());
            let room = max.saturating_sub(counting.width(&suffix));
            let begun = cut(&first.text, room, counting, changes);
            if !begun.is_empty() {
                (value, standing) = (format!("{begun}{suffix}"), 1);
            }
        }
        let left_out: Vec<_> =
            entries.iter().skip(standing.max(1)).map(|entry| entry.text.clone()).collect();
        if !left_out.is_empty() {
            changes.push(Change::LeftOut { items: left_out });
        }
        (value, standing)
    }
}
