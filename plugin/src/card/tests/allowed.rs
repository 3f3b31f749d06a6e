//! What passes the list, found by trying everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::card::allow::{AllowList, Purpose};
use crate::card::command::{Application, Command, File};

const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// Applications that are known, with what they hold.
const FORBIDDEN: [(&str, &[u8]); 6] = [
    ("券面事項入力補助AP", &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08]),
    ("券面事項確認AP", &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02]),
    ("住民基本台帳AP", &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01]),
    ("共通カードAP", &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00]),
    ("運転免許証 DF2", &[0xA0, 0, 0, 0x02, 0x31, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("a part of 公的個人認証AP's name", &[0xD3, 0x92, 0xF0, 0x00, 0x26]),
];
/// Every elementary file that is known of any of them.
const FILES: [u8; 24] = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x10, 0x11, 0x12, 0x13, 0x14,
    0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C,
];

/// Those of the places below that are in the one application that is read.
const INSIDE: [&str; 4] = [
    "in 公的個人認証AP",
    "with one of the three files current",
    "after a READ that failed",
    "with the PIN current",
];

/// Where a conversation can stand, and how it got there.
fn places(purpose: Purpose) -> Vec<(&'static str, AllowList)> {
    let select = |application: Application, status| {
        let mut allow = AllowList::new(purpose);
        allow.follow(&Command::Select(application).encode(), status);
        allow
    };
    let mut places = vec![
        ("after power-up", AllowList::new(purpose)),
        ("in another application", select(Application::DrivingLicence, 0x9000)),
        ("after a SELECT that failed", select(Application::Jpki, 0x6A82)),
        ("in 公的個人認証AP", select(Application::Jpki, 0x9000)),
    ];
    for file in File::ALL {
        let mut allow = select(Application::Jpki, 0x9000);
        allow.follow(&Command::ReadFirst(file, 0).encode(), 0x9000);
        places.push(("with one of the three files current", allow));
    }
    let mut allow = select(Application::Jpki, 0x9000);
    allow.follow(&Command::ReadFirst(File::AuthCertificate, 0).encode(), 0x6982);
    places.push(("after a READ that failed", allow));
    allow = select(Application::Jpki, 0x9000);
    allow.follow(&Command::PinTries.encode(), 0x63C3);
    places.push(("with the PIN current", allow));
    allow = AllowList::new(purpose);
    allow.follow(&Command::Select(Application::Jpki).encode(), 0x6110);
    allow.follow(&[0x00, 0xC0, 0x00, 0x00, 0x10], 0x6A82);
    places.push(("in 公的個人認証AP", allow));
    allow = AllowList::new(purpose);
    allow.follow(&Command::Select(Application::CardManager).encode(), 0x6110);
    places.push(("after 61xx", allow));
    places
}

/// What follows CLA and INS of everything we say.
fn right() -> Vec<Vec<u8>> {
    let said = Application::ALL.map(Command::Select).into_iter().chain([
        Command::ReadWhole(File::AuthCertificate),
        Command::ReadFirst(File::Token, 32),
        Command::ReadFirst(File::State, 3),
        Command::ReadFirst(File::AuthCertificate, 0),
        Command::ReadOn(0x0100, 0),
        Command::Rest(0),
        Command::PinTries,
        Command::VerifyPin(zeroize::Zeroizing::new(*b"1234")),
        Command::Sign([0x55; 32]),
    ]);
    said.map(|command| command.encode()[2..].to_vec()).collect()
}

/// What is tried with every CLA and INS: each known P1, P2 and body of each known command.
fn bodies() -> Vec<Vec<u8>> {
    let mut tried: Vec<Vec<u8>> = Vec::new();
    for name in Application::ALL
        .map(Application::identifier)
        .into_iter()
        .chain(FORBIDDEN.iter().map(|(_, name)| *name))
    {
        for header in [[0x04, 0x0C], [0x04, 0x00], [0x04, 0x04], [0x00, 0x0C]] {
            tried.push([&header[..], &[name.len() as u8], name].concat());
        }
    }
    for file in FILES {
        tried.push(vec![0x02, 0x0C, 0x02, 0x00, file]);
        tried.push(vec![0x00, 0x00, 0x02, 0x00, file]);
        let short = 0x80 | file;
        for body in [&[][..], &[0x00], &[0x03], &[0x00, 0x00, 0x00], &[0x00, 0x10, 0x00]] {
            tried.push([&[short, 0x00], body].concat());
            tried.push([&[short, 0x10], body].concat());
            tried.push([&[0x00, short], body].concat());
            tried.push([&[0x01, short], body].concat());
        }
        for secret in [&b"1234"[..], b"12345", b"ABC123", b"123456789012", &[1, 2, 3, 4]] {
            let with_length = [&[0x00, short, secret.len() as u8], secret].concat();
            tried.push(with_length.clone());
            tried.push([&[0x01], &with_length[1..]].concat());
        }
        for digest_info in [51, 20, 32] {
            let body = vec![0x30; digest_info];
            tried.push([&[0x00, short, digest_info as u8], &body[..], &[0x00]].concat());
        }
    }
    for p1 in [0x00, 0x01, 0x02, 0x1F, 0x20, 0x7F, 0x80, 0xFF] {
        for p2 in [0x00, 0x01, 0x80, 0xAE, 0xB6, 0xFF] {
            for body in [&[][..], &[0x00], &[0x10], &[0xFF], &[0x00, 0x00, 0x00]] {
                tried.push([&[p1, p2], body].concat());
            }
        }
    }
    // A signature over something else than a SHA-256 digest.
    let mut other = Command::Sign([0x55; 32]).encode()[2..].to_vec();
    other[4] ^= 1;
    tried.extend([other, vec![]]);
    tried.extend(right());
    tried
}

/// Which commands pass, in words; a line of the table.
fn name(apdu: &[u8]) -> (String, &'static str) {
    let hex = |bytes: &[u8]| {
        let words: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        words.join(" ")
    };
    match apdu {
        [0x00, 0xA4, ..] => {
            let what = match &apdu[5..] {
                JPKI => "SELECT 公的個人認証AP",
                name if name[..5] == [0xA0, 0, 0, 1, 0x51] => "SELECT the card manager",
                name if name[..5] == [0xA0, 0, 0, 2, 0x31] => "SELECT 運転免許証, to name the card",
                name if name[..2] == [0xD3, 0x92] => "SELECT 在留カード, to name the card",
                name if name[..4] == *b"2PAY" => "SELECT payment directory, to name the card",
                _ => "SELECT passport application, to name the card",
            };
            (hex(apdu), what)
        }
        [0x00, 0xC0, ..] => ("00 C0 00 00 le".into(), "GET RESPONSE, the rest of an answer"),
        [0x00, 0xB0, 0x86, ..] => {
            ("00 B0 86 00 le".into(), "READ BINARY EF 0006, token information")
        }
        [0x00, 0xB0, 0x88, ..] => {
            ("00 B0 88 00 le".into(), "READ BINARY EF 0008, which certificates there are")
        }
        [0x00, 0xB0, 0x8A, 0x00, 0, 0, 0] => {
            (hex(apdu), "READ BINARY EF 000A, 利用者証明用電子証明書, extended")
        }
        [0x00, 0xB0, 0x8A, ..] => {
            ("00 B0 8A 00 le".into(), "READ BINARY EF 000A, 利用者証明用電子証明書")
        }
        [0x00, 0xB0, 0x00..=0x1F, ..] => {
            ("00 B0 00…1F xx le".into(), "READ BINARY of the current file, up to 8 KiB")
        }
        [0x00, 0x20, 0x00, 0x98] => (hex(apdu), "VERIFY without data: tries left, spends none"),
        [0x00, 0x20, 0x00, 0x98, 4, ..] => {
            ("00 20 00 98 04 dd dd dd dd".into(), "VERIFY 利用者証明用パスワード, four digits")
        }
        [0x80, 0x2A, 0x00, 0x97, 51, ..] => (
            "80 2A 00 97 33 DigestInfo 00".into(),
            "COMPUTE DIGITAL SIGNATURE with the 利用者証明用 key, SHA-256",
        ),
        _ => (hex(apdu), "**nobody knows**"),
    }
}

#[test]
fn what_passes_is_the_table_in_the_documentation() {
    let bodies = bodies();
    let shapes: Vec<_> = bodies.iter().step_by(16).chain(&right()).cloned().collect();
    let mut passing: BTreeMap<(String, &str), BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut tried = 0_u64;
    for (purpose, who) in [(Purpose::Reading, "reading"), (Purpose::PinCheck, "PIN check")] {
        for (place, allow) in places(purpose) {
            let mut apdu = Vec::with_capacity(80);
            for (class, instruction) in (0..=u16::MAX).map(|both| ((both >> 8) as u8, both as u8)) {
                // With the classes of these cards everything, with the others one of each shape.
                let bodies = if matches!(class, 0x00 | 0x80) { &bodies } else { &shapes };
                for body in bodies {
                    apdu.clear();
                    apdu.extend([class, instruction]);
                    apdu.extend_from_slice(body);
                    tried += 1;
                    if allow.admits(&apdu) {
                        passing
                            .entry(name(&apdu))
                            .or_default()
                            .entry(who)
                            .or_default()
                            .insert(place);
                    }
                }
            }
        }
    }
    assert!(tried > 100_000_000, "{tried}");

    let all: BTreeSet<_> = places(Purpose::Reading).into_iter().map(|(place, _)| place).collect();
    let inside: BTreeSet<_> = all.iter().copied().filter(|place| INSIDE.contains(place)).collect();
    let mut page = String::from(
        "# What can reach a card\n\n\
         Written by the test `what_passes_is_the_table_in_the_documentation`, which tries every CLA \
         and INS with every application, file, PIN and body that is known of these cards, at every \
         place a conversation can be. Nothing else passes: the list stands in the transport \
         (`allow.rs`), so no other part of the plugin can get around it.\n\n\
         | command | what | reading, when | PIN check, when |\n|---|---|---|---|\n",
    );
    for ((bytes, what), by) in &passing {
        let when = |who: &str| match by.get(who) {
            None => "never".to_owned(),
            Some(places) if *places == all => "always".to_owned(),
            Some(places) if *places == inside => "inside 公的個人認証AP".to_owned(),
            Some(places) => places.iter().copied().collect::<Vec<_>>().join("; "),
        };
        writeln!(page, "| `{bytes}` | {what} | {} | {} |", when("reading"), when("PIN check"))
            .unwrap();
    }
    page.push_str("\nOut of reach, among all else:\n\n");
    for (what, aid) in FORBIDDEN {
        let aid: String = aid.iter().map(|byte| format!("{byte:02X}")).collect();
        writeln!(page, "- SELECT {what} (`{aid}`)").unwrap();
    }
    page.push_str(
        "- and so the My Number, 照合番号A and B, name, address, photo and 住民票コード, which are behind \
         them\n\
         - SELECT of a file by its number, and any file of 公的個人認証AP but the three above: 署名用電子証明書 \
         among them\n\
         - VERIFY of any other PIN, and every command that changes something (CHANGE REFERENCE DATA, \
         RESET RETRY COUNTER, UPDATE, WRITE, ERASE, PUT DATA)\n\
         - `80 A2`, the beginning of the authentication without PIN (`possession.rs`)\n",
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/card/ALLOWED.md");
    if std::env::var_os("MYNAQ_WRITE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "ALLOWED.md is stale: run this test with MYNAQ_WRITE=yes");
    assert!(!page.contains("nobody knows"), "{page}");
}

#[test]
fn every_short_body_of_the_commands_that_pass_is_tried() {
    // P1, P2 and up to two bytes more, for the four instructions: what passes has a name.
    for purpose in [Purpose::Reading, Purpose::PinCheck] {
        for (place, allow) in places(purpose) {
            for header in [[0x00, 0xA4], [0x00, 0xB0], [0x00, 0x20], [0x00, 0xC0], [0x80, 0x2A]] {
                for both in 0..=u16::MAX {
                    let [p1, p2] = both.to_be_bytes();
                    for body in [&[][..], &[0x00], &[0x01], &[0xFF], &[0x00, 0x00], &[0x01, 0x31]] {
                        let apdu = [&header, &[p1, p2], body].concat();
                        if allow.admits(&apdu) {
                            let (_, what) = name(&apdu);
                            assert_ne!(what, "**nobody knows**", "{place}: {apdu:02X?}");
                        }
                    }
                }
            }
        }
    }
}

/// What P2 is about, by name and not by a table that was written by looking.
#[test]
fn the_my_number_and_everything_that_writes_stay_out_of_reach_everywhere() {
    let mut forbidden: Vec<Vec<u8>> = Vec::new();
    for (_, name) in FORBIDDEN {
        forbidden.push([&[0x00, 0xA4, 0x04, 0x0C, name.len() as u8], name].concat());
    }
    for file in FILES {
        // SELECT of the file; then READ, VERIFY and signature by its short identifier.
        forbidden.push(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, file]);
        if ![0x06, 0x08, 0x0A].contains(&file) {
            forbidden.push(vec![0x00, 0xB0, 0x80 | file, 0x00, 0x00]);
            forbidden.push(vec![0x00, 0xB0, 0x80 | file, 0x00, 0x00, 0x00, 0x00]);
        }
        if file != 0x18 {
            forbidden.push(vec![0x00, 0x20, 0x00, 0x80 | file]);
            forbidden.push([&[0x00, 0x20, 0x00, 0x80 | file, 4][..], b"1234"].concat());
        }
        // 照合番号A is the My Number, 照合番号B fourteen digits, the signing password six and more.
        for secret in [&b"123456789012"[..], b"12345678901234", b"ABC123"] {
            let header = [0x00, 0x20, 0x00, 0x80 | file, secret.len() as u8];
            forbidden.push([&header[..], secret].concat());
        }
    }
    // VERIFY of whatever is current, and with what are no digits.
    forbidden.push([&[0x00, 0x20, 0x00, 0x80, 4][..], b"1234"].concat());
    forbidden.push(vec![0x00, 0x20, 0x00, 0x98, 4, 1, 2, 3, 4]);
    // CHANGE REFERENCE DATA, RESET RETRY COUNTER, WRITE, UPDATE, ERASE, PUT DATA; `80 A2`, CHANGE KEY.
    for (class, instruction) in [
        (0x00, 0x24),
        (0x00, 0x2C),
        (0x00, 0xD0),
        (0x00, 0xD2),
        (0x00, 0xD6),
        (0x00, 0xDC),
        (0x00, 0x0E),
        (0x00, 0xDA),
        (0x00, 0xE2),
        (0x80, 0xA2),
        (0x80, 0x32),
    ] {
        for rest in [&[0x00, 0x00][..], &[0x01, 0x98, 0x04, 0x31, 0x31, 0x31, 0x31], &[0x00, 0x80]]
        {
            forbidden.push([&[class, instruction], rest].concat());
        }
    }
    for purpose in [Purpose::Reading, Purpose::PinCheck] {
        for (place, allow) in places(purpose) {
            for apdu in &forbidden {
                assert!(!allow.admits(apdu), "{purpose:?} {place}: {apdu:02X?}");
            }
        }
    }
}

#[test]
fn everything_we_say_is_on_the_list() {
    for command in [
        Command::ReadWhole(File::AuthCertificate),
        Command::ReadFirst(File::AuthCertificate, 0),
        Command::ReadFirst(File::AuthCertificate, 240),
        Command::ReadFirst(File::Token, 32),
    ] {
        let mut allow = AllowList::new(Purpose::Reading);
        allow.follow(&Command::Select(Application::Jpki).encode(), 0x9000);
        assert!(allow.admits(&command.encode()), "{command:?}");
        allow.follow(&command.encode(), 0x9000);
        assert!(allow.admits(&Command::ReadOn(0x1F00, 0x86).encode()));
        assert!(!allow.admits(&Command::ReadOn(0x2000, 0x86).encode()), "no file is longer");
    }
    for application in Application::ALL {
        let allow = AllowList::new(Purpose::Reading);
        assert!(allow.admits(&Command::Select(application).encode()), "{application:?}");
    }
}
