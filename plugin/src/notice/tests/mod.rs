//! What is on the papers, read back from their HTML as a reader of XML reads it.

mod config;
mod furigana;
mod words;

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mynaq_interface::{NoticeLanguage, Reason};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use ring::digest::{SHA256, digest};
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Department, Notice, page};

const VIEWED_AT: OffsetDateTime = datetime!(2026-11-23 01:55:00 UTC);

fn sample() -> Department {
    Department {
        name: "みほん広域消防本部".into(),
        name_kana: Some("みほんこういきしょうぼうほんぶ".into()),
        contact: "きゅうきゅうか\nTel. 00-0000-0000 (8:30–17:15)\n".into(),
        url: Some("https://fire.example.jp/myna".into()),
    }
}

/// As much as a paper shows whole.
fn fullest() -> Department {
    Department {
        name: "みほん東西南北広域行政事務組合 連合消防本部".into(),
        name_kana: Some(
            "みほんとうざいなんぼくこういきぎょうせいじむくみあい れんごうしょうぼうほんぶ".into(),
        ),
        contact: ["警防部救急課情報係（平日は朝八時三十分から夕方五時十五分まで）"; 3].join("\n"),
        url: Some(format!(
            "https://www.fire.example.jp/{}",
            "kyukyu-joho/".repeat(5) + "hikitsugi"
        )),
    }
}

/// Ten thousand of everything that could break a page.
fn hostile() -> Department {
    let many = |words: &str| words.chars().cycle().take(10_000).collect::<String>();
    let markup = "</p><script>alert(1)</script>&lt;\"'{a|b}\u{202E}\u{0}\u{1B}[31m";
    // Between them the lines that take most room: letters of one width, and characters of many.
    let contact = [many("\u{FDFD}"), many("W\u{200F}"), many(markup), many("\u{2028}")];
    Department {
        name: many("\u{FDFD}防<\u{301}"),
        name_kana: Some(many("<\u{FDFD} ")),
        contact: contact.join("\r\n"),
        url: Some(many("javascript:alert('W')//")),
    }
}

fn written(
    department: &Department,
    reason: Reason,
    drill: bool,
    language: NoticeLanguage,
) -> String {
    page(&Notice { department, viewed_at: VIEWED_AT, reason, drill }, language)
}

fn sample_page(language: NoticeLanguage) -> String {
    written(&sample(), Reason::Unconscious, false, language)
}

/// A run of text on a page, and where it stands.
#[derive(Debug)]
struct Run {
    text: String,
    lang: String,
    inside: Vec<String>,
}

impl Run {
    fn is_in(&self, element: &str) -> bool {
        self.inside.iter().any(|name| name == element)
    }
}

/// Every run of text. Panics at what XML does not allow.
fn runs(html: &str) -> Vec<Run> {
    let mut reader = Reader::from_str(html);
    let mut open: Vec<(String, String)> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    loop {
        let mut said = None;
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let outer = open.last().map_or(String::new(), |(_, lang)| lang.clone());
                let lang = attribute(&start, "lang").unwrap_or(outer);
                open.push((start.name().as_ref().to_owned(), lang));
            }
            Event::End(_) => drop(open.pop().unwrap()),
            Event::Text(text) => said = Some(text.xml10_content().into_owned()),
            Event::GeneralRef(name) => {
                said = Some(match name.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => resolve_xml_entity(&name.into_inner()).unwrap().to_owned(),
                });
            }
            Event::DocType(_) | Event::Empty(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} has no place on the paper"),
        }
        let Some(text) = said else { continue };
        let inside: Vec<_> = open.iter().map(|(name, _)| name.clone()).collect();
        let lang = open.last().map_or(String::new(), |(_, lang)| lang.clone());
        match runs.last_mut() {
            Some(last) if last.inside == inside && last.lang == lang => last.text.push_str(&text),
            _ => runs.push(Run { text, lang, inside }),
        }
    }
    assert!(open.is_empty());
    runs
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .map(|attribute| attribute.unwrap())
        .find(|attribute| attribute.key.as_ref() == name)
        .map(|attribute| attribute.value.into_owned())
}

/// Every element, and the names of its attributes.
fn elements(html: &str) -> Vec<(String, Vec<String>)> {
    let mut reader = Reader::from_str(html);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let names =
                    start.attributes().map(|attribute| attribute.unwrap().key.as_ref().to_owned());
                elements.push((start.name().as_ref().to_owned(), names.collect()));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

/// What a reader sees: the body, without readings and line ends.
fn seen(html: &str) -> String {
    runs(html)
        .iter()
        .filter(|run| run.is_in("body") && !run.is_in("rt"))
        .flat_map(|run| run.text.chars())
        .filter(|&character| character != '\n')
        .collect()
}

/// A text in our notation, as it is seen.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for piece in text.split(['{', '}']) {
        plain.push_str(piece.split('|').next().unwrap());
    }
    plain
}

#[test]
fn a_page_allows_its_own_style_and_nothing_else() {
    for &language in NoticeLanguage::ALL {
        let html = sample_page(language);
        let (_, style) = html.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        let hash = BASE64.encode(digest(&SHA256, style.as_bytes()));
        let policy = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             base-uri 'none'; form-action 'none'; style-src 'sha256-{hash}'\" />"
        );
        // Before anything it should hold for.
        assert!(html.find(&policy).unwrap() < html.find("<title>").unwrap());
        assert!(!style.contains("url(") && !style.contains("@import"));
    }
}

#[test]
fn a_page_has_no_element_that_loads_runs_or_sends() {
    let harmless = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2",
        "p", "b", "strong", "dl", "div", "dt", "dd", "span", "bdi", "ruby", "rt",
    ];
    for &language in NoticeLanguage::ALL {
        for department in [sample(), fullest(), hostile()] {
            let html = written(&department, Reason::Unconscious, true, language);
            for (name, attributes) in elements(&html) {
                assert!(harmless.contains(&name.as_str()), "{name}");
                let known = ["lang", "class", "charset", "http-equiv", "content"];
                assert!(
                    attributes.iter().all(|name| known.contains(&name.as_str())),
                    "{attributes:?}"
                );
            }
        }
    }
}

/// Writes the papers that `conformance/tests/notice/run.sh` opens in a browser.
#[test]
#[ignore = "conformance/tests/notice/run.sh says where to write"]
fn the_papers_are_written_for_the_browser() {
    let folder = PathBuf::from(std::env::var_os("MYNAQ_NOTICE_PAPERS").unwrap());
    for &language in NoticeLanguage::ALL {
        for (kind, department, reason, drill) in [
            ("sample", sample(), Reason::Unconscious, false),
            ("drill", sample(), Reason::CannotCommunicate, true),
            // The longest of the reasons.
            ("fullest", fullest(), Reason::ImpairedConsciousness, true),
            ("hostile", hostile(), Reason::ImpairedConsciousness, true),
        ] {
            let file = folder.join(format!("{}.{kind}.html", language.name()));
            std::fs::write(file, written(&department, reason, drill, language)).unwrap();
        }
    }
}
