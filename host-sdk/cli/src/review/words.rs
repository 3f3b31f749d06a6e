//! The ledger in words, Japanese and English.

use mynaq_host_sdk::{
    CardForm, CardKind, Consciousness, Consent, Decision, Error, ErrorCode, Factor, Identity,
    Notice, NoticeLanguage, OptOut, Reason, Scope, Validity,
};
use mynaq_ledger::review::{Basis, Because, Shown, State};
use mynaq_ledger::{Entry, Fact, Finding};
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, UtcOffset};
use unicode_width::UnicodeWidthChar as _;

/// Where the departments are.
const JAPAN: UtcOffset = offset!(+9);

/// Two languages of one thing.
pub(super) type Both = (&'static str, &'static str);

/// Text from the ledger, with everything written out that a terminal would obey instead of show.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for char in text.chars() {
        match char.width() {
            Some(1..) if !matches!(char, '\u{2028}' | '\u{2029}') => plain.push(char),
            _ => plain.extend(char.escape_unicode()),
        }
    }
    plain
}

/// A time of the ledger on a clock in Japan, to the minute.
pub(super) fn when(at: &str) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
    japan(at).and_then(|at| at.format(&format).ok()).unwrap_or_else(|| plain(at))
}

/// How many midnights of Japan lie between; none if the time is none.
pub(super) fn days(since: &str, now: OffsetDateTime) -> Option<i64> {
    let days = now.to_offset(JAPAN).date() - japan(since)?.date();
    Some(days.whole_days().max(0))
}

fn japan(at: &str) -> Option<OffsetDateTime> {
    let at = OffsetDateTime::parse(at, &Rfc3339).ok()?;
    at.checked_to_offset(JAPAN)
}

/// One line of a case.
pub(super) fn line(entry: &Entry) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let at = japan(&entry.at).and_then(|at| at.format(&format).ok());
    let (ja, en) = fact(&entry.fact);
    format!("{}  {ja} / {en}", at.unwrap_or_else(|| plain(&entry.at)))
}

fn fact(fact: &Fact) -> (String, String) {
    match fact {
        Fact::Opened { incident, unit, terminal, crew_member, drill, .. } => {
            let [incident, unit, terminal, crew_member] =
                [incident, unit, terminal, crew_member].map(|text| plain(text));
            let drill = if *drill { ("、訓練", ", a drill") } else { ("", "") };
            (
                format!("事案を開始（{crew_member}、{unit}、{terminal}、{incident}{}）", drill.0),
                format!("case opened ({crew_member}, {unit}, {terminal}, {incident}{})", drill.1),
            )
        }
        Fact::LoggedIn { crew_member, unit, terminal, factors } => {
            let [crew_member, unit, terminal] = [crew_member, unit, terminal].map(|it| plain(it));
            let how = each(factors.iter().map(|it| factor(*it)));
            (
                format!("ログイン（{crew_member}、{unit}、{terminal}、{}）", how.0),
                format!("logged in ({crew_member}, {unit}, {terminal}, {})", how.1),
            )
        }
        Fact::LoggedOut { crew_member } => with(("ログアウト", "logged out"), &plain(crew_member)),
        Fact::RightRefused { crew_member, because } => {
            let (ja, en) = error(*because);
            let who = plain(crew_member);
            (format!("閲覧権限なし: {who}、{ja}"), format!("no right to view: {who}, {en}"))
        }
        Fact::CardRead { kind, validity: until, possession_proven } => {
            let (kind, until) = (card_kind(*kind), validity(*until));
            let proven = match possession_proven {
                true => ("カードの鍵を証明", "possession proven"),
                false => ("カードの鍵の証明なし", "possession not proven"),
            };
            (
                format!("カードを読み取り: {}、{}、{}", kind.0, until.0, proven.0),
                format!("card read: {}, {}, {}", kind.1, until.1, proven.1),
            )
        }
        Fact::LastTryAllowed => {
            both(("暗証番号の残り1回の使用を許可", "the last try of the PIN was allowed"))
        }
        Fact::Identity { identity: how } => {
            let how = identity(*how);
            (format!("本人確認: {}", how.0), format!("identity check: {}", how.1))
        }
        Fact::Observed { consciousness: level, card_form: form, cpa } => {
            let level = level.map(consciousness);
            let form = form.map(card_form);
            let cpa = cpa.then_some(("心肺停止", "cardiac arrest"));
            let seen = each([level, form, cpa].into_iter().flatten());
            (format!("観察: {}", seen.0), format!("observed: {}", seen.1))
        }
        Fact::Consent { consent: word, reason: why } => {
            let said = each([Some(consent(*word)), why.map(reason)].into_iter().flatten());
            (format!("同意: {}", said.0), format!("consent: {}", said.1))
        }
        Fact::GateClosed { because } => {
            let (ja, en) = error(*because);
            (format!("閲覧しない: {ja}"), format!("not viewed: {en}"))
        }
        Fact::Permit {
            identity: how,
            consent_class: class,
            reason: why,
            scope: what,
            row,
            consciousness: level,
            crew_member,
            request,
            ..
        } => {
            let words = [
                Some(identity(*how)),
                Some(consent_class(*class)),
                why.map(reason),
                level.map(consciousness),
                Some(scope(*what)),
            ];
            let (mut ja, mut en) = each(words.into_iter().flatten());
            for text in [row, crew_member, request].map(|text| plain(text)) {
                if !text.is_empty() {
                    ja += &format!("、{text}");
                    en += &format!(", {text}");
                }
            }
            (format!("閲覧を許可: {ja}"), format!("viewing permitted: {en}"))
        }
        Fact::Answer { error: None, request } => with(("情報を表示", "shown"), &plain(request)),
        Fact::Answer { error: Some(because), request } => {
            let ((ja, en), request) = (error(*because), plain(request));
            (format!("表示なし: {request}、{ja}"), format!("nothing shown: {request}, {en}"))
        }
        Fact::Offered { fields } => {
            let count = fields.len();
            (format!("記録に提案: {count}項目"), format!("offered: fields {count}"))
        }
        Fact::Decided { field, decision: Decision::Accept } => {
            with(("取り込み", "taken over"), &plain(field))
        }
        Fact::Decided { field, decision: Decision::Reject } => {
            with(("取り込まず", "left"), &plain(field))
        }
        Fact::Exported { format, fields } => {
            let (format, count) = (plain(format), fields.len());
            (
                format!("記録に書き出し: {count}項目（{format}）"),
                format!("written out: fields {count} ({format})"),
            )
        }
        Fact::WrongPatient { fields } => {
            let count = fields.len();
            (
                format!("別人のカード: 取り消し{count}項目"),
                format!("another person's card: fields withdrawn {count}"),
            )
        }
        Fact::OptOut { opt_out: OptOut::Add } => {
            both(("閲覧を希望しない申し出を登録", "put on the opt-out list"))
        }
        Fact::OptOut { opt_out: OptOut::Remove } => {
            both(("閲覧を希望しない申し出を解除", "taken off the opt-out list"))
        }
        Fact::NoticePrinted { language } => {
            with(("説明書を印刷", "notice printed"), tongue(*language))
        }
        Fact::Notice { notice: Notice::HandedOver } => {
            both(("説明書を手渡し", "notice handed over"))
        }
        Fact::Notice { notice: Notice::NotHandedOver } => {
            both(("説明書を手渡せず", "notice not handed over"))
        }
        Fact::Defect => both(("不具合のため中断", "ended by a defect")),
        Fact::Wiped => both(("傷病者の情報を消去", "what was known of the patient was wiped")),
        Fact::Closed => both(("事案を終了", "case closed")),
        Fact::Reviewed { reviewer, finding: found, .. } => {
            let ((ja, en), who) = (finding(*found), plain(reviewer));
            (format!("確認: {ja}（{who}）"), format!("reviewed: {en} ({who})"))
        }
        Fact::TornTail { bytes } => (
            format!("途中で切れた行（{bytes}バイト）"),
            format!("a line that was not whole ({bytes} bytes)"),
        ),
    }
}

fn both((ja, en): Both) -> (String, String) {
    (ja.to_owned(), en.to_owned())
}

fn with((ja, en): Both, what: &str) -> (String, String) {
    (format!("{ja}: {what}"), format!("{en}: {what}"))
}

/// Words in a row.
fn each(words: impl Iterator<Item = Both>) -> (String, String) {
    let (ja, en): (Vec<_>, Vec<_>) = words.unzip();
    (ja.join("、"), en.join(", "))
}

/// What one permit rested on, in a cell of the list.
pub(super) fn basis(basis: &Basis) -> String {
    let words = [
        Some(identity(basis.identity)),
        Some(consent_class(basis.consent_class)),
        basis.reason.map(reason),
        basis.consciousness.map(consciousness),
    ];
    let words = words.into_iter().flatten().map(|(ja, _)| ja.to_owned());
    let row = (!basis.row.is_empty()).then(|| plain(&basis.row));
    words.chain(row).collect::<Vec<_>>().join(" ")
}

pub(super) fn because(because: Because) -> Both {
    match because {
        Because::WithoutConsent => ("同意なし", "without consent"),
        Because::WrongPatient => ("別人のカード", "another person's card"),
        Because::Drawn => ("抽出", "drawn"),
    }
}

pub(super) fn finding(finding: Finding) -> Both {
    match finding {
        Finding::Justified => ("適正", "justified"),
        Finding::Questioned => ("要検討", "questioned"),
    }
}

pub(super) fn state(state: State<'_>) -> Both {
    match state {
        State::NotDue => ("確認不要", "not due"),
        State::Open { .. } => ("確認待ち", "open"),
        State::Closed(review) => finding(review.finding),
    }
}

/// The name in documents.
pub(super) fn state_name(state: State<'_>) -> &'static str {
    match state {
        State::NotDue => "not_due",
        State::Open { .. } => "open",
        State::Closed(review) => review.finding.name(),
    }
}

/// The name in documents.
pub(super) fn shown_name(shown: Shown) -> &'static str {
    match shown {
        Shown::Yes => "yes",
        Shown::No(_) => "no",
        Shown::Unknown => "unknown",
    }
}

pub(super) fn shown_error(shown: Shown) -> Option<ErrorCode> {
    match shown {
        Shown::No(error) => Some(error),
        Shown::Yes | Shown::Unknown => None,
    }
}

fn error(code: ErrorCode) -> (String, String) {
    let error = Error::new(code);
    (error.ja().to_owned(), error.en().to_owned())
}

fn identity(identity: Identity) -> Both {
    match identity {
        Identity::Visual => ("目視", "by sight"),
        Identity::Pin => ("暗証番号", "by PIN"),
        Identity::Failed => ("確認できず", "failed"),
    }
}

fn consent(consent: Consent) -> Both {
    match consent {
        Consent::Given => ("口頭同意", "given"),
        Consent::Unobtainable => ("同意取得困難", "not to be had"),
        Consent::Refused => ("拒否", "refused"),
    }
}

fn consent_class(class: u8) -> Both {
    match class {
        1 => ("口頭同意", "with consent"),
        3 => ("同意なし", "without consent"),
        _ => ("同意区分不明", "consent class unknown"),
    }
}

fn reason(reason: Reason) -> Both {
    (reason.label(), reason.definition_en())
}

fn consciousness(level: Consciousness) -> Both {
    (level.label(), level.label())
}

fn scope(scope: Scope) -> Both {
    match scope {
        Scope::Summary => ("サマリー", "summary"),
        Scope::Full => ("全量版", "full"),
        Scope::FullWithPrescriptions => ("全量版と処方箋", "full with prescriptions"),
    }
}

fn card_kind(kind: CardKind) -> Both {
    match kind {
        CardKind::MyNumber => ("マイナンバーカード", "My Number Card"),
        CardKind::BasicResident => ("住基カード", "basic resident card"),
        CardKind::Android | CardKind::Iphone => ("スマートフォン", "phone"),
        CardKind::Unknown => ("未知の世代のカード", "a generation not yet known"),
    }
}

fn validity(validity: Validity) -> Both {
    match validity {
        Validity::Valid => ("証明書有効", "valid"),
        Validity::EndsSoon => ("証明書の期限間近", "ends soon"),
        Validity::Grace => ("証明書の期限切れ（猶予期間）", "ended, in grace"),
        Validity::Expired => ("証明書の期限切れ", "expired"),
        Validity::NotYet => ("証明書の期限前", "not yet valid"),
        Validity::Unknown => ("証明書の期限不明", "validity unknown"),
    }
}

fn card_form(form: CardForm) -> Both {
    match form {
        CardForm::Ordinary => ("通常のカード", "ordinary card"),
        CardForm::FaceAuthentication => ("顔認証カード", "face-authentication card"),
        CardForm::WithoutPhoto => ("顔写真のないカード", "card without a photo"),
    }
}

fn factor(factor: Factor) -> Both {
    match factor {
        Factor::IdPassword => ("IDとパスワード", "ID and password"),
        Factor::Pin => ("暗証番号", "PIN"),
        Factor::Question => ("質問", "question"),
        Factor::Fingerprint => ("指紋", "fingerprint"),
        Factor::Face => ("顔", "face"),
        Factor::Voice => ("声", "voice"),
        Factor::Vein => ("静脈", "vein"),
        Factor::Iris => ("虹彩", "iris"),
        Factor::IcCard => ("ICカード", "IC card"),
        Factor::OneTimePassword => ("ワンタイムパスワード", "one-time password"),
        Factor::OtherObject => ("所持物", "object"),
    }
}

fn tongue(language: NoticeLanguage) -> &'static str {
    match language {
        NoticeLanguage::Japanese => "日本語",
        NoticeLanguage::JapaneseFurigana => "日本語（ふりがな）",
        NoticeLanguage::English => "English",
        NoticeLanguage::Chinese => "中文",
        NoticeLanguage::Korean => "한국어",
        NoticeLanguage::Portuguese => "Português",
        NoticeLanguage::Vietnamese => "Tiếng Việt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_japan() {
        let now = OffsetDateTime::parse("2026-11-25T00:30:00Z", &Rfc3339).unwrap();
        // 09:30 on the 25th there.
        assert_eq!(days("2026-11-25T00:00:00.000Z", now), Some(0));
        assert_eq!(days("2026-11-24T15:00:00.000Z", now), Some(0), "midnight");
        assert_eq!(days("2026-11-24T14:59:59.999Z", now), Some(1), "a moment before");
        assert_eq!(days("2026-10-26T00:00:00.000Z", now), Some(30));
        assert_eq!(days("2026-11-27T00:00:00.000Z", now), Some(0), "a clock that was set back");
        assert_eq!(days("yesterday", now), None);
        assert_eq!(when("2026-11-24T15:00:00.000Z"), "2026-11-25 00:00");
        for strange in ["", "yesterday", "9999-12-31T23:59:59.000Z", "0000-01-01T00:00:00Z"] {
            assert!(when(strange).len() < 40, "{strange}");
        }
    }

    #[test]
    fn nothing_from_the_ledger_steers_the_terminal() {
        assert_eq!(plain("救急1 C-07 ｶﾞ"), "救急1 C-07 ｶﾞ");
        for hostile in ["\u{1b}[2J", "\u{9b}2J", "a\nb", "\u{202e}", "\u{200b}", "\u{2028}", "\0"] {
            let shown = plain(hostile);
            assert!(shown.contains("\\u{") && !shown.contains(hostile), "{shown}");
        }
    }
}
