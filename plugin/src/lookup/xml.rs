//! Reading XML of a server that may be hostile: no DTD, no entities but the five, bounded depth
//! and size.

use mynaq_interface::{Error, ErrorCode};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use zeroize::Zeroizing;

const DEEPEST: usize = 32;
const MOST_ELEMENTS: usize = 100_000;
/// No element has as much text directly in it.
const LONGEST_TEXT: usize = 64 * 1024;

/// An element: its local name, the text directly in it, the elements in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    text: Zeroizing<String>,
    children: Vec<Element>,
}

/// How much of a document there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Beginning,
}

impl Element {
    /// Reads a document; the result is its root element.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes, Extent::Whole)
    }

    /// Reads the beginning of a document, cut behind the end of an element: what is open there ends
    /// there.
    pub(crate) fn parse_beginning(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes, Extent::Beginning)
    }

    fn read(bytes: &[u8], extent: Extent) -> Result<Self, Error> {
        let text = decode(bytes)?;
        let mut reader = Reader::from_str(&text);
        // The first element is a holder; the document's root becomes its child.
        let mut open = vec![Element::default()];
        let mut elements = 0;
        loop {
            let position = reader.buffer_position();
            let event = reader.read_event().map_err(|_| malformed(position, "not well-formed"))?;
            if let Event::Start(_) | Event::Empty(_) = event {
                elements += 1;
                if elements > MOST_ELEMENTS || open.len() > DEEPEST {
                    return Err(malformed(position, "too large or too deep"));
                }
            }
            match event {
                Event::Start(start) => open.push(Element::named(start.local_name().as_ref())),
                Event::Empty(start) => {
                    let element = Element::named(start.local_name().as_ref());
                    last(&mut open).children.push(element);
                }
                Event::End(_) => {
                    // quick-xml has checked that an element is open and has this name.
                    if let Some(mut element) = open.pop() {
                        // Most have one or two elements in them, and room for four.
                        element.children.shrink_to_fit();
                        last(&mut open).children.push(element);
                    }
                }
                Event::Text(text) => last(&mut open).say(&text.xml10_content(), position)?,
                Event::CData(text) => last(&mut open).say(&text.xml10_content(), position)?,
                Event::GeneralRef(reference) => {
                    let element = last(&mut open);
                    match reference.resolve_char_ref() {
                        Ok(Some(character)) => element.text.push(character),
                        Ok(None) => match resolve_xml_entity(&reference.into_inner()) {
                            Some(text) => element.text.push_str(text),
                            None => return Err(malformed(position, "an unknown entity")),
                        },
                        Err(_) => return Err(malformed(position, "a bad character reference")),
                    }
                }
                Event::DocType(_) => return Err(malformed(position, "a document type")),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        while extent == Extent::Beginning && open.len() > 1 {
            if let Some(element) = open.pop() {
                last(&mut open).children.push(element);
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut holder), true) if holder.children.len() == 1 => {
                holder.children.pop().ok_or_else(|| malformed(0, "no element"))
            }
            _ => Err(malformed(text.len() as u64, "not one whole document")),
        }
    }

    fn say(&mut self, text: &str, position: u64) -> Result<(), Error> {
        if self.text.len() + text.len() > LONGEST_TEXT {
            return Err(malformed(position, "too long a text"));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn named(name: &str) -> Self {
        Element { name: name.to_owned(), ..Element::default() }
    }

    /// Elements directly in this one, by name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of this name directly in this one.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Elements directly in this one.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Element> {
        self.children.iter()
    }

    /// The text of a child, trimmed; none when it is absent or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.child(name)?.own_text()
    }

    /// The text directly in this one, trimmed; none when there is none.
    pub(crate) fn own_text(&self) -> Option<&str> {
        let text = self.text.trim_matches([' ', '\t', '\r', '\n']);
        (!text.is_empty()).then_some(text)
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.children.iter().all(Element::is_empty) && self.own_text().is_none()
    }

    /// Removes a prefix from the names of everything below, where they carry it.
    pub(crate) fn strip_prefix(&mut self, prefix: &str) {
        for child in &mut self.children {
            if let Some(bare) = child.name.strip_prefix(prefix).map(str::to_owned) {
                child.name = bare;
            }
            child.strip_prefix(prefix);
        }
    }

    /// Takes the elements of this name out.
    pub(crate) fn take(&mut self, name: &str) -> Vec<Element> {
        self.children.extract_if(.., |child| child.name == name).collect()
    }
}

fn last(open: &mut [Element]) -> &mut Element {
    // The holder stays open until the end: quick-xml refuses an end tag that closes nothing.
    let deepest = open.len() - 1;
    &mut open[deepest]
}

/// The XML declaration decides; without one the text must be UTF-8 (XML 1.0, 4.3.3). Where it is plainly
/// wrong nothing is shown: garbled names would look like names.
fn decode(bytes: &[u8]) -> Result<Zeroizing<String>, Error> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let encoding = encoding(bytes)?;
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| unreadable(format_args!("the answer is not {}", encoding.name())))?;
    if encoding == encoding_rs::SHIFT_JIS && is_japanese_utf_8(bytes) {
        return Err(unreadable(format_args!("the answer is UTF-8 and says that it is Shift_JIS")));
    }
    Ok(Zeroizing::new(text.into_owned()))
}

fn encoding(bytes: &[u8]) -> Result<&'static encoding_rs::Encoding, Error> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(unreadable(format_args!("the answer is UTF-16")));
    }
    let Some(declaration) = bytes.strip_prefix(b"<?xml") else { return Ok(encoding_rs::UTF_8) };
    let declaration = declaration.split(|&byte| byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    let Some((_, rest)) = declaration.split_once("encoding") else { return Ok(encoding_rs::UTF_8) };
    let name = rest.split(['"', '\'']).nth(1).unwrap_or_default();
    match name {
        "utf-8" | "utf8" => Ok(encoding_rs::UTF_8),
        "shift_jis" | "shift-jis" | "sjis" | "windows-31j" | "cp932" | "ms932" => {
            Ok(encoding_rs::SHIFT_JIS)
        }
        _ => Err(unreadable(format_args!("the answer declares an encoding that is not known"))),
    }
}

/// Text in Shift_JIS is hardly ever UTF-8 by chance, and never with Japanese letters in it.
fn is_japanese_utf_8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| text.chars().any(|letter| matches!(letter, '\u{3040}'..='\u{9FFF}')))
}

fn unreadable(what: std::fmt::Arguments<'_>) -> Error {
    Error::new(ErrorCode::GatewayUnreadable).detail(what)
}

fn malformed(position: u64, what: &str) -> Error {
    Error::new(ErrorCode::GatewayUnreadable).detail(format_args!("{what} at byte {position}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(document: &[u8]) -> String {
        Element::parse(document).unwrap_err().technical().unwrap().to_owned()
    }

    #[test]
    fn text_in_shift_jis_and_utf_8_reads_the_same() {
        let body = "<A><B> 山田&amp;太郎&#x2460; </B><C/></A>";
        let utf_8 = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}");
        let mut shift_jis = b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><A><B> ".to_vec();
        shift_jis.extend(b"\x8E\x52\x93\x63&amp;\x91\xBE\x98\x59&#x2460; </B><C/></A>");
        for document in [utf_8.as_bytes(), &shift_jis] {
            let element = Element::parse(document).unwrap();
            assert_eq!(element.text("B"), Some("山田&太郎①"));
            assert_eq!((element.text("C"), element.child("C").is_some()), (None, true));
        }
    }

    #[test]
    fn hostile_documents_are_refused() {
        assert!(refused(b"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>").contains("document type"));
        assert!(refused(b"<a>&x;</a>").contains("unknown entity"));
        assert!(refused("<a>".repeat(100).as_bytes()).contains("too deep"));
        let many = format!("<a>{}</a>", "<b/>".repeat(MOST_ELEMENTS));
        assert!(refused(many.as_bytes()).contains("too large"));
    }

    #[test]
    fn text_in_another_encoding_than_it_says_is_not_shown() {
        let declared =
            |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><A>山田</A>");
        assert!(Element::parse(declared("UTF-8").as_bytes()).is_ok());
        // These bytes decode as Shift_JIS, to letters nobody wrote.
        assert!(refused(declared("Shift_JIS").as_bytes()).contains("says that it is Shift_JIS"));
        assert!(refused(declared("EUC-JP").as_bytes()).contains("not known"));
        assert!(refused(b"\xFF\xFE<\0A\0/\0>\0").contains("UTF-16"));
        // Half-width kana alone may look like UTF-8, and are Shift_JIS.
        let mut kana = b"<?xml version='1.0' encoding='Shift_JIS'?><A>".to_vec();
        kana.extend(b"\xC3\xB1</A>");
        let element = Element::parse(&kana).unwrap();
        assert_eq!(&*element.text, "ﾃｱ");
    }

    #[test]
    fn half_a_document_is_none() {
        for document in ["", "<a>", "<a></b>", "</a>", "<a/><b/>", "text", "<a/></a>"] {
            assert!(Element::parse(document.as_bytes()).is_err(), "{document}");
        }
        assert!(
            refused(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\xFF\xFF</a>")
                .contains("Shift_JIS")
        );
    }
}
