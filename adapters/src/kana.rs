//! Half-width kana to full width.

use unicode_normalization::UnicodeNormalization;

/// Half-width kana and their punctuation (U+FF61 to U+FF9F) as full-width characters, with
/// dakuten and handakuten joined to their letter: ｶﾞ becomes ガ. Everything else stays: NFKC over
/// the whole text would also turn ㎎ into mg and ① into 1.
pub(crate) fn full_width(text: &str) -> String {
    if !text.contains(is_half_width) {
        return text.to_owned();
    }
    let mut wide = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_half_width) {
        let (before, run) = rest.split_at(start);
        let (run, after) = run.split_at(run.find(|c| !is_half_width(c)).unwrap_or(run.len()));
        wide.push_str(before);
        wide.extend(run.nfkc());
        rest = after;
    }
    wide.push_str(rest);
    // A run may begin with the mark of a full-width letter: カﾞ.
    wide.nfc().collect()
}

fn is_half_width(c: char) -> bool {
    matches!(c, '\u{FF61}'..='\u{FF9F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JIS X 0201 katakana in code order, and the same in JIS X 0208, typed from the standards.
    const HALF: &str = "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
    const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

    #[test]
    fn all_63_half_width_characters_have_their_full_width_form() {
        // The two marks are the 62nd and 63rd; alone they have only a combining form.
        assert_eq!(HALF.chars().count() + 2, 63);
        assert_eq!(FULL.chars().count(), HALF.chars().count());
        for (half, full) in HALF.chars().zip(FULL.chars()) {
            assert_eq!(full_width(&half.to_string()), full.to_string());
        }
        assert_eq!(full_width("ﾞ"), "\u{3099}");
        assert_eq!(full_width("ﾟ"), "\u{309A}");
    }

    #[test]
    fn dakuten_and_handakuten_join_their_letter() {
        let dakuten = "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳﾜｦ"
            .chars()
            .zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヺ".chars());
        for (half, full) in dakuten {
            assert_eq!(full_width(&format!("{half}ﾞ")), full.to_string());
        }
        for (half, full) in "ﾊﾋﾌﾍﾎ".chars().zip("パピプペポ".chars()) {
            assert_eq!(full_width(&format!("{half}ﾟ")), full.to_string());
        }
        assert_eq!(full_width("カﾞ"), "ガ");
    }

    #[test]
    fn nothing_but_kana_is_touched() {
        let text = "㎎①Ａ１ (5mg)〜●髙";
        assert_eq!(full_width(text), text);
        assert_eq!(full_width("5㎎ｶﾌﾟｾﾙ①"), "5㎎カプセル①");
    }
}
