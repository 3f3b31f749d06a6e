//! What stands between a client and the gateway, and answers in its place.

use axum::body::Body;
use axum::http::{Response as HttpResponse, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::stream;
use crate::gateway::faults::HttpFault;

/// What is answered instead of the gateway's answer; `None` where it answers itself.
pub(super) fn instead(fault: &HttpFault) -> Option<Response> {
    Some(match fault {
        HttpFault::Status { status, retry_after } => refused(*status, *retry_after),
        HttpFault::Redirect => {
            let to = "http://portal.simulated.invalid/login";
            (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
        HttpFault::LoginPage => Html(LOGIN).into_response(),
        HttpFault::GzipBomb(mib) => {
            let headers =
                [(header::CONTENT_TYPE, "application/xml"), (header::CONTENT_ENCODING, "gzip")];
            (headers, stream::zeros_in_gzip(*mib)).into_response()
        }
        HttpFault::Endless(mib) => {
            let headers = [(header::CONTENT_TYPE, "application/xml")];
            (headers, stream::endless(*mib)).into_response()
        }
        HttpFault::ContentType(_) | HttpFault::ShortBody => return None,
    })
}

const LOGIN: &str = "<!DOCTYPE html><html lang=\"ja\"><head><title>無線LANへの接続（模擬）</title></head>\
    <body><form method=\"post\" action=\"/login\"><p>利用するには、規約に同意してください。</p>\
    <button>同意する</button></form></body></html>";

fn refused(status: u16, retry_after: Option<u32>) -> Response {
    let mut response = HttpResponse::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    response.body(Body::empty()).unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}
