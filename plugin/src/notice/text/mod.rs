//! What the paper says: one file a language, the same pieces in each.
//!
//! `{漢字|かんじ}` is a word with its reading. In the other languages `{マイナ保険証}` is Japanese, for
//! the official who is shown the paper. Nothing here comes from an official text: `ASSUMPTIONS.md`.

mod en;
mod ja;
mod ko;
mod pt;
mod vi;
mod zh;

use mynaq_interface::{NoticeLanguage, Reason};

/// What those who hand it over call this paper, in every language.
pub(super) const PAPER: &str =
    "{傷病者|しょうびょうしゃ}{用|よう}{説明書|せつめいしょ}（マイナ{救急|きゅうきゅう}）";

/// The words of one language. `page` decides their order.
pub(super) struct Texts {
    /// BCP 47.
    pub(super) tag: &'static str,
    /// That this is a notice, and to whom.
    pub(super) to: &'static str,
    pub(super) title: &'static str,
    /// What happened.
    pub(super) lead: &'static str,
    pub(super) when: &'static str,
    pub(super) clock: Clock,
    pub(super) who: &'static str,
    /// The crew, before and after the department's name.
    pub(super) crew: [&'static str; 2],
    pub(super) why: &'static str,
    pub(super) reasons: Reasons,
    /// Consent is the rule, and the exception.
    pub(super) rule: Row,
    /// What it is used for, and that it is used for nothing else.
    pub(super) purpose: Row,
    /// What was not read.
    pub(super) other: Row,
    /// That there is a record, and that asking has no disadvantage.
    pub(super) questions: Row,
    pub(super) contact: &'static str,
    /// What stands beside 訓練 in a drill.
    pub(super) drill: &'static str,
}

/// One line of the table.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) text: &'static str,
}

/// How a moment is written.
#[derive(Clone, Copy)]
pub(super) enum Clock {
    /// With the era and the western year.
    Japanese,
    /// Year-month-day and hour, followed by these words: that the hour is Japan's.
    Iso { japan_time: &'static str },
}

/// The coded reasons in plain words.
pub(super) struct Reasons {
    pub(super) unconscious: &'static str,
    pub(super) impaired_consciousness: &'static str,
    pub(super) cannot_communicate: &'static str,
}

impl Texts {
    pub(super) fn of(language: NoticeLanguage) -> &'static Self {
        match language {
            NoticeLanguage::Japanese | NoticeLanguage::JapaneseFurigana => &ja::TEXTS,
            NoticeLanguage::English => &en::TEXTS,
            NoticeLanguage::Chinese => &zh::TEXTS,
            NoticeLanguage::Korean => &ko::TEXTS,
            NoticeLanguage::Portuguese => &pt::TEXTS,
            NoticeLanguage::Vietnamese => &vi::TEXTS,
        }
    }

    /// The Japanese ones: their title stands on every paper.
    pub(super) fn japanese() -> &'static Self {
        &ja::TEXTS
    }
}

impl Reasons {
    pub(super) fn of(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Unconscious => self.unconscious,
            Reason::ImpairedConsciousness => self.impaired_consciousness,
            Reason::CannotCommunicate => self.cannot_communicate,
        }
    }
}
