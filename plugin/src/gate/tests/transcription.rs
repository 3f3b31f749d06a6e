//! What may be taken over, by section and by pack.

use std::collections::BTreeMap;

use mynaq_interface::{Field, FieldState, PackIdentity, Record, Trace, TraceSource, Transcription};

use super::super::transcription::{Policy, SummarySection, TranscriptionRules};

fn field(read: &[&str], state: FieldState) -> Field {
    let read = read.iter().map(|path| TraceSource { path: (*path).into(), index: None }).collect();
    let trace = Trace { rule: String::new(), read, changes: vec![] };
    Field {
        name: "f".into(),
        label: "f".into(),
        state,
        transcription: None,
        sources: vec![],
        trace,
    }
}

fn marked(rules: &TranscriptionRules, pack: &str, field: Field) -> Option<Transcription> {
    let identity =
        PackIdentity { name: pack.into(), version: "1".into(), mapping_sha256: String::new() };
    let mut record = Record { pack: identity, card: None, fields: vec![field] };
    rules.mark(pack, &mut record);
    record.fields[0].transcription
}

fn offered() -> FieldState {
    FieldState::Offered { value: "v".into() }
}

#[test]
fn where_nothing_is_said_the_crew_takes_field_by_field() {
    let rules = TranscriptionRules::default();
    let read = &["medications.name"];
    assert_eq!(marked(&rules, "p", field(read, offered())), Some(Transcription::Item));
    assert_eq!(marked(&rules, "p", field(read, FieldState::NotInSource)), None);
    assert_eq!(marked(&rules, "p", field(&[], offered())), Some(Transcription::Item));
}

#[test]
fn a_field_of_several_sections_follows_the_strictest_and_a_pack_its_own_decision() {
    let sections = BTreeMap::from([
        (SummarySection::Patient, Transcription::All),
        (SummarySection::Surgeries, Transcription::Never),
    ]);
    let all = Policy { default: Transcription::Item, sections };
    let own = Policy { default: Transcription::All, sections: BTreeMap::new() };
    let rules = TranscriptionRules { all, packs: BTreeMap::from([("own".to_owned(), own)]) };
    let of = |pack, read: &[&str]| marked(&rules, pack, field(read, offered()));
    assert_eq!(of("p", &["patient.name"]), Some(Transcription::All));
    assert_eq!(of("p", &["patient.name", "visits.institution.name"]), Some(Transcription::Item));
    assert_eq!(of("p", &["patient.name", "surgeries.name"]), Some(Transcription::Never));
    assert_eq!(of("p", &["a_later_section.name"]), Some(Transcription::Item));
    assert_eq!(of("own", &["surgeries.name"]), Some(Transcription::All));
}

#[test]
fn every_path_a_mapping_can_read_belongs_to_a_section_that_can_be_named() {
    for path in mynaq_adapters::readable_paths() {
        let section = path.split('.').next().unwrap();
        assert!(SummarySection::from_name(section).is_some(), "{path}");
    }
}
