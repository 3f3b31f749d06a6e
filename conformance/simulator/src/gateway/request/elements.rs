//! From bytes to elements, as far as the document is one.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::gateway::encoding;

/// Element name (without `XmlMsg`) to content.
pub(super) type Elements = BTreeMap<String, String>;

/// An element and what is wrong with it.
pub(super) type Wrong = (String, String);

pub(super) fn wrong(element: &str, what: &str) -> Wrong {
    (element.into(), what.into())
}

/// Reads every element, as far as the document is well-formed.
pub(super) fn collect(bytes: &[u8], known: &[&str], elements: &mut Elements) -> Result<(), Wrong> {
    let text = encoding::from_shift_jis(bytes).map_err(|what| wrong("XmlMsg", what))?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut content = String::new();
    let mut sections = BTreeSet::new();
    let (mut begun, mut done) = (false, false);
    loop {
        let here = || if path.is_empty() { "XmlMsg".to_owned() } else { path.join("/") };
        let event = reader.read_event().map_err(|error| wrong(&here(), &error.to_string()))?;
        match event {
            Event::Decl(_) if begun => return Err(wrong(&here(), "holds a second declaration")),
            Event::Decl(_) => begun = true,
            Event::Comment(_) => {}
            Event::Start(_) if done => return Err(wrong("XmlMsg", "is followed by more")),
            Event::Start(start) => {
                path.push(name(&start, &here())?);
                enter(&path, known)?;
                if path.len() == 2 && !sections.insert(path[1].clone()) {
                    return Err(wrong(&path[1], "is there twice"));
                }
                content.clear();
            }
            Event::End(_) => {
                if path.len() == 3
                    && elements.insert(path[1..].join("/"), content.clone()).is_some()
                {
                    return Err(wrong(&path[1..].join("/"), "is there twice"));
                }
                content.clear();
                path.pop();
                done = path.is_empty();
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                if path.len() != 3 && !text.trim_ascii().is_empty() {
                    return Err(wrong(&here(), "holds text where only elements may be"));
                }
                content.push_str(&text);
            }
            Event::GeneralRef(_) if path.len() != 3 => {
                return Err(wrong(&here(), "holds text where only elements may be"));
            }
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(letter)) => content.push(letter),
                _ => content.push(predefined(&reference.xml10_content(), &here())?),
            },
            Event::Eof if done => return Ok(()),
            Event::Eof => return Err(wrong(&here(), "is not closed")),
            Event::CData(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {
                return Err(wrong(&here(), "holds what a request may not: only elements and text"));
            }
        }
    }
}

fn name(start: &BytesStart<'_>, parent: &str) -> Result<String, Wrong> {
    if start.attributes().next().is_some() {
        return Err(wrong(parent, "holds an element with attributes; there are none"));
    }
    let name = start.name();
    Ok(name.as_ref().to_owned())
}

fn predefined(name: &str, here: &str) -> Result<char, Wrong> {
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(wrong(here, "holds an unknown entity")),
    }
}

/// Whether an element may stand where it stands.
fn enter(path: &[String], known: &[&str]) -> Result<(), Wrong> {
    let allowed = match path {
        [root] => root == "XmlMsg",
        [_, part] => part == "MessageHeader" || part == "MessageBody",
        [_, part, element] => known.contains(&format!("{part}/{element}").as_str()),
        _ => false,
    };
    if allowed { Ok(()) } else { Err(wrong(&path.join("/"), "is not known")) }
}
