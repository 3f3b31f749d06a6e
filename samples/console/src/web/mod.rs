//! The pages and what they send.

mod browser;
mod commands;
mod guard;
mod live;
mod pages;
mod posted;
mod shift;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use self::browser::Browsers;
use crate::desk::Desk;
use crate::drill::CardTable;

/// No form of ours is larger.
const LARGEST_FORM: usize = 32 * 1024;

/// What every request needs.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    desk: Arc<Desk>,
    browsers: Arc<Browsers>,
    table: Option<CardTable>,
    pack: Arc<str>,
}

impl Console {
    pub(crate) fn new(desk: Arc<Desk>, table: Option<CardTable>, pack: String) -> Self {
        Console { desk, browsers: Arc::default(), table, pack: pack.into() }
    }
}

pub(crate) fn router(console: Console) -> Router {
    Router::new()
        .route("/", get(pages::start))
        .route("/log-in", post(shift::log_in))
        .route("/log-out", post(shift::log_out))
        .route("/cases", post(shift::open))
        .route("/cases/{case}", get(pages::case))
        .route("/cases/{case}/events", get(live::events))
        .route("/cases/{case}/read", post(commands::read))
        .route("/cases/{case}/cancel", post(commands::cancel))
        .route("/cases/{case}/identity", post(commands::identity))
        .route("/cases/{case}/pin", post(commands::pin))
        .route("/cases/{case}/last-try", post(commands::last_try))
        .route("/cases/{case}/consent", post(commands::consent))
        .route("/cases/{case}/observe", post(commands::observe))
        .route("/cases/{case}/wrong-patient", post(commands::wrong_patient))
        .route("/cases/{case}/look-up", post(commands::look_up))
        .route("/cases/{case}/decide", post(commands::decide))
        .route("/cases/{case}/take-all", post(commands::take_all))
        .route("/cases/{case}/notice", post(commands::notice))
        .route("/cases/{case}/notice/{language}", get(pages::notice))
        .route("/cases/{case}/heard", post(commands::heard))
        .route("/cases/{case}/table/tap", post(commands::tap))
        .route("/cases/{case}/table/remove", post(commands::remove))
        .route("/cases/{case}/close", post(commands::close))
        .route("/console.css", get(|| asset("text/css", include_str!("../../assets/console.css"))))
        .route(
            "/console.js",
            get(|| asset("text/javascript", include_str!("../../assets/console.js"))),
        )
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("../../assets/icon.svg"))))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn(guard::guard))
        .with_state(console)
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text)
}
