//! What the crew sees: level of consciousness, cardiopulmonary arrest, the card's form. One tap each.

use maud::{Markup, html};
use mynaq_host_sdk::{CardForm, Consciousness};

use crate::japanese;
use crate::view::View;

/// The first value of each level of JCS: what a tap on the level says.
const fn first(level: Consciousness) -> u16 {
    match level {
        Consciousness::Alert => 0,
        Consciousness::Awake => 1,
        Consciousness::Rousable => 10,
        Consciousness::Unrousable => 100,
    }
}

/// Every value of JCS, for the crew that writes it down exactly.
const EXACT: [u16; 10] = [0, 1, 2, 3, 10, 20, 30, 100, 200, 300];

/// The four levels and CPA.
pub(super) fn level(path: &str, view: &View) -> Markup {
    let said = view.level.map(|level| level.consciousness);
    html! {
        @for level in Consciousness::ALL {
            @let (scale, digit) = level.label().split_once(' ').unwrap_or(("", level.label()));
            button.big id={ "jcs-" (first(level)) } form="act" formaction={ (path) "/observe" }
                name="jcs" value=(first(level)) aria-pressed=(said == Some(level))
                disabled[view.over()]
            {
                small { (scale) } " " span { (digit) }
            }
        }
        button.big #cpa form="act" formaction={ (path) "/observe" } name="cpa" value=(!view.cpa)
            aria-pressed=(view.cpa) disabled[view.over()]
        {
            small { "心肺停止" } " " span { "CPA" }
        }
    }
}

/// The exact value. It stands in no live part: a list that is open must not be drawn anew.
pub(super) fn exact() -> Markup {
    html! {
        div.exact {
            select #jcs form="observe" name="jcs" aria-label="JCSの値を選ぶ" required {
                option value="" { "数値" }
                @for value in EXACT { option value=(value) { (value) } }
            }
            noscript { button form="observe" { "記録" } }
        }
    }
}

/// What the card looks like, which only the crew can see.
pub(super) fn card_form(path: &str, view: &View) -> Markup {
    html! {
        @for &form in CardForm::ALL {
            @let (name, note) = japanese::card_form(form);
            button.big id={ "form-" (form.name()) } form="act" formaction={ (path) "/observe" }
                name="card_form" value=(form.name()) aria-pressed=(view.card_form == Some(form))
                disabled[view.over()]
            {
                span { (name) } " " small { (note) }
            }
        }
    }
}

/// The one small line that says why nothing asks for attention.
pub(super) fn quiet(view: &View) -> Markup {
    html! { @if view.quiet { p.quiet { "CPA：静かに表示中" } } }
}
