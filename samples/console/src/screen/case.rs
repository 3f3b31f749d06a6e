//! The screen of one case.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use mynaq_host_sdk::{Consent, Identity, Reason};
use time::OffsetDateTime;

use super::{form, gate, notice, observed, page, take};
use crate::desk::OpenCase;
use crate::drill::Person;
use crate::japanese;
use crate::view::{CardState, TableState, View};

/// The live parts of a screen: the id of an element and its content. The page is drawn from them,
/// and the live stream sends those that changed; inputs of the crew are in none of them, so
/// nothing the crew types is ever overwritten.
pub(crate) type Parts = BTreeMap<String, String>;

pub(crate) fn parts(path: &str, view: &View) -> Parts {
    let mut parts: Parts = [
        ("drill", drill(view)),
        ("lamps", gate::lamps(view)),
        ("message", gate::message(path, view)),
        ("visual", identity(path, view, Identity::Visual, "顔と券面の写真を照合")),
        ("failed", identity(path, view, Identity::Failed, "目視も暗証番号も不可")),
        ("pin-check", pin_check(path, view)),
        ("card", card(view)),
        ("readers", readers(view)),
        ("reading", reading(path, view)),
        ("card-form", observed::card_form(path, view)),
        ("level", observed::level(path, view)),
        ("quiet", observed::quiet(view)),
        ("words", words(path, view)),
        ("refusal", refusal(path, view)),
        ("timeline", timeline(view)),
        ("notice", notice::notice(path, view)),
        ("all", take::all(path, view)),
        ("table", table(view)),
    ]
    .into_iter()
    .map(|(id, content)| (id.to_owned(), content.into_string()))
    .collect();
    for (index, row) in form::rows(view).iter().enumerate() {
        parts.insert(format!("state-{index}"), row.standing().into_string());
        parts.insert(format!("offer-{index}"), row.offer().into_string());
        parts.insert(format!("decide-{index}"), row.decisions(index, path).into_string());
        parts.insert(format!("trace-{index}"), row.trace(index).into_string());
    }
    parts
}

/// All a page of one case is drawn from.
pub(crate) struct Screen<'a> {
    pub(crate) case: &'a OpenCase,
    pub(crate) csrf: &'a str,
    /// None without a card table; the inner none when it does not answer.
    pub(crate) people: Option<Option<Vec<Person>>>,
}

impl Screen<'_> {
    pub(crate) fn page(&self) -> String {
        let path = format!("/cases/{}", self.case.token);
        let incident = &self.case.opening.incident;
        let body = self.case.look(|view| self.body(&path, view));
        page(&format!("事案 {incident}"), "case", body)
    }

    fn body(&self, path: &str, view: &View) -> Markup {
        let opening = &self.case.opening;
        let parts = parts(path, view);
        let content = |id: &str| PreEscaped(parts.get(id).map_or("", String::as_str));
        let part = |id: &str| html! { div.part id=(id) { (content(id)) } };
        let rows = form::rows(view);
        html! {
            // One form per kind of thing sent, so that pressing a button never sends the PIN along.
            form #act method="post" { input type="hidden" name="csrf" value=(self.csrf); }
            form #pin method="post" action={ (path) "/pin" } {
                input type="hidden" name="csrf" value=(self.csrf);
            }
            form #heard method="post" action={ (path) "/heard" } {
                input type="hidden" name="csrf" value=(self.csrf);
            }
            form #observe method="post" action={ (path) "/observe" } {
                input type="hidden" name="csrf" value=(self.csrf);
            }
            div #live data-events={ (path) "/events" } data-rows=(rows.len()) hidden {}
            (part("drill"))
            header.banner {
                h1 { span.quiet { "事案" } " " (opening.incident) }
                dl {
                    div { dt { "隊" } dd { (opening.unit) } }
                    div { dt { "端末" } dd { (opening.terminal) } }
                    div { dt { "隊員" } dd { (opening.crew_member) } }
                    div { dt { "経過" } dd.elapsed data-since=(milliseconds(self.case.opened_at)) {
                        (elapsed(self.case.opened_at))
                    } }
                }
                (part("timeline"))
                noscript { a.button href=(path) { "画面を更新" } }
                (part("notice"))
                button #close form="act" formaction={ (path) "/close" } { "事案を閉じる" }
            }
            section.gate aria-label="閲覧の状態" {
                (part("lamps"))
                // The page's script keeps this in step: a quiet case is not read out either.
                div.part #message role="status" aria-live=[view.quiet.then_some("off")] {
                    (content("message"))
                }
            }
            main {
                div.side.left {
                    section aria-labelledby="h-identity" {
                        h2 #h-identity { "本人確認" }
                        div.two { (part("visual")) (part("failed")) }
                        div.pin {
                            input #digits form="pin" name="pin" type="password" inputmode="numeric"
                                pattern="[0-9]{4}" maxlength="4" required autocomplete="off"
                                aria-label="暗証番号（4桁、本人が入力）" placeholder="4桁";
                            (part("pin-check"))
                        }
                    }
                    section aria-labelledby="h-card" {
                        h2 #h-card { "カード" }
                        (part("card"))
                        (part("readers"))
                        (part("reading"))
                        (part("card-form"))
                    }
                    @if let Some(people) = &self.people { (self.card_table(path, people, part("table"))) }
                }
                section.record aria-labelledby="h-record" {
                    h2 #h-record { "傷病者の記録" }
                    (form::legend())
                    (part("all"))
                    span.column { "聴取" }
                    noscript { button form="heard" { "聴取を保存" } }
                    div.rows {
                        @for (index, row) in rows.iter().enumerate() {
                            div.row data-field=(row.name) {
                                div.name {
                                    label.label for={ "heard-" (index) } { (row.label) }
                                    (part(&format!("state-{index}")))
                                }
                                (part(&format!("offer-{index}")))
                                (part(&format!("decide-{index}")))
                                (part(&format!("trace-{index}")))
                                (form::heard(row.name, row.label, index, view))
                            }
                        }
                        div.row.memo {
                            label.label for={ "heard-" (rows.len()) } { "聴取メモ" }
                            (form::heard(form::MEMO, "メモ", rows.len(), view))
                        }
                    }
                }
                div.side.right {
                    section aria-labelledby="h-level" {
                        div.heading { h2 #h-level { "意識レベル" } (part("quiet")) }
                        div.three { (part("level")) (observed::exact()) }
                    }
                    section aria-labelledby="h-consent" {
                        h2 #h-consent { "同意" }
                        (part("words"))
                        div.two {
                            (part("refusal"))
                            a.big.ask #ask href="#heard-0" {
                                span { "口頭で聴取" } small { "手で記入して続ける" }
                            }
                        }
                    }
                }
            }
        }
    }

    fn card_table(&self, path: &str, people: &Option<Vec<Person>>, said: Markup) -> Markup {
        html! {
            section.table aria-labelledby="h-table" {
                h2 #h-table { "訓練用カードをかざす" }
                (said)
                div.people {
                    button form="act" formaction={ (path) "/table/remove" } { "取り除く" }
                    @for person in people.iter().flatten() {
                        button form="act" formaction={ (path) "/table/tap" } name="person"
                            value=(person.id) { b { (person.id) } " " (person.name) }
                    }
                }
            }
        }
    }
}

fn drill(view: &View) -> Markup {
    html! {
        @if view.drill {
            p.drill role="note" { strong { "訓練" } span { "訓練用カードと模擬の照会先だけを使います" } }
        }
    }
}

fn identity(path: &str, view: &View, identity: Identity, note: &str) -> Markup {
    html! {
        button.big id={ "identity-" (identity.name()) } form="act"
            formaction={ (path) "/identity" } name="identity" value=(identity.name())
            aria-pressed=(view.identity == Some(identity)) disabled[view.over()]
        {
            span { (japanese::identity(identity)) } small { (note) }
        }
    }
}

fn pin_check(path: &str, view: &View) -> Markup {
    html! {
        button.big #identity-pin form="pin" formaction={ (path) "/pin" }
            aria-pressed=(view.identity == Some(Identity::Pin))
            disabled[view.over() || view.reading()]
        {
            span { "暗証番号" }
            small {
                @if view.reading() { "カードの後で" }
                @else if view.last_try { "最後の1回" }
                @else { "で照合" }
            }
        }
    }
}

fn card(view: &View) -> Markup {
    let (what, note) = match &view.card {
        CardState::Idle => ("読み取りは止まっています", String::new()),
        CardState::Awaited { readers } if readers.is_empty() => {
            ("リーダーが見つかりません", "接続してください".to_owned())
        }
        CardState::Awaited { .. } => ("待っています", "カードをかざしてください".to_owned()),
        CardState::Reading => ("読み取り中", "そのまま動かさないでください".to_owned()),
        CardState::Read { card } => {
            let validity = japanese::validity(card.validity)
                .map_or_else(String::new, |word| format!("・{word}"));
            ("読み取り済み", format!("{}{validity}", japanese::kind(card.kind)))
        }
        CardState::Forgotten if view.lift_first => {
            ("消去しました", "このカードを外してください".to_owned())
        }
        CardState::Forgotten => ("消去しました", "カードの情報は残っていません".to_owned()),
    };
    html! { div.state-box { strong { (what) } span.quiet { (note) } } }
}

fn readers(view: &View) -> Markup {
    html! {
        @if let Some((service, readers)) = &view.readers {
            p.quiet { (japanese::readers(*service, readers)) }
        }
    }
}

fn reading(path: &str, view: &View) -> Markup {
    html! {
        button.big #read form="act" formaction={ (path) "/read" } disabled[view.over()] {
            span { "もう一度" br; "読み取る" }
        }
        button.big #cancel form="act" formaction={ (path) "/cancel" } disabled[view.over()] {
            span { "中止" }
        }
        @if view.has_card() && !view.over() {
            // The second tap is in another place: two taps of one finger do not confirm.
            details #wrong-patient {
                summary.big {
                    span.opens { "別人の" br; "カード" }
                    span.closes { "やめる" }
                }
                button.big #wrong-patient-sure form="act" formaction={ (path) "/wrong-patient" } {
                    span { "別人のカードでした" } small { "取り込みも取り消します" }
                }
            }
        } @else {
            button.big #wrong-patient-none disabled { span { "別人の" br; "カード" } }
        }
    }
}

fn word(path: &str, view: &View, consent: Consent, note: &str) -> Markup {
    html! {
        button.big id={ "consent-" (consent.name()) } form="act"
            formaction={ (path) "/consent" } name="consent" value=(consent.name())
            aria-pressed=(view.consent == Some((consent, None))) disabled[view.over()]
        {
            span { (japanese::consent(consent)) } small { (note) }
        }
    }
}

fn words(path: &str, view: &View) -> Markup {
    html! {
        (word(path, view, Consent::Given, "本人が口頭で同意"))
        div.group role="group" aria-labelledby="h-why" {
            h3 #h-why { "同意取得困難" small { "理由を選ぶ" } }
            @for &reason in Reason::ALL {
                @let (name, definition) = japanese::reason(reason);
                @let said = Some((Consent::Unobtainable, Some(reason)));
                button.big id={ "reason-" (reason.name()) } form="act"
                    formaction={ (path) "/consent" } name="reason" value=(reason.name())
                    aria-pressed=(view.consent == said) disabled[view.over()]
                {
                    span { (name) } small { (definition) }
                }
            }
        }
    }
}

/// Apart from the word of consent: it ends the matter.
fn refusal(path: &str, view: &View) -> Markup {
    word(path, view, Consent::Refused, "閲覧せず終わります")
}

fn timeline(view: &View) -> Markup {
    html! {
        @if !view.timeline.is_empty() {
            ol.timeline aria-label="確認の経過" {
                @for moment in view.timeline.iter().rev() {
                    li {
                        span.quiet { (moment.at.map(japanese::clock).unwrap_or_default()) }
                        " " (japanese::what(moment.what))
                    }
                }
            }
        }
    }
}

fn table(view: &View) -> Markup {
    html! {
        p.quiet {
            @match &view.table {
                TableState::Untouched => "選ぶとリーダーに置かれます",
                TableState::Empty => "カードを取り除きました",
                TableState::Holds(id) => { (id) " をかざしています" }
                TableState::Silent => "訓練用の操作盤が応答しません",
            }
        }
    }
}

fn milliseconds(at: OffsetDateTime) -> i128 {
    at.unix_timestamp_nanos() / 1_000_000
}

fn elapsed(since: OffsetDateTime) -> String {
    let seconds = (OffsetDateTime::now_utc() - since).whole_seconds().max(0);
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
