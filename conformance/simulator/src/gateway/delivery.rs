//! HTTP: requests taken, answers handed over, with the faults of that.

mod portal;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, HttpBody, to_bytes};
use axum::extract::{Extension, Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use tokio::time::{sleep, timeout};

use super::Gateway;
use super::faults::{HttpFault, Turn};
use super::line::Valve;

/// The longest request. A certificate of today needs 3 KiB.
const BODY_LIMIT: usize = 64 * 1024;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose line a request came over.
#[derive(Clone)]
pub(super) struct Client {
    /// Subject of the certificate.
    pub(super) subject: Option<String>,
    pub(super) valve: Arc<Valve>,
}

pub(super) async fn receive(
    State(gateway): State<Arc<Gateway>>,
    Extension(client): Extension<Client>,
    request: HttpRequest,
) -> Response {
    client.valve.limit(None);
    let turn = gateway.turn();
    if turn.black_hole.is_some() {
        gateway.tunnel.enter(turn.black_hole);
    }
    let Turn { cut, stall, drip, .. } = turn;
    let response = respond(&gateway, &client, request, turn).await;
    if !stall.is_zero() {
        sleep(stall).await;
    }
    gateway.thinks().await;
    client.valve.limit(cut);
    match drip {
        None => response,
        Some(time) => drop_by_drop(response, time),
    }
}

/// The same answer, its length still promised.
fn drop_by_drop(mut response: Response, time: Duration) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    response.map(|body| stream::dripping(body, time))
}

/// The answer, or what is there in its place.
async fn respond(
    gateway: &Arc<Gateway>,
    client: &Client,
    request: HttpRequest,
    turn: Turn,
) -> Response {
    let refused = |status: StatusCode, why: &str| {
        gateway.refusals.enter(format!("HTTP: {why}"));
        status.into_response()
    };
    let (head, body) = request.into_parts();
    if let Err((status, why)) = check(&head) {
        let mut response = refused(status, why);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        }
        return response;
    }
    let body: Bytes = match timeout(PATIENCE, to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refused(StatusCode::PAYLOAD_TOO_LARGE, "a body of more than 64 KiB"),
        Err(_) => return refused(StatusCode::REQUEST_TIMEOUT, "a body that took over 10 seconds"),
    };
    if let Some(portal) = turn.http.as_ref().and_then(portal::instead) {
        return portal;
    }
    let (worker, subject) = (Arc::clone(gateway), client.subject.clone());
    let message = turn.message;
    // The person's key may have to be made first, which takes a while.
    let answer =
        tokio::task::spawn_blocking(move || worker.answer(&body, subject.as_deref(), &message));
    match answer.await {
        Ok(Ok(answer)) => hand_over(answer, turn.http),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What of a request is wrong before its body is read.
fn check(head: &request::Parts) -> Result<(), (StatusCode, &'static str)> {
    if head.method != Method::POST {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "a method that is not POST"));
    }
    if head.headers.contains_key(header::CONTENT_ENCODING) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "a content-encoding"));
    }
    if !is_xml(&head.headers) {
        let why =
            "a content-type that is not application/xml, or with a charset that is not Shift_JIS";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    Ok(())
}

/// Whether there is one content type and it is the one that is agreed on.
fn is_xml(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(Ok(kind)), None) = (all.next().map(|value| value.to_str()), all.next()) else {
        return false;
    };
    let mut parts = kind.split(';').map(str::trim);
    let xml = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/xml"));
    xml && parts.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.eq_ignore_ascii_case("charset")
            && value.trim_matches('"').eq_ignore_ascii_case("shift_jis")
    })
}

fn hand_over(answer: Vec<u8>, fault: Option<HttpFault>) -> Response {
    match fault {
        Some(HttpFault::ContentType(kind)) => {
            ([(header::CONTENT_TYPE, kind)], answer).into_response()
        }
        Some(HttpFault::ShortBody) => {
            let promised = (answer.len() + 1000).to_string();
            let headers = [
                (header::CONTENT_TYPE, "application/xml".into()),
                (header::CONTENT_LENGTH, promised),
            ];
            (headers, stream::of_unknown_length(answer)).into_response()
        }
        _ => ([(header::CONTENT_TYPE, "application/xml")], answer).into_response(),
    }
}
