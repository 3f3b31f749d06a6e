//! What every synthetic person's answer comes to, as it is written down beside this file, seen from one
//! day; and what their files say that it must come to.
//!
//! `MYNAQ_WRITE=yes` writes the summaries. Read what changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mynaq_interface::{ErrorCode, LookUpPhase, Medication, Procedure, Scope, Section, Summary};
use mynaq_simulator::people::{Entry, Person};
use mynaq_simulator::{Options, Simulator, World};
use time::macros::date;
use time::{Date, Duration as Days};
use zeroize::Zeroizing;

use super::https::HttpsWay;
use super::message::Answer;
use super::summary;
use super::transport::{Message, News, Transport as _};
use crate::config::{Https, Identity, Mode, Times};

/// The day everything here is seen from.
const TODAY: Date = date!(2026 - 11 - 25);
const SCOPES: [(Scope, &str, u8); 2] =
    [(Scope::Summary, "summary", 1), (Scope::FullWithPrescriptions, "full", 3)];

struct Nobody;

impl News for Nobody {
    fn phase(&self, _: LookUpPhase) {}
    fn so_far(&self, _: &[u8]) {}
}

/// What the gateway says of everybody, over the line.
fn answers() -> Vec<(&'static Person, Scope, &'static str, Result<Summary, ErrorCode>)> {
    let world = Arc::new(World::generate(TODAY).unwrap());
    let folder = tempfile::tempdir().unwrap();
    world.write(folder.path()).unwrap();
    let simulator = Simulator::start(Arc::clone(&world), Options::default()).unwrap();
    let file = |name: &str| folder.path().join(name);
    let https = Https {
        url: format!("https://{}/", simulator.gateway()).parse().unwrap(),
        authority: file("gateway/ca.pem"),
        identity: Identity::Pem {
            certificate: file("crew/client.pem"),
            key: file("crew/client.key"),
        },
        proxy: None,
    };
    let [connect, first_byte, answer, give_up] = [Duration::from_secs(20); 4];
    let times = Times { connect, first_byte, answer, give_up };
    let line = HttpsWay::open(&https, times, Mode::Drill).unwrap().line();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut answers = Vec::new();
    for person in world.people() {
        for (scope, name, pattern) in SCOPES {
            let identifier = format!("MQ-{}-{pattern}", person.id);
            let certificate = BASE64.encode(world.certificate(&person.id).unwrap());
            let request = request(&identifier, pattern, &certificate);
            let bytes = Zeroizing::new(request.into_bytes());
            let message = Message { identifier: identifier.clone(), bytes };
            let reply = runtime.block_on(line.exchange(&message, &Nobody)).unwrap();
            let read = match Answer::read(&reply.xml.unwrap(), &identifier).unwrap() {
                Answer::Found(found) => Ok(summary::build(*found, scope, TODAY)),
                Answer::Refused(error) => Err(error.code()),
            };
            answers.push((person, scope, name, read));
        }
    }
    answers
}

fn request(identifier: &str, pattern: u8, certificate: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?><XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>9910000001</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier>\
         <ReferenceClassification>1</ReferenceClassification></MessageHeader><MessageBody>\
         <ConsentClassification>1</ConsentClassification><MedicalTreatmentFlag>4</MedicalTreatmentFlag>\
         <InformationRequestPattern>{pattern}</InformationRequestPattern>\
         <EmergencyViewingRight>1</EmergencyViewingRight><UserCertificate>{certificate}</UserCertificate>\
         </MessageBody></XmlMsg>"
    )
}

fn file(person: &Person, scope: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lookup/golden");
    folder.join(format!("{}.{scope}.json", person.id))
}

#[test]
fn everybodys_summary_is_what_is_written_down_and_what_their_file_says() {
    for (person, scope, name, answer) in answers() {
        let written = match &answer {
            Ok(summary) => serde_json::to_string_pretty(summary).unwrap() + "\n",
            Err(code) => format!("{:?}\n", code.name()),
        };
        let file = file(person, name);
        if std::env::var_os("MYNAQ_WRITE").is_some() {
            std::fs::write(&file, &written).unwrap();
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            known == written,
            "{} is stale: run this test with MYNAQ_WRITE=yes",
            file.display()
        );
        if let Ok(summary) = &answer {
            compare(person, scope, summary);
        }
    }
}

/// A day that is told in a period: so many days back.
fn told(entry: &Entry, days: i64) -> bool {
    TODAY - Days::days(entry.days_ago.into()) >= TODAY - Days::days(days)
}

/// What the person's file says, counted without anything of ours.
fn compare(person: &Person, scope: Scope, summary: &Summary) {
    // Months and years in days; nobody's file has a day that near to a border.
    let (claims, prescriptions) = if scope == Scope::Summary { (92, 45) } else { (1826, 100) };
    let expired = person.card.expired_months_ago.is_some();
    let entries = |list: &'static [Entry], days| {
        list.iter().filter(move |entry| told(entry, days) && !expired)
    };
    let place = |key: &str| person.institutions[key].code.clone();
    let names = |entries: &mut dyn Iterator<Item = &'static Entry>| {
        entries
            .flat_map(|entry| {
                entry.drugs.iter().map(move |drug| (drug.name.clone(), place(&entry.at)))
            })
            .collect::<BTreeSet<_>>()
    };
    let person: &'static Person =
        mynaq_simulator::people::all().unwrap().iter().find(|it| it.id == person.id).unwrap();
    let dispensed =
        &mut entries(&person.claims, claims).chain(entries(&person.dispensed, prescriptions));
    assert_eq!(medicines(&summary.medications), names(dispensed), "{}", person.id);
    if scope != Scope::Summary {
        let prescribed = &mut entries(&person.prescribed, prescriptions);
        assert_eq!(medicines(&summary.prescriptions), names(prescribed), "{}", person.id);
    }
    let acts = |days, wanted: &dyn Fn(&mynaq_simulator::people::Treatment) -> bool| {
        entries(&person.claims, days)
            .flat_map(|entry| &entry.treatments)
            .filter(|act| wanted(act))
            .map(|act| act.name.clone())
            .collect::<BTreeSet<_>>()
    };
    let is_dialysis = |name: &str| name.contains("人工腎臓");
    let is_surgery = |class: u8| (50..60).contains(&class);
    assert_eq!(
        performed(&summary.surgeries),
        acts(1826, &|act| is_surgery(act.class) && !is_dialysis(&act.name)),
        "{}",
        person.id
    );
    assert_eq!(
        performed(&summary.dialysis),
        acts(claims, &|act| is_dialysis(&act.name)),
        "{}",
        person.id
    );
    let checkups = person.checkups.iter().filter(|it| it.days_ago <= 1826 && !expired).count();
    assert_eq!(summary.checkups.items().len(), checkups, "{}", person.id);
    assert_eq!(summary.patient.name.as_deref(), Some(person.name.as_str()));
    assert!(summary.left_out.is_empty(), "{}: {:?}", person.id, summary.left_out);
}

fn medicines(section: &Section<Medication>) -> BTreeSet<(String, String)> {
    let of = |item: &Medication| {
        let place = item.dispensed_by.as_ref().and_then(|place| place.code.clone());
        (item.name.clone(), place.unwrap_or_default())
    };
    let all: BTreeSet<_> = section.items().iter().map(of).collect();
    assert_eq!(all.len(), section.items().len(), "a medicine stands there twice");
    all
}

fn performed(section: &Section<Procedure>) -> BTreeSet<String> {
    section.items().iter().map(|item| item.name.clone()).collect()
}
