//! Every language says everything, in the same order, and marks what is not its own.

use std::collections::HashSet;

use mynaq_interface::{NoticeLanguage, Reason};

use super::super::text::{Reasons, Row, Texts};
use super::{plain, runs, sample, sample_page, seen, written};

/// All words of one language but those of reasons and drill.
fn parts(texts: &Texts) -> Vec<String> {
    let Texts {
        tag: _,
        to,
        title,
        lead,
        when,
        clock: _,
        who,
        crew: [before, after],
        why,
        reasons: _,
        rule,
        purpose,
        other,
        questions,
        contact,
        drill: _,
    } = texts;
    let rows = [rule, purpose, other, questions].map(|Row { label, text }| [*label, *text]);
    let mut parts = vec![*to, title, lead, when, who, before, after, why];
    parts.extend(rows.as_flattened());
    parts.push(contact);
    parts.into_iter().map(plain).collect()
}

fn reasons(
    Reasons { unconscious, impaired_consciousness, cannot_communicate }: &Reasons,
) -> [String; 3] {
    [unconscious, impaired_consciousness, cannot_communicate].map(|text| plain(text))
}

#[test]
fn every_language_says_everything_in_the_same_order() {
    for &language in NoticeLanguage::ALL {
        let page = seen(&sample_page(language));
        let mut rest = page.as_str();
        for part in parts(Texts::of(language)) {
            assert!(!part.trim().is_empty());
            let (_, after) = rest.split_once(&part).unwrap_or_else(|| {
                panic!("{}: {part} does not follow; left: {rest}", language.name())
            });
            rest = after;
        }
        let contact = [
            "みほん広域消防本部",
            "きゅうきゅうか",
            "00-0000-0000",
            "https://fire.example.jp/myna",
        ];
        assert!(contact.iter().all(|part| rest.contains(part)), "{rest}");
    }
}

#[test]
fn every_reason_is_told_and_only_the_one_there_was() {
    for &language in NoticeLanguage::ALL {
        let told = reasons(&Texts::of(language).reasons);
        for &reason in Reason::ALL {
            let page = seen(&written(&sample(), reason, false, language));
            let mine = match reason {
                Reason::Unconscious => 0,
                Reason::ImpairedConsciousness => 1,
                Reason::CannotCommunicate => 2,
            };
            for (at, text) in told.iter().enumerate() {
                assert_eq!(page.contains(text), at == mine, "{text}");
            }
        }
    }
}

#[test]
fn the_moment_stands_in_every_language() {
    for &language in NoticeLanguage::ALL {
        let page = seen(&sample_page(language));
        let moment = match language {
            NoticeLanguage::Japanese | NoticeLanguage::JapaneseFurigana => {
                "令和8年（2026年）11月23日 午前10時55分"
            }
            _ => "2026-11-23 10:55",
        };
        assert!(page.contains(moment), "{page}");
    }
}

#[test]
fn no_language_has_the_words_of_another() {
    let mut met = HashSet::new();
    for &language in NoticeLanguage::ALL {
        if language == NoticeLanguage::JapaneseFurigana {
            continue;
        }
        let texts = Texts::of(language);
        for part in
            parts(texts).into_iter().chain(reasons(&texts.reasons)).chain([plain(texts.drill)])
        {
            // Closing brackets are shared.
            assert!(
                part.chars().count() == 1 || met.insert(part.clone()),
                "{}: {part}",
                language.name()
            );
        }
    }
}

#[test]
fn a_drill_can_be_seen_and_nothing_else_says_drill() {
    for &language in NoticeLanguage::ALL {
        let sentence = plain(Texts::of(language).drill);
        let drill = seen(&written(&sample(), Reason::Unconscious, true, language));
        assert!(drill.starts_with("訓練 DRILL") && drill.contains(&sentence), "{drill}");
        let real = seen(&sample_page(language));
        assert!(!real.contains("訓練") && !real.contains("DRILL") && !real.contains(&sentence));
    }
}

#[test]
fn an_official_recognises_every_paper_by_its_japanese_words() {
    for &language in NoticeLanguage::ALL {
        let japanese: String = runs(&sample_page(language))
            .into_iter()
            .filter(|run| run.lang == "ja" && run.is_in("body") && !run.is_in("rt"))
            .map(|run| run.text)
            .collect();
        for term in [
            "傷病者用説明書（マイナ救急）",
            "あなたの医療情報を見ました",
            "マイナ保険証",
            "個人情報の保護に関する法律",
        ] {
            assert!(japanese.contains(term), "{}: {term}", language.name());
        }
    }
}

#[test]
fn japanese_within_another_language_is_marked_as_japanese() {
    let is_kana = |character| matches!(character, 'ぁ'..='ヿ');
    let is_han = |character| matches!(character, '\u{3400}'..='\u{9FFF}');
    for (language, tag) in [
        (NoticeLanguage::English, "en"),
        (NoticeLanguage::Chinese, "zh-Hans"),
        (NoticeLanguage::Korean, "ko"),
        (NoticeLanguage::Portuguese, "pt-BR"),
        (NoticeLanguage::Vietnamese, "vi"),
    ] {
        let html = written(&sample(), Reason::Unconscious, true, language);
        for run in runs(&html).iter().filter(|run| run.is_in("body")) {
            let own = run.lang == tag;
            assert!(
                own || run.lang == "ja" || (run.lang == "en" && run.text == "DRILL"),
                "{run:?}"
            );
            let strange = run.text.chars().any(|character| {
                is_kana(character) || language != NoticeLanguage::Chinese && is_han(character)
            });
            assert!(!(own && strange), "{run:?}");
        }
    }
}
