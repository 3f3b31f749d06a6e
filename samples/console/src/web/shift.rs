//! The forms of the first page: a shift begins or ends, a case is opened.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use mynaq_host_sdk::{CaseOpening, Error, ErrorCode, Factor, LogIn};

use super::posted::Posted;
use super::{Console, commands, pages};

pub(super) async fn log_in(State(console): State<Console>, form: Posted) -> Response {
    let outcome = factors(&form).and_then(|factors| {
        console.desk.log_in(LogIn {
            crew_member: text(&form, "crew_member"),
            unit: text(&form, "unit"),
            terminal: text(&form, "terminal"),
            factors,
        })
    });
    first_page(&console, &form, outcome)
}

pub(super) async fn log_out(State(console): State<Console>, form: Posted) -> Response {
    let outcome = console.desk.log_out(&text(&form, "crew_member"));
    first_page(&console, &form, outcome)
}

pub(super) async fn open(State(console): State<Console>, form: Posted) -> Response {
    let crew_member = text(&form, "crew_member");
    let place = if console.desk.log_in_required() {
        // Said when the shift began: nobody types it again beside a patient.
        let mut crew = console.desk.crew().into_iter();
        let shift = crew.find(|shift| shift.crew_member == crew_member);
        shift.map(|shift| (shift.unit, shift.terminal)).ok_or(ErrorCode::GateNotLoggedIn.into())
    } else {
        Ok((text(&form, "unit"), text(&form, "terminal")))
    };
    let opened = place.and_then(|(unit, terminal)| {
        let incident = text(&form, "incident");
        let pack = console.pack.to_string();
        let opening = CaseOpening { incident, unit, terminal, crew_member, pack };
        console.desk.open(&form.browser.name, opening)
    });
    match opened {
        Ok(case) => commands::done(&case, &form, async {}).await,
        Err(error) => refused(&console, &form, &error),
    }
}

fn text(form: &Posted, name: &str) -> String {
    form.get(name).map(|value| value.trim().to_owned()).unwrap_or_default()
}

/// The factors that were chosen; the second may be left out.
fn factors(form: &Posted) -> Result<Vec<Factor>, Error> {
    ["first_factor", "second_factor"]
        .into_iter()
        .map(|name| text(form, name))
        .filter(|word| !word.is_empty())
        .map(|word| Factor::from_name(&word).ok_or(ErrorCode::UnknownValue.into()))
        .collect()
}

fn first_page(console: &Console, form: &Posted, outcome: Result<(), Error>) -> Response {
    match outcome {
        Ok(()) => Redirect::to("/").into_response(),
        Err(error) => refused(console, form, &error),
    }
}

fn refused(console: &Console, form: &Posted, error: &Error) -> Response {
    let page = pages::first_page(console, &form.browser, Some(error));
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
}
