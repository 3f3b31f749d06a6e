//! What the gateway says when nothing goes wrong with it.

use std::sync::Arc;

use base64::Engine;
use mynaq_simulator::{Options, Outcome, Simulator};

use crate::client::{WORLD, ask, client, crew, first, post, request, simulator};

#[tokio::test]
async fn a_crew_gets_the_summary_and_is_entered_in_the_log() {
    let simulator = simulator();
    let answer = ask(&crew(), &simulator, request("P01", 1)).await;
    assert_eq!(first(&answer, "SegmentOfResult"), Some("1"));
    assert_eq!(first(&answer, "ArbitraryFileIdentifier"), Some("MQ-P01-1"));
    assert_eq!(first(&answer, "CharacterCodeIdentifier"), Some("2"));
    assert_eq!(first(&answer, "Name"), Some("模擬　花子"));
    assert_eq!(first(&answer, "NameKana"), Some("ﾓｷﾞ ﾊﾅｺ"));
    assert_eq!(first(&answer, "Birthdate"), Some("19480503"));
    assert!(answer.contains("<DrugN>ワルファリンK錠1mg</DrugN>"));
    assert_eq!(answer.matches("<DrugN>").count(), 14);
    assert!(answer.contains("人工腎臓"));
    // Two years old: surgeries are told for five years, the medicine given with it for three months.
    assert!(answer.contains("経皮的冠動脈形成術"));
    assert!(!answer.contains("セファゾリン"));
    assert!(!answer.contains("ShPrInf"));
    assert_eq!(answer.matches("<EffectiveTime>").count(), 2);

    let viewings = simulator.viewings();
    assert_eq!(viewings.len(), 1);
    assert_eq!(viewings[0].person.as_deref(), Some("P01"));
    assert_eq!((viewings[0].pattern, viewings[0].consent), (1, 1));
    assert_eq!(viewings[0].identifier, "MQ-P01-1");
    assert_eq!(viewings[0].outcome, Outcome::Answered);
}

#[tokio::test]
async fn the_full_version_reaches_back_five_years_and_the_third_pattern_has_prescriptions() {
    let (simulator, crew) = (simulator(), crew());
    assert!(ask(&crew, &simulator, request("P01", 2)).await.contains("セファゾリン"));
    assert!(!ask(&crew, &simulator, request("P09", 2)).await.contains("ShPrInf"));
    let answer = ask(&crew, &simulator, request("P09", 3)).await;
    assert_eq!(answer.matches("クロピドグレル錠75mg").count(), 2, "in claims and e-prescription");
    let prescribed = first(&answer, "ShPrInf").expect("prescriptions");
    assert_eq!(first(prescribed, "ShDrugN"), Some("プレドニゾロン錠5mg"));
    assert!(first(&answer, "CzDiInf").expect("dispensed").contains("<CzDrugN>アモキシシリン"));
}

#[tokio::test]
async fn an_empty_history_is_asked_and_empty() {
    let answer = ask(&crew(), &simulator(), request("P02", 3)).await;
    for name in ["MeTrMonthInf", "CzDiInf", "ShPrInf", "SpecificHealthCheckupInfo"] {
        assert!(answer.contains(&format!("<{name}/>")), "{name}");
    }
    assert_eq!(first(&answer, "Name"), Some("空野　無一"));
}

#[tokio::test]
async fn whoever_cannot_be_shown_is_not_shown() {
    let (simulator, crew) = (simulator(), crew());
    for (id, segment, code, validity, names) in [
        ("P05", "1", "SIM-NOTICE", Some("1"), 1),
        ("P06", "9", "SIM-EXPIRED", None, 0),
        ("P12", "1", "", Some("5"), 2),
        ("P13", "1", "", Some("4"), 0),
        ("P14", "9", "SIM-OPTOUT", None, 0),
        ("X05", "9", "SIM-UNKNOWN", None, 0),
    ] {
        let answer = ask(&crew, &simulator, request(id, 3)).await;
        assert_eq!(first(&answer, "SegmentOfResult"), Some(segment), "{id}");
        assert_eq!(first(&answer, "ErrorCode"), Some(code), "{id}");
        assert_eq!(first(&answer, "QualificationValidity"), validity, "{id}");
        assert_eq!(answer.matches("<Name>").count(), names, "{id}");
        for medical in ["MeTr", "CzDi", "ShPr", "SpecificHealth"] {
            assert!(!answer.contains(medical), "{id} {medical}");
        }
    }
}

#[tokio::test]
async fn characters_decide_the_encoding() {
    let (simulator, crew) = (simulator(), crew());
    for person in WORLD.people() {
        let response = post(&crew, &simulator, request(&person.id, 3)).await.expect("an answer");
        let bytes = response.bytes().await.expect("a body");
        let declared = String::from_utf8_lossy(&bytes[..60]).into_owned();
        let expected = if person.id == "P08" { "UTF-8" } else { "Shift_JIS" };
        assert!(declared.contains(expected), "{}: {declared}", person.id);
    }
    let answer = ask(&crew, &simulator, request("P08", 1)).await;
    assert_eq!(first(&answer, "Name"), Some("髙﨑　𠮷子"));
    assert_eq!(first(&answer, "CharacterCodeIdentifier"), Some("1"));
    let answer = ask(&crew, &simulator, request("P10", 1)).await;
    assert_eq!(
        first(&answer, "MeTrDiHNm"),
        Some("EXAMPLE &amp; SPECIMEN INTERNATIONAL CLINIC"),
        "& is escaped"
    );
}

#[tokio::test]
async fn a_wrong_request_is_told_which_element_is_wrong() {
    let (simulator, crew) = (simulator(), crew());
    let right = request("P01", 1);
    for (from, to, named) in [
        ("<ConsentClassification>1<", "<ConsentClassification>0<", "ConsentClassification"),
        ("<ConsentClassification>1</ConsentClassification>", "", "ConsentClassification"),
        ("<MedicalTreatmentFlag>4<", "<MedicalTreatmentFlag>1<", "MedicalTreatmentFlag"),
        ("Pattern>1<", "Pattern>4<", "InformationRequestPattern"),
        ("Right>1<", "Right>0<", "EmergencyViewingRight"),
        ("9910000001", "991000000", "MedicalInstitutionCode"),
        ("<ReferenceClassification>1<", "<ReferenceClassification>2<", "ReferenceClassification"),
        ("<UserCertificate>", "<UserCertificate>*", "UserCertificate"),
        ("<UserCertificate>MII", "<UserCertificate>MMI", "UserCertificate"),
        ("<MessageBody>", "<MessageBody><Surprise>1</Surprise>", "Surprise"),
        (
            "<MessageBody>",
            "<MessageBody><EmergencyViewingRight>1</EmergencyViewingRight>",
            "EmergencyViewingRight is there twice",
        ),
        ("</XmlMsg>", "", "XmlMsg"),
        ("<XmlMsg>", "<!DOCTYPE x [<!ENTITY y \"z\">]><XmlMsg>", "XmlMsg"),
        ("encoding=\"Shift_JIS\"", "encoding=\"UTF-16\"", "XmlMsg"),
    ] {
        assert!(right.contains(from), "{from}");
        let answer = ask(&crew, &simulator, right.replace(from, to)).await;
        assert_eq!(first(&answer, "ErrorCode"), Some("SIM-REQUEST"), "{from} -> {to}");
        let message = first(&answer, "ErrorMessage").expect("a message");
        assert!(message.contains(named), "{from} -> {to}: {message}");
    }
    assert!(simulator.viewings().is_empty());
}

#[tokio::test]
async fn one_changed_byte_of_the_certificate_is_noticed() {
    let mut der = WORLD.certificate("P01").expect("a certificate").to_vec();
    *der.last_mut().expect("a byte") ^= 1;
    let engine = base64::engine::general_purpose::STANDARD;
    let body = request("P01", 1);
    let whole = first(&body, "UserCertificate").expect("one").to_owned();
    let answer = ask(&crew(), &simulator(), body.replace(&whole, &engine.encode(der))).await;
    assert_eq!(first(&answer, "ErrorCode"), Some("SIM-REQUEST"));
}

#[tokio::test]
async fn strangers_and_nobodies_do_not_get_in() {
    let simulator = simulator();
    assert_eq!(simulator.bytes_received(), 0);
    for pair in [Some(WORLD.stranger()), None] {
        assert!(post(&client(pair), &simulator, request("P01", 1)).await.is_err());
    }
    assert!(simulator.viewings().is_empty());
    assert!(simulator.bytes_received() > 0, "a handshake is made of bytes");
    assert_eq!(ask(&crew(), &simulator, request("P02", 1)).await.matches("<Name>").count(), 1);
}

#[tokio::test]
async fn what_is_no_message_at_all_is_a_fault_of_the_way() {
    let (simulator, crew) = (simulator(), crew());
    let address = format!("https://{}/", simulator.gateway());
    let get = crew.get(&address).send().await.expect("an answer");
    assert_eq!(get.status(), 405);
    let text = crew.post(&address).body(request("P01", 1)).send().await.expect("an answer");
    assert_eq!(text.status(), 415);
    let long = post(&crew, &simulator, vec![b' '; 64 * 1024 + 1]).await.expect("an answer");
    assert_eq!(long.status(), 413);
}

#[tokio::test]
async fn a_slow_gateway_takes_its_time() {
    let delay = std::time::Duration::from_millis(300);
    let options = Options { answer_delay: delay, ..Options::default() };
    let simulator = Simulator::start(Arc::clone(&WORLD), options).expect("a simulator");
    let crew = crew();
    let before = std::time::Instant::now();
    ask(&crew, &simulator, request("P02", 1)).await;
    assert!(before.elapsed() >= delay);
}
