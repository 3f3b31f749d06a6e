//! What of the department's words goes on the paper: a configuration may hold anything, the paper
//! has little room.

use super::{Department, Part};

/// Most lines of a contact.
const CONTACT_LINES: usize = 3;

/// The longest lines, in hundredths of the height of a letter: a kanji is 100.
const NAME_WIDTH: u32 = 24_00;
const KANA_WIDTH: u32 = 48_00;
const CONTACT_WIDTH: u32 = 32_00;
/// It may take two lines of the paper.
const URL_WIDTH: u32 = 60_00;

/// What stands where something was cut.
const CUT: char = '…';

/// The department as the paper shows it.
pub(super) struct Printed {
    pub(super) name: String,
    pub(super) name_kana: Option<String>,
    pub(super) contact: Vec<String>,
    pub(super) url: Option<String>,
    /// The first part that is not shown as it was written.
    pub(super) unfit: Option<Part>,
}

impl Printed {
    pub(super) fn of(department: &Department) -> Self {
        let name = Line::of(&department.name, NAME_WIDTH);
        let name_kana = department.name_kana.as_deref().map(|kana| Line::of(kana, KANA_WIDTH));
        let contact = lines(&department.contact);
        let url = department.url.as_deref().map(|url| Line::of(url, URL_WIDTH));
        let whole = |line: &Option<Line>| line.as_ref().is_none_or(|line| line.whole);
        let unfit = [
            (name.whole, Part::Name),
            (whole(&name_kana), Part::NameKana),
            (!contact.is_empty() && contact.iter().all(|line| line.whole), Part::Contact),
            (whole(&url), Part::Url),
        ]
        .into_iter()
        .find_map(|(whole, part)| (!whole).then_some(part));
        let text = |line: Option<Line>| line.map(|line| line.text).filter(|text| !text.is_empty());
        Printed {
            name: name.text,
            name_kana: text(name_kana),
            contact: contact.into_iter().map(|line| line.text).collect(),
            url: text(url),
            unfit,
        }
    }
}

struct Line {
    text: String,
    /// Nothing was cut or left out, and there was something.
    whole: bool,
}

impl Line {
    fn of(written: &str, most: u32) -> Self {
        let mut text = String::new();
        let mut whole = true;
        let mut used = 0;
        // How much of it leaves room for the mark that something was cut.
        let mut with_mark = 0;
        for character in written.trim().chars() {
            let character = if character == '\t' { ' ' } else { character };
            if !can_be_seen(character) {
                whole = false;
                continue;
            }
            used += width(character);
            if used > most {
                text.truncate(with_mark);
                text.push(CUT);
                whole = false;
                break;
            }
            text.push(character);
            if used + width(CUT) <= most {
                with_mark = text.len();
            }
        }
        Line { whole: whole && !text.is_empty(), text }
    }
}

/// The lines of a contact that are not empty.
fn lines(contact: &str) -> Vec<Line> {
    let mut written =
        contact.split(['\n', '\r', '\u{2028}', '\u{2029}']).filter(|line| !line.trim().is_empty());
    let mut lines: Vec<_> =
        written.by_ref().take(CONTACT_LINES).map(|line| Line::of(line, CONTACT_WIDTH)).collect();
    if let (Some(last), Some(_)) = (lines.last_mut(), written.next()) {
        last.text.push(CUT);
        last.whole = false;
    }
    lines
}

/// About how wide a character is, rather too wide than too narrow.
fn width(character: char) -> u32 {
    match character {
        'A'..='Z' | 'm' | 'w' | '@' | '%' | '&' => 95,
        ' '..='~' => 60,
        // Long dashes, Arabic phrases in one character, and the widest signs of cuneiform.
        '\u{2E3A}' | '\u{2E3B}' => 300,
        '\u{FDF0}'..='\u{FDFF}' => 1200,
        '\u{12000}'..='\u{1254F}' => 600,
        _ => 100,
    }
}

/// Whether a character is more than a command to the page: controls, marks of direction and of
/// joining, and what is no character could hide or reorder what stands beside them.
fn can_be_seen(character: char) -> bool {
    !(character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FDD0}'..='\u{FDEF}'
                | '\u{FEFF}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
        || u32::from(character) & 0xFFFE == 0xFFFE)
}
