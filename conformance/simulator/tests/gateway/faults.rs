//! Each fault, as a client sees it.

mod http;
mod line;
mod message;
mod tls;

use crate::client::{ask, crew, first, request, simulator, with_faults};

#[tokio::test]
async fn faults_are_counted_from_when_they_were_set() {
    let (simulator, crew) = (with_faults("failed:9@2"), crew());
    let mut segments = Vec::new();
    for _ in 0..3 {
        let answer = ask(&crew, &simulator, request("P02", 1)).await;
        segments.push(first(&answer, "SegmentOfResult").expect("a segment").to_owned());
    }
    assert_eq!(segments, ["1", "9", "1"]);
    simulator.set_faults("failed:3@1".parse().expect("faults"));
    let answer = ask(&crew, &simulator, request("P02", 1)).await;
    assert_eq!(first(&answer, "SegmentOfResult"), Some("3"), "the first since then");
    simulator.set_faults("".parse().expect("faults"));
    let answer = ask(&crew, &simulator, request("P02", 1)).await;
    assert_eq!(first(&answer, "SegmentOfResult"), Some("1"));
}

#[tokio::test]
async fn a_gateway_without_faults_refuses_nobody() {
    let simulator = simulator();
    ask(&crew(), &simulator, request("P02", 1)).await;
    assert_eq!(simulator.refusals(), []);
}
