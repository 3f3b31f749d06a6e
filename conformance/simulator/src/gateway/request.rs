//! Reading a request, strictly: what the plugin gets wrong here must not work by luck.

mod elements;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use elements::{Elements, Wrong, wrong};

/// A request that says everything it must, and nothing else.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) institution: String,
    pub(super) identifier: String,
    pub(super) consent: u8,
    pub(super) pattern: Pattern,
    /// Kind and way of each factor of the viewer's log-in; none where none is named.
    pub(super) factors: Vec<(String, String)>,
    /// The user-authentication certificate, DER, unread.
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

const INSTITUTION: &str = "MessageHeader/MedicalInstitutionCode";
const IDENTIFIER: &str = "MessageHeader/ArbitraryFileIdentifier";
const REFERENCE: &str = "MessageHeader/ReferenceClassification";
const CONSENT: &str = "MessageBody/ConsentClassification";
const TREATMENT: &str = "MessageBody/MedicalTreatmentFlag";
const PATTERN: &str = "MessageBody/InformationRequestPattern";
const RIGHT: &str = "MessageBody/EmergencyViewingRight";
pub(super) const CERTIFICATE: &str = "MessageBody/UserCertificate";
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

impl Fault {
    /// A fault of a request that could be read.
    pub(super) fn of(request: &Request, element: &str, what: &str) -> Self {
        Fault {
            element: element.into(),
            what: what.into(),
            institution: request.institution.clone(),
            identifier: request.identifier.clone(),
        }
    }

    /// The identifier belongs to another request.
    pub(super) fn reused(request: &Request) -> Self {
        Fault::of(request, IDENTIFIER, "was used for a request with other content")
    }
}

impl Request {
    pub(super) fn read(bytes: &[u8]) -> Result<Request, Fault> {
        let mut elements = Elements::new();
        elements::collect(bytes, &KNOWN, &mut elements)
            .and_then(|()| Request::check(&elements))
            .map_err(|(element, what)| Fault {
                element,
                what,
                institution: elements.remove(INSTITUTION).unwrap_or_default(),
                identifier: elements.remove(IDENTIFIER).unwrap_or_default(),
            })
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
        if kind_name == FACTORS[1][0] && named.is_empty() {
            return Err(wrong(FACTORS[0][0], "is missing before the second"));
        }
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
