//! The first page: who is at work, and the cases. Nobody logs in beside a patient.

use maud::{Markup, html};
use mynaq_host_sdk::{CaseOpening, Error, Factor, LogIn};

use super::page;
use crate::desk::OpenCase;
use crate::japanese;

/// What stands in the forms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'a> {
    pub(crate) csrf: &'a str,
    pub(crate) drill: bool,
    pub(crate) pack: &'a str,
    /// Who is logged in.
    pub(crate) crew: &'a [LogIn],
    /// Whether only they can open a case.
    pub(crate) log_in_required: bool,
}

pub(crate) fn start(
    opening: Opening<'_>,
    cases: &[std::sync::Arc<OpenCase>],
    refused: Option<&Error>,
) -> String {
    page(
        "事案を開く",
        "start",
        html! {
            header.banner { h1 { "MynaQ" } span.quiet { "マイナ救急 見本コンソール" } }
            main {
                @if let Some(error) = refused { (why_not(error)) }
                section.card aria-labelledby="crew" {
                    h2 #crew { "勤務中の隊員" }
                    (opening.on_shift())
                    (opening.log_in())
                }
                section.card aria-labelledby="new" {
                    h2 #new { "事案を開く" }
                    (opening.case())
                    p.quiet { "事案番号などは閲覧記録に残ります。傷病者の情報を入れないでください。" }
                }
                section.card aria-labelledby="open" {
                    h2 #open { "開いている事案" }
                    @if cases.is_empty() { p.quiet { "ありません" } }
                    ul.cases {
                        @for case in cases {
                            li { a href={ "/cases/" (case.token) } {
                                strong { (case.opening.incident) }
                                span { (case.opening.unit) "・" (case.opening.terminal) }
                                span.quiet { (japanese::clock(case.opened_at)) " から" }
                            } }
                        }
                    }
                }
            }
        },
    )
}

impl Opening<'_> {
    /// A drill's form is ready to go; on duty an example value could end up in the ledger.
    fn example(&self, text: &'static str) -> &'static str {
        if self.drill { text } else { "" }
    }

    fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.csrf); }
    }

    fn on_shift(&self) -> Markup {
        html! {
            @if self.crew.is_empty() { p.quiet { "ログインしている隊員はいません" } }
            ul.crew {
                @for shift in self.crew {
                    li {
                        strong { (shift.crew_member) }
                        span { (shift.unit) "・" (shift.terminal) }
                        span.quiet {
                            @let factors: Vec<_> =
                                shift.factors.iter().map(|&it| japanese::factor(it)).collect();
                            (factors.join("＋"))
                        }
                        form method="post" action="/log-out" {
                            (self.csrf())
                            input type="hidden" name="crew_member" value=(shift.crew_member);
                            button type="submit" aria-label={ (shift.crew_member) "をログアウト" } {
                                "ログアウト"
                            }
                        }
                    }
                }
            }
        }
    }

    fn log_in(&self) -> Markup {
        html! {
            // Where nobody has to, the form is out of the way.
            details.log-in open[self.log_in_required && self.crew.is_empty()] {
                summary { "勤務を始める（ログイン）" }
                p.quiet {
                    "この見本は本人かどうかを確かめません。実際のホストは二要素で認証し、その方法だけをプラグインに伝えます。"
                    "暗証番号やパスワードは渡しません。"
                }
                form method="post" action="/log-in" {
                    (self.csrf())
                    (field("crew_member", "隊員", self.example("C-07")))
                    (field("unit", "救急隊", self.example("救急1")))
                    (field("terminal", "端末", self.example("T-01")))
                    (self.factor("first_factor", "一つ目の要素", Factor::IdPassword, "選ぶ"))
                    (self.factor("second_factor", "二つ目の要素", Factor::IcCard, "なし"))
                    button.big.go type="submit" { "ログイン" }
                }
            }
        }
    }

    fn factor(&self, name: &str, label: &str, example: Factor, none: &str) -> Markup {
        html! {
            label.pair {
                span { (label) }
                select name=(name) required[name == "first_factor"] {
                    option value="" { (none) }
                    @for &factor in Factor::ALL {
                        option value=(factor.name()) selected[self.drill && factor == example] {
                            (japanese::factor(factor)) "（" (japanese::factor_kind(factor.kind())) "）"
                        }
                    }
                }
            }
        }
    }

    /// Whoever is logged in has said unit and terminal already.
    fn case(&self) -> Markup {
        let nobody = self.log_in_required && self.crew.is_empty();
        html! {
            form method="post" action="/cases" {
                (self.csrf())
                (field("incident", "事案番号", self.example("演習-0001")))
                @if self.log_in_required {
                    label.pair {
                        span { "閲覧する隊員" }
                        select name="crew_member" required {
                            @for shift in self.crew {
                                option value=(shift.crew_member) {
                                    (shift.crew_member) "（" (shift.unit) "・" (shift.terminal) "）"
                                }
                            }
                        }
                    }
                } @else {
                    (field("unit", "救急隊", self.example("救急1")))
                    (field("terminal", "端末", self.example("T-01")))
                    (field("crew_member", "閲覧する隊員", self.example("C-07")))
                }
                div.pair { span { "様式" } span { (self.pack) } }
                @if nobody { p.quiet { "勤務の始めにログインした隊員だけが事案を開けます。" } }
                button.big.go type="submit" disabled[nobody] { "事案を開く" }
            }
        }
    }
}

fn why_not(error: &Error) -> Markup {
    html! {
        div.message.bad role="alert" {
            span.mark aria-hidden="true" { "！" }
            div.says {
                strong { (error.ja()) }
                p { (error.action_ja()) }
                @if let Some(detail) = error.technical() {
                    p.quiet { (japanese::japanese_half(detail)) }
                }
            }
        }
    }
}

fn field(name: &str, label: &str, value: &str) -> Markup {
    html! {
        label.pair {
            span { (label) }
            input name=(name) value=(value) required maxlength=(CaseOpening::LONGEST)
                autocomplete="off";
        }
    }
}
