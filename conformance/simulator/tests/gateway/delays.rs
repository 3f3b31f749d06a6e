//! Distance and width of the line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mynaq_simulator::{Options, Simulator};

use crate::client::{WORLD, ask, crew, post, request, with_faults};

const RTT: Duration = Duration::from_millis(200);

/// A new connection is one round trip for TLS 1.3 and one for the request; a warm one the request
/// alone.
#[tokio::test]
async fn round_trips_can_be_counted_by_time() {
    WORLD.certificate("P02").expect("made before anybody looks at a clock");
    let options = Options { round_trip: RTT, ..Options::default() };
    let simulator = Simulator::start(Arc::clone(&WORLD), options).expect("a simulator");
    let crew = crew();
    let begin = Instant::now();
    ask(&crew, &simulator, request("P02", 1)).await;
    let cold = begin.elapsed();
    assert!(cold >= RTT * 2 && cold < RTT * 3, "{cold:?}");
    let begin = Instant::now();
    ask(&crew, &simulator, request("P02", 1)).await;
    let warm = begin.elapsed();
    assert!(warm >= RTT && warm < RTT * 2, "{warm:?}");
}

/// Far away is not narrow: a MiB needs no more round trips than its window.
#[tokio::test]
async fn a_far_line_is_not_a_narrow_one_and_a_narrow_one_is() {
    let far = Options {
        round_trip: Duration::from_millis(60),
        faults: "flood:60000".parse().expect("faults"),
        ..Options::default()
    };
    let simulator = Simulator::start(Arc::clone(&WORLD), far).expect("a simulator");
    let begin = Instant::now();
    let response = post(&crew(), &simulator, request("P02", 1)).await.expect("an answer");
    let length = response.bytes().await.expect("a body").len();
    assert!(length > 800_000);
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());

    // 4 KiB of handshake and answer at 64 kbit/s are half a second.
    let narrow = Options { line_rate: Some(64), ..Options::default() };
    let simulator = Simulator::start(Arc::clone(&WORLD), narrow).expect("a simulator");
    let begin = Instant::now();
    let response = post(&crew(), &simulator, request("P01", 1)).await.expect("an answer");
    let length = response.bytes().await.expect("a body").len();
    let least = Duration::from_millis(length as u64 * 8 / 64);
    assert!(length > 2000 && begin.elapsed() >= least, "{length} in {:?}", begin.elapsed());
}

#[tokio::test]
async fn bytes_are_delayed_and_not_reordered() {
    let options = Options {
        round_trip: Duration::from_millis(20),
        line_rate: Some(4000),
        ..Options::default()
    };
    let simulator = Simulator::start(Arc::clone(&WORLD), options).expect("a simulator");
    let slow = ask(&crew(), &simulator, request("P01", 3)).await;
    let fast = ask(&crew(), &with_faults(""), request("P01", 3)).await;
    let body = |answer: &str| answer.split_once("<MessageBody>").expect("a body").1.to_owned();
    assert_eq!(body(&slow), body(&fast));
}
