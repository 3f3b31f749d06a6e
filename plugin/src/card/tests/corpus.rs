//! The fuzzer's corpus (`plugin/fuzz/corpus`): every file of it holds, and what it began with is made
//! here, from synthetic cards alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mynaq_simulator::{BeyondEnd, Desk, Extended, Habits, Session, World};
use time::macros::date;
use zeroize::Zeroizing;

use crate::card::allow::Purpose;
use crate::card::channel::Channel;
use crate::card::command::{Application, Command, File};
use crate::card::jpki::{self, Lengths};
use crate::card::link::{Link, LinkFault};
use crate::card::trial;

/// One file: its target, its name and what is in it.
type Seed = (&'static str, String, Vec<u8>);

/// The ends of the labels that are known, and of one that is not.
const LABELS: [&str; 5] = ["ICCTOKEN2", "ICCTOKEN", "ICCTOKEN3", "GPSETOKEN", "IOSTOKEN"];

/// A label as it stands in EF 0006.
fn name_of(end: &str) -> String {
    format!("{:<32}", format!("JPKIAP{end}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

#[test]
fn every_file_of_the_corpus_holds() {
    for (target, holds) in trial::ALL {
        let folder = std::fs::read_dir(folder().join(target)).unwrap();
        let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty(), "{target}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            // What does not hold has panicked, and said why.
            assert!(std::panic::catch_unwind(|| holds(&bytes)).is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn what_the_corpus_began_with_can_be_made_again() {
    for (target, name, bytes) in seeds() {
        let file = folder().join(target).join(&name);
        if std::env::var_os("MYNAQ_WRITE").is_some() {
            std::fs::create_dir_all(folder().join(target)).unwrap();
            std::fs::write(&file, &bytes).unwrap();
        }
        let stale = std::fs::read(&file).unwrap_or_default() != bytes;
        assert!(!stale, "{target}/{name} is stale: run this test with MYNAQ_WRITE=yes");
    }
}

fn seeds() -> Vec<Seed> {
    // Always the same day, so that they are always the same cards.
    let world = Arc::new(World::generate(date!(2026 - 11 - 25)).unwrap());
    let p01 = world.certificate("P01").unwrap().to_vec();
    let mut seeds: Vec<Seed> = vec![
        ("certificate", "authority".into(), world.authority_certificate().unwrap().to_vec()),
        ("certificate", "without-end".into(), without_end(&p01)),
    ];
    for card in ["P01", "X05", "X13"] {
        seeds.push(("certificate", card.into(), world.certificate(card).unwrap().to_vec()));
    }
    seeds.extend(LABELS.map(|name| ("label", name.into(), name_of(name).into())));
    for (name, header) in [
        ("short", &[0x30, 0x7F, 0x90, 0x00][..]),
        ("one-byte", &[0x30, 0x81, 0x80, 0x90, 0x00]),
        ("two-bytes", &[0x30, 0x82, 0x06, 0x32, 0x90, 0x00]),
        ("three-bytes", &[0x30, 0x83, 0x01, 0x00, 0x00, 0x90, 0x00]),
        ("indefinite", &[0x30, 0x80, 0x00, 0x00]),
        ("not-shortest", &[0x30, 0x82, 0x00, 0x80]),
    ] {
        seeds.push(("header", name.into(), header.to_vec()));
    }
    seeds.extend(conversations(&world).into_iter().chain(hostile(&p01)).map(|(name, answers)| {
        let answers = answers.iter().flat_map(|answer| {
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            [&length, answer.as_slice()].concat()
        });
        ("conversation", name, answers.collect())
    }));
    seeds.extend(commands());
    seeds.extend(pin_checks());
    seeds
}

/// What cards say to a PIN check: state, tries, VERIFY, signature, leaving.
fn pin_checks() -> Vec<Seed> {
    let state = [0x8F, 0x8F, 0x00, 0x90, 0x00];
    let said = |last_try: u8, statuses: &[u16]| {
        let answers = [&state[..]].into_iter().map(<[u8]>::to_vec);
        let answers = answers.chain(statuses.iter().map(|status| status.to_be_bytes().to_vec()));
        let framed = answers.flat_map(|answer| {
            [&u16::try_from(answer.len()).unwrap().to_be_bytes(), answer.as_slice()].concat()
        });
        [last_try].into_iter().chain(framed).collect()
    };
    [
        ("right", 0, &[0x63C3, 0x9000, 0x9000, 0x9000][..]),
        ("wrong", 0, &[0x63C3, 0x63C2, 0x9000]),
        ("last-refused", 0, &[0x63C1, 0x9000, 0x9000, 0x9000]),
        ("last-allowed", 1, &[0x63C1, 0x9000, 0x9000, 0x9000]),
        ("locked", 1, &[0x63C0, 0x6984]),
        ("left-unlocked", 0, &[0x9000, 0x9000, 0x9000, 0x63C3, 0x9000, 0x6985, 0x9000]),
        ("always-unlocked", 1, &[0x9000; 8]),
        ("nobody-knows", 1, &[0x6700, 0x9000, 0x9000]),
        ("in-pieces", 0, &[0x6102, 0x63C3, 0x9000, 0x6100, 0x9000, 0x9000]),
    ]
    .map(|(name, last_try, statuses)| ("pin", name.to_owned(), said(last_try, statuses)))
    .into()
}

/// A certificate that is good for ever, as RFC 5280 says it: until the end of the year 9999.
fn without_end(der: &[u8]) -> Vec<u8> {
    let utc = |bytes: &[u8]| bytes.starts_with(&[0x17, 13]);
    let at = (0..der.len()).filter(|&at| utc(&der[at..])).nth(1).unwrap();
    let mut longer = [&der[..at], b"\x18\x0F99991231235959Z", &der[at + 15..]].concat();
    // Two bytes more: in the certificate, what is signed of it, and the validity.
    for length in [3, 7, at - 16] {
        longer[length] += 2;
    }
    longer
}

/// Hears what a card of the simulator says.
struct Listening<'a> {
    card: Session,
    heard: &'a mut Vec<Vec<u8>>,
}

impl Link for Listening<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        let answer = self.card.exchange(command).into_answer().ok_or(LinkFault::Removed)?;
        self.heard.push(answer.clone());
        Ok(Zeroizing::new(answer))
    }
}

/// What the simulated cards say, each as it is, and one with every habit.
fn conversations(world: &Arc<World>) -> Vec<(String, Vec<Vec<u8>>)> {
    let desk = Desk::new(Arc::clone(world));
    let say = |card: &str, habits, lengths| {
        let slot = desk.first();
        slot.set_habits(habits);
        slot.tap(card).unwrap();
        let mut card = slot.connect().unwrap();
        card.power_on();
        let mut heard = Vec::new();
        let mut link = Listening { card, heard: &mut heard };
        // Whatever comes of it: what was said is what is wanted.
        let _ = jpki::read(&mut Channel::new(&mut link, Purpose::Reading), lengths);
        heard
    };
    let usual = Habits::default();
    let mut said = Vec::new();
    for (name, habits, lengths) in [
        ("short", usual, Lengths::Short),
        ("small", usual, Lengths::Small),
        ("refused", Habits { extended: Extended::Refused, ..usual }, Lengths::Extended),
        ("cut", Habits { extended: Extended::Cut(256), ..usual }, Lengths::Extended),
        ("lost", Habits { extended: Extended::Lost, ..usual }, Lengths::Extended),
        ("warned", Habits { beyond_end: BeyondEnd::Warned, ..usual }, Lengths::Extended),
        ("clamped", Habits { le_clamp: Some(64), ..usual }, Lengths::Short),
        ("first-6f00", Habits { first_6f00: true, ..usual }, Lengths::Extended),
    ] {
        said.push((format!("P01-{name}"), say("P01", habits, lengths)));
    }
    let others = (1..=14).map(|number| format!("X{number:02}"));
    for card in ["P01".to_owned()].into_iter().chain(others) {
        let heard = say(&card, usual, Lengths::Extended);
        said.push((card, heard));
    }
    // A certificate that leaves open what this is, and each label but its own.
    let (_, last) = said.iter().find(|(card, _)| card == "X13").unwrap();
    let (label, before) = last.split_last().unwrap();
    let others = LABELS.into_iter().filter(|name| *name != "ICCTOKEN3").map(|name| {
        let answer = [name_of(name).as_bytes(), &label[32..]].concat();
        (format!("X13-{name}"), [before, &[answer]].concat())
    });
    let others: Vec<_> = others.collect();
    said.extend(others);
    said
}

/// What no card says.
fn hostile(der: &[u8]) -> Vec<(String, Vec<Vec<u8>>)> {
    let with = |data: &[u8], status: u16| [data, &status.to_be_bytes()].concat();
    let selected = || vec![with(&[], 0x9000)];
    let mut said: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for status in [
        0x6282, 0x6381, 0x63C3, 0x6581, 0x6700, 0x6881, 0x6981, 0x6982, 0x6983, 0x6984, 0x6985,
        0x6986, 0x6A81, 0x6A82, 0x6A86, 0x6B00, 0x6C10, 0x6D00, 0x6E00, 0x6F00,
    ] {
        let mut answers = selected();
        answers.extend([with(&[], status), with(&[], status), with(&[], 0x9000)]);
        said.push((format!("status-{status:04X}"), answers));
    }
    for (name, header) in [
        ("claims-64k", &[0x30, 0x82, 0xFF, 0xFF][..]),
        ("claims-16m", &[0x30, 0x83, 0xFF, 0xFF, 0xFF]),
        ("claims-8k", &[0x30, 0x82, 0x1F, 0xFC]),
    ] {
        said.push((name.into(), vec![with(&[], 0x9000), with(header, 0x9000)]));
    }
    said.push(("endless-61".into(), vec![with(&[], 0x6100); 100]));
    said.push(("endless-6C".into(), vec![with(&[], 0x6C00); 10]));
    let mut pieces = vec![with(&[], 0x6110), with(&[0x6F, 0x00], 0x9000)];
    let count = der.chunks(256).count();
    let status = |at| if at + 1 == count { 0x9000 } else { 0x6100 };
    pieces.extend(der.chunks(256).enumerate().map(|(at, piece)| with(piece, status(at))));
    said.push(("P01-in-pieces".into(), pieces));
    // Eight kilobytes, 240 at a time, each of them after thirty answers that there is more.
    let mut busy = selected();
    for at in 0..35 {
        busy.push(with(&[], 0x6CF0));
        busy.extend(std::iter::repeat_n(with(&[], 0x6101), 30));
        let mut piece = vec![0; if at == 34 { 32 } else { 240 }];
        if at == 0 {
            piece[..4].copy_from_slice(&[0x30, 0x82, 0x1F, 0xFC]);
        }
        busy.push(with(&piece, 0x9000));
    }
    said.push(("busy".into(), busy));
    said
}

/// Every command that is documented, in a conversation of either purpose.
fn commands() -> Vec<Seed> {
    let to_jpki = || (Command::Select(Application::Jpki), 0x9000);
    let talks = [
        ("read", vec![to_jpki(), (Command::ReadWhole(File::AuthCertificate), 0x9000)]),
        (
            "read-on",
            vec![
                to_jpki(),
                (Command::ReadFirst(File::AuthCertificate, 0), 0x6110),
                (Command::Rest(0x10), 0x9000),
                (Command::ReadOn(0x0100, 0), 0x9000),
                (Command::ReadFirst(File::Token, 32), 0x6982),
                (Command::ReadOn(0x0100, 0), 0x9000),
            ],
        ),
        (
            "pin",
            vec![
                to_jpki(),
                (Command::ReadFirst(File::State, 3), 0x9000),
                (Command::PinTries, 0x63C3),
                (Command::VerifyPin(Zeroizing::new(*b"1234")), 0x9000),
                (Command::Sign([0x55; 32]), 0x9000),
                (Command::Select(Application::CardManager), 0x9000),
                (Command::PinTries, 0x63C3),
            ],
        ),
        ("applications", Application::ALL.map(|name| (Command::Select(name), 0x6A82)).into()),
    ];
    let mut seeds: Vec<Seed> = Vec::new();
    for (name, talk) in talks {
        for (purpose, who) in [(0, "reading"), (1, "pin-check")] {
            let mut bytes = vec![purpose];
            for (command, status) in &talk {
                let command = command.encode();
                bytes.push(u8::try_from(command.len()).unwrap());
                bytes.extend_from_slice(&command);
                bytes.extend_from_slice(&u16::to_be_bytes(*status));
            }
            seeds.push(("commands", format!("{name}-{who}"), bytes));
        }
    }
    seeds
}
