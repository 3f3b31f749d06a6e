//! HTML in which nothing but our own words can be markup: whatever else is added is text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};

use super::notation::{Piece, pieces};
use super::printed::Printed;
use super::text::Texts;

/// The style sheet. It stands in the page, and the page allows no other.
const STYLE: &str = include_str!("paper.css");

/// A paper being written.
pub(super) struct Paper {
    html: String,
    tag: &'static str,
    furigana: bool,
}

impl Paper {
    pub(super) fn begin(texts: &Texts, furigana: bool) -> Self {
        let mut paper = Paper { html: String::with_capacity(16 * 1024), tag: texts.tag, furigana };
        paper.markup("<!DOCTYPE html>\n<html lang=\"");
        paper.markup(texts.tag);
        // The style sheet leaves room between its lines.
        paper.markup(if furigana { "\" class=\"furigana" } else { "" });
        paper.markup("\">\n<head>\n<meta charset=\"utf-8\" />\n");
        // Nothing is loaded, nothing runs, nothing is sent; the style sheet is this one.
        paper.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
        paper.markup("base-uri 'none'; form-action 'none'; style-src 'sha256-");
        paper.text(&BASE64.encode(digest(&SHA256, STYLE.as_bytes())));
        paper.markup("'\" />\n<title>");
        paper.plain(texts.title);
        paper.markup("</title>\n<style>");
        paper.markup(STYLE);
        paper.markup("</style>\n</head>\n<body>\n<main>\n");
        paper
    }

    pub(super) fn end(mut self) -> String {
        self.markup("</main>\n</body>\n</html>\n");
        self.html
    }

    /// Markup. What comes from a configuration lives too short to get in here.
    pub(super) fn markup(&mut self, markup: &'static str) {
        self.html.push_str(markup);
    }

    /// A text in our notation, in the language of the page.
    pub(super) fn words(&mut self, text: &str) {
        for piece in pieces(text) {
            match piece {
                Piece::Plain(text) => self.text(text),
                Piece::Read { word, reading } => self.read(word, reading),
                Piece::Japanese(text) => self.in_japanese(|paper| paper.text(text)),
            }
        }
    }

    /// A Japanese text in our notation.
    pub(super) fn japanese(&mut self, text: &str) {
        self.in_japanese(|paper| paper.words(text));
    }

    /// A line of the table.
    pub(super) fn row(&mut self, label: &str, text: impl FnOnce(&mut Self)) {
        self.markup("<div><dt>");
        self.words(label);
        self.markup("</dt><dd>");
        text(self);
        self.markup("</dd></div>\n");
    }

    /// The department's name, with its reading where readings are shown and there is one.
    pub(super) fn name(&mut self, department: &Printed) {
        let name = &department.name;
        self.isolated(|paper| match &department.name_kana {
            Some(kana) if paper.furigana => paper.read_by_word(name, kana),
            _ => paper.text(name),
        });
    }

    /// Words of the department, in Japanese and perhaps in letters that run the other way.
    pub(super) fn quoted(&mut self, text: &str) {
        self.isolated(|paper| paper.text(text));
    }

    fn read_by_word(&mut self, name: &str, kana: &str) {
        if name.split_whitespace().count() != kana.split_whitespace().count() {
            return self.read(name, kana);
        }
        for (at, (word, reading)) in
            name.split_whitespace().zip(kana.split_whitespace()).enumerate()
        {
            if at > 0 {
                self.text(" ");
            }
            self.read(word, reading);
        }
    }

    fn read(&mut self, word: &str, reading: &str) {
        if !self.furigana {
            return self.text(word);
        }
        self.markup("<ruby>");
        self.text(word);
        self.markup("<rt>");
        self.text(reading);
        self.markup("</rt></ruby>");
    }

    fn in_japanese(&mut self, text: impl FnOnce(&mut Self)) {
        if self.tag == Texts::japanese().tag {
            return text(self);
        }
        self.markup("<span lang=\"ja\">");
        text(self);
        self.markup("</span>");
    }

    fn isolated(&mut self, text: impl FnOnce(&mut Self)) {
        let japanese = self.tag == Texts::japanese().tag;
        self.markup(if japanese { "<bdi>" } else { "<bdi lang=\"ja\">" });
        text(self);
        self.markup("</bdi>");
    }

    /// A text in our notation without any marks: a title cannot hold them.
    fn plain(&mut self, text: &str) {
        for piece in pieces(text) {
            match piece {
                Piece::Plain(text) | Piece::Japanese(text) => self.text(text),
                Piece::Read { word, .. } => self.text(word),
            }
        }
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                '\'' => self.html.push_str("&#39;"),
                other => self.html.push(other),
            }
        }
    }
}
