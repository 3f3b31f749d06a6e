//! Faults of the answer itself: it arrives whole, and the line works.

use encoding_rs::SHIFT_JIS;
use mynaq_simulator::{Outcome, Simulator};

use crate::client::{ask, crew, first, post, request, with_faults};

/// The answer's bytes.
async fn bytes(simulator: &Simulator, id: &str) -> Vec<u8> {
    let response = post(&crew(), simulator, request(id, 1)).await.expect("an answer");
    assert_eq!(response.status(), 200);
    response.bytes().await.expect("a whole body").to_vec()
}

#[tokio::test]
async fn a_result_can_be_late_or_fail() {
    for (fault, segment, code) in [
        ("in-progress", "2", ""),
        ("failed:3", "3", "SIM-FAILED"),
        ("failed:9", "9", "SIM-FAILED"),
        ("unknown-code", "9", "SIM-99999"),
    ] {
        let simulator = with_faults(fault);
        let answer = ask(&crew(), &simulator, request("P01", 1)).await;
        assert_eq!(first(&answer, "SegmentOfResult"), Some(segment), "{fault}");
        assert_eq!(first(&answer, "ErrorCode"), Some(code), "{fault}");
        assert_eq!(first(&answer, "ArbitraryFileIdentifier"), Some("MQ-P01-1"));
        assert!(!answer.contains("<Name>") && !answer.contains("DrugN"), "{fault}");
        assert_eq!(simulator.viewings()[0].outcome, Outcome::Failed);
    }
}

#[tokio::test]
async fn an_answer_can_be_anothers() {
    let answer = ask(&crew(), &with_faults("wrong-identifier"), request("P01", 1)).await;
    assert_eq!(first(&answer, "ArbitraryFileIdentifier"), Some("XMQ-P01-1"));
    let answer = ask(&crew(), &with_faults("wrong-person"), request("P09", 1)).await;
    assert_eq!(first(&answer, "ArbitraryFileIdentifier"), Some("MQ-P09-1"));
    assert_eq!(first(&answer, "Name"), Some("模擬　花子"), "P01");
    assert!(answer.contains("ワルファリン") && !answer.contains("クロピドグレル"));
    let answer = ask(&crew(), &with_faults("two-people"), request("P09", 1)).await;
    assert_eq!(answer.matches("<ResultOfQualificationConfirmation>").count(), 2);
    assert_eq!(first(&answer, "QualificationValidity"), Some("1"), "it does not say so itself");
    assert!(answer.contains("クロピドグレル"));
}

#[tokio::test]
async fn a_notice_stands_beside_the_data() {
    let answer = ask(&crew(), &with_faults("notice"), request("P01", 1)).await;
    assert_eq!(first(&answer, "SegmentOfResult"), Some("1"));
    assert_eq!(first(&answer, "ErrorCode"), Some("SIM-NOTICE"));
    assert!(first(&answer, "ErrorMessage").is_some_and(|text| text.contains("メンテナンス")));
    assert!(answer.contains("ワルファリン"));
}

#[tokio::test]
async fn names_have_other_spellings() {
    for (usual, other, content) in [
        ("NameKana", "KanaName", "ﾓｷﾞ ﾊﾅｺ"),
        ("NameKana", "KanasName", "ﾓｷﾞ ﾊﾅｺ"),
        ("Birthdate", "Birth", "19480503"),
        ("Birthdate", "Birthday", "19480503"),
        ("Sex1", "AdmGendCode", "2"),
        ("Sex1", "AdministrativeGenderCode", "2"),
    ] {
        let simulator = with_faults(&format!("spelling:{other}"));
        let answer = ask(&crew(), &simulator, request("P01", 1)).await;
        assert_eq!(first(&answer, usual), None, "{other}");
        assert_eq!(first(&answer, other), Some(content));
    }
}

#[tokio::test]
async fn bombs_are_in_the_document_and_the_rest_is_well_formed() {
    for (fault, begin, inside) in [
        ("billion-laughs", "<!DOCTYPE XmlMsg [<!ENTITY ha0 ", "<ErrorMessage>&ha9;"),
        ("external-entity", "<!DOCTYPE XmlMsg [<!ENTITY file SYSTEM ", "<ErrorMessage>&file;"),
        ("deep:3", "<XmlMsg>", "<Deep><Deep><Deep></Deep></Deep></Deep></MessageBody>"),
        ("flood:2", "<XmlMsg>", "<MeTrMonthInf/><MeTrMonthInf/></MessageBody>"),
    ] {
        let answer = ask(&crew(), &with_faults(fault), request("P01", 1)).await;
        let (_, rest) = answer.split_once("?>\r\n").expect("a declaration");
        assert!(rest.starts_with(begin), "{fault}");
        assert!(answer.contains(inside) && answer.ends_with("</XmlMsg>\r\n"), "{fault}");
        assert!(answer.contains("ワルファリン"), "{fault}");
    }
    let deep = bytes(&with_faults("deep"), "P02").await;
    let count = |name: &[u8]| deep.windows(name.len()).filter(|window| *window == name).count();
    assert_eq!((count(b"<Deep>"), count(b"</Deep>")), (100_000, 100_000));
}

#[tokio::test]
async fn the_encoding_can_be_another_or_a_lie() {
    let name = "模擬　花子";
    // 模擬　花子 in code page 932, from its table.
    let shift_jis = [0x96, 0xCD, 0x8B, 0x5B, 0x81, 0x40, 0x89, 0xD4, 0x8E, 0x71];
    let utf16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (fault, declared, written) in [
        ("utf-8", "UTF-8", name.as_bytes()),
        ("says-utf-8", "UTF-8", &shift_jis),
        ("says-shift-jis", "Shift_JIS", name.as_bytes()),
    ] {
        let bytes = bytes(&with_faults(fault), "P01").await;
        let declaration = String::from_utf8_lossy(&bytes[..60]).into_owned();
        assert!(declaration.contains(&format!("encoding=\"{declared}\"")), "{fault}");
        assert!(bytes.windows(written.len()).any(|window| window == written), "{fault}");
    }
    let wide = bytes(&with_faults("utf-16"), "P01").await;
    assert!(wide.starts_with(&[0xFF, 0xFE]));
    assert!(wide.windows(utf16.len()).any(|window| window == utf16));
    for id in ["P01", "P13"] {
        let broken = bytes(&with_faults("broken-shift-jis"), id).await;
        assert!(SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&broken).is_none());
        assert!(broken.ends_with(b"</XmlMsg>\r\n"), "{id}");
    }
}

#[tokio::test]
async fn the_character_code_can_say_anything() {
    for (faults, flag, declared) in [
        ("code-flag:0", "0", "Shift_JIS"),
        ("code-flag:1", "1", "Shift_JIS"),
        ("utf-8 code-flag:2", "2", "UTF-8"),
        ("utf-8 code-flag:0", "0", "UTF-8"),
    ] {
        let answer = ask(&crew(), &with_faults(faults), request("P01", 1)).await;
        assert_eq!(first(&answer, "CharacterCodeIdentifier"), Some(flag), "{faults}");
        assert!(answer.contains(&format!("encoding=\"{declared}\"")), "{faults}");
    }
}

#[tokio::test]
async fn a_document_can_end_early_or_not_begin_in_a_whole_body() {
    let whole = bytes(&with_faults(""), "P01").await;
    let cut = bytes(&with_faults("truncated:700"), "P01").await;
    assert_eq!(cut.len(), 700);
    assert!(whole.len() > 2000);
    assert_eq!(bytes(&with_faults("empty"), "P01").await, b"");
}
