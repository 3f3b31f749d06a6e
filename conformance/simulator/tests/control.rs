//! The control page, spoken to as a browser and as other sites would.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use mynaq_simulator::{Options, Simulator, World, today};

fn simulator() -> (Simulator, SocketAddr) {
    let world = Arc::new(World::generate(today()).expect("a world"));
    let options =
        Options { control: Some(([127, 0, 0, 1], 0).into()), card: None, ..Options::default() };
    let simulator = Simulator::start(world, options).expect("a simulator");
    let page = simulator.control().expect("a control page");
    (simulator, page)
}

/// Sends a request with these extra headers; the answer's status and all of its text.
fn send(page: SocketAddr, line: &str, headers: &[&str]) -> (u16, String) {
    let mut stream = TcpStream::connect(page).expect("the control page");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request =
        format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), answer)
}

#[test]
fn a_card_is_tapped_seen_and_taken_away() {
    let (simulator, page) = simulator();
    let host = format!("Host: {page}");
    assert_eq!(send(page, "POST /tap/P02", &[&host]).0, 204);
    assert_eq!(simulator.card().as_deref(), Some("P02"));
    let state = send(page, "GET /state", &[&host]).1;
    assert!(
        state.contains("\"card\":\"P02\"") && state.contains("\"bytes_received\":0"),
        "{state}"
    );

    let back = send(page, "POST /remove", &[&host, "Accept: text/html"]);
    assert_eq!(back.0, 303, "a browser is sent back to the page");
    assert_eq!(simulator.card(), None);
}

#[test]
fn the_page_and_the_list_name_every_card() {
    let (_simulator, page) = simulator();
    let host = format!("Host: {page}");
    let (html, list) = (send(page, "GET /", &[&host]).1, send(page, "GET /people", &[&host]).1);
    for id in ["P01", "P14", "X01", "X06"] {
        assert!(html.contains(&format!("action=\"/tap/{id}\"")), "{id}");
        assert!(list.contains(&format!("\"id\":\"{id}\"")), "{id}");
    }
    let unknown = send(page, "POST /tap/P99", &[&host]);
    assert!(unknown.0 == 404 && unknown.1.contains("P99"));
}

#[test]
fn other_sites_pages_cannot_tap() {
    let (simulator, page) = simulator();
    let host = format!("Host: {page}");
    for headers in [
        vec![host.as_str(), "Origin: http://example.test"],
        vec![host.as_str(), "Origin: null"],
        vec!["Host: rebound.example.test"],
    ] {
        assert_eq!(send(page, "POST /tap/P02", &headers).0, 403, "{headers:?}");
    }
    assert_eq!(simulator.card(), None);
    let own = format!("Origin: http://{page}");
    assert_eq!(send(page, "POST /tap/P02", &[&host, &own]).0, 204);
}

#[test]
fn either_slot_can_be_tapped_and_scripted() {
    let (simulator, page) = simulator();
    let host = format!("Host: {page}");
    assert_eq!(send(page, "POST /tap/P02?slot=2", &[&host]).0, 204);
    assert_eq!((simulator.card(), simulator.second().card().as_deref()), (None, Some("P02")));
    let state = send(page, "GET /state", &[&host]).1;
    assert!(
        state.contains("\"second\":{\"apdus\":{\"by_status\":{},\"total\":0},\"card\":\"P02\"}")
    );

    assert_eq!(post(page, "/script?slot=2", "1=tear-after then=P01:0\r\n").0, 204);
    let mut session = simulator.second().connect().expect("a card");
    session.power_on();
    assert!(session.exchange(&[0x00, 0xA4, 0x00, 0x00]).answer().is_some());
    assert!(!session.is_there());
    assert_eq!(simulator.second().card().as_deref(), Some("P01"));
    assert_eq!(send(page, "POST /remove?slot=2", &[&host]).0, 204);
    assert_eq!(simulator.second().card(), None);

    let (status, why) = post(page, "/script", "2=explode");
    assert!(status == 400 && why.contains("tear-before"), "{why}");
    let (status, why) = post(page, "/script", "then=P99:1");
    assert!(status == 404 && why.contains("P99"), "{why}");
    assert_eq!(send(page, "POST /remove?slot=3", &[&host]).0, 400);
    let page_of_two = send(page, "GET /", &[&host]).1;
    assert!(page_of_two.contains("/script?slot=2") && page_of_two.contains("/tap/X14?slot=2"));
}

#[test]
fn the_gateways_faults_can_be_set_and_wrong_ones_are_explained() {
    let (_simulator, page) = simulator();
    assert_eq!(post(page, "/faults", "refuse@1\r\nstatus:503:120@2\r\n").0, 204);
    let (status, why) = post(page, "/faults", "explode");
    assert!(status == 400 && why.contains("billion-laughs"), "{why}");
    assert_eq!(post(page, "/faults", "").0, 204);
}

/// Posts a plain text.
fn post(page: SocketAddr, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(page).expect("the control page");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {page}\r\nContent-Type: text/plain\r\n");
    let request = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), answer)
}
