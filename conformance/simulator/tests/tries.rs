//! Tries that outlive the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use mynaq_simulator::{Desk, TriesBook, World};
use time::macros::date;

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(date!(2026 - 11 - 23)).expect("a world")));

const SELECT: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const TRIES: &[u8] = &[0x00, 0x20, 0x00, 0x98];
const WRONG: &[u8] = &[0x00, 0x20, 0x00, 0x98, 4, 0x39, 0x39, 0x39, 0x39];
const RIGHT: &[u8] = &[0x00, 0x20, 0x00, 0x98, 4, 0x31, 0x32, 0x33, 0x34];

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("mynaq-tries-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("tries.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn say(book: TriesBook, id: &str, apdu: &[u8]) -> Vec<u8> {
    let slot = Desk::with_tries(Arc::clone(&WORLD), book).first();
    slot.tap(id).expect("a card");
    let mut session = slot.connect().expect("a card");
    session.power_on();
    let _ = session.exchange(SELECT);
    session.exchange(apdu).into_answer().expect("an answer")
}

fn kept(file: &Path) -> TriesBook {
    TriesBook::kept_in(file).expect("a book")
}

#[test]
fn tries_are_kept_from_one_desk_to_the_next() {
    let folder = Folder::new("kept");
    let file = folder.file();
    assert_eq!(say(kept(&file), "P01", TRIES), [0x63, 0xC3]);
    assert!(!file.exists(), "nothing has changed yet");
    assert_eq!(say(kept(&file), "P01", WRONG), [0x63, 0xC2]);
    assert_eq!(say(kept(&file), "P02", WRONG), [0x63, 0xC2]);
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.contains("\"P01\":{\"authentication\":2,\"signature\":5}"), "{text}");
    assert_eq!(text.lines().count(), 4, "a line for each card: {text}");
    assert_eq!(say(kept(&file), "P01", TRIES), [0x63, 0xC2]);
    assert_eq!(say(kept(&file), "P01", RIGHT), [0x90, 0x00]);
    assert_eq!(say(kept(&file), "P01", TRIES), [0x63, 0xC3]);
    let names: Vec<_> = fs::read_dir(&folder.0).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing is left beside it");
}

#[test]
fn a_card_begins_with_the_tries_it_is_given() {
    let one = TriesBook::new().with("P01", 1).expect("a book");
    assert_eq!(say(one, "P01", TRIES), [0x63, 0xC1]);
    let none = TriesBook::new().with("P01", 0).expect("a book");
    assert_eq!(say(none, "P01", RIGHT), [0x69, 0x84]);
    let folder = Folder::new("given");
    say(kept(&folder.file()), "P01", WRONG);
    let book = kept(&folder.file()).with("P01", 3).expect("a book");
    assert_eq!(say(book, "P01", TRIES), [0x63, 0xC3], "whatever was kept");
    assert!(
        TriesBook::new().with("P01", 4).expect_err("too many").to_string().contains("at most 3")
    );
    assert!(TriesBook::new().with("P99", 1).is_err());
}

#[test]
fn a_broken_file_is_refused_and_left_alone() {
    let folder = Folder::new("broken");
    let file = folder.file();
    for broken in [
        &b"not json"[..],
        b"",
        b"[]",
        b"{\"P01\":{\"authentication\":2}}",
        b"{\"P01\":{\"authentication\":2,\"signature\":5,\"more\":1}}",
        b"{\"P01\":{\"authentication\":4,\"signature\":5}}",
        b"{\"P01\":{\"authentication\":-1,\"signature\":5}}",
        b"{\"P99\":{\"authentication\":2,\"signature\":5}}",
        b"\xFF\xFE",
    ] {
        fs::write(&file, broken).expect("a file");
        let error = TriesBook::kept_in(&file).expect_err("a broken file").to_string();
        assert!(error.contains("tries.json"), "{error}");
        assert_eq!(fs::read(&file).expect("the file"), broken);
    }
    assert!(TriesBook::kept_in(&folder.0).is_err(), "a folder is no file");
}

#[test]
fn a_card_that_cannot_write_its_counter_says_so() {
    let folder = Folder::new("unwritable");
    let below = folder.0.join("a-file");
    let book = kept(&below.join("tries.json"));
    // A file stands where a folder is needed.
    fs::write(&below, "x").expect("a file");
    assert_eq!(say(book, "P01", WRONG), [0x65, 0x81]);
}
