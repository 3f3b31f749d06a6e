//! Faults of the line.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mynaq_simulator::Simulator;

use crate::client::{ask, crew, post, request, with_faults};

/// A connection that says nothing and fails a test rather than wait for ever.
fn connect(simulator: &Simulator) -> TcpStream {
    let stream = TcpStream::connect(simulator.gateway()).expect("the gateway");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    stream
}

#[tokio::test]
async fn a_connection_is_closed_or_reset_at_once() {
    let simulator = with_faults("refuse@1 reset@2");
    assert_eq!(connect(&simulator).read(&mut [0; 1]).expect("an end"), 0);
    let reset = connect(&simulator).read(&mut [0; 1]).expect_err("no end").kind();
    assert_eq!(reset, ErrorKind::ConnectionReset);
    ask(&crew(), &simulator, request("P02", 1)).await;
    assert_eq!(simulator.connections(), 3, "all were accepted");
}

/// Wherever it is cut, there is no answer and no viewing; and the next connection works.
#[tokio::test]
async fn the_handshake_can_be_cut_at_any_byte() {
    for bytes in [0, 1, 5, 100, 300, 600] {
        let simulator = with_faults(&format!("cut-handshake:{bytes}@1"));
        let first = post(&crew(), &simulator, request("P02", 1)).await;
        assert!(first.is_err(), "{bytes}");
        assert_eq!(simulator.bytes_received(), bytes, "no byte more is read");
        assert!(simulator.viewings().is_empty());
        ask(&crew(), &simulator, request("P02", 1)).await;
    }
}

/// The request was looked at, so asking again is the same viewing once more.
#[tokio::test]
async fn an_answer_can_be_cut_at_any_byte() {
    for bytes in [0, 1, 17, 400] {
        let simulator = with_faults(&format!("cut:{bytes}@1"));
        let cut = match post(&crew(), &simulator, request("P01", 1)).await {
            Err(_) => true,
            Ok(response) => response.bytes().await.is_err(),
        };
        assert!(cut, "{bytes}");
        ask(&crew(), &simulator, request("P01", 1)).await;
        let viewings = simulator.viewings();
        assert_eq!((viewings.len(), viewings[0].times), (1, 2), "{bytes}");
    }
    // More than the answer has.
    let simulator = with_faults("cut:1000000");
    ask(&crew(), &simulator, request("P01", 1)).await;
}

#[tokio::test]
async fn an_answer_can_be_late_or_drip() {
    let simulator = with_faults("stall:400@1 drip:1@2");
    let crew = crew();
    let begin = Instant::now();
    let response = post(&crew, &simulator, request("P02", 1)).await.expect("an answer");
    assert!(begin.elapsed() >= Duration::from_millis(400));
    let whole = response.bytes().await.expect("a body");

    let mut response = post(&crew, &simulator, request("P02", 1)).await.expect("an answer");
    assert_eq!(response.content_length(), Some(whole.len() as u64));
    let (begin, mut pieces, mut length) = (Instant::now(), 0, 0);
    while let Some(piece) = response.chunk().await.expect("a piece") {
        (pieces, length) = (pieces + 1, length + piece.len());
    }
    assert_eq!(length, whole.len());
    assert!(pieces > length / 4, "{pieces} pieces of {length} bytes");
    assert!(begin.elapsed() >= Duration::from_millis(length as u64 * 9 / 10));
}

#[tokio::test]
async fn a_silent_gateway_takes_everything_and_says_nothing() {
    let simulator = with_faults("silence@1");
    let crew = crew();
    let patience = Duration::from_millis(500);
    let waiting = tokio::time::timeout(patience, post(&crew, &simulator, request("P02", 1))).await;
    assert!(waiting.is_err(), "neither answer nor error");
    assert!(simulator.bytes_received() > 3000, "the request arrived");
    assert!(simulator.viewings().is_empty());
}

/// A connection that was there before is dark as well, and goes on afterwards.
#[tokio::test]
async fn in_a_tunnel_nothing_passes_and_then_all_goes_on() {
    let simulator = with_faults("");
    let crew = crew();
    ask(&crew, &simulator, request("P02", 1)).await;
    let before = (simulator.connections(), simulator.bytes_received());
    simulator.set_faults("black-hole:700".parse().expect("faults"));
    let begin = Instant::now();
    let mut asking = Box::pin(ask(&crew, &simulator, request("P09", 1)));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut asking).await;
    assert!(early.is_err());
    assert_eq!(simulator.bytes_received(), before.1, "nothing is read");
    let answer = asking.await;
    assert!(begin.elapsed() >= Duration::from_millis(700));
    assert!(answer.contains("重複"));
    assert_eq!(simulator.connections(), before.0, "over the same connection");

    // At a request: it is read, and its answer waits.
    simulator.set_faults("black-hole:600@2".parse().expect("faults"));
    ask(&crew, &simulator, request("P09", 2)).await;
    let begin = Instant::now();
    ask(&crew, &simulator, request("P09", 3)).await;
    assert!(begin.elapsed() >= Duration::from_millis(600));
}

#[tokio::test]
async fn a_tunnel_ends_when_other_faults_are_set() {
    let simulator = with_faults("black-hole:60000");
    let begin = Instant::now();
    let crew = crew();
    let mut asking = Box::pin(ask(&crew, &simulator, request("P02", 1)));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut asking).await.is_err());
    simulator.set_faults("".parse().expect("faults"));
    asking.await;
    assert!(begin.elapsed() < Duration::from_secs(15));
}
