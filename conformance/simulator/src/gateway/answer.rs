//! What the gateway says to a request.

use time::Date;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::history::{self, Source};
use super::request::{Fault, Pattern, Request};
use super::viewings::Outcome;
use super::xml::{self, Xml};
use crate::day;
use crate::error::Error;
use crate::people::{Person, Registration};
use crate::pki::Marking;
use crate::world::World;

/// An answer before it is written.
pub(super) struct Answer<'a> {
    institution: &'a str,
    identifier: &'a str,
    said: Said<'a>,
    /// What the log of viewings says; a malformed request is none.
    pub(super) seen: Option<Seen>,
}

/// About whom a well-formed request was, and what came of it.
pub(super) struct Seen {
    pub(super) person: Option<&'static Person>,
    pub(super) outcome: Outcome,
}

enum Said<'a> {
    /// Not done, with a code.
    Refused { code: &'static str, message: String },
    /// Done, about this many people.
    Found { people: Vec<Listed<'a>>, validity: &'static str, notice: Option<String> },
    /// Done, with everything that is asked.
    Told { person: &'a Person, pattern: Pattern },
}

/// One person of the result list.
struct Listed<'a> {
    person: &'a Person,
    address: &'a str,
}

impl<'a> Answer<'a> {
    /// The answer to something that is not a request.
    pub(super) fn to_fault(fault: &'a Fault) -> Answer<'a> {
        Answer {
            institution: &fault.institution,
            identifier: &fault.identifier,
            said: malformed(&fault.element, &fault.what),
            seen: None,
        }
    }

    /// The answer to a request. A certificate that is not the one that was issued makes it
    /// malformed.
    ///
    /// # Errors
    /// Only when a key could not be made.
    pub(super) fn to_request(world: &World, request: &'a Request) -> Result<Answer<'a>, Error> {
        let answer = |said, seen| Answer {
            institution: &request.institution,
            identifier: &request.identifier,
            said,
            seen,
        };
        let element = "MessageBody/UserCertificate";
        let Ok(certificate) = Certificate::from_der(&request.certificate) else {
            return Ok(answer(malformed(element, "is not a certificate"), None));
        };
        let Some(person) = find(world, &certificate)? else {
            let message = "この利用者証明用電子証明書の持ち主は登録されていません。".into();
            let seen = Seen { person: None, outcome: Outcome::Unknown };
            return Ok(answer(Said::Refused { code: "SIM-UNKNOWN", message }, Some(seen)));
        };
        if world.certificate(&person.id)? != request.certificate {
            let what = "is not the certificate that was issued with this serial number";
            return Ok(answer(malformed(element, what), None));
        }
        let (said, outcome) = about(person, request.pattern, world.today());
        Ok(answer(said, Some(Seen { person: Some(person), outcome })))
    }

    /// The answer's bytes.
    pub(super) fn write(&self, world: &World, now: OffsetDateTime) -> Vec<u8> {
        xml::document(|xml, character_code| {
            xml.nest("XmlMsg", |xml| {
                xml.nest("MessageHeader", |xml| self.header(xml, now, character_code));
                xml.nest("MessageBody", |xml| self.body(xml, world.today()));
            });
        })
    }

    fn header(&self, xml: &mut Xml, now: OffsetDateTime, character_code: &str) {
        let day = day::compact(now.date());
        let (hour, minute, second) = now.to_hms();
        xml.leaf("ProcessExecutionTime", &format!("{day}{hour:02}{minute:02}{second:02}"));
        xml.leaf("QualificationConfirmationDate", &day);
        xml.leaf("MedicalInstitutionCode", self.institution);
        xml.leaf("ArbitraryFileIdentifier", self.identifier);
        let (segment, code, message) = match &self.said {
            Said::Refused { code, message } => ("9", *code, message.as_str()),
            Said::Found { notice: Some(notice), .. } => ("1", "SIM-NOTICE", notice.as_str()),
            Said::Found { notice: None, .. } | Said::Told { .. } => ("1", "", ""),
        };
        xml.leaf("SegmentOfResult", segment);
        xml.leaf("ErrorCode", code);
        xml.leaf("ErrorMessage", message);
        xml.leaf("CharacterCodeIdentifier", character_code);
    }

    fn body(&self, xml: &mut Xml, today: Date) {
        match &self.said {
            Said::Refused { .. } => xml.leaf("ProcessingResultStatus", "2"),
            Said::Found { people, validity, .. } => result_list(xml, people, validity, today),
            Said::Told { person, pattern } => {
                let listed = Listed { person, address: &person.address };
                result_list(xml, &[listed], "1", today);
                history::write(xml, person, Source::Claims, *pattern, today);
                history::write(xml, person, Source::Dispensed, *pattern, today);
                if *pattern == Pattern::FullWithPrescriptions {
                    history::write(xml, person, Source::Prescribed, *pattern, today);
                }
                checkups(xml, person, today);
            }
        }
    }
}

/// Whom a certificate belongs to: by its issuer and serial number, like the real one.
fn find(world: &World, certificate: &Certificate) -> Result<Option<&'static Person>, Error> {
    let tbs = &certificate.tbs_certificate;
    if tbs.issuer != Marking::Simulated.issuer()? {
        return Ok(None);
    }
    let serial = tbs.serial_number.as_bytes();
    Ok(world.people().iter().find(|person| person.serial() == serial))
}

fn about(person: &Person, pattern: Pattern, today: Date) -> (Said<'_>, Outcome) {
    match person.registration {
        Registration::None => {
            let people = Vec::new();
            (Said::Found { people, validity: "4", notice: None }, Outcome::NotRegistered)
        }
        Registration::Twice => {
            let first = Listed { person, address: &person.address };
            let second = Listed { person, address: "模擬県双子市そっくり町２－２" };
            let said = Said::Found { people: vec![first, second], validity: "5", notice: None };
            (said, Outcome::Several)
        }
        Registration::OptedOut => {
            let message = "本人の申出により、救急時の医療情報閲覧は停止されています。".into();
            (Said::Refused { code: "SIM-OPTOUT", message }, Outcome::OptedOut)
        }
        Registration::Once => {
            let (_, expires) = person.certificate_days(today);
            if expires >= today {
                return (Said::Told { person, pattern }, Outcome::Answered);
            }
            // Eligibility lasts to the end of the third month after the one of expiry.
            if today > day::month_end_after(expires, 3) {
                let message = "利用者証明用電子証明書の有効期限が切れています。".into();
                return (Said::Refused { code: "SIM-EXPIRED", message }, Outcome::Expired);
            }
            let listed = Listed { person, address: &person.address };
            let notice = "電子証明書の有効期限が切れているため、資格情報のみを提供します。\
                          医療情報は提供されません。"
                .into();
            let said = Said::Found { people: vec![listed], validity: "1", notice: Some(notice) };
            (said, Outcome::Notice)
        }
    }
}

fn malformed<'a>(element: &str, what: &str) -> Said<'a> {
    Said::Refused {
        code: "SIM-REQUEST", message: format!("要求が不正です: {element} {what}")
    }
}

fn result_list(xml: &mut Xml, people: &[Listed<'_>], validity: &str, today: Date) {
    xml.leaf("ProcessingResultStatus", "1");
    xml.leaf("QualificationValidity", validity);
    xml.nest("ResultList", |xml| {
        for Listed { person, address } in people {
            xml.nest("ResultOfQualificationConfirmation", |xml| {
                xml.leaf("Name", &person.name);
                xml.leaf("NameKana", &person.kana);
                xml.leaf("Sex1", person.sex.code());
                xml.leaf("Birthdate", &day::compact(person.birth_date(today)));
                xml.leaf("Address", address);
                xml.leaf("PostNumber", &person.post_number);
            });
        }
    });
}

fn checkups(xml: &mut Xml, person: &Person, today: Date) {
    let days = person.checkups.iter().map(|checkup| day::days_before(today, checkup.days_ago));
    let told: Vec<Date> = days.filter(|day| *day >= history::five_years(today)).collect();
    if told.is_empty() {
        xml.nest("SpecificHealthCheckupInfo", |_| ());
    }
    for day in told {
        xml.nest("SpecificHealthCheckupInfo", |xml| xml.leaf("EffectiveTime", &day::compact(day)));
    }
}
