//! The live stream of one case: the parts of the screen that changed, as they change.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;

use super::Console;
use super::browser::Known;
use crate::desk::OpenCase;
use crate::screen::{self, Parts};

pub(super) async fn events(
    State(console): State<Console>,
    Known(browser): Known,
    Path(token): Path<String>,
) -> Response {
    match console.desk.find(&browser.name, &token) {
        Some(case) => Sse::new(follow(case))
            .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
            .into_response(),
        // 204 tells a browser to stop asking for the stream.
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// What one stream has sent, and where it stands.
struct Stand {
    case: Arc<OpenCase>,
    path: String,
    changes: watch::Receiver<Option<u64>>,
    sent: Parts,
    over: bool,
}

fn follow(case: Arc<OpenCase>) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut changes = case.follow();
    // The first message carries everything: the page may have been drawn before the last change.
    changes.mark_changed();
    let path = format!("/cases/{}", case.token);
    let stand = Stand { case, path, changes, sent: Parts::new(), over: false };
    unfold(stand, |mut stand| async {
        loop {
            if stand.over || stand.changes.changed().await.is_err() {
                return None;
            }
            if stand.changes.borrow_and_update().is_none() {
                stand.over = true;
                return Some((Ok(Event::default().event("closed").data("closed")), stand));
            }
            if let Some(event) = stand.news() {
                return Some((Ok(event), stand));
            }
        }
    })
}

impl Stand {
    /// The parts that are not as they were sent last; none if all are.
    fn news(&mut self) -> Option<Event> {
        let now = self.case.look(|view| screen::parts(&self.path, view));
        let changed: Parts = now
            .iter()
            .filter(|(id, content)| self.sent.get(*id) != Some(content))
            .map(|(id, content)| (id.clone(), content.clone()))
            .collect();
        self.sent = now;
        if changed.is_empty() {
            return None;
        }
        // JSON: a value with a line break in it must not break the stream.
        Event::default().event("parts").json_data(changed).ok()
    }
}
