//! The three forms of absence reach the field as they are, and none turns into another.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod made;

use std::path::Path;

use mynaq_adapters::Pack;
use mynaq_interface::{Change, FieldState, Section, Summary};

use made::{field, medication, nobody, procedure, visit};

fn record_app() -> Pack {
    Pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/record-app")).unwrap()
}

fn absences<T>() -> [(Section<T>, FieldState); 3] {
    [
        (Section::StatedNone { asked: vec![] }, FieldState::StatedNone),
        (Section::NotInSource { asked: vec![] }, FieldState::NotInSource),
        (Section::NotAsked, FieldState::NotAsked),
    ]
}

// clauses: DOC-2
#[test]
fn an_empty_section_shows_in_its_field_as_it_stands() {
    for (section, state) in absences() {
        let summary = Summary { medications: section, ..nobody() };
        let record = record_app().fill(&summary);
        let shown = field(&record, "MedicationDetail");
        assert_eq!(shown.state, state);
        assert!(shown.sources.is_empty() && shown.trace.changes.is_empty());
        // What was looked into stands in the trace, without an item.
        assert_eq!(shown.trace.read.len(), 1);
        assert_eq!(shown.trace.read[0].index, None);
    }
    for (section, state) in absences() {
        let record = record_app().fill(&Summary { visits: section, ..nobody() });
        assert_eq!(field(&record, "HistoryHospital").state, state);
    }
}

// clauses: DOC-2
#[test]
fn of_two_empty_sections_the_one_that_says_less_speaks() {
    for (at, (dialysis, first)) in absences().into_iter().enumerate() {
        for (other, (surgeries, second)) in absences().into_iter().enumerate() {
            let summary = Summary { dialysis: dialysis.clone(), surgeries, ..nobody() };
            let record = record_app().fill(&summary);
            // `absences` runs from the strongest statement to the weakest.
            let expected = if at > other { &first } else { &second };
            assert_eq!(&field(&record, "MedicalHistroy").state, expected);
        }
    }
}

#[test]
fn a_list_with_a_section_nobody_asked_for_says_so() {
    let surgeries = Section::found(vec![procedure("虫垂切除術", 3)], vec![]);
    let record = record_app().fill(&Summary { surgeries, ..nobody() });
    let history = field(&record, "MedicalHistroy");
    assert_eq!(history.state.value(), Some("虫垂切除術"));
    match history.trace.changes.as_slice() {
        [Change::LeftToCrew { because }] => assert!(because.contains("dialysis.name")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_patient_the_register_says_nothing_about_is_not_in_the_source() {
    let record = record_app().fill(&nobody());
    for end in ["Name", "KANA", "Address", "BirthDate"] {
        assert_eq!(field(&record, end).state, FieldState::NotInSource, "{end}");
    }
    let mut blank = nobody();
    blank.patient.name = Some("　 ".into());
    let record = record_app().fill(&blank);
    assert_eq!(field(&record, "Name").state, FieldState::NotInSource);
    assert_eq!(field(&record, "Name").trace.changes.len(), 1, "that there were spaces is traced");
}

#[test]
fn allergy_medicines_taken_and_family_doctor_are_the_crews_whatever_the_source_says() {
    let mut summaries = vec![nobody()];
    for (medications, _) in absences() {
        let visits = Section::StatedNone { asked: vec![] };
        summaries.push(Summary { medications, visits, ..nobody() });
    }
    let medications = Section::found(vec![medication("架空錠", 9)], vec![]);
    let visits = Section::found(vec![visit("架空医院", 9)], vec![]);
    summaries.push(Summary { medications, visits, ..nobody() });
    for summary in summaries {
        let record = record_app().fill(&summary);
        for end in ["Allergy", "PersonMedication", "Kakaritsuke"] {
            let shown = field(&record, end);
            assert_eq!(shown.state, FieldState::NotAsked, "{end}");
            assert!(matches!(shown.trace.changes.as_slice(), [Change::LeftToCrew { .. }]), "{end}");
        }
    }
}
