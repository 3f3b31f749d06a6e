//! The Japanese words of the screen for the words of the interface.

use mynaq_host_sdk::{
    CardForm, CardKind, Change, ClaimDate, Consent, Factor, FactorKind, Identity, Lack, Notice,
    NoticeLanguage, ReaderFacts, ReaderService, ReaderState, Reason, SourceMark, Validity,
};
use time::OffsetDateTime;
use time::macros::{format_description, offset};

use crate::view::{Level, What};

pub(crate) const fn identity(identity: Identity) -> &'static str {
    match identity {
        Identity::Visual => "目視",
        Identity::Pin => "暗証番号",
        Identity::Failed => "確認できず",
    }
}

pub(crate) const fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::Given => "同意あり",
        Consent::Unobtainable => "同意取得困難",
        Consent::Refused => "同意なし",
    }
}

/// A reason split into its name and its definition, as two lines of one button.
pub(crate) fn reason(reason: Reason) -> (&'static str, &'static str) {
    let text = reason.definition();
    text.strip_suffix('）').and_then(|text| text.split_once('（')).unwrap_or((text, ""))
}

/// A card's form, with what the crew sees of it.
pub(crate) const fn card_form(form: CardForm) -> (&'static str, &'static str) {
    match form {
        CardForm::Ordinary => ("通常", "写真あり"),
        CardForm::WithoutPhoto => ("顔写真なし", "乳児に交付"),
        CardForm::FaceAuthentication => ("顔認証", "券面に記載"),
    }
}

/// `JCS III`, or `JCS 200` where the crew said more than the level. The first value of a level is
/// what one tap on the level says.
pub(crate) fn level(level: Level) -> String {
    match level.jcs {
        Some(exact @ (2 | 3 | 20 | 30 | 200 | 300)) => format!("JCS {exact}"),
        _ => level.consciousness.label().to_owned(),
    }
}

/// How a crew member proved who they are.
pub(crate) const fn factor(factor: Factor) -> &'static str {
    match factor {
        Factor::IdPassword => "IDとパスワード",
        Factor::Pin => "PIN",
        Factor::Question => "秘密の質問",
        Factor::Fingerprint => "指紋",
        Factor::Face => "顔",
        Factor::Voice => "声",
        Factor::Vein => "静脈",
        Factor::Iris => "虹彩",
        Factor::IcCard => "ICカード",
        Factor::OneTimePassword => "ワンタイムパスワード",
        Factor::OtherObject => "その他の持ち物",
    }
}

pub(crate) const fn factor_kind(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Memory => "記憶",
        FactorKind::Body => "生体",
        FactorKind::Object => "物理媒体",
    }
}

/// A language in its own name, and its tag.
pub(crate) const fn language(language: NoticeLanguage) -> (&'static str, &'static str) {
    match language {
        NoticeLanguage::Japanese => ("日本語", "ja"),
        NoticeLanguage::JapaneseFurigana => ("日本語（ふりがな）", "ja"),
        NoticeLanguage::English => ("English", "en"),
        NoticeLanguage::Chinese => ("中文", "zh-Hans"),
        NoticeLanguage::Korean => ("한국어", "ko"),
        NoticeLanguage::Portuguese => ("Português", "pt"),
        NoticeLanguage::Vietnamese => ("Tiếng Việt", "vi"),
    }
}

pub(crate) const fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::HandedOver => "渡した",
        Notice::NotHandedOver => "渡せなかった",
    }
}

/// The sections of the summary a word about all can be said of.
pub(crate) const SECTIONS: [(&str, &str); 8] = [
    ("patient", "基本情報"),
    ("visits", "受診"),
    ("medications", "薬剤"),
    ("prescriptions", "処方"),
    ("surgeries", "手術"),
    ("treatments", "診療"),
    ("dialysis", "透析"),
    ("checkups", "健診"),
];

pub(crate) const fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Card => "カード",
        Lack::Identity => "本人確認",
        Lack::Consent => "同意",
        Lack::Unknown => "その他の手続き",
    }
}

pub(crate) const fn kind(kind: CardKind) -> &'static str {
    match kind {
        CardKind::MyNumber => "マイナンバーカード",
        CardKind::BasicResident => "住基カード",
        CardKind::Android | CardKind::Iphone => "スマートフォン",
        CardKind::Unknown => "種類の分からないカード",
    }
}

/// What the readers see, in one line that may be cut at its end: what matters stands first, and the
/// state before the name.
pub(crate) fn readers(service: ReaderService, readers: &[ReaderFacts]) -> String {
    match (service, readers) {
        (ReaderService::Absent, _) => "カードのサービスが動いていません".to_owned(),
        (_, []) => "リーダーがつながっていません".to_owned(),
        (_, readers) => {
            let mut readers: Vec<_> = readers.iter().collect();
            readers.sort_by_key(|it| match it.state {
                ReaderState::NotAnswering | ReaderState::Mute => 0,
                ReaderState::Card => 1,
                ReaderState::Empty | ReaderState::Unknown => 2,
            });
            let each = readers.iter().map(|it| format!("{}・{}", reader(it.state), it.name));
            each.collect::<Vec<_>>().join("、")
        }
    }
}

const fn reader(state: ReaderState) -> &'static str {
    match state {
        ReaderState::Empty => "カードなし",
        ReaderState::Card => "カードあり",
        ReaderState::Mute => "読めないカードです",
        ReaderState::NotAnswering => "リーダーが応答しません",
        ReaderState::Unknown => "状態不明",
    }
}

/// What a crew must know of the certificate's time; none while all is well.
pub(crate) const fn validity(validity: Validity) -> Option<&'static str> {
    match validity {
        Validity::Valid => None,
        Validity::EndsSoon => Some("有効期限まで3か月以内"),
        Validity::Grace => Some("期限切れ（資格のみ確認可）"),
        Validity::Expired => Some("期限切れ"),
        Validity::NotYet => Some("端末の日時を確認"),
        Validity::Unknown => Some("有効期限を確認"),
    }
}

/// A word a vendor has a code for.
pub(crate) fn word(word: &str) -> &str {
    match word {
        "male" => "男",
        "female" => "女",
        other => other,
    }
}

pub(crate) fn what(what: What) -> String {
    match what {
        What::Identity(how) => format!("本人確認：{}", identity(how)),
        What::Consent(word, Some(why)) => format!("{}：{}", consent(word), reason(why).0),
        What::Consent(word, None) => consent(word).to_owned(),
        What::Level(said) => format!("意識：{}", level(said)),
        What::CardForm(form) => format!("カードの形：{}", card_form(form).0),
        What::Cpa(true) => "CPA".to_owned(),
        What::Cpa(false) => "CPAを取り消し".to_owned(),
        What::WrongPatient(0) => "別人のカード：消去".to_owned(),
        What::WrongPatient(fields) => {
            format!("別人のカード：消去、{fields}項目の取り込みを取り消し")
        }
        What::NoticeDue => "傷病者用説明書を渡す".to_owned(),
        What::Notice(became) => format!("傷病者用説明書を{}", notice(became)),
    }
}

/// `レセプト 2026年10月 38日前`.
pub(crate) fn source(mark: &SourceMark) -> String {
    let mut text = mark.source.name_ja().to_owned();
    if let Some(date) = mark.date {
        text.push(' ');
        text.push_str(&day(date));
    }
    match mark.age_days {
        Some(0) => text.push_str(" 当日"),
        Some(days) => text.push_str(&format!(" {days}日前")),
        None => {}
    }
    text
}

/// Several sources in one line: the newest in full, and how far back the oldest goes. The trace
/// lists them all.
pub(crate) fn sources(marks: &[SourceMark]) -> String {
    let newest = marks.iter().min_by_key(|mark| mark.age_days.unwrap_or(u32::MAX));
    let mut text = newest.map(source).unwrap_or_default();
    if marks.len() > 1 {
        text.push_str(&format!(" ほか{}件", marks.len() - 1));
        let oldest = marks.iter().filter_map(|mark| mark.age_days).max();
        if let Some(oldest) = oldest
            && newest.is_some_and(|newest| newest.age_days != Some(oldest))
        {
            text.push_str(&format!(" 〜{oldest}日前"));
        }
    }
    text
}

pub(crate) fn day(date: ClaimDate) -> String {
    match date.parts() {
        (year, month, Some(day)) => format!("{year}年{month}月{day}日"),
        (year, month, None) => format!("{year}年{month}月"),
    }
}

/// The time of day in Japan, `12:34:56`.
pub(crate) fn clock(at: OffsetDateTime) -> String {
    at.to_offset(offset!(+9))
        .format(format_description!("[hour]:[minute]:[second]"))
        .unwrap_or_default()
}

/// One change as a heading and what it was.
pub(crate) fn change(change: &Change) -> (&'static str, String) {
    match change {
        Change::Transformed { by, from, to } => ("書式を変換", format!("{from} → {to}（{by}）")),
        Change::Replaced { from, to, because } => {
            ("文字を置換", format!("{from} → {to}（{because}）"))
        }
        Change::Cut { lost } => ("入りきらず切った部分", lost.clone()),
        Change::LeftOut { items } => ("入りきらなかった項目", items.join("、")),
        Change::Unmappable { value } => ("対応するコードなし", value.clone()),
        Change::LeftToCrew { because } => ("隊員が記入", japanese_half(because).to_owned()),
        Change::Unknown => ("この版では分からない変更", String::new()),
    }
}

/// The pack's reasons are bilingual, `日本語 / English`.
pub(crate) fn japanese_half(text: &str) -> &str {
    text.split_once(" / ").map_or(text, |(japanese, _)| japanese)
}

/// What of the changes the crew must see without opening anything: something is missing or not
/// as it came.
pub(crate) fn warning(changes: &[Change]) -> Option<&'static str> {
    let any = |test: fn(&Change) -> bool| changes.iter().any(test);
    // What is not known may be a loss.
    let lossy = |change: &Change| {
        matches!(change, Change::Cut { .. } | Change::LeftOut { .. } | Change::Unknown)
    };
    if any(lossy) {
        Some("省略あり")
    } else if any(|change| matches!(change, Change::Replaced { .. })) {
        Some("置換あり")
    } else if any(|change| matches!(change, Change::Unmappable { .. })) {
        Some("変換不可")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use mynaq_host_sdk::Source;

    use super::*;

    #[test]
    fn a_source_says_where_from_when_and_how_old() {
        let mark = |date: &str, age_days| SourceMark {
            source: Source::Claim,
            date: ClaimDate::parse(date),
            age_days,
        };
        assert_eq!(source(&mark("2026-10", Some(38))), "レセプト 2026年10月 38日前");
        assert_eq!(source(&mark("2026-10-05", Some(0))), "レセプト 2026年10月5日 当日");
        assert_eq!(source(&mark("", None)), "レセプト");
    }

    #[test]
    fn many_sources_never_hide_how_old_the_oldest_is() {
        let mark = |source, date: &str, age_days| SourceMark {
            source,
            date: ClaimDate::parse(date),
            age_days: Some(age_days),
        };
        let marks = [
            mark(Source::Claim, "2024-11-23", 730),
            mark(Source::Dispensing, "2026-11-14", 9),
            mark(Source::Claim, "2026-10-14", 40),
        ];
        assert_eq!(sources(&marks), "電子処方箋（調剤） 2026年11月14日 9日前 ほか2件 〜730日前");
        assert_eq!(sources(&[]), "");
    }

    #[test]
    fn a_level_is_said_as_exactly_as_the_crew_said_it() {
        use mynaq_host_sdk::Consciousness::{Rousable, Unrousable};
        let said = |consciousness, jcs| level(Level { consciousness, jcs });
        assert_eq!(said(Unrousable, Some(200)), "JCS 200");
        assert_eq!(said(Unrousable, Some(100)), "JCS III", "one tap on III sends 100");
        assert_eq!(said(Rousable, None), "JCS II", "from a GCS");
    }

    #[test]
    fn every_reason_has_a_name_and_a_definition() {
        for &each in Reason::ALL {
            let (name, definition) = reason(each);
            assert!(!name.is_empty() && !definition.is_empty(), "{each:?}");
        }
    }

    #[test]
    fn readers_are_one_line_whatever_they_see() {
        let reader = |name: &str, state| ReaderFacts { name: name.into(), state };
        let said = |service, facts: &[ReaderFacts]| readers(service, facts);
        assert_eq!(said(ReaderService::Absent, &[]), "カードのサービスが動いていません");
        assert_eq!(said(ReaderService::Running, &[]), "リーダーがつながっていません");
        let two = [reader("A", ReaderState::Empty), reader("B", ReaderState::Mute)];
        assert_eq!(said(ReaderService::Running, &two), "読めないカードです・B、カードなし・A");
        // A service of a later word has readers all the same.
        let later = [reader("A", ReaderState::NotAnswering)];
        assert_eq!(said(ReaderService::Unknown, &later), "リーダーが応答しません・A");
    }

    #[test]
    fn times_are_those_of_japan() {
        assert_eq!(clock(OffsetDateTime::UNIX_EPOCH), "09:00:00");
    }
}
