//! What the browser gets: HTML from the view, and nothing from anywhere else.

mod case;
mod form;
mod gate;
mod notice;
mod observed;
mod start;
mod take;

use maud::{DOCTYPE, Markup, html};

pub(crate) use self::case::{Parts, Screen, parts};
pub(crate) use self::form::knows;
pub(crate) use self::start::{Opening, start};

/// The frame of every page. `name` must hold nothing about a patient: browsers remember titles.
fn page(name: &str, class: &str, body: Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (name) " | MynaQ" }
                link rel="stylesheet" href="/console.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                script src="/console.js" defer {}
            }
            body class=(class) { (body) }
        }
    };
    page.into_string()
}
