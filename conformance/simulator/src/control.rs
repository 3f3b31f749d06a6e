//! The control page: cards to tap with the mouse, and what happened so far.

mod origin;
mod page;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::desk::Desk;
use crate::error::Error;
use crate::gateway::Gateway;
use crate::listing::Listing;

#[derive(Clone)]
struct Controls {
    desk: Desk,
    gateway: Arc<Gateway>,
}

/// Serves the page for ever.
pub(crate) async fn listen(listener: TcpListener, desk: Desk, gateway: Arc<Gateway>) {
    let router = Router::new()
        .route("/", get(show))
        .route("/people", get(people))
        .route("/state", get(state))
        .route("/tap/{id}", post(tap))
        .route("/remove", post(remove))
        .layer(middleware::from_fn(origin::only_this_machine))
        .with_state(Controls { desk, gateway });
    // It only ends with the runtime.
    let _ = axum::serve(listener, router).await;
}

async fn show(State(controls): State<Controls>) -> Response {
    match Listing::all() {
        Ok(cards) => Html(page::render(&cards, controls.desk.first().card())).into_response(),
        Err(error) => broken(&error),
    }
}

async fn people() -> Response {
    match Listing::all() {
        Ok(cards) => Json(cards).into_response(),
        Err(error) => broken(&error),
    }
}

async fn state(State(controls): State<Controls>) -> Json<Value> {
    let slot = controls.desk.first();
    let mut statuses = BTreeMap::<String, u64>::new();
    for apdu in slot.apdus() {
        let status = apdu.status.map_or_else(|| "torn".into(), |word| format!("{word:04X}"));
        *statuses.entry(status).or_default() += 1;
    }
    Json(json!({
        "card": slot.card(),
        "apdus": { "total": slot.commands(), "by_status": statuses },
        "viewings": controls.gateway.viewings.all().len(),
        "connections": controls.gateway.meter.connections(),
        "bytes_received": controls.gateway.meter.bytes(),
    }))
}

async fn tap(
    State(controls): State<Controls>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let slot = controls.desk.first();
    match tokio::task::spawn_blocking(move || slot.tap(&id)).await {
        Ok(Ok(())) => done(&headers),
        Ok(Err(error @ Error::UnknownCard(_))) => {
            (StatusCode::NOT_FOUND, error.to_string()).into_response()
        }
        Ok(Err(error)) => broken(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn remove(State(controls): State<Controls>, headers: HeaderMap) -> Response {
    controls.desk.first().remove();
    done(&headers)
}

/// Back to the page for a browser; nothing to say to a program.
fn done(headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    if accept.contains("text/html") {
        Redirect::to("/").into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn broken(error: &Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}
