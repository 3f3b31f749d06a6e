//! From the disk: what is not there, not a file, not text, too large.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use mynaq_interface::{Error, ErrorCode};
use mynaq_roster::{MAX_BYTES, Roster, read};
use tempfile::TempDir;

const GOOD: &str = "department = \"模擬消防本部\"\nissued = 2026-11-01\nvalid_until = 2027-03-31\n";

fn file(bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.toml");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[track_caller]
fn unreadable(path: &Path) -> Error {
    let error = Roster::load(path).expect_err("it was read");
    assert_eq!(error.code(), ErrorCode::GateRosterUnreadable, "{error}");
    let detail = error.technical().unwrap();
    assert!(detail.contains(&path.display().to_string()), "{detail}");
    let (ja, en) = detail.split_once(" / ").expect("both languages");
    assert!(!ja.is_ascii() && !en.is_empty(), "{detail}");
    error
}

#[test]
fn a_file_from_an_editor_of_windows_is_read() {
    let (_folder, path) = file(format!("\u{feff}{}", GOOD.replace('\n', "\r\n")));
    assert_eq!(Roster::load(&path).unwrap().department(), "模擬消防本部");
    assert!(read(&path).unwrap().starts_with("department"), "places are counted without the mark");
}

#[test]
fn it_is_read_anew_each_time() {
    let (_folder, path) = file(GOOD);
    Roster::load(&path).unwrap();
    fs::write(&path, GOOD.replace("消防", "消防局")).unwrap();
    assert_eq!(Roster::load(&path).unwrap().department(), "模擬消防局本部");
    fs::remove_file(&path).unwrap();
    unreadable(&path);
}

#[test]
fn what_is_not_there_or_is_no_file_is_told_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let absent = unreadable(&folder.path().join("absent.toml"));
    assert!(absent.technical().unwrap().contains("check where it is"), "{absent}");
    assert!(absent.place().is_none());
    let directory = unreadable(folder.path());
    assert!(directory.technical().unwrap().contains("not a file"), "{directory}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_its_place_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("roster.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert!(unreadable(&pipe).technical().unwrap().contains("not a file"));
}

#[test]
fn a_fault_comes_with_its_place() {
    let (_folder, path) = file(GOOD.replace("2027", "2025"));
    let error = unreadable(&path);
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (3, 15));
    assert_eq!(place.file, path.display().to_string());
}

#[test]
fn other_encodings_are_told_with_the_place_where_they_begin_to_differ() {
    // 模 in Shift_JIS, behind 14 characters of the second line.
    let (_folder, path) = file(b"# roster\ndepartment = \"\x96\xcd\"\n");
    let error = unreadable(&path);
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (2, 15));
    assert!(place.message.contains("UTF-8 を選んで保存し直す"), "{place}");
    // A mark before it takes no column.
    let (_folder, path) = file(b"\xef\xbb\xbfdepartment = \"\x96\xcd\"\n");
    assert_eq!(unreadable(&path).place().map(|place| (place.line, place.column)), Some((1, 15)));
    // "Unicode" of older editors: UTF-16 with its mark.
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (_folder, path) = file(utf16);
    let error = unreadable(&path);
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (1, 1));
    assert!(place.message.contains("save it again as UTF-8"), "{place}");
}

#[test]
fn one_mebibyte_is_read_and_a_byte_more_is_not() {
    let most = usize::try_from(MAX_BYTES).unwrap();
    let full = format!("{GOOD}#{}", "x".repeat(most - GOOD.len() - 1));
    assert_eq!(full.len(), most);
    let (_folder, path) = file(&full);
    Roster::load(&path).unwrap();
    let (_folder, path) = file(format!("{full}x"));
    assert!(unreadable(&path).technical().unwrap().contains("1 MiB"));
    let fault = Roster::parse(Path::new("r"), &format!("{full}x")).unwrap_err();
    assert!(fault.message.contains("1 MiB"), "{fault}");
}

#[test]
fn a_file_of_a_tebibyte_costs_nothing() {
    let (_folder, path) = file(GOOD);
    let sparse = fs::OpenOptions::new().write(true).open(&path).unwrap();
    if sparse.set_len(1 << 40).is_ok() {
        assert!(unreadable(&path).technical().unwrap().contains("1 MiB"));
    }
}
