//! Everything this plugin assumes about the emergency message, and nowhere else.
//! `ASSUMPTIONS.md` in the room above says what is published and what is assumed.
//!
//! `request` what is asked · `person` whom an answer is about · `months` claims and e-prescriptions ·
//! `records` what hospitals share · `unread` what nobody can read · `dates` in every way they are written.

mod dates;
mod months;
mod person;
mod records;
mod request;
mod unread;

use mynaq_interface::{ClaimDate, Error, ErrorCode, Institution, Patient, Source};

pub(super) use self::months::{Act, ActKind, Drug, Month};
use self::months::{claims, prescriptions};
use self::person::patient;
pub(super) use self::records::{Item, Part, Records};
pub(super) use self::request::request;
use self::unread::Unread;
use super::xml::Element;

/// Header and person are shorter than this by far.
const LONGEST_BEGINNING: usize = 64 * 1024;

/// An answer, checked to belong to the request.
#[derive(Debug)]
pub(super) enum Answer {
    /// One person was found.
    Found(Box<Found>),
    /// There is nothing to show, and this is why.
    Refused(Error),
}

/// What an answer holds about the one person found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) patient: Patient,
    pub(super) notice: Option<String>,
    /// None where the element is absent: not asked, or not given.
    pub(super) claims: Option<Vec<Month>>,
    pub(super) dispensing: Option<Vec<Month>>,
    pub(super) prescribing: Option<Vec<Month>>,
    /// None for a checkup whose day cannot be read.
    pub(super) checkups: Option<Vec<Option<ClaimDate>>>,
    pub(super) records: Records,
    pub(super) unread: Unread,
}

impl Answer {
    /// Whose data is coming, once the beginning of an answer says so: it is for this request, done, and
    /// valid for one person. It stands at the beginning, or is not looked for.
    pub(super) fn first_part(so_far: &[u8], identifier: &str) -> Option<Patient> {
        const END: &[u8] = b"</ResultList>";
        let so_far = &so_far[..so_far.len().min(LONGEST_BEGINNING)];
        // `<` is no second byte of Shift_JIS.
        let end = so_far.windows(END.len()).position(|window| window == END)? + END.len();
        let beginning = Element::parse_beginning(&so_far[..end]).ok()?;
        // What is only said behind the list could still take it back.
        beginning.child("MessageBody")?.text("QualificationValidity")?;
        match Self::of(beginning, identifier) {
            Ok(Answer::Found(found)) => Some(found.patient),
            Ok(Answer::Refused(_)) | Err(_) => None,
        }
    }

    /// Reads an answer to the request of this identifier.
    pub(super) fn read(bytes: &[u8], identifier: &str) -> Result<Self, Error> {
        Self::of(Element::parse(bytes)?, identifier)
    }

    fn of(mut root: Element, identifier: &str) -> Result<Self, Error> {
        let mut take = |name: &str| match root.take(name).as_mut_slice() {
            [] => Err(missing(name)),
            [one] => Ok(std::mem::take(one)),
            _ => Err(twice(name)),
        };
        let header = take("MessageHeader")?;
        once(&header, &["ArbitraryFileIdentifier", "SegmentOfResult", "ErrorCode"])?;
        if header.text("ArbitraryFileIdentifier") != Some(identifier) {
            return Err(ErrorCode::GatewayMismatch.into());
        }
        let segment = header.text("SegmentOfResult").ok_or_else(|| missing("SegmentOfResult"))?;
        if segment != "1" {
            return Ok(Answer::Refused(refusal(&header, segment)));
        }
        let body = take("MessageBody")?;
        once(&body, &["ProcessingResultStatus", "QualificationValidity", "ResultList"])?;
        match body.text("ProcessingResultStatus") {
            Some("1") => {}
            other => {
                return Ok(Answer::Refused(Error::new(ErrorCode::GatewayFault).detail(
                    format_args!("ProcessingResultStatus {}", code_only(other.unwrap_or("-"))),
                )));
            }
        }
        let people: Vec<&Element> = body
            .child("ResultList")
            .map(|list| list.all("ResultOfQualificationConfirmation").collect())
            .unwrap_or_default();
        match (body.text("QualificationValidity"), people.as_slice()) {
            (Some("5"), _) | (_, [_, _, ..]) => {
                Ok(Answer::Refused(ErrorCode::GatewayAmbiguous.into()))
            }
            (Some("4"), _) | (_, []) => Ok(Answer::Refused(ErrorCode::GatewayNotRegistered.into())),
            (_, [person]) => {
                let patient = patient(person)?;
                let notice = header.text("ErrorMessage").map(str::to_owned);
                Ok(Answer::Found(Box::new(found(patient, notice, body))))
            }
        }
    }
}

fn found(patient: Patient, notice: Option<String>, mut body: Element) -> Found {
    let mut unread = Unread::default();
    let claims = claims(&mut body, &mut unread);
    let dispensing = ["CzDiInf", "Cz", "DiMonthInf"];
    let dispensing = prescriptions(&mut body, dispensing, Source::Dispensing, &mut unread);
    let prescribing = ["ShPrInf", "Sh", "PrMonthInf"];
    let prescribing = prescriptions(&mut body, prescribing, Source::Prescribing, &mut unread);
    let checkups = body.take("SpecificHealthCheckupInfo");
    let records = Records::read(&body, &mut unread);
    let known = [&["ResultList"], &records::PARTS[..]].concat();
    unread.beside(&body, &known, "message");
    Found {
        patient,
        notice,
        claims,
        dispensing,
        prescribing,
        checkups: (!checkups.is_empty()).then(|| {
            let told = checkups.iter().filter(|checkup| checkup.text("EffectiveTime").is_some());
            told.map(|checkup| date(checkup, "EffectiveTime")).collect()
        }),
        records,
        unread,
    }
}

fn institution(element: &Element, name: &str, code: &str) -> Option<Institution> {
    let code = owned(element, code);
    Some(Institution { name: owned(element, name).or_else(|| code.clone())?, code })
}

fn date(element: &Element, name: &str) -> Option<ClaimDate> {
    dates::read(element.text(name)?)
}

/// The text of a child; of several of one name, all of it.
fn owned(element: &Element, name: &str) -> Option<String> {
    let texts: Vec<_> = element.all(name).filter_map(Element::own_text).collect();
    (!texts.is_empty()).then(|| texts.join("／"))
}

/// OQSCD003: 1 done; 2 still working, which asking again finds done; anything else (9, in another
/// source 3) failed.
fn refusal(header: &Element, segment: &str) -> Error {
    let code = header.text("ErrorCode").unwrap_or("-");
    Error::new(match (code, segment) {
        ("SIM-OPTOUT", _) => ErrorCode::GatewayOptedOut,
        ("SIM-EXPIRED", _) => ErrorCode::GatewayExpired,
        ("SIM-UNKNOWN", _) => ErrorCode::GatewayNotRegistered,
        (_, "2") => ErrorCode::GatewayBusy,
        _ => ErrorCode::GatewayFault,
    })
    .detail(format_args!(
        "SegmentOfResult {} ErrorCode {}",
        code_only(segment),
        code_only(code)
    ))
}

/// A code is short and plain; anything else a server puts there is not passed into a log.
fn code_only(code: &str) -> &str {
    let plain =
        code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { code } else { "(not a code)" }
}

/// What decides is not chosen from two.
fn once(element: &Element, names: &[&str]) -> Result<(), Error> {
    names.iter().try_for_each(|name| one_of(element, &[name]).map(drop))
}

/// The text of the one child that has one of these names.
fn one_of<'a>(element: &'a Element, names: &[&str]) -> Result<Option<&'a str>, Error> {
    let mut found = element.children().filter(|child| names.contains(&&*child.name));
    let first = found.next();
    match found.next() {
        Some(second) => Err(twice(&second.name)),
        None => Ok(first.and_then(Element::own_text)),
    }
}

/// Only of elements that are known by name: what a server calls its own is not passed into a log.
fn twice(name: &str) -> Error {
    Error::new(ErrorCode::GatewayUnreadable)
        .detail(format_args!("the answer has {name} more than once"))
}

fn missing(name: &str) -> Error {
    Error::new(ErrorCode::GatewayUnreadable).detail(format_args!("the answer has no {name}"))
}

#[cfg(test)]
mod tests;
