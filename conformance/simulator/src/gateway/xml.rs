//! Writing elements.

use std::fmt::Write;

use quick_xml::escape::partial_escape;

/// An XML document under construction, one element a line, without its declaration.
#[derive(Default)]
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

    /// What was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, line: &str) {
        // Tabs and CRLF, as the files of the national system have.
        let _ = write!(self.text, "{:\t<1$}{line}\r\n", "", self.open.len());
    }
}
