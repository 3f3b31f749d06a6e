//! The table in `ALLOWED.md`, read as a program: a second opinion on what may reach a card, that
//! knows nothing of `allow.rs`.

use std::sync::LazyLock;

use crate::card::allow::Purpose;

/// A conversation as the table has it.
pub(crate) struct Documented {
    purpose: Purpose,
    inside: bool,
    current: bool,
    more: bool,
}

struct Row {
    bytes: Vec<Byte>,
    selects_jpki: bool,
    reading: When,
    pin_check: When,
}

/// What one byte of a command may be.
enum Byte {
    From(u8, u8),
    Any,
}

enum When {
    Always,
    Never,
    Inside,
    Current,
    More,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let page = include_str!("../ALLOWED.md");
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).map(row).collect();
    assert!(rows.len() >= 15 && rows.iter().filter(|row| row.selects_jpki).count() == 1);
    rows
});

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.split('|').map(str::trim).collect();
    let [_, command, what, reading, pin_check, _] = cells[..] else { panic!("{line}") };
    Row {
        bytes: command.trim_matches('`').split(' ').flat_map(bytes).collect(),
        selects_jpki: what == "SELECT 公的個人認証AP",
        reading: when(reading),
        pin_check: when(pin_check),
    }
}

fn bytes(word: &str) -> Vec<Byte> {
    let hex = |word| u8::from_str_radix(word, 16).unwrap_or_else(|_| panic!("{word}"));
    match word {
        "le" | "xx" => vec![Byte::Any],
        "dd" => vec![Byte::From(b'0', b'9')],
        // RFC 8017, 9.2, for SHA-256; then the digest.
        "DigestInfo" => "30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20"
            .split(' ')
            .flat_map(bytes)
            .chain((0..32).map(|_| Byte::Any))
            .collect(),
        _ => {
            let (from, to) = word.split_once('…').unwrap_or((word, word));
            vec![Byte::From(hex(from), hex(to))]
        }
    }
}

fn when(words: &str) -> When {
    match words {
        "always" => When::Always,
        "never" => When::Never,
        "inside 公的個人認証AP" => When::Inside,
        "with one of the three files current" => When::Current,
        "after 61xx" => When::More,
        _ => panic!("{words}"),
    }
}

impl Row {
    fn is(&self, command: &[u8]) -> bool {
        self.bytes.len() == command.len()
            && self.bytes.iter().zip(command).all(|(known, byte)| match known {
                Byte::From(from, to) => (from..=to).contains(&byte),
                Byte::Any => true,
            })
    }
}

impl Documented {
    /// A card that has just got power.
    pub(crate) fn new(purpose: Purpose) -> Self {
        LazyLock::force(&TABLE);
        Documented { purpose, inside: false, current: false, more: false }
    }

    /// Whether the table has this command, here and now.
    pub(crate) fn has(&self, command: &[u8]) -> bool {
        TABLE.iter().filter(|row| row.is(command)).any(|row| {
            let when = match self.purpose {
                Purpose::Reading => &row.reading,
                Purpose::PinCheck => &row.pin_check,
            };
            match when {
                When::Always => true,
                When::Never => false,
                When::Inside => self.inside,
                When::Current => self.current,
                When::More => self.more,
            }
        })
    }

    /// A command of the table was answered.
    pub(crate) fn answered(&mut self, command: &[u8], status: u16) {
        self.more = (0x6100..=0x61FF).contains(&status);
        let well = self.more || status == 0x9000 || status == 0x6282;
        match command[1] {
            // SELECT: whatever comes of it, we are no longer where we were.
            0xA4 => {
                self.inside = well && TABLE.iter().any(|row| row.selects_jpki && row.is(command));
                self.current = false;
            }
            // READ BINARY that names a file.
            0xB0 if command[2] >= 0x80 => self.current = well,
            // VERIFY and COMPUTE DIGITAL SIGNATURE make what they use current.
            0x20 | 0x2A => self.current = false,
            _ => {}
        }
    }
}
