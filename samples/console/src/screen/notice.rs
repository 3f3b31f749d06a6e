//! The notice (傷病者用説明書) that follows a viewing without consent: to print, and what became of it.

use maud::{Markup, html};
use mynaq_host_sdk::Notice;

use crate::japanese;
use crate::view::{Handing, View};

/// Nothing before it is due; then it stays, also for a patient who wakes up and refuses.
pub(super) fn notice(path: &str, view: &View) -> Markup {
    let (look, stand, became) = match view.notice {
        Handing::NotDue => return html! {},
        Handing::Due => ("due", "まだ渡していません", None),
        Handing::Recorded(notice) => ("recorded", japanese::notice(notice), Some(notice)),
    };
    html! {
        details #notice-sheet class=(look) {
            summary { "傷病者用説明書" small { (stand) } }
            div.sheet {
                p { "同意なしで閲覧した本人、または付き添いの方に渡します。開いた紙面を印刷してください。" }
                @if !view.languages.is_empty() {
                    div.languages {
                        @for &language in &view.languages {
                            @let (name, tag) = japanese::language(language);
                            a.button href={ (path) "/notice/" (language.name()) } lang=(tag)
                                target="_blank" rel="noopener" { (name) }
                        }
                    }
                }
                div.became {
                    @for &word in Notice::ALL {
                        button form="act" id={ "notice-" (word.name()) }
                            formaction={ (path) "/notice" } name="notice" value=(word.name())
                            aria-pressed=(became == Some(word)) { (japanese::notice(word)) }
                    }
                }
            }
        }
    }
}
