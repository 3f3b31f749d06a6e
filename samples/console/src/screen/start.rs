//! The first page: open a case, or go back to one.

use maud::html;
use mynaq_host_sdk::{CaseOpening, Error};

use super::page;
use crate::desk::OpenCase;
use crate::japanese;

/// What stands in the opening form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'a> {
    pub(crate) csrf: &'a str,
    pub(crate) drill: bool,
    pub(crate) pack: &'a str,
}

pub(crate) fn start(
    opening: Opening<'_>,
    cases: &[std::sync::Arc<OpenCase>],
    refused: Option<&Error>,
) -> String {
    // A drill's form is ready to go; on duty an example value could end up in the ledger.
    let example = |text: &'static str| if opening.drill { text } else { "" };
    page(
        "事案を開く",
        "start",
        html! {
            header.banner { h1 { "MynaQ" } span.quiet { "マイナ救急 見本コンソール" } }
            main {
                @if let Some(error) = refused {
                    div.message.bad role="alert" {
                        span.mark aria-hidden="true" { "！" }
                        div.says { strong { (error.ja()) } p { (error.action_ja()) } }
                    }
                }
                section.card aria-labelledby="new" {
                    h2 #new { "事案を開く" }
                    form method="post" action="/cases" data-plain {
                        input type="hidden" name="csrf" value=(opening.csrf);
                        (field("incident", "事案番号", example("演習-0001")))
                        (field("unit", "救急隊", example("救急1")))
                        (field("terminal", "端末", example("T-01")))
                        (field("crew_member", "閲覧する隊員", example("C-07")))
                        div.pair { span { "様式" } span { (opening.pack) } }
                        button.big.go type="submit" { "事案を開く" }
                    }
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

fn field(name: &str, label: &str, value: &str) -> maud::Markup {
    html! {
        label.pair {
            span { (label) }
            input name=(name) value=(value) required maxlength=(CaseOpening::LONGEST)
                autocomplete="off";
        }
    }
}
