//! The forms of a case. Each gives the plugin one command; what comes of it arrives as events.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use mynaq_host_sdk::{
    CardForm, Case, Consent, Decision, ErrorClass, ErrorCode, Identity, Notice, Observation,
    Reason, Scope,
};
use zeroize::Zeroizing;

use super::Console;
use super::posted::Posted;
use crate::desk::OpenCase;
use crate::drill::Move;
use crate::screen;
use crate::view::TableState;

/// How long a plain form waits for its first effect, so that the page it gets shows it.
const FIRST_EFFECT: Duration = Duration::from_millis(300);
/// The longest answer the crew may type, in characters.
const LONGEST_HEARD: usize = 500;

type Address = Path<String>;

pub(super) async fn read(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, _| {
        case.change(|view| {
            view.settle(ErrorClass::Card);
            view.settle(ErrorClass::Reader);
        });
        case.read_card();
    })
    .await
}

pub(super) async fn cancel(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, _| {
        case.command(Case::cancel);
    })
    .await
}

pub(super) async fn identity(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        case.command(|case| match form.get("identity").and_then(|it| Identity::from_name(it)) {
            Some(identity @ (Identity::Visual | Identity::Failed)) => case.identity(identity),
            Some(Identity::Pin) | None => Err(ErrorCode::UnknownValue.into()),
        });
    })
    .await
}

/// The digits live in the form, which wipes them, and nowhere else.
pub(super) async fn pin(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let none = Zeroizing::default();
        let taken = case.command(|case| case.identity_by_pin(form.get("pin").unwrap_or(&none)));
        if taken {
            // Used up, whatever comes of it.
            case.change(|view| view.last_try = false);
        }
    })
    .await
}

/// The crew and the patient want the last try of the PIN spent. The digits are asked for anew.
pub(super) async fn last_try(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, _| {
        case.command(Case::allow_last_try);
    })
    .await
}

/// A reason says that consent is unobtainable: one tap records both.
pub(super) async fn consent(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let consent = form.get("consent").and_then(|it| Consent::from_name(it));
        let reason = form.get("reason").and_then(|it| Reason::from_name(it));
        case.command(|case| match (consent, reason) {
            (None, Some(_)) => case.consent(Consent::Unobtainable, reason),
            (Some(consent), None) => case.consent(consent, None),
            _ => Err(ErrorCode::UnknownValue.into()),
        });
    })
    .await
}

/// What the crew sees: level of consciousness, cardiopulmonary arrest, the card's form. One at a
/// time; the plugin keeps what was said before.
pub(super) async fn observe(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let word = |name| form.get(name).map(|value| value.as_str());
        let none = Observation::default();
        let seen = match (word("jcs"), word("cpa"), word("card_form")) {
            (Some(jcs), None, None) => {
                jcs.parse().ok().map(|jcs| Observation { jcs: Some(jcs), ..none })
            }
            (None, Some(cpa), None) => {
                cpa.parse().ok().map(|cpa| Observation { cpa: Some(cpa), ..none })
            }
            (None, None, Some(form)) => {
                CardForm::from_name(form).map(|form| Observation { card_form: Some(form), ..none })
            }
            _ => None,
        };
        case.command(|case| case.observe(&seen.ok_or(ErrorCode::UnknownValue)?));
    })
    .await
}

/// The card was another person's. The page has asked once more before it sends this.
pub(super) async fn wrong_patient(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, _| {
        case.command(Case::wrong_patient);
    })
    .await
}

pub(super) async fn look_up(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, _| {
        case.command(|case| case.look_up(Scope::Summary));
    })
    .await
}

pub(super) async fn decide(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let chosen =
            Decision::ALL.iter().find_map(|&decision| Some((decision, form.get(decision.name())?)));
        case.command(|case| match chosen {
            Some((decision, field)) => case.decide(field, decision),
            None => Err(ErrorCode::UnknownValue.into()),
        });
    })
    .await
}

/// Takes over everything, or what comes from one section of the summary.
pub(super) async fn take_all(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let section = form.get("section").map(|section| section.as_str());
        case.command(|case| match section {
            Some(section) => {
                let section = Some(section).filter(|section| !section.is_empty());
                case.decide_all(section, Decision::Accept)
            }
            None => Err(ErrorCode::UnknownValue.into()),
        });
    })
    .await
}

/// What became of the notice. It can be handed over after everything else has ended.
pub(super) async fn notice(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        let notice = form.get("notice").and_then(|it| Notice::from_name(it));
        case.command(|case| case.notice(notice.ok_or(ErrorCode::UnknownValue)?));
    })
    .await
}

/// What the crew heard by asking. It stays beside the offers and is not the plugin's business.
pub(super) async fn heard(desk: State<Console>, at: Address, form: Posted) -> Response {
    on(desk, at, form, async |case, form| {
        case.change(|view| {
            for (field, text) in form.under("heard.") {
                if screen::knows(view, field) {
                    let text: String = text.chars().take(LONGEST_HEARD).collect();
                    view.heard.insert(field.to_owned(), text.into());
                }
            }
        });
    })
    .await
}

pub(super) async fn tap(desk: State<Console>, at: Address, form: Posted) -> Response {
    let table = desk.table;
    on(desk, at, form, async |case, form| {
        let (Some(table), Some(person)) = (table, form.get("person")) else { return };
        let done = table.play(Move::Tap(person)).await;
        let state = if done { TableState::Holds(person.to_string()) } else { TableState::Silent };
        case.change(|view| view.table = state);
    })
    .await
}

pub(super) async fn remove(desk: State<Console>, at: Address, form: Posted) -> Response {
    let table = desk.table;
    on(desk, at, form, async |case, _| {
        let Some(table) = table else { return };
        let done = table.play(Move::Remove).await;
        let state = if done { TableState::Empty } else { TableState::Silent };
        case.change(|view| view.table = state);
    })
    .await
}

pub(super) async fn close(
    State(console): State<Console>,
    Path(token): Address,
    form: Posted,
) -> Response {
    if let Some(case) = console.desk.find(&form.browser.name, &token) {
        console.desk.close(&case);
    }
    // The live stream leads an open page to the first one.
    if form.live {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/").into_response()
    }
}

/// Does something to the case of this address, if it is this browser's.
async fn on(
    State(console): State<Console>,
    Path(token): Address,
    form: Posted,
    act: impl AsyncFnOnce(&OpenCase, &Posted),
) -> Response {
    match console.desk.find(&form.browser.name, &token) {
        Some(case) => done(&case, &form, act(&case, &form)).await,
        None => (StatusCode::NOT_FOUND, "この事案はすでに閉じられています").into_response(),
    }
}

/// A script gets the effects by the live stream; a plain form gets the page, with the first of them.
pub(super) async fn done(
    case: &Arc<OpenCase>,
    form: &Posted,
    act: impl Future<Output = ()>,
) -> Response {
    let mut changes = case.follow();
    act.await;
    if form.live {
        return StatusCode::NO_CONTENT.into_response();
    }
    let _ = tokio::time::timeout(FIRST_EFFECT, changes.changed()).await;
    Redirect::to(&format!("/cases/{}", case.token)).into_response()
}
