//! Reading a request, strictly: what the plugin gets wrong here must not work by luck.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml;

/// A request that says everything it must, and nothing else.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) institution: String,
    pub(super) identifier: String,
    pub(super) consent: u8,
    pub(super) pattern: Pattern,
    /// The user-authentication certificate, DER, unread.
    /// Kind and way of each factor of the viewer's log-in; none where none is named.
    pub(super) factors: Vec<(String, String)>,
    pub(super) certificate: Vec<u8>,
}

/// 情報要求パターン (OQSCD040).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Summary = 1,
    Full = 2,
    FullWithPrescriptions = 3,
}

/// Why a request is refused, and what of it the answer can still echo.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) element: String,
    pub(super) what: String,
    pub(super) institution: String,
    pub(super) identifier: String,
}

/// Element name (without `XmlMsg`) to content.
type Elements = BTreeMap<String, String>;

const INSTITUTION: &str = "MessageHeader/MedicalInstitutionCode";
const IDENTIFIER: &str = "MessageHeader/ArbitraryFileIdentifier";
const REFERENCE: &str = "MessageHeader/ReferenceClassification";
const CONSENT: &str = "MessageBody/ConsentClassification";
const TREATMENT: &str = "MessageBody/MedicalTreatmentFlag";
const PATTERN: &str = "MessageBody/InformationRequestPattern";
const RIGHT: &str = "MessageBody/EmergencyViewingRight";
const CERTIFICATE: &str = "MessageBody/UserCertificate";
/// The two factors of the viewer's log-in: the kind of each (OQSCD041) and the way (OQSCD042).
const FACTORS: [[&str; 2]; 2] = [
    ["MessageBody/AuthenticationFactor1", "MessageBody/AuthenticationMethod1"],
    ["MessageBody/AuthenticationFactor2", "MessageBody/AuthenticationMethod2"],
];
const KNOWN: [&str; 12] = [
    INSTITUTION,
    IDENTIFIER,
    REFERENCE,
    CONSENT,
    TREATMENT,
    PATTERN,
    RIGHT,
    CERTIFICATE,
    FACTORS[0][0],
    FACTORS[0][1],
    FACTORS[1][0],
    FACTORS[1][1],
];

/// The longest ArbitraryFileIdentifier.
const IDENTIFIER_LIMIT: usize = 64;

type Wrong = (String, String);

impl Request {
    pub(super) fn read(bytes: &[u8]) -> Result<Request, Fault> {
        let mut elements = Elements::new();
        collect(bytes, &mut elements).and_then(|()| Request::check(&elements)).map_err(
            |(element, what)| Fault {
                element,
                what,
                institution: elements.remove(INSTITUTION).unwrap_or_default(),
                identifier: elements.remove(IDENTIFIER).unwrap_or_default(),
            },
        )
    }

    fn check(elements: &Elements) -> Result<Request, Wrong> {
        let get = |name: &str| {
            elements.get(name).map(String::as_str).ok_or_else(|| wrong(name, "is missing"))
        };
        let institution = get(INSTITUTION)?;
        if institution.len() != 10 || !institution.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(INSTITUTION, "must have 10 digits"));
        }
        let identifier = get(IDENTIFIER)?;
        let printable = identifier.bytes().all(|byte| byte.is_ascii_graphic());
        if identifier.is_empty() || identifier.len() > IDENTIFIER_LIMIT || !printable {
            return Err(wrong(IDENTIFIER, "must have 1 to 64 printable ASCII characters"));
        }
        one_of(get(REFERENCE)?, REFERENCE, &[("1", ())])?;
        let consent = one_of(get(CONSENT)?, CONSENT, &[("1", 1), ("3", 3)])?;
        one_of(get(TREATMENT)?, TREATMENT, &[("4", ())])?;
        let pattern = one_of(
            get(PATTERN)?,
            PATTERN,
            &[("1", Pattern::Summary), ("2", Pattern::Full), ("3", Pattern::FullWithPrescriptions)],
        )?;
        one_of(get(RIGHT)?, RIGHT, &[("1", ())])?;
        let factors = factors(elements)?;
        let text: String =
            get(CERTIFICATE)?.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        let certificate =
            STANDARD.decode(text).map_err(|error| wrong(CERTIFICATE, &error.to_string()))?;
        if certificate.is_empty() {
            return Err(wrong(CERTIFICATE, "is empty"));
        }
        let (institution, identifier) = (institution.to_owned(), identifier.to_owned());
        Ok(Request { institution, identifier, consent, pattern, factors, certificate })
    }
}

/// The factors that are named, one or two, each with a way that its kind has; two of one kind are
/// not two factors.
fn factors(elements: &Elements) -> Result<Vec<(String, String)>, Wrong> {
    let mut named: Vec<(String, String)> = Vec::new();
    for [kind_name, way_name] in FACTORS {
        let (kind, way) = match (elements.get(kind_name), elements.get(way_name)) {
            (Some(kind), Some(way)) => (kind, way),
            (None, None) => continue,
            (None, Some(_)) => return Err(wrong(kind_name, "is missing beside its method")),
            (Some(_), None) => return Err(wrong(way_name, "is missing beside its factor")),
        };
        let last = one_of(kind, kind_name, &[("1", 3), ("2", 5), ("3", 3)])?;
        let known = (1..=last).any(|number| *way == format!("{number:02}"));
        if !known {
            return Err(wrong(way_name, &format!("must be 01 to 0{last} for factor {kind}")));
        }
        if named.iter().any(|(other, _)| other == kind) {
            return Err(wrong(kind_name, "must differ from the first"));
        }
        named.push((kind.clone(), way.clone()));
    }
    Ok(named)
}

fn one_of<T: Copy>(text: &str, element: &str, allowed: &[(&str, T)]) -> Result<T, Wrong> {
    let found = allowed.iter().find(|(code, _)| *code == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let codes: Vec<&str> = allowed.iter().map(|(code, _)| *code).collect();
        wrong(element, &format!("must be {}", codes.join(" or ")))
    })
}

fn wrong(element: &str, what: &str) -> Wrong {
    (element.into(), what.into())
}

/// Reads every element, as far as the document is well-formed.
fn collect(bytes: &[u8], elements: &mut Elements) -> Result<(), Wrong> {
    let text = xml::from_shift_jis(bytes).map_err(|what| wrong("XmlMsg", what))?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut content = String::new();
    let mut done = false;
    loop {
        let here = || if path.is_empty() { "XmlMsg".to_owned() } else { path.join("/") };
        let event = reader.read_event().map_err(|error| wrong(&here(), &error.to_string()))?;
        match event {
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Start(_) if done => return Err(wrong("XmlMsg", "is followed by more")),
            Event::Start(start) => {
                path.push(name(&start, &here())?);
                enter(&path)?;
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
            Event::Text(text) => content.push_str(&text.xml10_content()),
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
fn enter(path: &[String]) -> Result<(), Wrong> {
    let allowed = match path {
        [root] => root == "XmlMsg",
        [_, part] => part == "MessageHeader" || part == "MessageBody",
        [_, part, element] => KNOWN.contains(&format!("{part}/{element}").as_str()),
        _ => false,
    };
    if allowed { Ok(()) } else { Err(wrong(&path.join("/"), "is not known")) }
}
