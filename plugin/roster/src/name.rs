//! Names: of the department, of units, of members. They stand in the ledger for years, so two that
//! look the same must not be two.

use std::borrow::Cow;

/// As long as the interface lets a host's crew member and unit be.
pub(crate) const MAX_CHARS: usize = 64;

/// Why a text cannot be a name, in Japanese and English.
pub(crate) fn unfit(name: &str) -> Option<(&'static str, &'static str)> {
    if name.is_empty() {
        Some(("空になっている", "it is empty"))
    } else if name.chars().any(invisible) {
        Some(("見えない文字（改行など）がある", "it has characters that cannot be seen"))
    } else if name.trim() != name {
        Some(("前後に空白がある", "it begins or ends with a blank"))
    } else if name.chars().nth(MAX_CHARS).is_some() {
        Some(("64文字を超えている", "it is longer than 64 characters"))
    } else {
        None
    }
}

/// Control characters, and the format characters that leave no trace on a screen.
fn invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// What is left of a name when all is taken away that an eye easily misses: width, case, blanks,
/// the kind of dash.
pub(crate) fn outline(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff70}' => '-',
            _ => character,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A text from outside, fit for a message: of bounded length and in one line.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().nth(MAX_CHARS).is_none() && !text.chars().any(invisible) {
        return Cow::Borrowed(text);
    }
    let mut cut: String = text
        .chars()
        .take(MAX_CHARS)
        .map(|character| if invisible(character) { '\u{fffd}' } else { character })
        .collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        cut.push('…');
    }
    Cow::Owned(cut)
}
