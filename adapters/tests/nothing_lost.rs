//! Nothing is lost or changed in silence: value and trace together give the source back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod made;

use std::path::Path;

use mynaq_adapters::Pack;
use mynaq_interface::{Change, Field, FieldState, Section, Summary};
use proptest::prelude::*;

use made::{claim, field, medication, nobody, procedure, visit};

fn list_pack(max: usize, counts: &str, keys: &str) -> Pack {
    let text = format!(
        r#"
        [pack]
        version = "1"
        max_chars_counts = "{counts}"
        [[field]]
        name = "Drugs"
        label = "投薬"
        max_chars = {max}
        source = "medications.name"
        on_missing = "leave_empty"
        join = "、"
        {keys}
        "#
    );
    Pack::from_text("list", &text).unwrap()
}

fn width(counts: &str, text: &str) -> usize {
    match counts {
        "characters" => text.chars().count(),
        _ => text.chars().map(|c| if u32::from(c) > 0xFFFF { 2 } else { 1 }).sum(),
    }
}

fn taking(names: &[String]) -> Summary {
    let items = names.iter().map(|name| medication(name, 9)).collect();
    Summary { medications: Section::found(items, vec![]), ..nobody() }
}

/// Names no rule has to change: kanji, kana, an astral kanji, one with a variation selector.
fn plain_names() -> impl Strategy<Value = Vec<String>> {
    let cluster = prop::sample::select(vec!["薬", "ア", "𠮷", "葛\u{E0100}", "1", "●"]);
    let name = prop::collection::vec(cluster, 1..12).prop_map(|parts| parts.concat());
    prop::collection::vec(name, 1..25)
}

/// What hostile or careless sources send.
fn wild() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            " ", "　", "\u{0}", "\n", "\u{85}", "ｶﾞ", "ﾞ", "カ\u{3099}", "ヴ", "・", "ー", "ア", "𠮷",
            "葛\u{E0100}", "\u{FA19}", "e\u{301}", "㎎", "〜", "、", "●", "\u{200D}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

/// The text the trace ends in, if every step starts from what the step before it left.
fn replayed(source: &str, field: &Field) -> String {
    let mut text = source.to_owned();
    for change in &field.trace.changes {
        match change {
            Change::Transformed { from, to, .. } => {
                assert_eq!(&text, from, "a step that does not follow from the one before");
                text = to.clone();
            }
            Change::Replaced { from, to, .. } => text = text.replacen(from.as_str(), to, 1),
            _ => {}
        }
    }
    text
}

fn lost(field: &Field) -> String {
    let lost = field.trace.changes.iter().filter_map(|change| match change {
        Change::Cut { lost } => Some(lost.as_str()),
        _ => None,
    });
    lost.collect()
}

fn left_out(field: &Field) -> &[String] {
    field
        .trace
        .changes
        .iter()
        .find_map(|change| match change {
            Change::LeftOut { items } => Some(items.as_slice()),
            _ => None,
        })
        .unwrap_or_default()
}

proptest! {
    #[test]
    fn a_cut_list_and_what_was_cut_are_the_whole_list(
        names in plain_names(), max in 1_usize..60, counts in prop::sample::select(vec!["characters", "utf16_units"]),
    ) {
        let record = list_pack(max, counts, "on_overflow = \"cut\"").fill(&taking(&names));
        let shown = &record.fields[0];
        let value = shown.state.value().unwrap_or_default();
        prop_assert!(width(counts, value) <= max);
        prop_assert_eq!(format!("{value}{}", lost(shown)), names.join("、"));
    }

    #[test]
    fn items_stand_in_the_field_or_are_counted_and_named(
        names in plain_names(), max in 6_usize..60, counts in prop::sample::select(vec!["characters", "utf16_units"]),
    ) {
        let keys = "distinct = true\non_overflow = \"count_rest\"\nrest = \"+{count}\"";
        let record = list_pack(max, counts, keys).fill(&taking(&names));
        let shown = &record.fields[0];
        let value = shown.state.value().unwrap_or_default();
        prop_assert!(width(counts, value) <= max);

        let mut distinct: Vec<String> = vec![];
        for name in names {
            if !distinct.contains(&name) {
                distinct.push(name);
            }
        }
        let standing = distinct.len() - left_out(shown).len();
        prop_assert!(standing >= 1);
        prop_assert_eq!(&distinct[standing..], left_out(shown));
        let said = |standing: usize| match distinct.len() - standing {
            0 => String::new(),
            rest => format!("+{rest}"),
        };
        if lost(shown).is_empty() {
            prop_assert_eq!(value, format!("{}{}", distinct[..standing].join("、"), said(standing)));
            if standing < distinct.len() {
                let one_more = format!("{}{}", distinct[..=standing].join("、"), said(standing + 1));
                prop_assert!(width(counts, &one_more) > max, "there was room for {one_more}");
            }
        } else {
            prop_assert_eq!(standing, 1);
            let begun = value.strip_suffix(&said(1)).unwrap();
            prop_assert_eq!(format!("{begun}{}", lost(shown)), distinct[0].clone());
        }
    }

    #[test]
    fn the_trace_of_a_text_leads_from_the_source_to_the_value(name in wild(), kana in wild()) {
        let pack = Pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/record-app")).unwrap();
        let mut summary = nobody();
        summary.patient.name = Some(name.clone());
        summary.patient.name_kana = Some(kana.clone());
        let record = pack.fill(&summary);
        for (end, source) in [("Name", &name), ("KANA", &kana)] {
            let shown = field(&record, end);
            let end_of_trace = replayed(source, shown);
            match &shown.state {
                FieldState::Offered { value } => {
                    prop_assert!(width("utf16_units", value) <= 20);
                    prop_assert!(!value.chars().any(char::is_control));
                    prop_assert_eq!(format!("{value}{}", lost(shown)), end_of_trace);
                }
                FieldState::NotInSource => prop_assert_eq!(end_of_trace, ""),
                FieldState::NotAsked => {
                    let given_back = shown.trace.changes.iter().any(|change| match change {
                        Change::Unmappable { value } => *value == end_of_trace,
                        Change::Cut { lost } => *lost == end_of_trace,
                        _ => false,
                    });
                    prop_assert!(given_back, "{:?}", shown);
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
        let kana = field(&record, "KANA").state.value().unwrap_or_default();
        prop_assert!(kana.chars().all(|c| ('ァ'..='ン').contains(&c) || c == 'ー'));
    }

    #[test]
    fn every_item_of_a_wild_list_is_read_and_every_mapping_text_is_answered(
        names in prop::collection::vec(wild(), 1..20), cut_at in 0_usize..4000, junk in any::<char>(),
    ) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/record-app");
        let summary = Summary {
            dialysis: Section::found(names.iter().map(|it| procedure(it, 9)).collect(), vec![]),
            surgeries: Section::found(names.iter().map(|it| procedure(it, 8)).collect(), vec![]),
            visits: Section::found(names.iter().map(|it| visit(it, 9)).collect(), vec![]),
            ..taking(&names)
        };
        let record = Pack::load(&dir).unwrap().fill(&summary);
        for (end, times) in [("MedicalHistroy", 2), ("HistoryHospital", 1), ("MedicationDetail", 1)] {
            let shown = field(&record, end);
            prop_assert_eq!(shown.trace.read.len(), names.len() * times);
            prop_assert!(width("utf16_units", shown.state.value().unwrap_or_default()) <= 20);
        }
        // A mapping damaged anywhere is refused or accepted, and nothing else happens.
        let mut text: Vec<char> = std::fs::read_to_string(dir.join(Pack::FILE)).unwrap().chars().collect();
        let place = cut_at % text.len();
        text[place] = junk;
        if let Ok(pack) = Pack::from_text("damaged", &text.iter().collect::<String>()) {
            prop_assert_eq!(pack.fill(&summary).fields.len(), record.fields.len());
        }
    }
}

#[test]
fn an_item_without_a_name_keeps_its_place_and_its_count() {
    let pack = list_pack(20, "characters", "on_overflow = \"cut\"");
    let record = pack.fill(&taking(&["架空錠".into(), String::new()]));
    assert_eq!(record.fields[0].state.value(), Some("架空錠、（名称なし）"));
    assert!(matches!(record.fields[0].trace.changes.as_slice(), [Change::Replaced { .. }]));
}

#[test]
fn a_number_too_long_for_the_field_leaves_it_to_the_crew_with_every_item() {
    // "+" and three digits leave one place of five; a thousand others leave none.
    let keys = "on_overflow = \"count_rest\"\nrest = \"+{count}\"";
    let names: Vec<String> = (0..1001).map(|number| format!("架空薬{number}号")).collect();
    let record = list_pack(5, "characters", keys).fill(&taking(&names));
    let shown = &record.fields[0];
    assert_eq!(shown.state, FieldState::NotAsked);
    assert_eq!(lost(shown), names[0]);
    assert_eq!(left_out(shown), &names[1..]);
}

#[test]
fn priorities_match_name_or_ingredient_in_either_width() {
    let keys = "first = [\"ﾜﾙﾌｧﾘﾝ\", \"インスリン\"]\non_overflow = \"cut\"";
    let mut summary = taking(&["い".into(), "ろ".into(), "架空インスリン".into(), "は".into()]);
    if let Section::Present { items, .. } = &mut summary.medications {
        items[3].ingredient = Some("ﾜﾙﾌｧﾘﾝｶﾘｳﾑ".into());
    }
    let record = list_pack(30, "characters", keys).fill(&summary);
    assert_eq!(record.fields[0].state.value(), Some("は、架空インスリン、い、ろ"));
}

// clauses: DOC-3
#[test]
fn sources_are_those_of_the_items_that_stand_in_the_value_newest_first() {
    let keys = "on_overflow = \"count_rest\"\nrest = \"+{count}\"";
    let mut summary = taking(&["いろは".into(), "にほへ".into(), "とちり".into()]);
    if let Section::Present { items, .. } = &mut summary.medications {
        items[0].provenance = vec![claim(3), claim(8), claim(3)];
        items[1].provenance = vec![claim(5)];
        items[2].provenance = vec![claim(9)];
    }
    let record = list_pack(9, "characters", keys).fill(&summary);
    assert_eq!(record.fields[0].state.value(), Some("いろは、にほへ+1"));
    let months: Vec<_> =
        record.fields[0].sources.iter().map(|mark| mark.date.unwrap().parts().1).collect();
    assert_eq!(months, [8, 5, 3]);
}
