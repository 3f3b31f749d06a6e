//! What the gateway says to a request.

use std::borrow::Cow;

use time::Date;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::document;
use super::faults::MessageFault;
use super::history::{self, Source};
use super::records;
use super::request::{CERTIFICATE, Fault, Pattern, Request};
use super::viewings::Outcome;
use super::xml::Xml;
use crate::day;
use crate::error::Error;
use crate::people::{Person, Registration};
use crate::pki::Marking;
use crate::world::World;

/// An answer before it is written.
pub(super) struct Answer<'a> {
    institution: &'a str,
    pub(super) identifier: Cow<'a, str>,
    pub(super) said: Said<'a>,
    /// About whom it is, if about anybody.
    pub(super) person: Option<&'a Person>,
    /// What the log of viewings says.
    pub(super) outcome: Outcome,
}

pub(super) enum Said<'a> {
    /// Not done, with a segment of result and a code.
    NotDone { segment: &'static str, code: &'static str, message: String },
    /// Done, about this many people, with nothing else.
    Found { people: Vec<Listed<'a>>, validity: &'static str, notice: Option<String> },
    /// Done, with everything that is asked; nobody but the person should be in the list.
    Told { person: &'a Person, others: Vec<Listed<'a>>, pattern: Pattern, notice: Option<String> },
}

/// One person of the result list.
pub(super) struct Listed<'a> {
    person: &'a Person,
    address: &'a str,
}

impl<'a> Listed<'a> {
    pub(super) fn of(person: &'a Person) -> Self {
        Listed { person, address: &person.address }
    }
}

impl<'a> Answer<'a> {
    /// The answer to something that is not a request.
    pub(super) fn to_fault(fault: &'a Fault) -> Answer<'a> {
        let message = format!("要求が不正です: {} {}", fault.element, fault.what);
        Answer {
            institution: &fault.institution,
            identifier: Cow::Borrowed(&fault.identifier),
            said: Said::NotDone { segment: "9", code: "SIM-REQUEST", message },
            person: None,
            outcome: Outcome::Failed,
        }
    }

    /// The answer to a request; a certificate that is not the one that was issued makes it none.
    ///
    /// # Errors
    /// Only when a key could not be made.
    pub(super) fn to_request(
        world: &'a World,
        request: &'a Request,
    ) -> Result<Result<Answer<'a>, Fault>, Error> {
        let answer = |said, person, outcome| Answer {
            institution: &request.institution,
            identifier: Cow::Borrowed(&request.identifier),
            said,
            person,
            outcome,
        };
        let Ok(certificate) = Certificate::from_der(&request.certificate) else {
            return Ok(Err(Fault::of(request, CERTIFICATE, "is not a certificate")));
        };
        let Some(person) = find(world, &certificate)? else {
            let message = "この利用者証明用電子証明書の持ち主は登録されていません。".into();
            let said = Said::NotDone { segment: "9", code: "SIM-UNKNOWN", message };
            return Ok(Ok(answer(said, None, Outcome::Unknown)));
        };
        if world.certificate(&person.id)? != request.certificate {
            let what = "is not the certificate that was issued with this serial number";
            return Ok(Err(Fault::of(request, CERTIFICATE, what)));
        }
        let (said, outcome) = about(person, request.pattern, world.today());
        Ok(Ok(answer(said, Some(person), outcome)))
    }

    /// The answer's bytes, with the faults of how it is written.
    pub(super) fn write(
        &self,
        world: &World,
        now: OffsetDateTime,
        faults: &[MessageFault],
    ) -> Vec<u8> {
        document::bytes(faults, |xml, character_code| {
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
        xml.leaf("ArbitraryFileIdentifier", &self.identifier);
        let (segment, code, message) = match &self.said {
            Said::NotDone { segment, code, message } => (*segment, *code, message.as_str()),
            Said::Found { notice, .. } | Said::Told { notice, .. } => match notice {
                Some(notice) => ("1", "SIM-NOTICE", notice.as_str()),
                None => ("1", "", ""),
            },
        };
        xml.leaf("SegmentOfResult", segment);
        xml.leaf("ErrorCode", code);
        xml.leaf("ErrorMessage", message);
        xml.leaf("CharacterCodeIdentifier", character_code);
    }

    fn body(&self, xml: &mut Xml, today: Date) {
        match &self.said {
            // There is no result yet, not even a bad one.
            Said::NotDone { segment: "2", .. } => {}
            Said::NotDone { .. } => xml.leaf("ProcessingResultStatus", "2"),
            Said::Found { people, validity, .. } => {
                result_list(xml, people.iter(), validity, today);
            }
            Said::Told { person, others, pattern, .. } => {
                let listed = Listed::of(person);
                result_list(xml, std::iter::once(&listed).chain(others), "1", today);
                history::write(xml, person, Source::Claims, *pattern, today);
                history::write(xml, person, Source::Dispensed, *pattern, today);
                if *pattern == Pattern::FullWithPrescriptions {
                    history::write(xml, person, Source::Prescribed, *pattern, today);
                }
                checkups(xml, person, today);
                if *pattern != Pattern::Summary {
                    records::write(xml, person, today);
                }
            }
        }
    }
}

/// Whom a certificate belongs to: by its issuer and serial number, like the real one.
fn find<'a>(world: &'a World, certificate: &Certificate) -> Result<Option<&'a Person>, Error> {
    let tbs = &certificate.tbs_certificate;
    if tbs.issuer != Marking::Simulated.issuer()? {
        return Ok(None);
    }
    Ok(world.person_of_serial(tbs.serial_number.as_bytes()))
}

fn about(person: &Person, pattern: Pattern, today: Date) -> (Said<'_>, Outcome) {
    match person.registration {
        Registration::None => {
            let people = Vec::new();
            (Said::Found { people, validity: "4", notice: None }, Outcome::NotRegistered)
        }
        Registration::Twice => {
            let first = Listed::of(person);
            let second = Listed { person, address: "模擬県双子市そっくり町２－２" };
            let said = Said::Found { people: vec![first, second], validity: "5", notice: None };
            (said, Outcome::Several)
        }
        Registration::OptedOut => {
            let message = "本人の申出により、救急時の医療情報閲覧は停止されています。".into();
            (Said::NotDone { segment: "9", code: "SIM-OPTOUT", message }, Outcome::OptedOut)
        }
        Registration::Once => {
            let (_, expires) = person.certificate_days(today);
            if expires >= today {
                let said = Said::Told { person, others: Vec::new(), pattern, notice: None };
                return (said, Outcome::Answered);
            }
            // Eligibility lasts to the end of the third month after the one of expiry.
            if today > day::month_end_after(expires, 3) {
                let message = "利用者証明用電子証明書の有効期限が切れています。".into();
                let said = Said::NotDone { segment: "9", code: "SIM-EXPIRED", message };
                return (said, Outcome::Expired);
            }
            let notice = "電子証明書の有効期限が切れているため、資格情報のみを提供します。\
                          医療情報は提供されません。"
                .into();
            let said = Said::Found {
                people: vec![Listed::of(person)],
                validity: "1",
                notice: Some(notice),
            };
            (said, Outcome::Notice)
        }
    }
}

fn result_list<'a>(
    xml: &mut Xml,
    people: impl Iterator<Item = &'a Listed<'a>>,
    validity: &str,
    today: Date,
) {
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
