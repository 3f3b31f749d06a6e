//! The control page: cards to tap with the mouse, and what happened so far.

mod origin;
mod page;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::desk::Desk;
use crate::error::Error;
use crate::gateway::{Gateway, GatewayFaults};
use crate::listing::Listing;
use crate::script::Script;
use crate::slot::Slot;

#[derive(Clone)]
struct Controls {
    desk: Desk,
    gateway: Arc<Gateway>,
}

impl Controls {
    fn slot(&self, number: Number) -> Slot {
        match number {
            Number::First => self.desk.first(),
            Number::Second => self.desk.second(),
        }
    }
}

/// Which slot is meant: `?slot=2`, the first one without it.
#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    slot: Number,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Number {
    #[default]
    #[serde(rename = "1")]
    First,
    #[serde(rename = "2")]
    Second,
}

/// Serves the page for ever.
pub(crate) async fn listen(listener: TcpListener, desk: Desk, gateway: Arc<Gateway>) {
    let router = Router::new()
        .route("/", get(show))
        .route("/people", get(people))
        .route("/state", get(state))
        .route("/tap/{id}", post(tap))
        .route("/remove", post(remove))
        .route("/script", post(script))
        .route("/faults", post(faults))
        .layer(middleware::from_fn(origin::only_this_machine))
        .with_state(Controls { desk, gateway });
    // It only ends with the runtime.
    let _ = axum::serve(listener, router).await;
}

async fn show(State(controls): State<Controls>) -> Response {
    let here = [controls.desk.first().card(), controls.desk.second().card()];
    match Listing::all() {
        Ok(cards) => Html(page::render(&cards, &here)).into_response(),
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
    let refusals: BTreeMap<_, _> =
        controls.gateway.refusals.all().into_iter().map(|one| (one.reason, one.times)).collect();
    let [first, second] = [controls.desk.first(), controls.desk.second()].map(|slot| seen(&slot));
    Json(json!({
        "card": first["card"],
        "apdus": first["apdus"],
        "second": second,
        "viewings": controls.gateway.viewings.all().len(),
        "connections": controls.gateway.meter.connections(),
        "bytes_received": controls.gateway.meter.bytes(),
        "refusals": refusals,
    }))
}

/// What a slot holds and what was said to it.
fn seen(slot: &Slot) -> Value {
    let mut statuses = BTreeMap::<String, u64>::new();
    for apdu in slot.apdus() {
        let status = apdu.status.map_or_else(|| "none".into(), |word| format!("{word:04X}"));
        *statuses.entry(status).or_default() += 1;
    }
    json!({
        "card": slot.card(),
        "apdus": { "total": slot.commands(), "by_status": statuses },
    })
}

async fn tap(
    State(controls): State<Controls>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let slot = controls.slot(which.slot);
    laid(tokio::task::spawn_blocking(move || slot.tap(&id)).await, &headers)
}

async fn remove(
    State(controls): State<Controls>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    controls.slot(which.slot).remove();
    done(&headers)
}

/// Takes the script of the body in place of the one before.
async fn script(
    State(controls): State<Controls>,
    Query(which): Query<Which>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let script: Script = match body.parse() {
        Ok(script) => script,
        Err(why) => return (StatusCode::BAD_REQUEST, why).into_response(),
    };
    let slot = controls.slot(which.slot);
    laid(tokio::task::spawn_blocking(move || slot.play(&script)).await, &headers)
}

/// Takes the gateway's faults of the body in place of the ones before.
async fn faults(State(controls): State<Controls>, headers: HeaderMap, body: String) -> Response {
    match body.parse::<GatewayFaults>() {
        Ok(faults) => {
            controls.gateway.set_faults(faults);
            done(&headers)
        }
        Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

/// What came of something that needs a card, which may have to be made first.
fn laid(
    outcome: Result<Result<(), Error>, tokio::task::JoinError>,
    headers: &HeaderMap,
) -> Response {
    match outcome {
        Ok(Ok(())) => done(headers),
        Ok(Err(error @ Error::UnknownCard(_))) => {
            (StatusCode::NOT_FOUND, error.to_string()).into_response()
        }
        Ok(Err(error)) => broken(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
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
