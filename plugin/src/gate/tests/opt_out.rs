//! The opt-out list: what it holds, and what a disk or another terminal does to it.

use std::fs;

use mynaq_interface::{ErrorCode, OptOut};

use super::super::opt_out::OptOutList;
use super::card;
use crate::config::Mode;

#[test]
fn somebody_on_the_list_is_found_by_their_card_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opt-out.toml");
    let list = OptOutList::open(Some(file.clone()), Mode::Drill).unwrap();
    assert!(!list.find(&card()).1, "a list that is not there is empty");
    let entry = list.entry(&card()).unwrap();
    list.change(entry, OptOut::Add).unwrap();
    assert_eq!(list.find(&card()), (Some(entry), true));

    let written = fs::read_to_string(&file).unwrap();
    for window in card().der().windows(8) {
        let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!written.contains(&hex), "a piece of the card stands in the list");
    }
    let again = OptOutList::open(Some(file.clone()), Mode::Drill).unwrap();
    assert!(again.find(&card()).1);
    again.change(entry, OptOut::Remove).unwrap();
    assert!(!again.find(&card()).1);
    list.refresh();
    assert!(!list.find(&card()).1, "another terminal's change arrives");
}

#[test]
fn two_lists_cannot_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let list = |name| OptOutList::open(Some(folder.path().join(name)), Mode::Drill).unwrap();
    assert_ne!(list("a").entry(&card()).unwrap(), list("b").entry(&card()).unwrap());
}

#[test]
fn what_another_terminal_entered_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opt-out.toml");
    let open = || OptOutList::open(Some(file.clone()), Mode::Production).unwrap();
    let first = open();
    let entry = first.entry(&card()).unwrap();
    first.change(entry, OptOut::Add).unwrap();
    let other = "ab".repeat(32);
    let written = fs::read_to_string(&file).unwrap();
    fs::write(&file, written.replacen("entries = [", &format!("entries = [\"{other}\","), 1))
        .unwrap();
    first.change(entry, OptOut::Remove).unwrap();
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains(&other), "{written}");

    // A list under another salt knows nobody by this entry.
    let salt = "cd".repeat(32);
    fs::write(&file, format!("mode = \"production\"\nsalt = \"{salt}\"\n")).unwrap();
    let error = first.change(entry, OptOut::Add).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    assert!(error.technical().unwrap().contains("replaced"), "{error}");
    let anew = first.entry(&card()).unwrap();
    first.change(anew, OptOut::Add).unwrap();
    assert!(open().find(&card()).1);
}

#[test]
fn a_list_that_cannot_be_read_stops_the_start_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opt-out.toml");
    let salt = "cd".repeat(32);
    for (text, line) in [
        (format!("mode = \"drill\"\nsalt = \"{salt}\"\n"), 1),
        ("mode = \"production\"\nsalt = \"short\"\n".into(), 2),
        (format!("mode = \"production\"\nsalt = \"{salt}\"\nentries = [\"x\"]\n"), 3),
        (format!("mode = \"production\"\nsalt = \"{salt}\"\nentry = []\n"), 3),
    ] {
        fs::write(&file, &text).unwrap();
        let error = OptOutList::open(Some(file.clone()), Mode::Production).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        assert_eq!(error.place().unwrap().line, line, "{text}");
    }
    fs::write(&file, [0xFF, 0xFE, 0x00]).unwrap();
    assert!(OptOutList::open(Some(file.clone()), Mode::Production).is_err());
    fs::write(&file, vec![b'#'; (8 << 20) + 1]).unwrap();
    let error = OptOutList::open(Some(file), Mode::Production).unwrap_err();
    assert!(error.technical().unwrap().contains("larger"), "{error}");
}

#[test]
fn a_list_that_breaks_later_leaves_the_last_one_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opt-out.toml");
    let list = OptOutList::open(Some(file.clone()), Mode::Drill).unwrap();
    let entry = list.entry(&card()).unwrap();
    list.change(entry, OptOut::Add).unwrap();
    fs::write(&file, "not a list").unwrap();
    list.refresh();
    assert!(list.find(&card()).1, "whoever is on it is not looked up because a file broke");
    assert!(list.change(entry, OptOut::Remove).is_err(), "and nothing is written over it");
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a list");
    fs::remove_file(&file).unwrap();
    list.refresh();
    assert!(list.find(&card()).1, "nor because it is gone");
    assert!(list.change(entry, OptOut::Add).is_err());
}

#[test]
fn without_a_list_nobody_is_on_it_and_nobody_can_be_put_there() {
    let list = OptOutList::open(None, Mode::Drill).unwrap();
    assert_eq!(list.find(&card()), (None, false));
    assert_eq!(list.entry(&card()).unwrap_err().code(), ErrorCode::ConfigInvalid);
}

#[test]
fn a_look_at_the_disk_between_the_card_and_its_entry_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opt-out.toml");
    let list = OptOutList::open(Some(file.clone()), Mode::Drill).unwrap();
    let entry = list.entry(&card()).unwrap();
    // The file is not there yet: what was read has no salt.
    list.refresh();
    list.change(entry, OptOut::Add).unwrap();
    assert!(OptOutList::open(Some(file), Mode::Drill).unwrap().find(&card()).1);
}
