//! What a configuration may hold, and what becomes of it on the paper.

use mynaq_interface::{NoticeLanguage, Reason};
use proptest::prelude::*;

use super::super::{Department, Part};
use super::{elements, fullest, hostile, runs, sample, seen, written};

/// A page is some kilobytes. This is far from it, and far from what a hostile configuration holds.
const LARGEST: usize = 24 * 1024;

fn pages(department: &Department) -> impl Iterator<Item = String> {
    NoticeLanguage::ALL
        .iter()
        .map(|&language| written(department, Reason::ImpairedConsciousness, true, language))
}

#[test]
fn markup_in_a_name_is_text() {
    let words = "R&D <b>&lt;\"x\"'</b> {a|b} عربي";
    let department = Department {
        name: words.into(),
        name_kana: None,
        contact: words.into(),
        url: Some(words.into()),
    };
    for (html, plain) in pages(&department).zip(pages(&Department {
        name_kana: None,
        contact: "x".into(),
        ..sample()
    })) {
        // Who viewed, whom to ask, the contact, the address.
        assert_eq!(seen(&html).matches(words).count(), 4, "{html}");
        let names = |html| elements(html).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&html), names(&plain));
        // A name that runs the other way turns nothing beside it.
        let mut others = runs(&html).into_iter().filter(|run| !run.is_in("bdi"));
        assert!(others.all(|run| !run.text.contains("عربي")), "{html}");
    }
}

#[test]
fn what_cannot_be_seen_is_not_printed() {
    let hidden = "\u{0}\u{7}\u{1B}\u{7F}\u{9F}\u{AD}\u{200B}\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}\u{61C}\u{FEFF}\u{FFFE}\u{E0041}";
    let department = Department {
        name: format!("み{hidden}ほん"),
        name_kana: Some(format!("みほ{hidden}ん")),
        contact: format!("00{hidden}-0000"),
        url: Some(format!("https://{hidden}fire.example.jp/")),
    };
    for html in pages(&department) {
        assert!(!html.contains(|character| hidden.contains(character)), "{html:?}");
        let seen = seen(&html);
        assert!(
            ["みほん", "00-0000", "https://fire.example.jp/"]
                .iter()
                .all(|part| seen.contains(part)),
            "{seen}"
        );
    }
    assert_eq!(department.unfit(), Some(Part::Name));
}

#[test]
fn a_department_that_fits_is_printed_whole() {
    for department in [sample(), fullest()] {
        assert_eq!(department.unfit(), None);
        for html in pages(&department) {
            let seen = seen(&html);
            assert_eq!(seen.matches(&department.name).count(), 2, "{seen}");
            assert!(department.contact.lines().all(|line| seen.contains(line)), "{seen}");
            assert!(department.url.as_ref().is_some_and(|url| seen.contains(url)), "{seen}");
            assert!(!seen.contains('…'));
        }
    }
}

#[test]
fn what_does_not_fit_is_named_and_its_cut_can_be_seen() {
    let kanji = |count| "防".repeat(count);
    let with = |change: fn(&mut Department, String), text: String| {
        let mut department = sample();
        change(&mut department, text);
        (department.unfit(), pages(&department).all(|html| seen(&html).contains('…')))
    };
    let name: fn(&mut Department, String) = |department, text| department.name = text;
    let kana: fn(&mut Department, String) = |department, text| department.name_kana = Some(text);
    let contact: fn(&mut Department, String) = |department, text| department.contact = text;
    let url: fn(&mut Department, String) = |department, text| department.url = Some(text);
    for (change, fits, too_long, part) in [
        (name, kanji(24), kanji(25), Part::Name),
        (contact, kanji(32), kanji(33), Part::Contact),
        (contact, "a\r\n\r\nb\n c \n\n".into(), "a\nb\nc\nd".into(), Part::Contact),
        (url, "a".repeat(100), "a".repeat(101), Part::Url),
    ] {
        assert_eq!(with(change, fits), (None, false));
        assert_eq!(with(change, too_long), (Some(part), true));
    }
    // The reading is shown where readings are shown, and cut there.
    assert_eq!(with(kana, "か".repeat(48)).0, None);
    assert_eq!(with(kana, "か".repeat(49)), (Some(Part::NameKana), false));
    for (change, part) in
        [(name, Part::Name), (kana, Part::NameKana), (contact, Part::Contact), (url, Part::Url)]
    {
        for empty in ["", " \u{3000}\n\t\n", "\u{200B}\u{0}"] {
            assert_eq!(with(change, empty.into()), (Some(part), false));
        }
    }
}

#[test]
fn a_hostile_configuration_gives_a_bounded_page_all_the_same() {
    let department = hostile();
    assert!(department.contact.len() >= 10_000);
    for html in pages(&department) {
        assert!(html.len() < LARGEST, "{}", html.len());
        assert!(seen(&html).contains('…'));
        assert!(!html.contains(|character: char| character.is_control() && character != '\n'));
    }
}

proptest! {
    // Each is seven pages, and each page is read twice.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.clamp(64, 1_000),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_configuration_makes_a_page_that_is_none(
        name in any::<String>(),
        kana in proptest::option::of(any::<String>()),
        contact in "[\\PC\\n\\r<>&\"'\u{202E}]{0,200}",
        url in proptest::option::of(any::<String>()),
    ) {
        let department = Department { name, name_kana: kana, contact, url };
        for html in pages(&department) {
            prop_assert!(html.len() < LARGEST);
            prop_assert!(!runs(&html).is_empty());
            prop_assert!(!elements(&html).iter().any(|(name, _)| name == "script"));
        }
    }
}
