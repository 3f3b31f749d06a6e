//! The two pages.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::Console;
use super::browser::{Browser, Known};
use crate::screen::{self, Opening, Screen};

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

/// The first page, with the reason why the last case could not be opened, if it could not.
pub(super) fn first_page(
    console: &Console,
    browser: &Browser,
    refused: Option<&mynaq_host_sdk::Error>,
) -> String {
    let opening =
        Opening { csrf: &browser.csrf, drill: console.table.is_some(), pack: &console.pack };
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
