//! Whether two names are the same person's.

use unicode_normalization::UnicodeNormalization as _;

/// What is left of a name when everything is taken away in which one person's may differ from one
/// time to the next: width (Ｃ－０７), case, spaces, the many strokes that look like a hyphen, and what
/// cannot be seen at all.
///
/// Two people whose names differ in nothing else would be taken for one: one of them cannot review
/// the other, which is the harmless way to be wrong.
pub(super) fn key(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .filter(|&char| !char.is_whitespace() && !is_unseen(char))
        .map(|char| if is_stroke(char) { '-' } else { char })
        .collect()
}

/// Control characters and what Unicode lets a display leave out.
pub(super) fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Hyphens, dashes, the minus sign, and the long vowel mark that the same key types among kana.
fn is_stroke(char: char) -> bool {
    matches!(
        char,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{30fc}' | '\u{fe58}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key_however_the_name_is_typed() {
        for name in [
            "C-07",
            " c-07\t",
            "Ｃ－０７",
            "Ｃ−０７",
            "Cー07",
            "C–07",
            "C\u{2011}07",
            "C-\u{200b}07",
            "C-07\u{202c}",
            "　Ｃ-０７　",
            "C - 07",
        ] {
            assert_eq!(key(name), "c-07", "{name:?}");
        }
        assert_eq!(key("山田　太郎"), key("山田太郎"));
        assert_eq!(key("ｶﾞ"), key("ガ"), "half-width kana carry their marks apart");
        assert_eq!(key("カ\u{3099}"), key("ガ"));
    }

    #[test]
    fn other_people_have_others() {
        for name in ["C-08", "C-7", "C-070", "D-07", "C/07", "С-07"] {
            assert_ne!(key(name), "c-07", "{name:?}");
        }
    }
}
