//! What is stored: the accepted values, in the form the vendor named, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use mynaq_adapters::Pack;
use mynaq_interface::{ErrorCode, Field, FieldState, PackIdentity, Record, Trace};

const MAPPING: &str = r#"
[pack]
version = "1.0.0"
max_chars_counts = "characters"
[[field]]
name = "Sex"
label = "性別"
max_chars = 3
source = "patient.sex"
codes = { male = "1", female = "2" }
no_code = ["not_stated"]
on_unmappable = "leave_to_crew"
[[field]]
name = "Allergy"
label = "アレルギー"
max_chars = 20
leave_to_crew = "聴取する"
"#;

fn field(name: &str, state: FieldState) -> Field {
    let trace = Trace { rule: String::new(), read: vec![], changes: vec![] };
    Field {
        name: name.into(),
        label: String::new(),
        state,
        transcription: None,
        sources: vec![],
        trace,
    }
}

fn record(fields: Vec<Field>) -> Record {
    let pack =
        PackIdentity { name: "p".into(), version: "1".into(), mapping_sha256: String::new() };
    Record { pack, card: None, fields }
}

fn accepted(value: &str) -> FieldState {
    FieldState::Accepted { value: value.into() }
}

#[test]
fn only_what_was_accepted_is_written_in_the_order_of_the_mapping() {
    let pack = Pack::from_text("p", MAPPING).unwrap();
    let offered = FieldState::Offered { value: "offered".into() };
    let rejected = FieldState::Rejected { value: "rejected".into() };
    let record = record(vec![
        field("Zeta", accepted("一")),
        field("Offered", offered),
        field("Rejected", rejected),
        field("None", FieldState::StatedNone),
        field("Alpha", accepted("二")),
    ]);
    let written = String::from_utf8(pack.write(&record, "json").unwrap()).unwrap();
    assert_eq!(written, r#"{"Zeta":"一","Alpha":"二"}"#);
}

#[test]
fn whatever_stands_in_a_value_stays_inside_it() {
    let pack = Pack::from_text("p", MAPPING).unwrap();
    let wild = "\"},{\"x\":\"\\ \u{0} \u{1f} \n 𠮷 〓 </script>";
    let written = pack.write(&record(vec![field("A", accepted(wild))]), "json").unwrap();
    let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(read, serde_json::json!({ "A": wild }));
}

#[test]
fn an_unknown_format_names_the_known_ones() {
    let pack = Pack::from_text("p", MAPPING).unwrap();
    let error = pack.write(&record(vec![]), "JSON").unwrap_err();
    assert_eq!(error.code(), ErrorCode::FormatUnknown);
    assert!(error.technical().unwrap().contains("json"));
}

#[test]
fn a_pack_tells_its_fields_widths_codes_and_what_it_leaves_to_the_crew() {
    let can = Pack::from_text("p", MAPPING).unwrap().capabilities();
    assert_eq!((can.max_chars_counts.as_str(), can.formats), ("characters", vec!["json".into()]));
    let [sex, allergy] = can.fields.as_slice() else { panic!("{:?}", can.fields) };
    assert_eq!((sex.max_chars, allergy.max_chars), (3, 20));
    let codes: Vec<_> =
        sex.codes.iter().map(|code| (code.word.as_str(), code.code.as_str())).collect();
    assert_eq!(codes, [("male", "1"), ("female", "2")]);
    assert_eq!(allergy.left_to_crew.as_deref(), Some("聴取する"));
    assert!(sex.left_to_crew.is_none() && allergy.codes.is_empty());
}
