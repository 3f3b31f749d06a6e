//! The synthetic people: each comes out as who they are, or with the reason why nothing is shown.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use mynaq_conformance::{Outcome, Script, Stage};
use mynaq_host_sdk::{CardBasis, CardFacts, EventBody};
use mynaq_host_sdk::{Change, ErrorCode, FieldState, Identity, Section, Source, Summary, Validity};
use mynaq_simulator::people::{self, Person};

fn person(id: &str) -> &'static Person {
    people::all().unwrap().iter().find(|person| person.id == id).unwrap()
}

fn view(id: &str) -> Outcome {
    Script::default().play(&Stage::new(Some(id)).case()).unwrap()
}

fn summary(id: &str) -> Summary {
    let outcome = view(id);
    outcome.summary.unwrap_or_else(|| panic!("{id}: {:?}", outcome.error))
}

fn card(outcome: &Outcome) -> &CardFacts {
    let found = outcome.events.iter().find_map(|event| match &event.body {
        EventBody::CardRead { card, .. } => Some(card),
        _ => None,
    });
    found.expect("a card was read")
}

fn field<'a>(outcome: &'a Outcome, name: &str) -> &'a mynaq_host_sdk::Field {
    outcome.record.as_ref().unwrap().fields.iter().find(|field| field.name == name).unwrap()
}

// clauses: DOC-3
#[test]
fn fourteen_medicines_with_warfarin_first_and_the_rest_counted_and_named() {
    let outcome = view("P01");
    let medicines: Vec<_> = person("P01")
        .claims
        .iter()
        .filter(|claim| claim.days_ago < 90)
        .flat_map(|claim| &claim.drugs)
        .collect();
    let detail = field(&outcome, "SickInjuredPersonMedicationDetail");
    let value = detail.state.value().unwrap();
    assert!(value.starts_with("ワルファリン"), "{value}");
    assert!(value.ends_with(&format!("他{}剤", medicines.len() - 1)), "{value}");
    assert!(value.encode_utf16().count() <= 20, "{value}");
    let rest = detail.trace.changes.iter().find_map(|change| match change {
        Change::LeftOut { items } => Some(items),
        _ => None,
    });
    let rest = rest.expect("the rest is named");
    for medicine in medicines {
        let named = value.contains(&medicine.name) || rest.contains(&medicine.name);
        assert!(named, "{} is lost", medicine.name);
    }
    let summary = outcome.summary.unwrap();
    assert_eq!(
        summary.dialysis.items()[0].name,
        "人工腎臓（慢性維持透析）（４時間以上５時間未満）"
    );
    assert_eq!(summary.surgeries.items().len(), 1);
}

// clauses: DOC-2
#[test]
fn nothing_on_file_is_not_the_same_as_not_asked() {
    let outcome = view("P02");
    let summary = outcome.summary.as_ref().unwrap();
    assert!(
        matches!(summary.medications, Section::NotInSource { .. }),
        "{:?}",
        summary.medications
    );
    assert!(matches!(summary.dialysis, Section::NotInSource { .. }), "{:?}", summary.dialysis);
    assert_eq!(
        summary.prescriptions,
        Section::NotAsked,
        "a summary does not ask for prescriptions"
    );
    let state = |name| &field(&outcome, name).state;
    assert_eq!(*state("SickInjuredPersonMedicationDetail"), FieldState::NotInSource);
    assert_eq!(*state("SickInjuredPersonAllergy"), FieldState::NotAsked);
}

// clauses: GATE-5 GATE-7
#[test]
fn an_infants_card_is_read_by_pin_and_a_face_only_card_is_not() {
    let by_pin = Script { identity: Identity::Pin, pin: "1234", ..Script::default() };
    let infant = by_pin.play(&Stage::new(Some("P03")).case()).unwrap();
    assert_eq!(infant.value("SickInjuredPersonName"), Some(person("P03").name.as_str()));
    assert!(card(&infant).possession_proven);
    let basis = |outcome: &Outcome| outcome.record.as_ref().unwrap().card.unwrap();
    let (identity, possession_proven) = (Identity::Pin, true);
    assert_eq!(basis(&infant), CardBasis { identity, possession_proven });

    let face_only = by_pin.play(&Stage::new(Some("P04")).case()).unwrap();
    assert_eq!(face_only.error.unwrap().code(), ErrorCode::CardNoPin);
    let by_face = view("P04");
    assert!(!card(&by_face).possession_proven);
    let (identity, possession_proven) = (Identity::Visual, false);
    assert_eq!(basis(&by_face), CardBasis { identity, possession_proven });
    assert_eq!(by_face.value("SickInjuredPersonName"), Some(person("P04").name.as_str()));
}

#[test]
fn an_expired_certificate_brings_eligibility_or_nothing() {
    let grace = view("P05");
    assert_eq!(card(&grace).validity, Validity::Grace);
    assert_eq!(grace.value("SickInjuredPersonName"), Some(person("P05").name.as_str()));
    let summary = grace.summary.unwrap();
    assert!(summary.notice.is_some(), "the gateway's notice reaches the crew");
    assert_eq!(summary.medications, Section::NotAsked, "no medical data came: nothing is claimed");

    let expired = view("P06");
    assert_eq!(card(&expired).validity, Validity::Expired);
    assert_eq!(expired.error.unwrap().code(), ErrorCode::GatewayExpired);
}

#[test]
fn characters_arrive_as_they_were_sent() {
    assert!(view("P07").value("SickInjuredPersonName").unwrap().contains('●'));
    let p08 = summary("P08");
    assert_eq!(p08.patient.name.as_deref(), Some(person("P08").name.as_str()));
    let everything = format!("{p08:?}");
    for character in ['髙', '﨑', '𠮷'] {
        assert!(everything.contains(character), "{character}");
    }
    let latin = view("P10");
    let whole = &person("P10").name;
    assert!(whole.chars().count() > 40);
    let name = field(&latin, "SickInjuredPersonName");
    let shown = name.state.value().unwrap();
    assert!(whole.starts_with(shown) && shown.chars().count() == 20, "{shown}");
    let lost = name.trace.changes.iter().find_map(|change| match change {
        Change::Cut { lost } => Some(lost),
        _ => None,
    });
    assert_eq!(format!("{shown}{}", lost.unwrap()), *whole, "what was cut is in the trace");
}

#[test]
fn half_width_kana_become_one_character_each_or_are_left_to_the_crew() {
    assert_eq!(person("P01").kana, "ﾓｷﾞ ﾊﾅｺ");
    assert_eq!(view("P01").value("SickInjuredPersonKANA"), Some("モギハナコ"));

    // The vendor's field takes ァ to ン only; ヴ lies behind it, and a reading without it is wrong.
    assert!(person("P11").kana.contains("ｳﾞ"));
    let outcome = view("P11");
    let kana = field(&outcome, "SickInjuredPersonKANA");
    assert_eq!(kana.state, FieldState::NotAsked);
    let named = kana
        .trace
        .changes
        .iter()
        .any(|change| matches!(change, Change::Unmappable { value } if value.contains('ヴ')));
    assert!(named, "{:?}", kana.trace);
}

#[test]
fn one_dispensing_from_two_sources_is_one_medicine_with_both() {
    let person = person("P09");
    let both: Vec<_> =
        person.claims.iter().flat_map(|entry| &entry.drugs).map(|drug| &drug.name).collect();
    let summary = summary("P09");
    let medications = summary.medications.items();
    let names: std::collections::BTreeSet<_> =
        medications.iter().map(|known| &known.name).collect();
    assert_eq!(names.len(), medications.len(), "no medicine stands twice");
    let twice: Vec<_> = medications
        .iter()
        .filter(|known| {
            let sources: Vec<_> = known.provenance.iter().map(|mark| mark.source).collect();
            sources.contains(&Source::Claim) && sources.contains(&Source::Dispensing)
        })
        .collect();
    assert!(!twice.is_empty() && twice.iter().all(|known| both.contains(&&known.name)));
    assert!(
        medications
            .iter()
            .any(|known| known.provenance.iter().all(|mark| mark.source == Source::Dispensing))
    );
}

#[test]
fn two_hits_no_registration_and_opting_out_show_nothing() {
    for (id, code) in [
        ("P12", ErrorCode::GatewayAmbiguous),
        ("P13", ErrorCode::GatewayNotRegistered),
        ("P14", ErrorCode::GatewayOptedOut),
    ] {
        let outcome = view(id);
        assert_eq!(outcome.error.unwrap().code(), code, "{id}");
        assert!(outcome.summary.is_none() && outcome.record.is_none(), "{id}");
    }
}

// clauses: CASE-13
#[test]
fn other_cards_are_told_by_name_and_nothing_is_looked_up() {
    for (id, code) in [
        ("X01", ErrorCode::CardBasicResident),
        ("X02", ErrorCode::CardPhone),
        ("X03", ErrorCode::CardDrivingLicence),
        ("X04", ErrorCode::CardNoCertificate),
        ("X05", ErrorCode::CardReal),
        ("X06", ErrorCode::CardPhone),
        ("X07", ErrorCode::CardNoCertificate),
        ("X08", ErrorCode::CardNoCertificate),
        ("X09", ErrorCode::CardNotMyNumber),
        ("X10", ErrorCode::CardForeign),
        ("X11", ErrorCode::CardForeign),
        ("X12", ErrorCode::CardForeign),
    ] {
        let stage = Stage::new(Some(id));
        let outcome = Script::default().play(&stage.case()).unwrap();
        assert_eq!(outcome.error.unwrap().code(), code, "{id}");
        assert_eq!(stage.simulator.bytes_said(), 0, "{id}");
    }
}
