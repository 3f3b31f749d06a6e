//! JSON Schemas of every document that crosses.

use serde_json::Value;

use crate::{CaseOpening, Error, Event, Record, Summary};

/// The file name and schema of each document.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("case-opening.schema.json", schemars::schema_for!(CaseOpening).into()),
        ("error.schema.json", schemars::schema_for!(Error).into()),
        ("event.schema.json", schemars::schema_for!(Event).into()),
        ("record.schema.json", schemars::schema_for!(Record).into()),
        ("summary.schema.json", schemars::schema_for!(Summary).into()),
    ]
}

/// A schema as it stands in its file.
pub fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schemas_are_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        for (name, schema) in all() {
            let published = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert_eq!(
                published,
                text(&schema),
                "{name} is stale: run `cargo run -p mynaq-cli -- schemas`"
            );
        }
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), all().len(), "a file nobody writes");
    }
}
