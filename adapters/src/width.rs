//! How wide a text is for the vendor, and where it may be cut.

use unicode_normalization::char::is_combining_mark;

/// What the vendor's `max_chars` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Unicode characters (scalar values).
    Characters,
    /// UTF-16 code units, as Java, C# and Dart count: 𠮷 is two.
    Utf16Units,
}

impl Counting {
    pub(crate) const ALL: [(&str, Counting); 2] = [
        (Counting::Characters.name(), Counting::Characters),
        (Counting::Utf16Units.name(), Counting::Utf16Units),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Counting::Characters => "characters",
            Counting::Utf16Units => "utf16_units",
        }
    }

    pub(crate) fn width(self, text: &str) -> usize {
        match self {
            Counting::Characters => text.chars().count(),
            Counting::Utf16Units => text.encode_utf16().count(),
        }
    }

    /// Splits a text into what fits and what does not, never inside a character: a letter keeps
    /// its combining marks and its variation selector, or goes with them.
    pub(crate) fn split(self, text: &str, max: usize) -> (&str, &str) {
        let mut used = 0;
        let mut edge = 0;
        let mut previous = None;
        for (at, c) in text.char_indices() {
            if !belongs_to_the_one_before(c, previous) {
                edge = at;
            }
            used += match self {
                Counting::Characters => 1,
                Counting::Utf16Units => c.len_utf16(),
            };
            if used > max {
                return text.split_at(edge);
            }
            previous = Some(c);
        }
        (text, "")
    }
}

/// Marks include the variation selectors of kanji (U+FE00…, U+E0100…).
fn belongs_to_the_one_before(c: char, previous: Option<char>) -> bool {
    const JOINER: char = '\u{200D}';
    is_combining_mark(c) || matches!(c, JOINER | 'ﾞ' | 'ﾟ') || previous == Some(JOINER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_astral_kanji_is_one_character_and_two_utf16_units() {
        assert_eq!(Counting::Characters.split("𠮷田", 1), ("𠮷", "田"));
        assert_eq!(Counting::Utf16Units.split("𠮷田", 2), ("𠮷", "田"));
        assert_eq!(Counting::Utf16Units.split("𠮷田", 1), ("", "𠮷田"));
    }

    #[test]
    fn a_letter_is_never_parted_from_its_marks() {
        // 葛 with a variation selector, ア with a combining dakuten, half-width ガ.
        for cluster in ["葛\u{E0100}", "ア\u{3099}", "ｶﾞ"] {
            let text = format!("甲{cluster}乙");
            assert_eq!(Counting::Characters.split(&text, 2), ("甲", &text["甲".len()..]));
            assert_eq!(Counting::Characters.split(&text, 3).1, "乙");
        }
    }

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(Counting::Characters.split("架空", 2), ("架空", ""));
        assert_eq!(Counting::Characters.split("", 0), ("", ""));
    }
}
