//! What else a crew lays down, and how it is named to them.

use mynaq_interface::{CardKind, ErrorCode, Presence, ReaderState, Validity};
use mynaq_simulator::Script;

use super::{Bench, Task, pin};
use crate::card::kind;

#[test]
fn each_card_is_named() {
    for (card, code, commands) in [
        ("X01", ErrorCode::CardBasicResident, 3),
        ("X02", ErrorCode::CardPhone, 3),
        ("X06", ErrorCode::CardPhone, 3),
        ("X03", ErrorCode::CardDrivingLicence, 2),
        ("X10", ErrorCode::CardForeign, 3),
        ("X11", ErrorCode::CardForeign, 4),
        ("X12", ErrorCode::CardForeign, 5),
        // A generation to come, as far as anybody can see.
        ("X09", ErrorCode::CardNotMyNumber, 5),
    ] {
        let bench = Bench::with(Some(card), &Script::new());
        let (cancel, news) = bench.begin(Task::Read);
        let mut heard = Vec::new();
        while heard.last().is_none_or(|last: &String| !last.starts_with("awaited")) {
            heard.push(match news.recv().unwrap() {
                super::CardNews::Found(_) => "found".into(),
                super::CardNews::Again(error) => error.code().to_string(),
                super::CardNews::Awaited(_) => "awaited".into(),
                super::CardNews::Done(end) => panic!("{card}: {end:?}"),
            });
        }
        // It waits for the right one, without a button.
        assert_eq!(heard, ["found", code.name(), "awaited"], "{card}");
        assert_eq!(bench.commands(), commands, "{card}");
        bench.first().tap("P01").unwrap();
        assert_eq!(super::hear(&news).holder(), "P01", "{card}");
        cancel.cancel();
    }
}

#[test]
fn a_certificate_that_is_not_there_has_three_forms_and_one_meaning() {
    for card in ["X04", "X07", "X08"] {
        let bench = Bench::with(Some(card), &Script::new());
        assert_eq!(bench.run(Task::Read).code(), ErrorCode::CardNoCertificate, "{card}");
        // It is the last word, so it is asked for twice.
        assert_eq!(bench.commands(), 6, "{card}");
    }
}

#[test]
fn a_label_of_a_later_generation_is_read_and_called_unknown() {
    let bench = Bench::with(Some("X13"), &Script::new());
    let read = bench.run(Task::Read).end.unwrap();
    assert_eq!(read.facts.kind, CardKind::Unknown);
    assert_eq!(bench.commands(), 3, "the certificate leaves it open");
}

#[test]
fn a_card_upside_down_is_told_and_another_one_read() {
    let bench = Bench::with(Some("X14"), &Script::new());
    let (_, news) = bench.begin(Task::Read);
    // Told before any other card comes.
    loop {
        match news.recv_timeout(std::time::Duration::from_secs(5)).expect("the trouble") {
            super::CardNews::Again(error) => {
                break assert_eq!(error.code(), ErrorCode::CardUnreadable);
            }
            super::CardNews::Awaited(readers) => assert_eq!(readers.len(), 2),
            super::CardNews::Found(reader) => panic!("{reader} has found it"),
            super::CardNews::Done(end) => panic!("{end:?}"),
        }
    }
    bench.table.second().tap("P01").unwrap();
    let heard = super::hear(&news);
    assert_eq!((heard.holder(), bench.commands()), ("P01", 0), "{:?}", heard.news);
    assert_eq!(heard.news, ["found Table 01"]);
}

#[test]
fn expiry_is_told_by_the_calendar_of_japan_and_refuses_nothing() {
    for (card, validity) in
        [("P01", Validity::Valid), ("P05", Validity::Grace), ("P06", Validity::Expired)]
    {
        let bench = Bench::with(Some(card), &Script::new());
        assert_eq!(bench.run(Task::Read).end.unwrap().facts.validity, validity, "{card}");
    }
}

#[test]
fn a_child_and_a_card_for_faces_show_only_where_a_pin_is_asked() {
    for (card, kind, signing) in [
        ("P01", CardKind::MyNumber, Presence::Present),
        ("P03", CardKind::MyNumber, Presence::Absent),
    ] {
        let bench = Bench::with(Some(card), &Script::new());
        let facts = bench.run(pin("1234")).end.unwrap().facts;
        assert_eq!((facts.kind, facts.signing_certificate), (kind, Some(signing)), "{card}");
        // Without one, two commands do.
        let facts = bench.run(Task::Read).end.unwrap().facts;
        assert_eq!((facts.commands, facts.signing_certificate), (2, None), "{card}");
    }
    let bench = Bench::with(Some("P04"), &Script::new());
    assert_eq!(bench.run(pin("1234")).code(), ErrorCode::CardNoPin);
    assert_eq!(bench.digits_sent(), 0);
    assert_eq!(bench.run(Task::Read).end.unwrap().facts.kind, CardKind::MyNumber);
}

#[test]
fn a_card_that_lies_in_another_slot_all_day_is_in_nobodys_way() {
    let bench = Bench::with(Some("X03"), &Script::new());
    let (_, news) = bench.begin(Task::Read);
    bench.table.second().tap("P02").unwrap();
    assert_eq!(super::hear(&news).holder(), "P02");
    bench.table.second().remove();
    bench.await_states(&[ReaderState::Card, ReaderState::Empty]);
    // The next case hears what it is and not whose, reads it no more, and waits.
    let before = bench.commands();
    let (_, news) = bench.begin_for(2, Task::Read);
    let told = super::hear_until(&news, "again card.driving_licence");
    assert_eq!(told, ["awaited 2", "again card.driving_licence"]);
    bench.table.second().tap("P01").unwrap();
    let heard = super::hear(&news);
    assert_eq!(heard.holder(), "P01");
    assert_eq!(heard.news, ["found Table 01"]);
    assert_eq!(bench.commands(), before);
}

#[test]
fn labels_are_told_apart_to_the_letter() {
    let padded = |label: &str| format!("{label:<32}").into_bytes();
    for (label, kind) in [
        ("JPKIAPICCTOKEN2", CardKind::MyNumber),
        ("JPKIAPICCTOKEN", CardKind::BasicResident),
        ("JPKIAPICCTOKEN3", CardKind::Unknown),
        ("JPKIAPICCTOKEN22", CardKind::Unknown),
        ("JPKIAPGPSETOKEN", CardKind::Android),
        ("JPKIAPIOSTOKEN", CardKind::Iphone),
        ("", CardKind::Unknown),
    ] {
        assert_eq!(kind::of_label(&padded(label)), kind, "{label}");
    }
    assert_eq!(kind::of_label(b"JPKIAPICCTOKEN2"), CardKind::MyNumber, "unpadded");
    assert_eq!(kind::of_label(&[0xFF; 160]), CardKind::Unknown);
}
