//! The notice (傷病者用説明書): the paper for somebody who was viewed without consent.
//!
//! ```text
//! page ─ text      what it says, one file a language
//!      ─ notation  how readings and Japanese words are marked there
//!      ─ moment    when, as each language writes it
//!      ─ printed   what of the department's own words goes on the paper
//!      ─ paper     HTML in which nothing but our own words can be markup
//! ```
//!
//! It holds nothing of the patient: no name, nothing of the card, nothing medical, no incident. The
//! wording is ours (`ASSUMPTIONS.md`); `README.md` shows the papers.

mod moment;
mod notation;
mod paper;
mod printed;
mod text;

#[cfg(test)]
mod tests;

use mynaq_interface::{NoticeLanguage, Reason};
use time::OffsetDateTime;

use self::moment::Moment;
use self::paper::Paper;
use self::printed::Printed;
use self::text::{PAPER, Row, Texts};

/// What the paper is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice<'a> {
    pub(crate) department: &'a Department,
    /// Shown in Japan's time.
    pub(crate) viewed_at: OffsetDateTime,
    /// Why there was no consent.
    pub(crate) reason: Reason,
    pub(crate) drill: bool,
}

/// Who answers for the viewing, in the department's own words.
#[derive(Debug, Clone)]
pub(crate) struct Department {
    /// One line.
    pub(crate) name: String,
    /// How the name is read. Where both have the same number of words, each word has its own reading.
    pub(crate) name_kana: Option<String>,
    /// Up to three lines: an office, a telephone, its hours.
    pub(crate) contact: String,
    /// Shown as text, not as a link.
    pub(crate) url: Option<String>,
}

/// A part of a [`Department`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Name,
    NameKana,
    Contact,
    Url,
}

impl Department {
    /// The first part that the paper would not show as it is written: it is empty, longer than there
    /// is room for, or holds characters that cannot be seen. The paper marks a cut with `…`.
    pub(crate) fn unfit(&self) -> Option<Part> {
        Printed::of(self).unfit
    }
}

/// The paper: one page of A4, ready to print, an HTML file that needs nothing else.
///
/// It is written so that it is XML too.
pub(crate) fn page(notice: &Notice<'_>, language: NoticeLanguage) -> String {
    let texts = Texts::of(language);
    let department = Printed::of(notice.department);
    let mut paper = Paper::begin(texts, language == NoticeLanguage::JapaneseFurigana);
    if notice.drill {
        paper.markup("<p class=\"drill\"><strong>");
        paper.japanese("{訓練|くんれん}");
        paper.markup(" <span lang=\"en\">DRILL</span></strong> ");
        paper.words(texts.drill);
        paper.markup("</p>\n");
    }
    headings(&mut paper, texts);
    paper.markup("<dl>\n");
    paper.row(texts.when, |paper| {
        paper.words(&Moment::in_japan(notice.viewed_at).written(texts.clock));
    });
    paper.row(texts.who, |paper| {
        let [before, after] = texts.crew;
        paper.words(before);
        paper.name(&department);
        paper.words(after);
    });
    paper.row(texts.why, |paper| paper.words(texts.reasons.of(notice.reason)));
    for Row { label, text } in [&texts.rule, &texts.purpose, &texts.other, &texts.questions] {
        paper.row(label, |paper| paper.words(text));
    }
    paper.markup("</dl>\n");
    contact(&mut paper, texts, &department);
    paper.end()
}

fn headings(paper: &mut Paper, texts: &Texts) {
    let japanese = Texts::japanese();
    let foreign = texts.tag != japanese.tag;
    paper.markup("<header>\n<p class=\"paper\"><b>");
    if foreign {
        paper.words(texts.to);
        paper.markup("</b> <b>");
        paper.japanese(PAPER);
    } else {
        paper.words(PAPER);
        paper.markup("</b> <b>");
        paper.words(texts.to);
    }
    paper.markup("</b></p>\n<h1>");
    paper.words(texts.title);
    paper.markup("</h1>\n");
    if foreign {
        paper.markup("<p class=\"title\">");
        paper.japanese(japanese.title);
        paper.markup("</p>\n");
    }
    paper.markup("<p class=\"lead\">");
    paper.words(texts.lead);
    paper.markup("</p>\n</header>\n");
}

fn contact(paper: &mut Paper, texts: &Texts, department: &Printed) {
    paper.markup("<section>\n<h2>");
    paper.words(texts.contact);
    paper.markup("</h2>\n<p class=\"name\">");
    paper.name(department);
    paper.markup("</p>\n");
    for line in department.contact.iter().chain(&department.url) {
        paper.markup("<p>");
        paper.quoted(line);
        paper.markup("</p>\n");
    }
    paper.markup("</section>\n");
}
