//! A crew that looks at the screen: what it sees, and how long after the cause.

use std::time::{Duration, Instant};

use mynaq_conformance::{Script, Stage};
use mynaq_host_sdk::{
    Case, Consent, ErrorCode, EventBody, Identity, ReaderFacts, ReaderService, ReaderState,
};

/// What is promised for every change.
pub(crate) const PROMISED: Duration = Duration::from_secs(1);

/// A case and those who watch it.
pub(crate) struct Witness {
    pub(crate) case: Case,
}

impl Witness {
    /// A case that has just been opened.
    pub(crate) fn of(stage: &Stage) -> Self {
        Witness::with(stage.case())
    }

    pub(crate) fn with(case: Case) -> Self {
        let witness = Witness { case };
        witness.hears(Instant::now(), "opened", [EventBody::Opened { drill: true }]);
        witness
    }

    /// Each of these events, in any order, comes within a second after the cause, and no other one.
    pub(crate) fn hears<const N: usize>(&self, cause: Instant, what: &str, wanted: [EventBody; N]) {
        let mut wanted = wanted.to_vec();
        while !wanted.is_empty() {
            // One that comes late is waited for, to tell how late it was.
            let event = self.case.next_event(Duration::from_secs(10)).unwrap();
            let took = cause.elapsed();
            let body = event.unwrap_or_else(|| panic!("{what}: {wanted:?} did not come")).body;
            let at = wanted.iter().position(|wanted| is_the_same(wanted, &body));
            let at = at.unwrap_or_else(|| panic!("{what}: {body:?}, not {wanted:?}"));
            note(what, &body, took);
            assert!(took <= PROMISED, "{what}: {body:?} after {took:?}");
            wanted.remove(at);
        }
    }

    /// How long after the cause the event comes that is looked for; others may come before.
    pub(crate) fn next(
        &self,
        cause: Instant,
        what: &str,
        is_it: impl Fn(&EventBody) -> bool,
    ) -> Duration {
        let mut others = Vec::new();
        loop {
            let event = self.case.next_event(Duration::from_secs(20)).unwrap();
            let took = cause.elapsed();
            let body = event.unwrap_or_else(|| panic!("{what}: only {others:?}")).body;
            note(what, &body, took);
            if is_it(&body) {
                return took;
            }
            others.push(body);
        }
    }

    /// Until then there is no trouble, and the card is not read.
    pub(crate) fn hears_nothing_but_progress(&self, until: Instant) {
        while let Some(event) =
            self.case.next_event(until.saturating_duration_since(Instant::now())).unwrap()
        {
            let is_progress = matches!(
                event.body,
                EventBody::Readers { .. }
                    | EventBody::CardAwaited { .. }
                    | EventBody::CardFound { .. }
                    | EventBody::Gate { .. }
            );
            assert!(is_progress, "{event:?}");
        }
    }

    /// Goes on to the record, and it is this person's; nothing is pressed for the card.
    pub(crate) fn views(&self, stage: &Stage, person: &str) {
        self.case.identity(Identity::Visual).unwrap();
        self.case.consent(Consent::Given, None).unwrap();
        let outcome = Script::default().follow(&self.case).unwrap();
        assert!(outcome.record.is_some(), "{:?}", outcome.events);
        let viewed = stage.simulator.viewings().pop().expect("a look-up").person;
        assert_eq!(viewed.as_deref(), Some(person));
    }
}

/// Errors are the same when their code is, and whether the case goes on.
fn is_the_same(wanted: &EventBody, seen: &EventBody) -> bool {
    match (wanted, seen) {
        (
            EventBody::Trouble { error, goes_on, .. },
            EventBody::Trouble { error: seen, goes_on: still, .. },
        ) => (error.code(), goes_on) == (seen.code(), still),
        _ => wanted == seen,
    }
}

#[allow(clippy::print_stderr, reason = "figures for those who want to see them")]
fn note(what: &str, body: &EventBody, took: Duration) {
    let name = format!("{body:?}");
    let name = name.split([' ', '{']).next().unwrap_or_default();
    eprintln!("{:>5} ms  {what}: {name}", took.as_millis());
}

pub(crate) fn absent() -> EventBody {
    EventBody::Readers { service: ReaderService::Absent, readers: Vec::new() }
}

pub(crate) fn readers<const N: usize>(seen: [(&str, ReaderState); N]) -> EventBody {
    let readers = seen.map(|(name, state)| ReaderFacts { name: name.to_owned(), state }).to_vec();
    EventBody::Readers { service: ReaderService::Running, readers }
}

pub(crate) fn awaited<const N: usize>(readers: [&str; N]) -> EventBody {
    EventBody::CardAwaited { readers: readers.map(str::to_owned).to_vec() }
}

/// Trouble with which the case goes on.
pub(crate) fn trouble(code: ErrorCode) -> EventBody {
    EventBody::Trouble { error: code.into(), goes_on: true, next_attempt_ms: None }
}
