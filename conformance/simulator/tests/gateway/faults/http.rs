//! Faults of the delivery.

use crate::client::{crew, post, request, with_faults};

#[tokio::test]
async fn a_status_comes_with_its_retry_after_and_nothing_is_viewed() {
    let simulator = with_faults("status:503:120@1 status:429@2 status:500@3 status:404@4");
    let crew = crew();
    for (status, wait) in [(503, Some("120")), (429, None), (500, None), (404, None)] {
        let response = post(&crew, &simulator, request("P02", 1)).await.expect("an answer");
        assert_eq!(response.status(), status);
        let header =
            response.headers().get("Retry-After").map(|value| value.to_str().expect("text"));
        assert_eq!(header, wait);
    }
    assert!(simulator.viewings().is_empty());
}

#[tokio::test]
async fn a_captive_portal_sends_elsewhere_or_shows_its_page() {
    let simulator = with_faults("redirect@1 login-page@2");
    let crew = crew();
    let elsewhere = post(&crew, &simulator, request("P02", 1)).await.expect("an answer");
    assert_eq!(elsewhere.status(), 302);
    assert_eq!(elsewhere.headers()["Location"], "http://portal.simulated.invalid/login");
    let page = post(&crew, &simulator, request("P02", 1)).await.expect("a page");
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["Content-Type"], "text/html; charset=utf-8");
    assert!(page.text().await.expect("text").contains("<form"));
}

#[tokio::test]
async fn the_answer_can_claim_another_type() {
    let simulator = with_faults("content-type:text/plain");
    let response = post(&crew(), &simulator, request("P02", 1)).await.expect("an answer");
    assert_eq!(response.headers()["Content-Type"], "text/plain");
    assert!(response.bytes().await.expect("a body").starts_with(b"<?xml"));
}

#[tokio::test]
async fn a_bomb_is_small_and_says_that_it_is_packed() {
    let simulator = with_faults("gzip-bomb:8");
    let response = post(&crew(), &simulator, request("P02", 1)).await.expect("an answer");
    assert_eq!(response.headers()["Content-Encoding"], "gzip");
    let body = response.bytes().await.expect("a body");
    assert!(body.starts_with(&[0x1F, 0x8B, 8]));
    assert!(body.len() < 8 * 1024 * 1024 / 100, "{} bytes", body.len());
}

#[tokio::test]
async fn an_endless_body_goes_on_as_long_as_somebody_listens() {
    let simulator = with_faults("endless");
    let mut response = post(&crew(), &simulator, request("P02", 1)).await.expect("an answer");
    assert_eq!(response.content_length(), None);
    let mut heard = 0;
    while heard < 20_000_000 {
        heard += response.chunk().await.expect("a chunk").expect("no end").len();
    }
    drop(response);
    let simulator = with_faults("endless:1");
    let whole = post(&crew(), &simulator, request("P02", 1)).await.expect("an answer");
    assert!(whole.bytes().await.expect("an end after all").len() >= 1 << 20);
}

#[tokio::test]
async fn less_can_come_than_was_promised() {
    let simulator = with_faults("short-body");
    let response = post(&crew(), &simulator, request("P02", 1)).await.expect("a head");
    assert!(response.content_length().is_some_and(|length| length > 1000));
    assert!(response.bytes().await.is_err());
    assert_eq!(simulator.viewings().len(), 1, "the request was looked at");
}
