//! The strip that says where the case stands: five lamps and one message.

use maud::{Markup, html};
use mynaq_host_sdk::{CardForm, Consent, Error, ErrorCode, GateState};
use time::OffsetDateTime;

use crate::japanese;
use crate::view::{CardState, LookUp, View};

/// How a lamp or a message looks. Each has a shape of its own, so that colour is never alone.
#[derive(Clone, Copy)]
enum Look {
    Waits,
    Works,
    Done,
    Bad,
    /// What the patient wanted: it is the end, and no fault.
    Over,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Look::Waits => "waits",
            Look::Works => "works",
            Look::Done => "done",
            Look::Bad => "bad",
            Look::Over => "over",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Look::Waits => "",
            Look::Works => "…",
            Look::Done => "✓",
            Look::Bad => "×",
            Look::Over => "―",
        }
    }
}

pub(super) fn lamps(view: &View) -> Markup {
    let card = match &view.card {
        CardState::Idle => (Look::Waits, "停止中"),
        CardState::Awaited { .. } => (Look::Waits, "待っています"),
        CardState::Reading => (Look::Works, "読み取り中"),
        CardState::Read { .. } => (Look::Done, "読み取り済み"),
        CardState::Forgotten => (Look::Waits, "消去しました"),
    };
    let card_name = match view.card_form {
        None => "カード",
        Some(CardForm::Ordinary) => "カード（通常）",
        Some(CardForm::WithoutPhoto) => "顔写真なし",
        Some(CardForm::FaceAuthentication) => "顔認証カード",
    };
    let level = match (view.level, view.cpa) {
        (Some(level), _) => (Look::Done, japanese::level(level)),
        (None, true) => (Look::Done, "心肺停止".to_owned()),
        (None, false) => (Look::Waits, "未確認".to_owned()),
    };
    let level_name = if view.cpa { "意識・CPA" } else { "意識" };
    let identity = match view.identity {
        None => (Look::Waits, "未確認"),
        Some(how @ mynaq_host_sdk::Identity::Failed) => (Look::Bad, japanese::identity(how)),
        Some(how) => (Look::Done, japanese::identity(how)),
    };
    let consent = match view.consent {
        None => (Look::Waits, "未確認"),
        Some((word @ Consent::Refused, _)) => (Look::Over, japanese::consent(word)),
        Some((word, _)) => (Look::Done, japanese::consent(word)),
    };
    let viewing = match (&view.gate, &view.look_up) {
        _ if view.over() => (Look::Over, "閲覧しません"),
        (GateState::Closed { .. }, _) => (Look::Bad, "閲覧しません"),
        (_, LookUp::Arrived { .. }) => (Look::Done, "提案しました"),
        (GateState::Waiting { .. }, _) => (Look::Waits, "まだです"),
        (GateState::Open, LookUp::Failed) => (Look::Bad, "届きません"),
        (GateState::Open, _) => (Look::Works, "照会中"),
    };
    html! {
        ol.lamps aria-label="閲覧までの段階" {
            (lamp(card_name, card.0, card.1))
            (lamp("本人確認", identity.0, identity.1))
            (lamp(level_name, level.0, &level.1))
            (lamp("同意", consent.0, consent.1))
            (lamp("照会", viewing.0, viewing.1))
        }
    }
}

fn lamp(name: &str, look: Look, word: &str) -> Markup {
    html! {
        li.lamp.(look.class()) {
            span.mark aria-hidden="true" { (look.mark()) }
            span.name { (name) }
            span.word { (word) }
        }
    }
}

/// The one thing the crew should read now, and what to do. What the gate says, it says itself.
pub(super) fn message(path: &str, view: &View) -> Markup {
    if let Some(error) = view.troubles.first() {
        return trouble(path, view, error);
    }
    if view.last_try && !view.reading() {
        let now = html! { "最後の1回です。違うとロックされ、役所での手続きが必要になります" };
        return says(Look::Waits, "本人に暗証番号をもう一度入力してもらってください", now);
    }
    let rule = view.rule.as_ref().map(|rule| rule.ja.as_str());
    match &view.gate {
        GateState::Closed { error } => {
            let look = if view.over() { Look::Over } else { alarm(view) };
            says(look, rule.unwrap_or(error.ja()), html! { (error.action_ja()) })
        }
        GateState::Waiting { missing } if !matches!(view.look_up, LookUp::Arrived { .. }) => {
            let missing: Vec<_> = missing.iter().map(|&lack| japanese::lack(lack)).collect();
            let missing = format!("足りないもの：{}", missing.join("・"));
            match (&view.withdrawn, rule) {
                (Some(labels), _) => says(Look::Waits, rule.unwrap_or(&missing), withdrawn(labels)),
                (None, Some(rule)) => {
                    says(Look::Waits, rule, html! { (missing) "。そろうと自動で照会します" })
                }
                (None, None) => says(Look::Waits, &missing, html! { "そろうと自動で照会します" }),
            }
        }
        _ => match view.look_up {
            LookUp::Sent { until } => says(
                Look::Works,
                rule.unwrap_or("閲覧できます"),
                html! { "照会しています。待つ間も聴取を続けられます" (left(view, until)) },
            ),
            LookUp::Arrived { at } => arrived(view, at, rule),
            LookUp::NotAsked | LookUp::Asked | LookUp::Failed => {
                says(Look::Works, rule.unwrap_or("閲覧できます"), html! { "照会を始めます" })
            }
        },
    }
}

/// How a fault looks: in a quiet case it is shown like everything else.
fn alarm(view: &View) -> Look {
    if view.quiet { Look::Waits } else { Look::Bad }
}

/// What was taken out of the form again.
fn withdrawn(labels: &[String]) -> Markup {
    html! {
        "別人のカードの内容を消去しました"
        @if !labels.is_empty() { "。取り込みを取り消した項目：" (labels.join("、")) }
    }
}

fn arrived(view: &View, at: Option<OffsetDateTime>, rule: Option<&str>) -> Markup {
    let what = match at {
        Some(at) => format!("照会結果を様式に提案しました（{}）", japanese::clock(at)),
        None => "照会結果を様式に提案しました".to_owned(),
    };
    let now = html! {
        @match (&view.consent, &view.remark) {
            (Some((Consent::Unobtainable, _)), _) => {
                (rule.unwrap_or("あとで傷病者用説明書を渡してください"))
            }
            (_, Some(remark)) => (remark.as_str()),
            _ => "項目ごとに確かめて、取り込むか見送ってください",
        }
    };
    says(Look::Done, &what, now)
}

fn trouble(path: &str, view: &View, error: &Error) -> Markup {
    let others = view.troubles.len() - 1;
    let last_try = error.code() == ErrorCode::CardPinLastTry && !view.reading();
    html! {
        div.message.(alarm(view).class()) {
            span.mark aria-hidden="true" { "！" }
            div.says {
                strong {
                    (error.ja())
                    @if let (ErrorCode::CardPinWrong, Some(tries)) =
                        (error.code(), error.technical())
                    {
                        "（" (japanese::japanese_half(tries)) "）"
                    }
                }
                p {
                    (error.action_ja())
                    span.code { (error.code().name()) @if others > 0 { " ほか" (others) "件" } }
                }
            }
            @if last_try {
                button #last-try form="act" formaction={ (path) "/last-try" } {
                    "最後の1回を使う" br; small { "違うとロック" }
                }
            }
            @if view.look_up == LookUp::Failed && view.gate == GateState::Open {
                button #again form="act" formaction={ (path) "/look-up" } { "もう一度照会する" }
            }
        }
    }
}

fn says(look: Look, what: &str, now: Markup) -> Markup {
    html! {
        div.message.(look.class()) {
            span.mark aria-hidden="true" { (look.mark()) }
            div.says { strong { (what) } p { (now) } }
        }
    }
}

/// The count-down, kept by the page's script; without it the words before it are enough. Nothing
/// moves in a quiet case.
fn left(view: &View, until: Option<OffsetDateTime>) -> Markup {
    html! {
        @if let Some(until) = until.filter(|_| !view.quiet) {
            span.left data-until=(until.unix_timestamp_nanos() / 1_000_000) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use mynaq_host_sdk::{Event, EventBody, GateRule, Lack};

    use super::*;

    fn told(view: &mut View, body: EventBody) {
        let at = "2026-11-22T03:04:05.000Z".to_owned();
        view.apply(Event { sequence: 1, at, quiet: false, body });
    }

    fn trouble(code: ErrorCode) -> EventBody {
        EventBody::Trouble { error: code.into(), goes_on: false, next_attempt_ms: None }
    }

    fn screen(view: &View) -> String {
        message("/cases/x", view).into_string()
    }

    #[test]
    fn what_the_gate_says_is_what_the_crew_reads() {
        let states = [
            GateState::Waiting { missing: vec![Lack::Identity] },
            GateState::Open,
            GateState::Closed { error: ErrorCode::GateReasonUnfit.into() },
        ];
        for state in states {
            let mut view = View::default();
            told(&mut view, EventBody::Gate { state: state.clone(), rule: None });
            let of_our_own = screen(&view);
            let (row, ja, en) = ("G-99".to_owned(), "規則の一行".to_owned(), String::new());
            told(&mut view, EventBody::Gate { state, rule: Some(GateRule { row, ja, en }) });
            let html = screen(&view);
            assert!(html.contains("<strong>規則の一行</strong>"), "{html}");
            assert!(!of_our_own.contains("<strong></strong>"), "an older plugin has no rules");
        }
    }

    #[test]
    fn what_the_patient_wanted_is_the_end_and_no_alarm() {
        for (code, looks) in [
            (ErrorCode::GateOptedOut, "over"),
            (ErrorCode::GateRefused, "over"),
            (ErrorCode::GateReasonUnfit, "bad"),
        ] {
            let mut view = View::default();
            let state = GateState::Closed { error: code.into() };
            told(&mut view, EventBody::Gate { state, rule: None });
            for html in [screen(&view), lamps(&view).into_string()] {
                assert!(html.contains(&format!(" {looks}\"")), "{code:?}: {html}");
                assert_eq!(html.contains(" bad"), looks == "bad", "{code:?}: {html}");
            }
        }
    }

    #[test]
    fn in_a_quiet_case_nothing_is_red_and_nothing_counts_down() {
        let mut view = View::default();
        let mut hear = |quiet, body| {
            let at = "2026-11-22T03:04:05.000Z".to_owned();
            view.apply(Event { sequence: 1, at, quiet, body });
            screen(&view)
        };
        assert!(hear(false, trouble(ErrorCode::CardForeign)).contains("message bad"));
        let html = hear(true, trouble(ErrorCode::CardForeign));
        assert!(!html.contains("message bad") && html.contains("card.foreign"), "{html}");
        let found = EventBody::CardFound { reader: "R".into() };
        hear(true, found);
        hear(true, EventBody::Gate { state: GateState::Open, rule: None });
        let sent =
            || EventBody::LookUpSent { scope: mynaq_host_sdk::Scope::Summary, deadline_ms: 1500 };
        assert!(!hear(true, sent()).contains("data-until"));
        assert!(hear(false, sent()).contains("data-until"));
    }

    #[test]
    fn the_last_try_is_offered_where_it_was_refused_and_then_asks_for_the_digits() {
        let mut view = View::default();
        told(&mut view, trouble(ErrorCode::CardPinWrong));
        assert!(!screen(&view).contains("last-try"));
        told(&mut view, trouble(ErrorCode::CardPinLastTry));
        let offered = screen(&view);
        assert!(offered.contains(r#"form="act" formaction="/cases/x/last-try""#), "{offered}");
        assert!(offered.contains("最後の1回を使う") && offered.contains("ロック"));
        told(&mut view, EventBody::LastTryAllowed);
        let allowed = screen(&view);
        assert!(!allowed.contains("last-try") && allowed.contains("もう一度入力"), "{allowed}");
        // The check that spends it says how it went.
        told(&mut view, trouble(ErrorCode::CardPinLocked));
        assert!(screen(&view).contains("card.pin_locked"));
    }
}
