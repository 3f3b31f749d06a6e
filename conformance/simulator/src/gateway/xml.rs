//! Writing answers, and bytes to text and back.

use std::fmt::Write;

use encoding_rs::{EncoderResult, SHIFT_JIS};
use quick_xml::escape::partial_escape;

/// An XML document under construction, one element a line.
pub(super) struct Xml {
    text: String,
    open: Vec<String>,
}

impl Xml {
    /// Writes an element that has others inside; without any it is written `<Name/>`.
    pub(super) fn nest(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        let start = self.text.len();
        self.line(&format!("<{name}>"));
        let empty = self.text.len();
        self.open.push(name.to_owned());
        inside(self);
        self.open.pop();
        if self.text.len() == empty {
            self.text.truncate(start);
            self.line(&format!("<{name}/>"));
        } else {
            self.line(&format!("</{name}>"));
        }
    }

    /// Writes an element that holds text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        let line = format!("<{name}>{}</{name}>", partial_escape(text));
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        // Tabs and CRLF, as the files of the national system have.
        let _ = write!(self.text, "{:\t<1$}{line}\r\n", "", self.open.len());
    }

    fn declared(self, encoding: &str) -> String {
        let text = self.text;
        format!("<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"no\"?>\r\n{text}")
    }
}

/// A document's bytes: Shift_JIS, unless a character in it needs UTF-8. `write` is told the
/// CharacterCodeIdentifier that goes with the encoding.
pub(super) fn document(write: impl Fn(&mut Xml, &str)) -> Vec<u8> {
    let written = |identifier, encoding| {
        let mut xml = Xml { text: String::new(), open: Vec::new() };
        write(&mut xml, identifier);
        xml.declared(encoding)
    };
    to_shift_jis(&written("2", "Shift_JIS")).unwrap_or_else(|| written("1", "UTF-8").into_bytes())
}

fn to_shift_jis(text: &str) -> Option<Vec<u8>> {
    let mut encoder = SHIFT_JIS.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut bytes = vec![0; room];
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(text, &mut bytes, true);
    bytes.truncate(written);
    (result == EncoderResult::InputEmpty).then_some(bytes)
}

/// Text of a document that declares Shift_JIS. The error says what is wrong with the encoding.
pub(super) fn from_shift_jis(bytes: &[u8]) -> Result<String, &'static str> {
    let declaration = bytes.split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    let declares = ["\"shift_jis\"", "'shift_jis'"].iter().any(|name| declaration.contains(name));
    if !declaration.starts_with("<?xml") || !declares {
        return Err("the document must begin with a declaration of Shift_JIS");
    }
    SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
        .ok_or("the document is not Shift_JIS, although it says so")
}
