//! Every document that crosses follows its published schema: a host in another language has nothing
//! else to go by.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jsonschema::Validator;
use mynaq_conformance::{LogBook, Script, Stage, parts};
use mynaq_host_sdk::{Consent, DoorKind, ErrorCode, EventBody, Identity, Scope};
use mynaq_simulator::Listing;
use serde_json::Value;

fn schema(name: &str) -> Validator {
    let path = parts().root.join("host-sdk/schema").join(name);
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    close_lists(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

/// Readers must take words of a later version (VER-4); this version must not send any. Takes the
/// openings out of a schema, so that a misspelt word of our own does not pass as a later one.
fn close_lists(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(kinds)) = members.get_mut("anyOf") {
                kinds.retain(|kind| *kind != serde_json::json!({ "type": "string" }));
            }
            if let Some(Value::Array(kinds)) = members.get_mut("oneOf") {
                kinds.retain(|kind| !later_kind(kind));
            }
            members.values_mut().for_each(close_lists);
        }
        Value::Array(items) => items.iter_mut().for_each(close_lists),
        _ => {}
    }
}

fn later_kind(kind: &Value) -> bool {
    let properties = kind.get("properties").and_then(Value::as_object);
    properties.is_some_and(|members| members.values().any(|member| member.get("not").is_some()))
}

fn check(schema: &Validator, document: &impl serde::Serialize, what: &str) {
    let document = serde_json::to_value(document).unwrap();
    let faults: Vec<_> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}\n{document:#}");
}

// clauses: DOC-1 ERR-1
#[test]
fn events_summaries_records_and_errors_of_every_card_follow_their_schemas() {
    let [event, summary, record, error, capabilities] =
        ["event", "summary", "record", "error", "capabilities"]
            .map(|name| schema(&format!("{name}.schema.json")));
    let scripts = [
        Script { scope: Scope::FullWithPrescriptions, ..Script::default() },
        Script { identity: Identity::Pin, pin: "9999", ..Script::default() },
        Script { consent: Consent::Refused, ..Script::default() },
    ];
    let mut kinds = std::collections::BTreeSet::new();
    let cards: Vec<_> = Listing::all().unwrap().into_iter().map(|card| card.id).collect();
    assert!(cards.len() >= 18);
    for card in &cards {
        let stage = Stage::new(Some(card));
        for script in scripts {
            let outcome = script.play(&stage.case()).unwrap();
            check(
                &capabilities,
                &stage.session(DoorKind::C, LogBook::default()).unwrap().capabilities().unwrap(),
                card,
            );
            for told in &outcome.events {
                check(&event, told, card);
                kinds.insert(
                    serde_json::to_value(told).unwrap()["event"].as_str().unwrap().to_owned(),
                );
                if let EventBody::Trouble { error: trouble, .. } = &told.body {
                    check(&error, trouble, card);
                }
            }
            if let Some(found) = &outcome.summary {
                check(&summary, found, card);
            }
            if let Some(filled) = &outcome.record {
                check(&record, filled, card);
            }
        }
    }
    for kind in [
        "opened",
        "card_found",
        "card_read",
        "gate",
        "look_up_sent",
        "summary",
        "record",
        "trouble",
    ] {
        assert!(kinds.contains(kind), "{kind} was never seen");
    }
}

// clauses: DOC-1
#[test]
fn the_examples_of_the_manual_are_such_documents() {
    let manual = std::fs::read_to_string(parts().root.join("host-sdk/INTERFACE.md")).unwrap();
    let (event, record) = (schema("event.schema.json"), schema("record.schema.json"));
    let (mut events, mut fields) = (0, 0);
    for line in manual.lines().filter(|line| line.starts_with('{')) {
        let document: Value = serde_json::from_str(line).unwrap();
        if document.get("event").is_some() {
            check(&event, &document, line);
            events += 1;
        } else if document.get("trace").is_some() {
            let pack = serde_json::json!({"name": "p", "version": "1", "mapping_sha256": ""});
            let whole = serde_json::json!({ "pack": pack, "fields": [document] });
            check(&record, &whole, line);
            fields += 1;
        }
    }
    assert!(events >= 12 && fields == 1);
}

#[test]
fn the_schemas_refuse_what_is_not_such_a_document() {
    for name in ["event", "summary", "record", "error", "case-opening", "capabilities"] {
        let schema = schema(&format!("{name}.schema.json"));
        for wrong in [Value::Null, serde_json::json!({}), serde_json::json!({"event": "opened"})] {
            assert!(!schema.is_valid(&wrong), "{name} takes {wrong}");
        }
    }
    let strange = serde_json::json!({"sequence": 1, "at": "", "event": "opend", "drill": true});
    assert!(!schema("event.schema.json").is_valid(&strange), "a misspelt kind");
    let code = serde_json::to_value(mynaq_host_sdk::Error::new(ErrorCode::Panic)).unwrap();
    assert!(schema("error.schema.json").is_valid(&code));
}
