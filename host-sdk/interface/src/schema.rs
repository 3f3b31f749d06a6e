//! JSON Schemas of every document that crosses.

use schemars::Schema;
use serde_json::{Value, json};

use crate::{Capabilities, CaseOpening, Error, Event, LogIn, Observation, Record, Summary};

/// The file name and schema of each document.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("capabilities.schema.json", schemars::schema_for!(Capabilities).into()),
        ("case-opening.schema.json", schemars::schema_for!(CaseOpening).into()),
        ("error.schema.json", schemars::schema_for!(Error).into()),
        ("event.schema.json", schemars::schema_for!(Event).into()),
        ("log-in.schema.json", schemars::schema_for!(LogIn).into()),
        ("observation.schema.json", schemars::schema_for!(Observation).into()),
        ("record.schema.json", schemars::schema_for!(Record).into()),
        ("summary.schema.json", schemars::schema_for!(Summary).into()),
    ]
}

/// A schema as it stands in its file.
pub fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// Opens a list of words: later minor versions may add some (INTERFACE.md, VER), so a reader
/// that checks documents must not refuse them.
pub(crate) fn open_words(schema: &mut Schema) {
    let Some(known) = schema.remove("oneOf").or_else(|| schema.remove("enum")) else { return };
    let known = match known {
        Value::Array(words) if words.iter().all(Value::is_string) => json!({ "enum": words }),
        described => json!({ "oneOf": described }),
    };
    schema.remove("type");
    schema.insert("anyOf".into(), json!([known, { "type": "string" }]));
}

/// Opens a list of objects told apart by a tag: later minor versions may add kinds.
pub(crate) fn open_tagged(schema: &mut Schema) {
    let Some(Value::Array(mut kinds)) = schema.remove("oneOf") else { return };
    let tag_of = |kind: &Value| -> Option<(String, Value)> {
        let properties = kind.get("properties")?.as_object()?;
        properties
            .iter()
            .find_map(|(name, value)| Some((name.clone(), value.get("const")?.clone())))
    };
    let tags: Vec<_> = kinds.iter().filter_map(tag_of).collect();
    let Some((tag, _)) = tags.first().cloned() else { return };
    let known: Vec<_> = tags.into_iter().map(|(_, word)| word).collect();
    kinds.push(json!({
        "description": "A kind of a later minor version: ignore it.",
        "type": "object",
        "properties": { tag.as_str(): { "type": "string", "not": { "enum": known } } },
        "required": [tag],
    }));
    schema.insert("oneOf".into(), kinds.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schemas_are_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        for (name, schema) in all() {
            let published = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            let stale = format!("{name} is stale: run `cargo run -p mynaq-cli -- schemas`");
            assert!(published == text(&schema), "{stale}");
        }
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), all().len(), "a file nobody writes");
    }
}
