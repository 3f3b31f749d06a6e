//! Every kanji has its reading.

use std::collections::HashMap;

use mynaq_interface::{NoticeLanguage, Reason};
use time::Duration;
use time::macros::datetime;

use super::super::{Department, Notice, page};
use super::{Run, fullest, runs, sample, seen, written};

const FURIGANA: NoticeLanguage = NoticeLanguage::JapaneseFurigana;

fn is_kanji(character: char) -> bool {
    matches!(
        character,
        '々' | '〆' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
    )
}

fn is_reading(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| matches!(character, 'ぁ'..='ゖ' | 'ー'))
}

/// The body's words that have a reading, and the reading. Panics at a kanji without one.
fn words_with_readings(html: &str) -> Vec<(String, String)> {
    let mut words = Vec::new();
    let mut runs = runs(html).into_iter().filter(|run| run.is_in("body"));
    while let Some(run) = runs.next() {
        if run.is_in("ruby") {
            let reading = runs.next().filter(|reading| reading.is_in("rt"));
            words.push((run.text, reading.map(|Run { text, .. }| text).unwrap()));
        } else {
            assert!(!run.text.contains(is_kanji), "without a reading: {run:?}");
        }
    }
    words
}

#[test]
fn no_kanji_is_left_without_its_reading() {
    for &reason in Reason::ALL {
        for drill in [false, true] {
            for (word, reading) in words_with_readings(&written(&sample(), reason, drill, FURIGANA))
            {
                assert!(is_reading(&reading), "{word}: {reading}");
            }
        }
    }
}

#[test]
fn nor_in_any_date() {
    let department = sample();
    // Every day of more than a year, and every minute of the hour, from before the era on.
    for step in 0..420 {
        let viewed_at = datetime!(2019-04-20 00:00 UTC) + Duration::minutes(step * (24 * 60 + 61));
        let notice = Notice {
            department: &department,
            viewed_at,
            reason: Reason::Unconscious,
            drill: false,
        };
        for (word, reading) in words_with_readings(&page(&notice, FURIGANA)) {
            assert!(is_reading(&reading), "{viewed_at}: {word}: {reading}");
        }
    }
}

#[test]
fn a_word_is_read_the_same_wherever_it_stands() {
    let mut known: HashMap<String, String> = HashMap::new();
    for &reason in Reason::ALL {
        for (word, reading) in words_with_readings(&written(&sample(), reason, true, FURIGANA)) {
            let before = known.entry(word.clone()).or_insert_with(|| reading.clone());
            assert_eq!(*before, reading, "{word}");
        }
    }
}

#[test]
fn readings_are_all_that_furigana_adds() {
    let with = written(&fullest(), Reason::Unconscious, true, FURIGANA);
    let without = written(&fullest(), Reason::Unconscious, true, NoticeLanguage::Japanese);
    assert_eq!(seen(&with), seen(&without));
    assert!(!without.contains("<ruby>"));
}

#[test]
fn the_departments_name_is_read_word_by_word_where_the_words_match() {
    let named = |name: &str, kana: Option<&str>| {
        let department =
            Department { name: name.into(), name_kana: kana.map(str::to_owned), ..sample() };
        let html = written(&department, Reason::Unconscious, false, FURIGANA);
        let words = runs(&html).into_iter().filter(|run| run.is_in("ruby") && run.is_in("bdi"));
        words.map(|run| run.text).collect::<Vec<_>>().join("|")
    };
    // It stands twice: who viewed, and whom to ask.
    assert_eq!(
        named("見本組合　消防本部", Some("みほんくみあい しょうぼうほんぶ")),
        "見本組合|みほんくみあい|消防本部|しょうぼうほんぶ|見本組合|みほんくみあい|消防本部|しょうぼうほんぶ"
    );
    assert_eq!(
        named("見本組合 消防本部", Some("みほんくみあいしょうぼうほんぶ")),
        "見本組合 消防本部|みほんくみあいしょうぼうほんぶ|見本組合 消防本部|みほんくみあいしょうぼうほんぶ"
    );
    assert_eq!(named("見本消防本部", None), "");
}
