//! The ways departments reach the gateway: with an identity in one file, through a proxy, over a line so
//! slow that an answer comes in parts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;

use mynaq_conformance::{LogBook, Script, Stage, run, until};
use mynaq_host_sdk::{DoorKind, ErrorCode, EventBody, LookUpPhase, Scope};

const PEM: &str = "certificate = \"client.pem\"\nkey = \"client.key\"";

/// Packs the crew's certificate and key into one file.
fn pack(stage: &Stage, password: &str, more: &[&str]) {
    stage.write("crew.password", &format!("{password}\n"));
    run(Command::new("openssl")
        .args(["pkcs12", "-export", "-out"])
        .arg(stage.path("crew.p12"))
        .arg("-in")
        .arg(stage.path("client.pem"))
        .arg("-inkey")
        .arg(stage.path("client.key"))
        .args(["-passout", &format!("pass:{password}")])
        .args(more));
}

#[test]
fn an_identity_in_one_file_looks_up_like_one_in_two() {
    // As OpenSSL writes it today, and as older tools do.
    for more in
        [&[][..], &["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]]
    {
        let stage = Stage::new(Some("P01"));
        pack(&stage, "模擬の合言葉", more);
        let in_one = "pkcs12 = \"crew.p12\"\npkcs12_password_file = \"crew.password\"";
        stage.reconfigure(PEM, in_one);
        let outcome = Script::default().play(&stage.case()).unwrap();
        assert!(outcome.record.is_some(), "{more:?}: {:?}", outcome.error);
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_named_with_what_to_look_at() {
    let stage = Stage::new(None);
    pack(&stage, "right", &[]);
    stage.reconfigure(PEM, "pkcs12 = \"crew.p12\"\npkcs12_password_file = \"crew.password\"");
    let refused = |what: &str| {
        let error = stage.session(DoorKind::C, LogBook::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigCredentials, "{what}");
        error.technical().unwrap().to_owned()
    };
    stage.write("crew.password", "wrong");
    let said = refused("a wrong password");
    assert!(said.contains("crew.p12") && said.contains("password"), "{said}");
    assert!(!said.contains("wrong"), "the password is no matter for a log: {said}");
    std::fs::remove_file(stage.path("crew.password")).unwrap();
    assert!(refused("no password file").contains("crew.password"));
    stage.write("crew.password", "right");
    stage.write("crew.p12", "no such thing");
    assert!(refused("rubbish").contains("crew.p12"));
}

/// A proxy that answers each CONNECT so, and carries on if that is a yes.
struct Proxy {
    address: SocketAddr,
    asked: mpsc::Receiver<String>,
}

impl Proxy {
    fn that_says(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (ask, asked) = mpsc::channel();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let ask = ask.clone();
                std::thread::spawn(move || carry(client, answer, &ask));
            }
        });
        Proxy { address, asked }
    }
}

fn carry(mut client: TcpStream, answer: &str, ask: &mpsc::Sender<String>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let line = String::from_utf8(head).ok()?.lines().next()?.to_owned();
    let to = line.split(' ').nth(1)?.to_owned();
    ask.send(line).ok()?;
    client.write_all(answer.as_bytes()).ok()?;
    if !answer.contains(" 200 ") {
        return client.shutdown(Shutdown::Both).ok();
    }
    let mut gateway = TcpStream::connect(to).ok()?;
    let (mut from, mut back) = (client.try_clone().ok()?, gateway.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut client);
        client.shutdown(Shutdown::Both)
    });
    let _ = std::io::copy(&mut from, &mut gateway);
    gateway.shutdown(Shutdown::Both).ok()
}

fn through(stage: &Stage, proxy: SocketAddr) {
    let more = format!("proxy = \"http://{proxy}\"\nanswer_seconds = 1\ngive_up_seconds = 2\n");
    stage.reconfigure("[ledger]", &format!("{more}[ledger]"));
}

#[test]
fn a_proxy_carries_the_line_and_sees_nothing_of_it() {
    let stage = Stage::new(Some("P01"));
    let proxy = Proxy::that_says("HTTP/1.1 200 Connection established\r\n\r\n");
    through(&stage, proxy.address);
    let outcome = Script::default().play(&stage.case()).unwrap();
    assert!(outcome.record.is_some(), "{:?}", outcome.error);
    let asked = proxy.asked.recv().unwrap();
    assert_eq!(asked, format!("CONNECT {} HTTP/1.1", stage.simulator.gateway()));
    assert_eq!(stage.simulator.connections(), 1);
}

#[test]
fn a_proxy_that_lets_nobody_through_and_one_that_is_not_there_are_named() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Proxy::that_says("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    for proxy in [refusing.address, gone] {
        let stage = Stage::new(Some("P01"));
        through(&stage, proxy);
        let outcome = Script::default().play(&stage.case()).unwrap();
        assert_eq!(outcome.error.unwrap().code(), ErrorCode::NetworkProxy);
        assert_eq!(stage.simulator.connections(), 0, "nobody goes past the proxy");
    }
}

#[test]
fn whose_data_is_coming_is_told_before_a_slow_answer_is_whole() {
    let stage = Stage::new(Some("P09"));
    let case = stage.at_the_open_gate();
    // The header and the person have some 700 bytes, which take less than a second; the whole of it
    // takes several.
    stage.simulator.set_faults("drip:1".parse().unwrap());
    case.look_up(Scope::Summary).unwrap();
    let told = until(&case, |body| matches!(body, EventBody::Record { .. }));
    let place = |wanted: &dyn Fn(&EventBody) -> bool| told.iter().position(wanted);
    let first = place(&|body| matches!(body, EventBody::PatientFound { .. })).unwrap();
    let receiving = place(&|body| {
        matches!(body, EventBody::LookUpProgress { phase: LookUpPhase::Receiving, .. })
    });
    let whole = place(&|body| matches!(body, EventBody::Summary { .. })).unwrap();
    assert!(receiving.is_some() && first < whole, "{told:#?}");
    let (EventBody::PatientFound { patient }, EventBody::Summary { summary }) =
        (&told[first], &told[whole])
    else {
        panic!()
    };
    assert_eq!(**patient, summary.patient);
}
