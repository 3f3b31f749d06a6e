//! From elements to bytes: declaration, encoding, and what can be wrong with them on command.

use super::encoding::{to_shift_jis, to_shift_jis_with_dots, to_utf16};
use super::faults::{Bomb, MessageFault, Miscoding};
use super::xml::Xml;

/// A document's bytes: Shift_JIS, unless a character in it needs UTF-8. `write` is told the
/// CharacterCodeIdentifier that goes with the encoding.
pub(super) fn bytes(faults: &[MessageFault], write: impl Fn(&mut Xml, &str)) -> Vec<u8> {
    let flag = faults.iter().rev().find_map(|fault| match fault {
        MessageFault::CodeFlag(flag) => Some(flag.to_string()),
        _ => None,
    });
    let miscoding = faults.iter().rev().find_map(|fault| match fault {
        MessageFault::Miscoding(miscoding) => Some(*miscoding),
        _ => None,
    });
    let text = |identifier: &str, encoding: &str| {
        let mut xml = Xml::default();
        write(&mut xml, flag.as_deref().unwrap_or(identifier));
        let (doctype, root) = charged(xml.into_text(), faults);
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"no\"?>\r\n{doctype}{root}"
        )
    };
    let mut bytes = encoded(miscoding, text);
    for fault in faults {
        match fault {
            MessageFault::Truncated(length) => bytes.truncate(*length),
            MessageFault::Empty => bytes.clear(),
            _ => {}
        }
    }
    bytes
}

fn encoded(miscoding: Option<Miscoding>, text: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let (shift_jis, utf8) = (("2", "Shift_JIS"), ("1", "UTF-8"));
    let text = |(identifier, encoding)| text(identifier, encoding);
    match miscoding {
        None => to_shift_jis(&text(shift_jis)).unwrap_or_else(|| text(utf8).into_bytes()),
        Some(Miscoding::Utf8) => text(utf8).into_bytes(),
        Some(Miscoding::Utf16) => to_utf16(&text(("1", "UTF-16"))),
        Some(Miscoding::SaysUtf8) => to_shift_jis_with_dots(&text(utf8)),
        Some(Miscoding::SaysShiftJis) => text(shift_jis).into_bytes(),
        Some(Miscoding::BrokenShiftJis) => broken(to_shift_jis_with_dots(&text(shift_jis))),
    }
}

/// With the first byte of a character that never ends.
fn broken(mut bytes: Vec<u8>) -> Vec<u8> {
    let after = |name: &[u8]| {
        bytes.windows(name.len()).position(|window| window == name).map(|at| at + name.len())
    };
    if let Some(at) = after(b"<Name>").or_else(|| after(b"<ErrorMessage>")) {
        bytes.insert(at, 0x85);
        bytes.insert(at + 1, b' ');
    }
    bytes
}

/// The elements with their other spellings and with bombs, and the document type these need.
fn charged(mut root: String, faults: &[MessageFault]) -> (String, String) {
    let mut doctype = String::new();
    for fault in faults {
        match fault {
            MessageFault::Spelling(spelling) => {
                let (usual, other) = spelling.names();
                root = root
                    .replace(&format!("<{usual}>"), &format!("<{other}>"))
                    .replace(&format!("</{usual}>"), &format!("</{other}>"));
            }
            MessageFault::Bomb(Bomb::BillionLaughs) => {
                doctype = laughs();
                root = root.replacen("<ErrorMessage>", "<ErrorMessage>&ha9;", 1);
            }
            MessageFault::Bomb(Bomb::ExternalEntity) => {
                let entity = "<!ENTITY file SYSTEM \"file:///etc/hosts\">";
                doctype = format!("<!DOCTYPE XmlMsg [{entity}]>\r\n");
                root = root.replacen("<ErrorMessage>", "<ErrorMessage>&file;", 1);
            }
            MessageFault::Bomb(Bomb::Deep(levels)) => {
                let levels = *levels as usize;
                let deep = "<Deep>".repeat(levels) + &"</Deep>".repeat(levels);
                root = at_the_end(&root, &deep);
            }
            MessageFault::Bomb(Bomb::Flood(elements)) => {
                root = at_the_end(&root, &"<MeTrMonthInf/>".repeat(*elements as usize));
            }
            _ => {}
        }
    }
    (doctype, root)
}

fn at_the_end(root: &str, more: &str) -> String {
    let end = "</MessageBody>";
    // An empty body is written short.
    let root = root.replacen("<MessageBody/>", "<MessageBody></MessageBody>", 1);
    root.replacen(end, &format!("{more}{end}"), 1)
}

/// Nine times ten times what was before, from three letters on.
fn laughs() -> String {
    let mut entities = String::from("<!ENTITY ha0 \"ha!\">");
    for level in 1..=9 {
        let ten = format!("&ha{};", level - 1).repeat(10);
        entities += &format!("<!ENTITY ha{level} \"{ten}\">");
    }
    format!("<!DOCTYPE XmlMsg [{entities}]>\r\n")
}
