//! Everything this plugin assumes about the emergency message, and nowhere else.
//! `ASSUMPTIONS.md` beside this file says what is published and what is assumed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mynaq_interface::{ClaimDate, Error, ErrorCode, Factor, Institution, Patient, Sex, Source};
use zeroize::Zeroizing;

use super::xml::Element;
use crate::gate::Viewing;

/// The request, in Shift_JIS (it holds nothing but ASCII).
pub(super) fn request(facility: &str, viewing: &Viewing) -> Zeroizing<Vec<u8>> {
    let factors = factors(&viewing.crew().factors);
    let certificate = Zeroizing::new(BASE64.encode(viewing.card().der()));
    Zeroizing::new(
        format!(
            "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\r\n\
             <XmlMsg><MessageHeader>\
             <MedicalInstitutionCode>{facility}</MedicalInstitutionCode>\
             <ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>\
             <ReferenceClassification>1</ReferenceClassification>\
             </MessageHeader><MessageBody>\
             <ConsentClassification>{consent}</ConsentClassification>\
             <MedicalTreatmentFlag>{treatment}</MedicalTreatmentFlag>\
             <InformationRequestPattern>{pattern}</InformationRequestPattern>\
             <EmergencyViewingRight>{right}</EmergencyViewingRight>{factors}\
             <UserCertificate>{certificate}</UserCertificate>\
             </MessageBody></XmlMsg>",
            identifier = viewing.request(),
            consent = viewing.consent_class(),
            treatment = viewing.treatment_class(),
            pattern = viewing.request_pattern(),
            right = viewing.viewing_right(),
            certificate = certificate.as_str(),
        )
        .into_bytes(),
    )
}

/// The first two factors of the viewer's log-in that are of different kinds: the kind (OQSCD041) and
/// the way (OQSCD042) of each. Nothing where nobody had to log in.
fn factors(proved: &[Factor]) -> String {
    let Some(first) = proved.first() else { return String::new() };
    let second = proved.iter().find(|factor| factor.kind() != first.kind());
    let element = |number: u8, factor: &Factor| {
        let (kind, way) = (factor.kind().code(), factor.method_code());
        format!(
            "<AuthenticationFactor{number}>{kind}</AuthenticationFactor{number}>\
             <AuthenticationMethod{number}>{way}</AuthenticationMethod{number}>"
        )
    };
    element(1, first) + &second.map(|factor| element(2, factor)).unwrap_or_default()
}

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
    pub(super) checkups: Option<Vec<ClaimDate>>,
}

/// What one institution reported for one month.
#[derive(Debug)]
pub(super) struct Month {
    pub(super) source: Source,
    pub(super) treated_at: Option<Institution>,
    pub(super) prescribed_at: Option<Institution>,
    pub(super) month: Option<ClaimDate>,
    pub(super) inpatient: Option<bool>,
    pub(super) days: Vec<Day>,
}

/// One day of it. The day may be unknown.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) date: Option<ClaimDate>,
    pub(super) drugs: Vec<Drug>,
    pub(super) acts: Vec<Act>,
}

#[derive(Debug)]
pub(super) struct Drug {
    pub(super) name: String,
    pub(super) ingredient: Option<String>,
    pub(super) code: Option<String>,
    pub(super) quantity: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) usage: Option<String>,
    pub(super) times: Option<String>,
}

#[derive(Debug)]
pub(super) struct Act {
    pub(super) kind: ActKind,
    pub(super) name: String,
    pub(super) code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActKind {
    Surgery,
    Dialysis,
    Treatment,
}

impl Answer {
    /// Whose data is coming, once the beginning of an answer says so.
    pub(super) fn first_part(_so_far: &[u8], _identifier: &str) -> Option<Patient> {
        None
    }

    /// Reads an answer to the request of this identifier.
    pub(super) fn read(bytes: &[u8], identifier: &str) -> Result<Self, Error> {
        let mut root = Element::parse(bytes)?;
        let mut take = |name: &str| root.take(name).into_iter().next().ok_or_else(|| missing(name));
        let header = take("MessageHeader")?;
        if header.text("ArbitraryFileIdentifier") != Some(identifier) {
            return Err(ErrorCode::GatewayMismatch.into());
        }
        let segment = header.text("SegmentOfResult").ok_or_else(|| missing("SegmentOfResult"))?;
        if segment != "1" {
            return Ok(Answer::Refused(refusal(&header, segment)));
        }
        let body = take("MessageBody")?;
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
                let patient = patient(person);
                let notice = header.text("ErrorMessage").map(str::to_owned);
                Ok(Answer::Found(Box::new(found(patient, notice, body))))
            }
        }
    }
}

fn found(patient: Patient, notice: Option<String>, mut body: Element) -> Found {
    let claims = body.take("MeTrMonthInf");
    let dispensing = prescriptions(&mut body, "CzDiInf", "Cz", "DiMonthInf");
    let prescribing = prescriptions(&mut body, "ShPrInf", "Sh", "PrMonthInf");
    let checkups = body.take("SpecificHealthCheckupInfo");
    Found {
        patient,
        notice,
        claims: months(claims, Source::Claim),
        dispensing: dispensing.and_then(|found| months(found, Source::Dispensing)),
        prescribing: prescribing.and_then(|found| months(found, Source::Prescribing)),
        checkups: (!checkups.is_empty()).then(|| {
            checkups.iter().filter_map(|checkup| date(checkup, "EffectiveTime")).collect()
        }),
    }
}

/// The months of an e-prescription section, its prefix taken off every name below. An empty section
/// gives one empty month, so that it counts as asked.
fn prescriptions(
    body: &mut Element,
    section: &str,
    prefix: &str,
    month: &str,
) -> Option<Vec<Element>> {
    let mut sections = body.take(section);
    if sections.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    for section in &mut sections {
        section.strip_prefix(prefix);
        found.extend(section.take(month));
    }
    if found.is_empty() {
        found.push(Element::default());
    }
    Some(found)
}

/// None for no element at all: not asked. Empty elements hold no month.
fn months(elements: Vec<Element>, source: Source) -> Option<Vec<Month>> {
    if elements.is_empty() {
        return None;
    }
    Some(
        elements
            .iter()
            .map(|element| month(element, source))
            .filter(|month| !month.is_empty())
            .collect(),
    )
}

impl Month {
    fn is_empty(&self) -> bool {
        self.treated_at.is_none() && self.prescribed_at.is_none() && self.days.is_empty()
    }
}

fn month(element: &Element, source: Source) -> Month {
    let days = element
        .child("DiDateInfs")
        .into_iter()
        .flat_map(|days| days.all("DiDateInf"))
        .map(|day| Day {
            date: date(day, "DiDate").or_else(|| date(day, "PrDate")),
            drugs: nested(day, "DrugInfs", "DrugInf").filter_map(drug).collect(),
            acts: nested(day, "MeTrInfs", "MeTrInf").filter_map(act).collect(),
        })
        .collect();
    Month {
        source,
        treated_at: institution(element, "MeTrDiHNm", "MeTrDiHCd"),
        prescribed_at: institution(element, "PrlsHNm", "PrlsHCd"),
        month: date(element, "MeTrMonth"),
        inpatient: match element.text("InOut") {
            Some("1") => Some(true),
            Some("2") => Some(false),
            _ => None,
        },
        days,
    }
}

fn nested<'a>(
    element: &'a Element,
    list: &'a str,
    item: &'a str,
) -> impl Iterator<Item = &'a Element> {
    element.child(list).into_iter().flat_map(move |list| list.all(item))
}

fn drug(element: &Element) -> Option<Drug> {
    let text = |name| element.text(name).map(str::to_owned);
    Some(Drug {
        name: text("DrugN")?,
        ingredient: text("IngreN"),
        code: text("DrugC"),
        quantity: text("Qua1"),
        unit: text("Unit"),
        usage: text("UsageN"),
        times: text("Times"),
    })
}

fn act(element: &Element) -> Option<Act> {
    let name = element.text("SinInfN")?.to_owned();
    let kind = if name.contains("人工腎臓") || name.contains("透析") {
        ActKind::Dialysis
    } else if element
        .text("MeTrIdCl")
        .is_some_and(|class| class.len() == 2 && class.starts_with('5'))
    {
        ActKind::Surgery
    } else {
        ActKind::Treatment
    };
    Some(Act { kind, name, code: element.text("SinInfCd").map(str::to_owned) })
}

/// Public sources spell one idea three ways; all are read.
fn patient(person: &Element) -> Patient {
    let any = |names: &[&str]| names.iter().find_map(|name| person.text(name)).map(str::to_owned);
    Patient {
        name: any(&["Name"]),
        name_kana: any(&["NameKana", "KanaName", "KanasName"]),
        birth_date: any(&["Birthdate", "Birth", "Birthday"])
            .and_then(|text| ClaimDate::parse(&text)),
        sex: match any(&["Sex1", "AdmGendCode", "AdministrativeGenderCode"]).as_deref() {
            Some("1") => Sex::Male,
            Some("2") => Sex::Female,
            _ => Sex::NotStated,
        },
        address: any(&["Address"]),
    }
}

fn institution(element: &Element, name: &str, code: &str) -> Option<Institution> {
    let name = element.text(name)?.to_owned();
    Some(Institution { name, code: element.text(code).map(str::to_owned) })
}

fn date(element: &Element, name: &str) -> Option<ClaimDate> {
    ClaimDate::parse(element.text(name)?)
}

/// OQSCD003: 1 done; 2 still working, 9 (or, in another source, 3) failed.
fn refusal(header: &Element, segment: &str) -> Error {
    let code = header.text("ErrorCode").unwrap_or("-");
    Error::new(match code {
        "SIM-OPTOUT" => ErrorCode::GatewayOptedOut,
        "SIM-EXPIRED" => ErrorCode::GatewayExpired,
        "SIM-UNKNOWN" => ErrorCode::GatewayNotRegistered,
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

fn missing(name: &str) -> Error {
    Error::new(ErrorCode::GatewayUnreadable).detail(format_args!("the answer has no {name}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(header: &str, body: &str) -> Result<Answer, Error> {
        let document = format!(
            "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>{header}\
             </MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>"
        );
        Answer::read(document.as_bytes(), "MQ1")
    }

    const DONE: &str = "<SegmentOfResult>1</SegmentOfResult>";
    const PERSON: &str = "<ResultOfQualificationConfirmation><Name>模擬　太郎</Name></ResultOfQualificationConfirmation>";

    fn refused(header: &str, body: &str) -> ErrorCode {
        match answer(header, body).unwrap() {
            Answer::Refused(error) => error.code(),
            Answer::Found(_) => panic!("found"),
        }
    }

    fn found(sections: &str) -> Found {
        let body = format!(
            "<ProcessingResultStatus>1</ProcessingResultStatus>\
             <ResultList>{PERSON}</ResultList>{sections}"
        );
        match answer(DONE, &body).unwrap() {
            Answer::Found(found) => *found,
            Answer::Refused(error) => panic!("{error}"),
        }
    }

    #[test]
    fn an_answer_to_another_request_is_thrown_away() {
        let error = Answer::read(
            b"<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ2</ArbitraryFileIdentifier></MessageHeader></XmlMsg>",
            "MQ1",
        );
        assert_eq!(error.unwrap_err().code(), ErrorCode::GatewayMismatch);
    }

    #[test]
    fn nobody_several_and_refusals_are_told_apart() {
        let status = "<ProcessingResultStatus>1</ProcessingResultStatus>";
        let two = format!("{status}<ResultList>{PERSON}{PERSON}</ResultList>");
        let five = format!("{status}<QualificationValidity>5</QualificationValidity>");
        assert_eq!(refused(DONE, &two), ErrorCode::GatewayAmbiguous);
        assert_eq!(refused(DONE, &five), ErrorCode::GatewayAmbiguous);
        assert_eq!(refused(DONE, status), ErrorCode::GatewayNotRegistered);
        for segment in ["9", "3", "2"] {
            let header = format!(
                "<SegmentOfResult>{segment}</SegmentOfResult><ErrorCode>SIM-OPTOUT</ErrorCode>"
            );
            assert_eq!(refused(&header, ""), ErrorCode::GatewayOptedOut);
        }
    }

    #[test]
    fn absent_and_empty_sections_are_different() {
        let absent = found("");
        assert!(
            absent.claims.is_none() && absent.dispensing.is_none() && absent.checkups.is_none()
        );
        let empty = found("<MeTrMonthInf/><CzDiInf/><SpecificHealthCheckupInfo/>");
        assert!(empty.claims.unwrap().is_empty());
        assert!(empty.dispensing.unwrap().is_empty());
        assert!(empty.checkups.unwrap().is_empty());
    }

    #[test]
    fn prefixed_and_bare_names_read_the_same() {
        for (open, name, close) in [("Cz", "Cz", "Cz"), ("", "", "")] {
            let section = format!(
                "<CzDiInf><{open}DiMonthInf><{name}MeTrDiHNm>模擬薬局</{name}MeTrDiHNm>\
                 <{name}DiDateInfs><{name}DiDateInf><{name}DiDate>20261005</{name}DiDate>\
                 <{name}DrugInfs><{name}DrugInf><{name}DrugN>薬</{name}DrugN></{name}DrugInf></{name}DrugInfs>\
                 </{name}DiDateInf></{name}DiDateInfs></{close}DiMonthInf></CzDiInf>"
            );
            let months = found(&section).dispensing.unwrap();
            assert_eq!(months[0].treated_at.as_ref().unwrap().name, "模擬薬局");
            assert_eq!(months[0].days[0].drugs[0].name, "薬");
            assert_eq!(months[0].days[0].date, ClaimDate::parse("20261005"));
        }
    }

    #[test]
    fn acts_are_told_apart() {
        let kind = |name: &str, class: &str| {
            let xml =
                format!("<MeTrInf><SinInfN>{name}</SinInfN><MeTrIdCl>{class}</MeTrIdCl></MeTrInf>");
            act(&Element::parse(xml.as_bytes()).unwrap()).unwrap().kind
        };
        assert_eq!(kind("人工腎臓（慢性維持透析１）", "40"), ActKind::Dialysis);
        assert_eq!(kind("水晶体再建術", "50"), ActKind::Surgery);
        assert_eq!(kind("創傷処置", "40"), ActKind::Treatment);
    }

    proptest! {
        /// Whatever a server sends is an answer or an error; what is shown is for this request.
        #[test]
        fn no_answer_of_a_server_panics(
            at in any::<prop::sample::Index>(),
            with in prop::collection::vec(any::<u8>(), 0..8),
            cut in 0..40usize,
        ) {
            let mut document = format!(
                "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>MQ1</ArbitraryFileIdentifier>{DONE}\
                 </MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>\
                 <ResultList>{PERSON}</ResultList><MeTrMonthInf><MeTrMonth>202610</MeTrMonth>\
                 <DiDateInfs><DiDateInf><DrugInfs><DrugInf><DrugN>x</DrugN></DrugInf></DrugInfs>\
                 </DiDateInf></DiDateInfs></MeTrMonthInf><CzDiInf/></MessageBody></XmlMsg>"
            ).into_bytes();
            let start = at.index(document.len());
            document.splice(start..(start + cut).min(document.len()), with);
            if let Ok(Answer::Found(found)) = Answer::read(&document, "MQ1") {
                prop_assert!(String::from_utf8_lossy(&document).contains("MQ1"));
                prop_assert!(found.claims.is_none_or(|months| months.len() <= 1));
            }
        }
    }
}
