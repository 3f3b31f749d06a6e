//! The page itself.

use maud::{DOCTYPE, Markup, html};

use crate::listing::Listing;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}td{border-top:1px solid #bbb;padding:.4rem}\
    form{display:inline}button{font:inherit;padding:.3rem .8rem;white-space:nowrap}\
    tr.here{background:#fff3c4}";

/// Faults at the second command, which is the one that reads the certificate.
const FAULTS: [(&str, &str); 6] = [
    ("tear-before", "応答前に引き抜く"),
    ("tear-inside", "応答中に引き抜く"),
    ("tear-after", "応答後に引き抜く"),
    ("reset", "リセット"),
    ("random", "でたらめな応答"),
    ("stuck", "無応答"),
];

/// Renders the page for the cards there are and those that lie in the two slots.
pub(super) fn render(cards: &[Listing], here: &[Option<String>; 2]) -> String {
    let lies = |id: &str| here.iter().flatten().any(|card| card == id);
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
                @for (slot, card) in (1..).zip(here) {
                    (controls(slot, card.as_deref()))
                }
                table {
                    @for card in cards {
                        tr class=[lies(&card.id).then_some("here")] {
                            td {
                                form method="post" action={ "/tap/" (card.id) } {
                                    button { (card.id) " をかざす" }
                                }
                                " "
                                form method="post" action={ "/tap/" (card.id) "?slot=2" } {
                                    button { "2へ" }
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

/// What lies in a slot, and what can be done to it.
fn controls(slot: u8, card: Option<&str>) -> Markup {
    html! {
        p {
            "リーダー" (slot) ": "
            @match card {
                Some(id) => { strong { (id) } }
                None => { "カードはありません。" }
            }
            " "
            form method="post" action={ "/remove?slot=" (slot) } { button { "カードを取る" } }
            br;
            "次にかざしたカードの2番目の命令で: "
            // Sent as plain text, a button's name and value are an entry of a script.
            form method="post" enctype="text/plain" action={ "/script?slot=" (slot) } {
                @for (fault, text) in FAULTS {
                    button name="2" value=(fault) { (text) }
                }
                button { "何もしない" }
            }
        }
    }
}
