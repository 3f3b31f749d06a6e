//! Every document that crosses follows its published schema: a host in another language has nothing
//! else to go by.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jsonschema::Validator;
use mynaq_conformance::{Script, Stage, parts};
use mynaq_host_sdk::{Consent, ErrorCode, EventBody, Identity, Scope};
use mynaq_simulator::Listing;
use serde_json::Value;

fn schema(name: &str) -> Validator {
    let path = parts().root.join("host-sdk/schema").join(name);
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn check(schema: &Validator, document: &impl serde::Serialize, what: &str) {
    let document = serde_json::to_value(document).unwrap();
    let faults: Vec<_> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}\n{document:#}");
}

#[test]
fn events_summaries_records_and_errors_of_every_card_follow_their_schemas() {
    let [event, summary, record, error] =
        ["event", "summary", "record", "error"].map(|name| schema(&format!("{name}.schema.json")));
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

#[test]
fn the_schemas_refuse_what_is_not_such_a_document() {
    for name in ["event", "summary", "record", "error", "case-opening"] {
        let schema = schema(&format!("{name}.schema.json"));
        for wrong in [Value::Null, serde_json::json!({}), serde_json::json!({"event": "opened"})] {
            assert!(!schema.is_valid(&wrong), "{name} takes {wrong}");
        }
    }
    let code = serde_json::to_value(mynaq_host_sdk::Error::new(ErrorCode::Panic)).unwrap();
    assert!(schema("error.schema.json").is_valid(&code));
}
