//! The page itself.

use maud::{DOCTYPE, Markup, html};

use crate::listing::Listing;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}td{border-top:1px solid #bbb;padding:.4rem}\
    form{display:inline}button{font:inherit;padding:.3rem .8rem;white-space:nowrap}\
    tr.here{background:#fff3c4}";

/// Renders the page for the cards there are and the one that lies on the reader.
pub(super) fn render(cards: &[Listing], here: Option<String>) -> String {
    let lying = here.as_deref();
    let page: Markup = html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "模擬カードリーダー" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { "模擬カードリーダー" }
                p { "登場する人物はすべて架空です。" }
                p {
                    @match lying {
                        Some(id) => { "リーダー上のカード: " strong { (id) } }
                        None => { "リーダーにカードはありません。" }
                    }
                    " "
                    form method="post" action="/remove" { button { "カードを取る" } }
                }
                table {
                    @for card in cards {
                        tr class=[(lying == Some(card.id.as_str())).then_some("here")] {
                            td {
                                form method="post" action={ "/tap/" (card.id) } {
                                    button { (card.id) " をかざす" }
                                }
                            }
                            td { (card.name) }
                            td lang="en" { (card.why) }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
