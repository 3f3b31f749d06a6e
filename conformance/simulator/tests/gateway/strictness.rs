//! What the gateway does not take, what it logs of that, and requests that come again.

use mynaq_simulator::{Refusal, Simulator};

use crate::client::{WORLD, ask, client, crew, first, post, request, simulator};

fn reasons(simulator: &Simulator) -> Vec<(String, u64)> {
    simulator.refusals().into_iter().map(|Refusal { reason, times, .. }| (reason, times)).collect()
}

/// Each of these once got through by luck.
#[tokio::test]
async fn nothing_but_the_documented_elements_in_the_declared_encoding() {
    let (simulator, crew) = (simulator(), crew());
    let right = request("P01", 1);
    let factor = |body: &str| format!("</EmergencyViewingRight>{body}<UserCertificate>");
    let second = "<AuthenticationFactor2>3</AuthenticationFactor2>\
                  <AuthenticationMethod2>01</AuthenticationMethod2>";
    let alike = "<AuthenticationFactor1>3</AuthenticationFactor1>\
                 <AuthenticationMethod1>02</AuthenticationMethod1>";
    for (from, to, named) in [
        ("<MessageBody>", "<MessageBody>text".to_owned(), "text where only elements"),
        ("<MessageBody>", "<MessageBody>&#65;".to_owned(), "text where only elements"),
        (
            "</MessageBody>",
            "</MessageBody><MessageBody></MessageBody>".to_owned(),
            "is there twice",
        ),
        (
            "encoding=\"Shift_JIS\"",
            "encoding=\"UTF-8\" was=\"Shift_JIS\"".to_owned(),
            "declaration",
        ),
        ("version=\"1.0\"", "version=\"1.1\"".to_owned(), "declaration"),
        ("</EmergencyViewingRight><UserCertificate>", factor(second), "before the second"),
        (
            "</EmergencyViewingRight><UserCertificate>",
            factor(&format!("{alike}{second}")),
            "must differ from the first",
        ),
        (">MQ-P01-1<", ">MQ 模擬<".to_owned(), "ArbitraryFileIdentifier"),
    ] {
        assert!(right.contains(from), "{from}");
        let answer = ask(&crew, &simulator, right.replacen(from, &to, 1)).await;
        assert_eq!(first(&answer, "ErrorCode"), Some("SIM-REQUEST"), "{from} -> {to}");
        let message = first(&answer, "ErrorMessage").expect("a message");
        assert!(message.contains(named), "{from} -> {to}: {message}");
    }
    assert!(simulator.viewings().is_empty());
    assert_eq!(reasons(&simulator).iter().map(|(_, times)| times).sum::<u64>(), 8);
}

#[tokio::test]
async fn bytes_that_are_not_the_declared_encoding_are_refused() {
    let mut broken = request("P01", 1).into_bytes();
    let at = broken.windows(5).position(|window| window == b"MQ-P0").expect("the identifier");
    broken[at] = 0x85;
    let answer = ask(&crew(), &simulator(), broken).await;
    assert!(first(&answer, "ErrorMessage").is_some_and(|text| text.contains("not Shift_JIS")));
}

#[tokio::test]
async fn refusals_are_counted_by_reason() {
    let (simulator, crew) = (simulator(), crew());
    let url = format!("https://{}/", simulator.gateway());
    for kind in ["text/plain", "application/xml; charset=UTF-8", "application/xml; charset=utf-16"]
    {
        let sent =
            crew.post(&url).header("Content-Type", kind).body(request("P01", 1)).send().await;
        assert_eq!(sent.expect("an answer").status(), 415, "{kind}");
    }
    let kind = "application/xml; charset=Shift_JIS";
    let sent = crew.post(&url).header("Content-Type", kind).body(request("P01", 1)).send().await;
    assert_eq!(sent.expect("an answer").status(), 200);
    assert_eq!(crew.get(&url).send().await.expect("an answer").status(), 405);
    ask(&crew, &simulator, request("P01", 1).replace("Right>1<", "Right>0<")).await;
    assert!(post(&client(Some(WORLD.stranger())), &simulator, request("P01", 1)).await.is_err());

    let reasons = reasons(&simulator);
    let times = |beginning: &str| {
        let found = reasons.iter().find(|(reason, _)| reason.starts_with(beginning));
        found.unwrap_or_else(|| panic!("{beginning} in {reasons:?}")).1
    };
    assert_eq!(times("HTTP: a content-type"), 3);
    assert_eq!(times("HTTP: a method"), 1);
    assert_eq!(times("MessageBody/EmergencyViewingRight must be 1"), 1);
    assert_eq!(times("TLS: invalid peer certificate: UnknownIssuer"), 1);
    assert_eq!(reasons.len(), 4);
}

#[tokio::test]
async fn the_same_request_again_is_one_viewing() {
    let (simulator, crew) = (simulator(), crew());
    let first_answer = ask(&crew, &simulator, request("P09", 1)).await;
    let again = ask(&crew, &simulator, request("P09", 1)).await;
    assert_eq!(first(&first_answer, "DrugN"), first(&again, "DrugN"));
    assert!(first(&again, "DrugN").is_some());
    let viewings = simulator.viewings();
    assert_eq!((viewings.len(), viewings[0].times), (1, 2));
    let subject = viewings[0].client.as_deref().expect("a client");
    assert!(subject.contains("CN=Simulated crew 1"), "{subject}");

    // The same identifier, but somebody else is meant.
    let other = request("P01", 1).replace("MQ-P01-1", "MQ-P09-1");
    let answer = ask(&crew, &simulator, other).await;
    assert_eq!(first(&answer, "ErrorCode"), Some("SIM-REQUEST"));
    let message = first(&answer, "ErrorMessage").expect("a message");
    assert!(message.contains("ArbitraryFileIdentifier was used"), "{message}");
    assert!(!answer.contains("<Name>"));
    assert_eq!(simulator.viewings()[0].times, 2);
    assert_eq!(simulator.viewings().len(), 1);
}
