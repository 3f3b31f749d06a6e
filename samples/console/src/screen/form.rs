//! The patient's record: what is offered, where it comes from, and what the crew heard.

use maud::{Markup, html};
use mynaq_host_sdk::{Change, Code, Decision, Field, FieldState, Transcription};

use crate::japanese;
use crate::view::{View, field};

/// The name of the free line below the fields.
pub(super) const MEMO: &str = "memo";

/// One row of the form. A host knows its form before any data comes (`capabilities`), which is why
/// nothing moves when the fields fill.
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// The vendor's codes, for fields that hold one.
    codes: &'a [Code],
    field: Option<&'a Field>,
}

pub(super) fn rows(view: &View) -> Vec<Row<'_>> {
    view.form
        .iter()
        .map(|slot| Row {
            name: &slot.name,
            label: &slot.label,
            codes: &slot.codes,
            field: field(view, &slot.name),
        })
        .collect()
}

/// Whether the form has a field of this name.
pub(crate) fn knows(view: &View, name: &str) -> bool {
    name == MEMO || view.form.iter().any(|slot| slot.name == name)
}

impl Row<'_> {
    /// The value with its sources and their age, or which kind of absence it is.
    pub(super) fn offer(&self) -> Markup {
        let Some(field) = self.field else {
            return absent("not-asked", "未確認", "照会していません");
        };
        let by_crew = field.trace.changes.iter().find_map(|change| match change {
            Change::LeftToCrew { because } => Some(japanese::japanese_half(because)),
            _ => None,
        });
        match (&field.state, by_crew) {
            (FieldState::StatedNone, _) => absent("stated-none", "なし", "情報源が「なし」と回答"),
            (FieldState::NotInSource, _) => {
                absent("not-in-source", "情報源に無し", "無いことの証明ではありません")
            }
            (FieldState::NotAsked, Some(because)) => absent("not-asked", "未確認", because),
            (FieldState::NotAsked, None) => absent("not-asked", "未確認", "聴取してください"),
            (FieldState::Offered { value }, _) => self.value("offered", value, field),
            (FieldState::Accepted { value }, _) => self.value("accepted", value, field),
            (FieldState::Rejected { value }, _) => self.value("rejected", value, field),
        }
    }

    /// How an offer stands, in a word and a shape.
    pub(super) fn standing(&self) -> Markup {
        let (class, word) = match self.field.map(|field| &field.state) {
            Some(FieldState::Offered { .. }) => ("offered", "○ 提案"),
            Some(FieldState::Accepted { .. }) => ("accepted", "✓ 取込済"),
            Some(FieldState::Rejected { .. }) => ("rejected", "× 見送り"),
            _ => return html! {},
        };
        html! { span.state.(class) { (word) } }
    }

    fn value(&self, class: &str, value: &str, field: &Field) -> Markup {
        let meaning = self.codes.iter().find(|known| known.code == value);
        let meaning = meaning.map(|known| japanese::word(&known.word));
        html! {
            div.offer.(class) {
                p.value {
                    @match meaning {
                        Some(word) => { (word) " " span.code { (value) } }
                        None => (value),
                    }
                }
                p.source { (japanese::sources(&field.sources)) }
            }
        }
    }

    /// The two buttons; only where there is something to decide. What the department does not let
    /// be taken over is written down by hand.
    pub(super) fn decisions(&self, index: usize, path: &str) -> Markup {
        let taken = self.field.map(|field| &field.state);
        let by_hand =
            self.field.is_some_and(|field| field.transcription == Some(Transcription::Never));
        let buttons = [
            (Decision::Accept, "取り込む", matches!(taken, Some(FieldState::Accepted { .. }))),
            (Decision::Reject, "見送る", matches!(taken, Some(FieldState::Rejected { .. }))),
        ];
        html! {
            @if taken.and_then(FieldState::value).is_some() {
                @if by_hand { p.by-hand { "書き写し" br; "のみ" } }
                @for (decision, word, pressed) in buttons.into_iter().skip(usize::from(by_hand)) {
                    button.decide.(decision.name()) form="act" formaction={ (path) "/decide" }
                        id={ (decision.name()) "-" (index) }
                        name=(decision.name()) value=(self.name)
                        aria-pressed=(pressed) aria-label={ (self.label) "を" (word) } { (word) }
                }
            }
        }
    }

    /// How the value came to be. Nothing is lost or changed in silence.
    pub(super) fn trace(&self, index: usize) -> Markup {
        let Some(field) = self.field else { return html! {} };
        let warning = japanese::warning(&field.trace.changes);
        html! {
            details.trace name="trace" id={ "trace-of-" (index) } {
                summary.warns[warning.is_some()] aria-label={ (self.label) "の経緯" } {
                    (warning.unwrap_or("経緯"))
                }
                dl {
                    dt { "規則" } dd.code { (field.trace.rule) }
                    @for mark in &field.sources { dt { "情報源" } dd { (japanese::source(mark)) } }
                    @for change in &field.trace.changes {
                        @let (what, text) = japanese::change(change);
                        dt { (what) } dd { (text) }
                    }
                    @if field.trace.changes.is_empty() { dt { "変更" } dd { "ありません" } }
                }
            }
        }
    }
}

/// Absence has three looks, and none of them proves the others.
fn absent(class: &str, word: &str, note: &str) -> Markup {
    html! {
        div.offer.absent.(class) {
            span.word { (word) }
            span.note { (note) }
        }
    }
}

/// The three looks side by side, so that nobody takes one for another.
pub(super) fn legend() -> Markup {
    html! {
        ul.legend aria-label="凡例" {
            li.stated-none { span.word { "なし" } "無いと回答" }
            li.not-in-source { span.word { "情報源に無し" } "有無は不明" }
            li.not-asked { span.word { "未確認" } "聴取する" }
        }
    }
}

/// What the crew heard, beside the offer. Never filled and never emptied by us.
pub(super) fn heard(name: &str, label: &str, index: usize, view: &View) -> Markup {
    html! {
        input.heard form="heard" id={ "heard-" (index) } name={ "heard." (name) }
            aria-label={ (label) "（聴取）" } autocomplete="off" maxlength="500"
            value=(view.heard.get(name).map_or("", |text| text.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use mynaq_host_sdk::FieldCapability;

    use super::*;

    fn offer(state: FieldState) -> String {
        let trace = mynaq_host_sdk::Trace { rule: String::new(), read: vec![], changes: vec![] };
        let (name, label) = ("Allergy".to_owned(), "アレルギー".to_owned());
        let field = Field { name, label, state, transcription: None, sources: vec![], trace };
        let row =
            Row { name: "Allergy", label: "アレルギー", codes: &[], field: Some(&field) };
        row.offer().into_string()
    }

    #[test]
    fn each_absence_has_its_own_word_and_its_own_look() {
        for (state, word, class) in [
            (FieldState::StatedNone, "なし", "stated-none"),
            (FieldState::NotInSource, "情報源に無し", "not-in-source"),
            (FieldState::NotAsked, "未確認", "not-asked"),
        ] {
            let html = offer(state);
            assert!(html.contains(&format!(">{word}<")), "{html}");
            assert!(html.contains(class), "{html}");
        }
    }

    #[test]
    fn what_may_not_be_taken_over_is_shown_and_written_down_by_hand() {
        let buttons = |transcription| {
            let trace =
                mynaq_host_sdk::Trace { rule: String::new(), read: vec![], changes: vec![] };
            let (name, label) = ("Hospital".to_owned(), "医療機関".to_owned());
            let state = FieldState::Offered { value: "もぎ医院".into() };
            let field = Field { name, label, state, transcription, sources: vec![], trace };
            let row =
                Row { name: "Hospital", label: "医療機関", codes: &[], field: Some(&field) };
            assert!(row.offer().into_string().contains("もぎ医院"));
            row.decisions(0, "/cases/x").into_string()
        };
        let never = buttons(Some(Transcription::Never));
        assert!(!never.contains("取り込む") && never.contains("見送る"), "{never}");
        assert!(never.contains("書き写し"), "{never}");
        // An older plugin says nothing: then the crew decides.
        for allowed in [Some(Transcription::Item), Some(Transcription::All), None] {
            let html = buttons(allowed);
            assert!(html.contains("取り込む") && !html.contains("書き写し"), "{html}");
        }
    }

    #[test]
    fn a_value_cannot_break_out_of_its_place() {
        let html = offer(FieldState::Offered { value: "<script>\"&".into() });
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"), "{html}");
    }

    #[test]
    fn the_form_stands_before_any_data_and_a_code_is_shown_as_its_word() {
        let codes = vec![Code { word: "male".into(), code: "000".into() }];
        let slot = FieldCapability {
            name: "Gender".into(),
            label: "性別".into(),
            max_chars: 3,
            codes,
            left_to_crew: None,
        };
        let mut view = View::of(vec![slot], vec![], true);
        let before = rows(&view);
        assert_eq!((before.len(), before[0].label), (1, "性別"));
        assert!(before[0].offer().into_string().contains("未確認"));
        assert!(knows(&view, "Gender") && knows(&view, MEMO) && !knows(&view, "Shoes"));

        let trace = mynaq_host_sdk::Trace { rule: String::new(), read: vec![], changes: vec![] };
        let state = FieldState::Offered { value: "000".into() };
        let (name, label) = ("Gender".to_owned(), "性別".to_owned());
        let field = Field { name, label, state, transcription: None, sources: vec![], trace };
        let pack = mynaq_host_sdk::PackIdentity {
            name: "p".into(),
            version: "1".into(),
            mapping_sha256: String::new(),
        };
        view.record = Some(mynaq_host_sdk::Record { pack, card: None, fields: vec![field] }.into());
        let html = rows(&view)[0].offer().into_string();
        assert!(html.contains("男") && html.contains("000"), "{html}");
    }
}
