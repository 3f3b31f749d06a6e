//! Keeps other sites' pages in this machine's browser away from the controls.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a request that was addressed to another name, or sent by a page of another machine.
pub(super) async fn only_this_machine(request: Request, next: Next) -> Response {
    if is_local(request.headers()) {
        return next.run(request).await;
    }
    let what = "この操作盤は、このコンピューターの画面からだけ使えます。/ \
                The controls only answer pages of this machine.";
    (StatusCode::FORBIDDEN, what).into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    // A name that was made to point here (DNS rebinding) is still in the Host header.
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let origin = match headers.get(header::ORIGIN).map(|value| value.to_str()) {
        None => return host.is_some_and(is_loopback),
        Some(Ok(origin)) => origin,
        Some(Err(_)) => return false,
    };
    let page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    host.is_some_and(is_loopback) && page.is_some_and(is_loopback)
}

/// Whether an authority (`host[:port]`) is this machine.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header value"));
        }
        headers
    }

    #[test]
    fn only_pages_of_this_machine_are_local() {
        assert!(is_local(&headers("127.0.0.1:9", None)));
        assert!(is_local(&headers("[::1]:9", Some("http://[::1]:9"))));
        assert!(is_local(&headers("localhost:9", Some("http://127.0.0.1:8"))));
        for origin in ["http://example.test", "null", "http://127.0.0.1.example.test", "file://"] {
            assert!(!is_local(&headers("127.0.0.1:9", Some(origin))), "{origin}");
        }
        assert!(!is_local(&headers("rebound.example.test:9", None)));
        assert!(!is_local(&HeaderMap::new()));
    }
}
