//! What a plain client sees of each fault of the gateway.

mod plain;

use std::time::{Duration, Instant};

use mynaq_simulator::{Options, Simulator};
use plain::{Seen, ask, simulator};

fn with(faults: &str) -> Simulator {
    let simulator = simulator(Options::default());
    simulator.set_faults(faults.parse().expect("faults"));
    simulator
}

/// One request to a gateway with these faults.
fn seen(faults: &str) -> Seen {
    ask(&with(faults), "P01")
}

#[test]
fn a_line_that_is_refused_reset_or_cut_brings_no_answer() {
    for fault in
        ["refuse", "reset", "cut-handshake:0", "cut-handshake:200", "cut:0", "cut:100", "cut:2000"]
    {
        assert!(matches!(seen(fault), Seen::Nothing(_)), "{fault}: {:?}", seen(fault));
    }
    // The next one is whole again.
    let simulator = with("refuse@1 cut:100@1");
    assert!(matches!(ask(&simulator, "P01"), Seen::Nothing(_)));
    assert!(matches!(ask(&simulator, "P01"), Seen::Nothing(_)), "the first request is cut");
    assert!(ask(&simulator, "P01").xml().contains("<SegmentOfResult>1</SegmentOfResult>"));
}

#[test]
fn an_answer_stalls_drips_or_waits_in_a_tunnel() {
    let time = |faults: &str| {
        let simulator = with(faults);
        let begun = Instant::now();
        ask(&simulator, "P13").xml();
        begun.elapsed()
    };
    assert!(time("stall:300") >= Duration::from_millis(300));
    assert!(time("black-hole:300@1") >= Duration::from_millis(300));
    // Some 900 bytes.
    assert!(time("drip:1") >= Duration::from_millis(500));
}

#[test]
fn certificates_of_the_gateway_are_wrong_in_the_way_that_is_asked() {
    for (fault, said) in [
        ("expired", "Expired"),
        ("not-yet-valid", "NotValidYet"),
        ("other-authority", "UnknownIssuer"),
        ("other-name", "NotValidForName"),
    ] {
        let Seen::Nothing(why) = seen(fault) else { panic!("{fault} is taken") };
        assert!(why.contains(said), "{fault}: {why}");
    }
    for fault in ["client-alert", "client-close", "silence"] {
        assert!(matches!(seen(fault), Seen::Nothing(_)), "{fault}");
    }
}

#[test]
fn a_delivery_goes_wrong_in_the_way_that_is_asked() {
    let Seen::Answer { status, headers, .. } = seen("status:503:120") else { panic!() };
    assert_eq!((status, headers["retry-after"].to_str().unwrap()), (503, "120"));
    let Seen::Answer { status, headers, .. } = seen("redirect") else { panic!() };
    assert!(status == 302 && headers.contains_key("location"));
    let Seen::Answer { status, headers, .. } = seen("login-page") else { panic!() };
    assert!(status == 200 && headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let Seen::Answer { headers, body, .. } = seen("gzip-bomb:8") else { panic!() };
    assert_eq!(headers["content-encoding"], "gzip");
    assert!(body.len() < 100_000, "{} bytes for eight million", body.len());
    let Seen::Answer { headers, .. } = seen("content-type:text/plain") else { panic!() };
    assert_eq!(headers["content-type"], "text/plain");
    assert!(matches!(seen("short-body"), Seen::Nothing(_)));
    let Seen::Answer { body, .. } = seen("endless:2") else { panic!() };
    assert!(body.len() >= 2 << 20);
}

#[test]
fn an_answer_says_something_else_in_the_way_that_is_asked() {
    for (fault, said) in [
        ("in-progress", "<SegmentOfResult>2</SegmentOfResult>"),
        ("failed:3", "<SegmentOfResult>3</SegmentOfResult>"),
        ("failed:9", "<SegmentOfResult>9</SegmentOfResult>"),
        ("notice", "<ErrorCode>SIM-NOTICE</ErrorCode>"),
        ("spelling:KanaName", "<KanaName>"),
        ("spelling:Birthday", "<Birthday>"),
        ("spelling:AdmGendCode", "<AdmGendCode>"),
        ("code-flag:0", "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>"),
        ("billion-laughs", "<!ENTITY"),
        ("external-entity", "SYSTEM"),
        ("deep:100", "<"),
        ("utf-8", "encoding=\"UTF-8\""),
    ] {
        assert!(seen(fault).xml().contains(said), "{fault}: {}", seen(fault).xml());
    }
    let plain = seen("").xml();
    assert!(!seen("wrong-identifier").xml().contains(">MQ-P01<"));
    let other = seen("wrong-person").xml();
    assert!(other.contains("MQ-P01") && other != plain);
    let people = |xml: &str| xml.matches("<ResultOfQualificationConfirmation>").count();
    assert_eq!((people(&plain), people(&seen("two-people").xml())), (1, 2));
    let Seen::Answer { body, .. } = seen("truncated:500") else { panic!() };
    assert_eq!(body.len(), 500);
    let Seen::Answer { body, .. } = seen("empty") else { panic!() };
    assert_eq!(body.len(), 0);
    let Seen::Answer { body, .. } = seen("says-utf-8") else { panic!() };
    assert!(str::from_utf8(&body).is_err());
}

#[test]
fn a_request_that_comes_again_is_one_viewing() {
    let simulator = with("cut:100@1");
    ask(&simulator, "P01");
    ask(&simulator, "P01").xml();
    let viewings = simulator.viewings();
    assert_eq!(viewings.len(), 1);
    assert_eq!(viewings[0].times, 2);
    assert!(viewings[0].client.as_ref().is_some_and(|name| name.contains("MYNAQ-SIMULATED")));
}

#[test]
fn bytes_take_their_time_there_and_back() {
    let round_trip = Duration::from_millis(60);
    let simulator = simulator(Options { round_trip, ..Options::default() });
    let begun = Instant::now();
    ask(&simulator, "P13").xml();
    // TCP's own handshake is the machine's; TLS 1.3 takes one round trip, the request another.
    assert!(begun.elapsed() >= round_trip * 2, "{:?}", begun.elapsed());
}
