//! Taking over many fields by one tap, where the department allows it for every one of them.

use maud::{Markup, html};
use mynaq_host_sdk::{Field, FieldState, Transcription};

use crate::japanese;
use crate::view::View;

/// The buttons there are; none where nothing may be taken over that way.
pub(super) fn all(path: &str, view: &View) -> Markup {
    let fields = view.record.as_ref().map_or(&[][..], |record| &record.fields);
    let whole = open_offers(fields, None).map(|count| ("", "すべて", count));
    let sections = japanese::SECTIONS.iter().filter_map(|&(name, label)| {
        open_offers(fields, Some(name)).map(|count| (name, label, count))
    });
    let buttons: Vec<_> = whole.into_iter().chain(sections).collect();
    html! {
        @if !buttons.is_empty() {
            details.all #take-all {
                summary { "まとめて" }
                div.sheet {
                    @for (section, label, count) in buttons {
                        button form="act" formaction={ (path) "/take-all" } name="section"
                            value=(section)
                        {
                            @if section.is_empty() { "すべて取り込む" }
                            @else { (label) "をすべて取り込む" }
                            small { (count) "項目" }
                        }
                    }
                }
            }
        }
    }
}

/// How many offers one word would take over. None where it may not, where nothing is left to take,
/// and where the crew has left one of them: one word must not undo what was decided by itself.
fn open_offers(fields: &[Field], section: Option<&str>) -> Option<usize> {
    let mut count = 0;
    for field in fields.iter().filter(|field| section.is_none_or(|it| comes_from(field, it))) {
        match (&field.state, field.transcription) {
            (FieldState::Offered { .. }, Some(Transcription::All)) => count += 1,
            (FieldState::Accepted { .. }, Some(Transcription::All)) => {}
            (state, _) if state.value().is_none() => {}
            _ => return None,
        }
    }
    (count > 0).then_some(count)
}

fn comes_from(field: &Field, section: &str) -> bool {
    let mut read = field.trace.read.iter();
    read.any(|source| source.path.split('.').next() == Some(section))
}

#[cfg(test)]
mod tests {
    use mynaq_host_sdk::{PackIdentity, Record, Trace, TraceSource};

    use super::*;

    fn field(read: &str, transcription: Transcription) -> Field {
        let read = vec![TraceSource { path: read.into(), index: None }];
        Field {
            name: read[0].path.clone(),
            label: String::new(),
            state: FieldState::Offered { value: "x".into() },
            transcription: Some(transcription),
            sources: vec![],
            trace: Trace { rule: String::new(), read, changes: vec![] },
        }
    }

    fn offered(fields: Vec<Field>) -> String {
        let pack =
            PackIdentity { name: "p".into(), version: "1".into(), mapping_sha256: String::new() };
        let mut view = View::default();
        view.record = Some(Record { pack, card: None, fields }.into());
        all("/cases/x", &view).into_string()
    }

    const ALL: Transcription = Transcription::All;

    #[test]
    fn one_tap_is_offered_for_all_only_where_every_field_allows_it() {
        let html = offered(vec![field("patient.name", ALL), field("medications.name", ALL)]);
        assert!(html.contains("すべて取り込む<small>2項目"), "{html}");
        assert!(html.contains(r#"value="medications""#), "{html}");

        for strict in [Transcription::Item, Transcription::Never] {
            let html = offered(vec![field("patient.name", ALL), field("medications.name", strict)]);
            assert!(!html.contains(r#"value="""#), "not the whole: {html}");
            assert!(html.contains("基本情報をすべて取り込む<small>1項目"), "{html}");
            assert!(!html.contains(r#"value="medications""#), "{html}");
        }
        assert_eq!(offered(vec![field("patient.name", Transcription::Item)]), "");
    }

    #[test]
    fn an_offer_the_crew_has_left_is_not_taken_over_by_a_word_about_all() {
        let mut left = field("patient.name", ALL);
        left.state = FieldState::Rejected { value: "x".into() };
        let html = offered(vec![left, field("patient.address", ALL), field("visits.name", ALL)]);
        assert!(!html.contains(r#"value="""#) && !html.contains(r#"value="patient""#), "{html}");
        assert!(html.contains(r#"value="visits""#), "{html}");
    }

    #[test]
    fn nothing_is_offered_where_everything_was_taken() {
        let mut taken = field("patient.name", ALL);
        taken.state = FieldState::Accepted { value: "x".into() };
        assert_eq!(offered(vec![taken]), "");
        assert_eq!(offered(vec![]), "");
    }
}
