//! Whether a JSON Schema still says everything an older one said (INTERFACE.md, VER-3 and VER-4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Which way a document goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The plugin sends it: members may be added, none may go.
    Sent,
    /// The plugin takes it: optional members may be added.
    Taken,
}

/// What a newer schema no longer promises, each with its place; empty when it is a superset.
pub fn broken_promises(old: &Value, new: &Value, way: Way) -> Vec<String> {
    let mut comparison = Comparison { old, new, way, broken: Vec::new(), seen: BTreeSet::new() };
    comparison.schemas(old, new, "");
    comparison.broken
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    way: Way,
    broken: Vec<String>,
    /// Named parts compared already: schemas may refer to each other in circles.
    seen: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    fn schemas(&mut self, old: &'a Value, new: &'a Value, place: &str) {
        if let Some(name) = old.get("$ref").and_then(Value::as_str) {
            let newer = new.get("$ref").and_then(Value::as_str).unwrap_or(place);
            if !self.seen.insert(format!("{name} {newer}")) {
                return;
            }
        }
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        for keyword in [
            "type",
            "const",
            "pattern",
            "format",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "additionalProperties",
        ] {
            if old.get(keyword) != new.get(keyword) {
                self.fault(place, &format!("`{keyword}` changed"));
            }
        }
        self.members(old, new, place);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schemas(old, new, &format!("{place}[]"));
        } else if old.get("items").is_some() {
            self.fault(place, "`items` is gone");
        }
        match (List::of(self.old, old), List::of(self.new, new)) {
            (Some(before), Some(after)) => self.lists(&before, &after, place),
            (Some(_), None) => self.fault(place, "the list of words is gone"),
            (None, _) => {
                let (before, after) = (choices(old), choices(new));
                if before.len() != after.len() {
                    self.fault(place, "the alternatives changed");
                }
                for (old, new) in before.into_iter().zip(after) {
                    self.schemas(old, new, place);
                }
            }
        }
    }

    fn members(&mut self, old: &'a Value, new: &'a Value, place: &str) {
        let before = old.get("properties").and_then(Value::as_object);
        for (name, schema) in before.into_iter().flatten() {
            let place = format!("{place}.{name}");
            match new.get("properties").and_then(|members| members.get(name)) {
                Some(newer) => self.schemas(schema, newer, &place),
                None => self.fault(&place, "is gone"),
            }
        }
        let (needed, needs) = (required(old), required(new));
        let lost: Vec<_> = match self.way {
            Way::Sent => needed.difference(&needs).collect(),
            Way::Taken => needs.difference(&needed).collect(),
        };
        for name in lost {
            let what = match self.way {
                Way::Sent => "may be missing now",
                Way::Taken => "must be given now",
            };
            self.broken.push(format!("{place}.{name}: {what}"));
        }
    }

    fn lists(&mut self, old: &List<'a>, new: &List<'a>, place: &str) {
        if old.open && !new.open {
            self.fault(place, "the open list is closed");
        }
        for (word, schema) in &old.words {
            match new.words.get(word) {
                Some(newer) => self.schemas(schema, newer, &format!("{place}<{word}>")),
                None => self.fault(place, &format!("the word `{word}` is gone")),
            }
        }
        for word in new.words.keys().filter(|word| !old.words.contains_key(*word)) {
            if !old.open {
                self.fault(place, &format!("the closed list gained `{word}`"));
            }
        }
    }

    fn fault(&mut self, place: &str, what: &str) {
        self.broken
            .push(format!("{}: {what}", if place.is_empty() { "the document" } else { place }));
    }
}

/// A list of words, or of objects told apart by a word.
struct List<'a> {
    words: BTreeMap<String, &'a Value>,
    open: bool,
}

impl<'a> List<'a> {
    fn of(root: &'a Value, schema: &'a Value) -> Option<Self> {
        if let Some([known, open]) =
            schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
            && *open == json!({ "type": "string" })
        {
            return List::of(root, known).map(|list| List { open: true, ..list });
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let words = words.iter().filter_map(|word| Some((word.as_str()?.to_owned(), word)));
            // The word itself stands for its schema: there is nothing more to compare.
            return Some(List {
                words: words.map(|(word, _)| (word, &Value::Null)).collect(),
                open: false,
            });
        }
        let kinds = schema.get("oneOf")?.as_array()?;
        let mut list = List { words: BTreeMap::new(), open: false };
        for kind in kinds {
            let kind = resolve(root, kind);
            match word_of(kind) {
                Some(word) => drop(list.words.insert(word.to_owned(), kind)),
                None if is_later_kind(kind) => list.open = true,
                None => return None,
            }
        }
        Some(list)
    }
}

/// The word that tells a kind from the others.
fn word_of(kind: &Value) -> Option<&str> {
    if let Some(word) = kind.get("const") {
        return word.as_str();
    }
    let members = kind.get("properties")?.as_object()?;
    members.values().find_map(|member| member.get("const")?.as_str())
}

fn is_later_kind(kind: &Value) -> bool {
    let members = kind.get("properties").and_then(Value::as_object);
    members.is_some_and(|members| members.values().any(|member| member.get("not").is_some()))
}

fn choices(schema: &Value) -> Vec<&Value> {
    let of = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
    ["anyOf", "oneOf", "allOf"].into_iter().filter_map(of).flatten().collect()
}

fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string" },
                "kind": { "$ref": "#/$defs/Kind" },
                "state": { "oneOf": [{ "const": "open" }, { "const": "shut" }] },
                "parts": { "type": "array", "items": { "type": "integer" } },
            },
            "required": ["name", "kind"],
            "oneOf": [
                { "type": "object", "properties": { "event": { "const": "one" } } },
                { "type": "object", "properties": { "event": { "not": { "enum": ["one"] } } } },
            ],
            "$defs": {
                "Kind": { "anyOf": [{ "enum": ["round"] }, { "type": "string" }] },
            },
        })
    }

    fn changed(pointer: &str, to: Value) -> Value {
        let mut changed = schema();
        match changed.pointer_mut(pointer) {
            Some(place) => *place = to,
            None => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                changed.pointer_mut(parent).unwrap()[name] = to;
            }
        }
        changed
    }

    #[test]
    fn what_is_added_where_it_may_be_breaks_nothing() {
        for (pointer, to) in [
            ("/properties/age", json!({ "type": "integer" })),
            ("/$defs/Kind/anyOf/0/enum", json!(["round", "square"])),
            ("/required", json!(["name", "kind", "parts"])),
        ] {
            let broken = broken_promises(&schema(), &changed(pointer, to), Way::Sent);
            assert_eq!(broken, Vec::<String>::new(), "{pointer}");
        }
        let mut more = schema();
        let kinds = more["oneOf"].as_array_mut().unwrap();
        kinds.push(json!({ "type": "object", "properties": { "event": { "const": "two" } } }));
        assert_eq!(broken_promises(&schema(), &more, Way::Sent), Vec::<String>::new());
        let optional = changed("/properties/age", json!({ "type": "integer" }));
        assert_eq!(broken_promises(&schema(), &optional, Way::Taken), Vec::<String>::new());
    }

    #[test]
    fn every_breaking_change_is_named() {
        for (pointer, to, says) in [
            ("/properties/name/type", json!("integer"), ".name: `type` changed"),
            ("/properties/parts/items/type", json!("string"), ".parts[]: `type` changed"),
            ("/properties/parts", json!({ "type": "array" }), ".parts: `items` is gone"),
            ("/properties", json!({ "kind": { "$ref": "#/$defs/Kind" } }), ".name: is gone"),
            ("/required", json!(["name"]), ".kind: may be missing now"),
            ("/$defs/Kind/anyOf/0/enum", json!(["square"]), "`round` is gone"),
            ("/$defs/Kind", json!({ "enum": ["round"] }), "the open list is closed"),
            (
                "/properties/state/oneOf",
                json!([{ "const": "open" }, { "const": "shut" }, { "const": "ajar" }]),
                "the closed list gained `ajar`",
            ),
            ("/oneOf/0/properties/event/const", json!("won"), "the word `one` is gone"),
        ] {
            let broken = broken_promises(&schema(), &changed(pointer, to), Way::Sent).join("\n");
            assert!(broken.contains(says), "{pointer}: {says}: {broken}");
        }
        let needy = changed("/required", json!(["name", "kind", "parts"]));
        let broken = broken_promises(&schema(), &needy, Way::Taken).join("\n");
        assert!(broken.contains(".parts: must be given now"), "{broken}");
        for (pointer, to, says) in [
            ("/properties/name/maxLength", json!(8), ".name: `maxLength` changed"),
            ("/additionalProperties", json!(false), "`additionalProperties` changed"),
        ] {
            let broken = broken_promises(&schema(), &changed(pointer, to), Way::Taken).join("\n");
            assert!(broken.contains(says), "{pointer}: {says}: {broken}");
        }
    }
}
