//! The events of one case, waiting for the host.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mynaq_interface::{Event, EventBody};
use time::OffsetDateTime;
use time::macros::format_description;
use zeroize::{Zeroize as _, Zeroizing};

/// Events as documents: they hold patient data, so they are wiped wherever they end.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Told>,
    told: u64,
    /// How many of them the host was woken for.
    announced: u64,
    /// How many were given out: they are numbered then, since some are withdrawn before.
    given: u64,
    /// Whether events ask for no attention: the patient is in cardiopulmonary arrest.
    quiet: bool,
    closed: bool,
}

/// An event that waits.
#[derive(Debug)]
struct Told {
    about: About,
    /// Its number is 0.
    json: Zeroizing<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Readers,
    /// It holds what a look-up brought.
    Patient,
    Else,
}

/// What a wait for an event ends with.
#[derive(Debug)]
pub(crate) enum Next {
    /// An event.
    Event(Zeroizing<String>),
    /// Nothing in time.
    Nothing,
    /// The case is closed; there will be no more.
    Closed,
}

impl Queue {
    /// Adds an event and wipes what it was made from.
    pub(super) fn push(&self, body: EventBody) {
        let mut waiting = self.lock();
        if waiting.closed {
            return;
        }
        let about = match body {
            EventBody::Readers { .. } => About::Readers,
            EventBody::PatientFound { .. }
            | EventBody::Document { .. }
            | EventBody::Summary { .. }
            | EventBody::Record { .. } => About::Patient,
            _ => About::Else,
        };
        // What the readers saw a moment ago, and nobody has fetched, is no news any more: a loose
        // plug in a moving vehicle must not fill the queue.
        let of_readers = |last: &mut Told| last.about == About::Readers;
        if about == About::Readers && waiting.events.pop_back_if(of_readers).is_some() {
            waiting.told -= 1;
        }
        let mut event = Event { sequence: 0, at: now(), quiet: waiting.quiet, body };
        match serde_json::to_string(&event) {
            Ok(json) => {
                waiting.told += 1;
                waiting.events.push_back(Told { about, json: Zeroizing::new(json) });
                self.arrived.notify_one();
            }
            Err(error) => tracing::error!(%error, "an event could not be written"),
        }
        match &mut event.body {
            EventBody::PatientFound { patient } => patient.zeroize(),
            EventBody::Summary { summary } => summary.zeroize(),
            EventBody::Record { record } => record.zeroize(),
            _ => {}
        }
    }

    /// Takes back what a look-up brought and nobody has fetched.
    pub(super) fn withdraw(&self) {
        self.lock().events.retain(|event| event.about != About::Patient);
    }

    /// Whether the events from now on ask for attention.
    pub(super) fn be_quiet(&self, quiet: bool) {
        self.lock().quiet = quiet;
    }

    pub(super) fn next(&self, timeout: Duration) -> Next {
        let until = Instant::now() + timeout;
        let mut waiting = self.lock();
        loop {
            if let Some(Told { mut json, .. }) = waiting.events.pop_front() {
                waiting.given += 1;
                number(&mut json, waiting.given);
                return Next::Event(json);
            }
            if waiting.closed {
                return Next::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Nothing;
            }
            waiting =
                self.arrived.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether there are events the host was not woken for; from now on it was.
    pub(super) fn announce(&self) -> bool {
        let mut waiting = self.lock();
        let news = waiting.told > waiting.announced && !waiting.events.is_empty();
        waiting.announced = waiting.told;
        news
    }

    /// How many events nobody has fetched yet.
    pub(super) fn backlog(&self) -> usize {
        self.lock().events.len()
    }

    /// Wipes what is waiting and frees whoever waits.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.events.clear();
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the event that was written as number 0 its own.
fn number(json: &mut String, number: u64) {
    const UNNUMBERED: &str = "{\"sequence\":0";
    if json.starts_with(UNNUMBERED) {
        json.replace_range(UNNUMBERED.len() - 1..UNNUMBERED.len(), &number.to_string());
    }
}

fn now() -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}
