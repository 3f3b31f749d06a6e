//! The closed list of what a mapping may do to a text, each step leaving its mark in the trace.

use mynaq_interface::Change;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::kana;

/// A step on the way of a text into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    /// No space at the ends, and one where several stood: the first of them.
    CollapseSpaces,
    /// Half-width kana to full width.
    KanaFullWidth,
    /// Only ァ–ン and ー, for fields whose own filter drops everything else in silence. Spaces
    /// and ・ part a name without belonging to it and go; any other character is unmappable.
    KatakanaOnly,
}

impl Transform {
    pub(crate) const ALL: [(&str, Transform); 3] = [
        ("collapse_spaces", Transform::CollapseSpaces),
        ("kana_full_width", Transform::KanaFullWidth),
        ("katakana_only", Transform::KatakanaOnly),
    ];

    /// Whether a text may be beyond this step, so that the rule has to say what happens then.
    pub(crate) fn can_fail(self) -> bool {
        matches!(self, Transform::KatakanaOnly)
    }

    pub(crate) fn name(self) -> &'static str {
        Transform::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    fn run(self, text: &str) -> String {
        match self {
            Transform::CollapseSpaces => collapse_spaces(text),
            Transform::KanaFullWidth => kana::full_width(text),
            Transform::KatakanaOnly => {
                text.chars().filter(|&c| !c.is_whitespace() && c != '・').collect()
            }
        }
    }

    /// The characters of the result that the field cannot hold.
    fn beyond(self, text: &str) -> String {
        match self {
            Transform::KatakanaOnly => {
                text.chars().filter(|c| !matches!(c, 'ァ'..='ン' | 'ー')).collect()
            }
            Transform::CollapseSpaces | Transform::KanaFullWidth => String::new(),
        }
    }
}

/// A text the field cannot hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unmappable {
    pub(crate) text: String,
    /// The characters at fault, in order.
    pub(crate) characters: String,
}

/// Brings a text into the form every rule starts from, then takes it through the rule's steps.
pub(crate) fn apply(
    transforms: &[Transform],
    text: &str,
    changes: &mut Vec<Change>,
) -> Result<String, Unmappable> {
    let mut text = composed(without_controls(text, changes), changes);
    for transform in transforms {
        text = changed(transform.name(), transform.run(&text), text, changes);
        let characters = transform.beyond(&text);
        if !characters.is_empty() {
            return Err(Unmappable { text, characters });
        }
    }
    Ok(text)
}

/// No control character reaches a vendor's record: it would break lines, columns or screens.
fn without_controls(text: &str, changes: &mut Vec<Change>) -> String {
    text.chars()
        .filter_map(|c| match c {
            _ if !c.is_control() => Some(c),
            _ => {
                let to = c.is_whitespace().then_some(' ');
                changes.push(Change::Replaced {
                    from: c.to_string(),
                    to: to.map(String::from).unwrap_or_default(),
                    because: "制御文字は記録に入れない / a control character".into(),
                });
                to
            }
        })
        .collect()
}

/// One form for characters that can be written in several, so that widths and comparisons hold.
fn composed(text: String, changes: &mut Vec<Change>) -> String {
    if is_nfc(&text) {
        return text;
    }
    changed("nfc", text.nfc().collect(), text, changes)
}

fn changed(by: &str, to: String, from: String, changes: &mut Vec<Change>) -> String {
    if to != from {
        changes.push(Change::Transformed { by: by.to_owned(), from, to: to.clone() });
    }
    to
}

fn collapse_spaces(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    let mut after_space = false;
    for c in text.trim().chars() {
        if !(c.is_whitespace() && after_space) {
            collapsed.push(c);
        }
        after_space = c.is_whitespace();
    }
    collapsed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformed(by: &str, from: &str, to: &str) -> Change {
        Change::Transformed { by: by.into(), from: from.into(), to: to.into() }
    }

    #[test]
    fn a_half_width_reading_becomes_what_a_katakana_field_keeps() {
        let mut changes = vec![];
        let steps = [Transform::CollapseSpaces, Transform::KanaFullWidth, Transform::KatakanaOnly];
        let reading = apply(&steps, " ｶﾞｸｳ  ｼﾞﾛｰ", &mut changes);
        assert_eq!(reading.unwrap(), "ガクウジロー");
        let expected = [
            transformed("collapse_spaces", " ｶﾞｸｳ  ｼﾞﾛｰ", "ｶﾞｸｳ ｼﾞﾛｰ"),
            transformed("kana_full_width", "ｶﾞｸｳ ｼﾞﾛｰ", "ガクウ ジロー"),
            transformed("katakana_only", "ガクウ ジロー", "ガクウジロー"),
        ];
        assert_eq!(changes, expected);
    }

    #[test]
    fn letters_outside_the_fields_katakana_are_named_not_dropped() {
        // ヴ is U+30F4, one past ン: the vendor's filter ァ-ン would drop it and offer アレリ.
        let result = apply(&[Transform::KatakanaOnly], "ヴァレリ●", &mut vec![]);
        let expected = Unmappable { text: "ヴァレリ●".into(), characters: "ヴ●".into() };
        assert_eq!(result, Err(expected));
    }

    #[test]
    fn composing_characters_is_traced() {
        let mut changes = vec![];
        assert_eq!(apply(&[], "カ\u{3099}", &mut changes).unwrap(), "ガ");
        assert_eq!(changes, [transformed("nfc", "カ\u{3099}", "ガ")]);
    }

    #[test]
    fn control_characters_go_and_say_so() {
        let mut changes = vec![];
        assert_eq!(apply(&[], "架\0空\n薬", &mut changes).unwrap(), "架空 薬");
        let gone: Vec<_> = changes
            .iter()
            .map(|change| match change {
                Change::Replaced { from, to, .. } => (from.as_str(), to.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(gone, [("\0", ""), ("\n", " ")]);
    }

    #[test]
    fn what_needs_no_change_leaves_no_trace() {
        let mut changes = vec![];
        let steps = [Transform::CollapseSpaces, Transform::KanaFullWidth];
        assert_eq!(apply(&steps, "架空　花子●", &mut changes).unwrap(), "架空　花子●");
        assert_eq!(changes, []);
    }
}
