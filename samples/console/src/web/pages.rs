//! The two pages, and the notice to print.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderMap, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use mynaq_host_sdk::NoticeLanguage;

use super::Console;
use super::browser::{Browser, Known};
use crate::screen::{self, Opening, Screen};

/// The notice is one page with its style inside. It loads nothing, runs nothing, sends nothing.
const NOTICE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

pub(super) async fn start(State(console): State<Console>, headers: HeaderMap) -> Response {
    if let Some(browser) = console.browsers.known(&headers) {
        return Html(first_page(&console, &browser, None)).into_response();
    }
    let met = console.browsers.meet();
    match met.as_ref().and_then(|browser| Some((browser, browser.set_cookie()?))) {
        Some((browser, cookie)) => {
            ([(SET_COOKIE, cookie)], Html(first_page(&console, browser, None))).into_response()
        }
        None => (StatusCode::INTERNAL_SERVER_ERROR, "乱数を得られません").into_response(),
    }
}

/// The first page, with the reason why what was asked there was not done, if it was not.
pub(super) fn first_page(
    console: &Console,
    browser: &Browser,
    refused: Option<&mynaq_host_sdk::Error>,
) -> String {
    let opening = Opening {
        csrf: &browser.csrf,
        drill: console.table.is_some(),
        pack: &console.pack,
        crew: &console.desk.crew(),
        log_in_required: console.desk.log_in_required(),
    };
    screen::start(opening, &console.desk.of(&browser.name), refused)
}

pub(super) async fn case(
    State(console): State<Console>,
    Known(browser): Known,
    Path(token): Path<String>,
) -> Response {
    let Some(case) = console.desk.find(&browser.name, &token) else {
        return Redirect::to("/").into_response();
    };
    let people = match console.table {
        Some(table) => Some(table.people().await),
        None => None,
    };
    Html(Screen { case: &case, csrf: &browser.csrf, people }.page()).into_response()
}

/// The notice (傷病者用説明書), as the plugin makes it. Every printing is entered in the ledger.
pub(super) async fn notice(
    State(console): State<Console>,
    Known(browser): Known,
    Path((token, language)): Path<(String, String)>,
) -> Response {
    let Some(case) = console.desk.find(&browser.name, &token) else {
        return Redirect::to("/").into_response();
    };
    let Some(language) = NoticeLanguage::from_name(&language) else {
        return (StatusCode::NOT_FOUND, "その言語の説明書はありません").into_response();
    };
    match case.ask(|case| case.notice_page(language)) {
        Ok(page) => ([(CONTENT_SECURITY_POLICY, NOTICE_POLICY)], Html(page)).into_response(),
        Err(error) => (StatusCode::CONFLICT, error.ja().to_owned()).into_response(),
    }
}
