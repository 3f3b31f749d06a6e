//! What holds for every request: who may ask, and what a browser may do with the answer.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What every answer carries. One that has a policy of its own keeps it.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         object-src 'none'",
    ),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut answer = if admits(request.method(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "この画面からの操作ではありません").into_response()
    };
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

fn admits(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(&HOST).filter(|host| is_by_number(host)) else { return false };
    if *method == Method::GET || *method == Method::HEAD {
        return true;
    }
    match text(&ORIGIN) {
        Some("null") | None => {
            // `no-referrer` makes browsers hide the origin of a plain form; this header then says
            // whose form it was, and no page can set it.
            text(&HeaderName::from_static("sec-fetch-site")) == Some("same-origin")
        }
        Some(origin) => origin.strip_prefix("http://") == Some(host),
    }
}

/// A page elsewhere can make its own name lead to this machine, but not a bare address.
fn is_by_number(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        admits(&method, &headers)
    }

    #[test]
    fn a_name_that_was_made_to_lead_here_is_refused() {
        assert!(admitted(Method::GET, &[("host", "127.0.0.1:8080")]));
        assert!(admitted(Method::GET, &[("host", "localhost:8080")]));
        assert!(admitted(Method::GET, &[("host", "[::1]:8080")]));
        assert!(!admitted(Method::GET, &[("host", "rebound.example:8080")]));
        assert!(!admitted(Method::GET, &[]));
    }

    #[test]
    fn only_forms_of_this_page_are_taken() {
        let host = ("host", "127.0.0.1:8080");
        assert!(admitted(Method::POST, &[host, ("origin", "http://127.0.0.1:8080")]));
        assert!(admitted(
            Method::POST,
            &[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]
        ));
        for bad in [
            &[host][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[host, ("origin", "http://127.0.0.1:9090")],
            &[host, ("origin", "https://127.0.0.1:8080")],
            &[host, ("origin", "http://rebound.example"), ("sec-fetch-site", "same-origin")],
        ] {
            assert!(!admitted(Method::POST, bad), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn every_answer_tells_the_browser_to_keep_nothing() {
        use axum::body::Body;
        use tower::ServiceExt;
        let own = [(CONTENT_SECURITY_POLICY, "default-src 'none'")];
        let router = axum::Router::new()
            .route("/", axum::routing::get(|| async { "hello" }))
            .route("/notice", axum::routing::get(move || async move { (own, "hello") }))
            .layer(axum::middleware::from_fn(guard));
        for (host, path, policy) in [
            ("127.0.0.1:1", "/", HEADERS[0].1),
            ("127.0.0.1:1", "/notice", "default-src 'none'"),
            ("rebound.example", "/notice", HEADERS[0].1),
        ] {
            let request = Request::builder().uri(path).header(HOST, host).body(Body::empty());
            let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(answer.headers()[CACHE_CONTROL], "no-store", "{host} {path}");
            assert_eq!(answer.headers()[CONTENT_SECURITY_POLICY], policy, "{host} {path}");
        }
        assert!(HEADERS[0].1.contains("default-src 'self'") && !HEADERS[0].1.contains("unsafe"));
    }
}
