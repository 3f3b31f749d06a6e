//! An ear at one case: asks the plugin what a host asks, and hears what a host hears.

use std::ptr::null_mut;
use std::time::{Duration, Instant};

use mynaq_host_sdk::{
    Case, Consent, Error, ErrorCode, EventBody, Gcs, Observation, ReaderState, Record,
};
use zeroize::Zeroizing;

use crate::moves::{Command, Said, Seen};
use crate::raw;
use crate::world::Checked;

/// A case, and what was heard of it.
pub(crate) struct Ear {
    case: Case,
    incident: String,
    heard: u64,
    /// Whether its events ask for no attention, by what was said last.
    quiet: bool,
    /// Whether a card lies on the reader, as it was told last.
    pub(crate) card_lies: bool,
    /// How often the readers were told.
    pub(crate) readers_told: u64,
    /// Whom every summary named.
    summaries: Vec<String>,
}

/// What a command brought besides success.
#[derive(Debug)]
pub(crate) enum Paper {
    Nothing,
    Record(Box<Record>),
    Export(Vec<u8>),
    Page(String),
}

impl Ear {
    pub(crate) fn at(case: Case, incident: String) -> Self {
        let (heard, readers_told) = (0, 0);
        let (quiet, card_lies) = (false, false);
        Ear { case, incident, heard, quiet, card_lies, readers_told, summaries: Vec::new() }
    }

    /// Asks; what the plugin answered.
    pub(crate) fn ask(&self, command: Command) -> (Option<ErrorCode>, Paper) {
        let case = &self.case;
        let mut paper = Paper::Nothing;
        let answer = match command {
            Command::ReadCard => case.read_card(),
            Command::Compare(matches) => case.identity(matches.identity()),
            Command::Pin(typed) => case.identity_by_pin(&Zeroizing::new(typed.digits().into())),
            Command::AllowLastTry => case.allow_last_try(),
            Command::Consent(said) => match said {
                Said::Yes => case.consent(Consent::Given, None),
                Said::No => case.consent(Consent::Refused, None),
                Said::Nothing(reason) => case.consent(Consent::Unobtainable, Some(reason)),
                Said::NothingAndWhy => case.consent(Consent::Unobtainable, None),
            },
            Command::Observe(seen) => case.observe(&observation(seen)),
            Command::LookUp(scope) => case.look_up(scope),
            Command::Cancel => case.cancel(),
            Command::Decide(field, decision) => case.decide(field, decision),
            Command::DecideAll(section, decision) => case.decide_all(section, decision),
            Command::Record => case.record().map(|record| paper = Paper::Record(Box::new(record))),
            Command::Export(format) => {
                case.export(format).map(|bytes| paper = Paper::Export(bytes.to_vec()))
            }
            Command::Notice(notice) => case.notice(notice),
            Command::NoticePage(language) => {
                case.notice_page(language).map(|page| paper = Paper::Page(page))
            }
            Command::WrongPatient => case.wrong_patient(),
            Command::OptOut(opt_out) => case.opt_out(opt_out),
            Command::Close => self.closed(),
        };
        (answer.err().map(|error| error.code()), paper)
    }

    /// Closes the case and keeps its handle, so that it can be seen that it is good for nothing.
    fn closed(&self) -> Result<(), Error> {
        let close = raw::table().case_close.expect("a function");
        // SAFETY: no place for an error is passed, and any handle is allowed.
        let status = unsafe { close(self.case.id(), null_mut()) };
        match raw::code(status) {
            None => Ok(()),
            Some(code) => Err(code.into()),
        }
    }

    /// The next event, if one comes in time; checked for what holds of every event.
    pub(crate) fn next(&mut self, until: Instant) -> Checked<Option<EventBody>> {
        let left = until.saturating_duration_since(Instant::now());
        let event = match self.case.next_event(left.max(Duration::ZERO)) {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(None),
            Err(error) if error.code() == ErrorCode::UnknownHandle => return Ok(None),
            Err(error) => return Err(format!("no event can be fetched: {error}")),
        };
        self.heard += 1;
        if event.sequence != self.heard {
            return Err(format!("event {} follows {}: {event:?}", event.sequence, self.heard - 1));
        }
        match &event.body {
            EventBody::Observed { observation, .. } => self.quiet = observation.cpa == Some(true),
            EventBody::Readers { readers, .. } => {
                self.readers_told += 1;
                self.card_lies = readers.iter().any(|reader| reader.state == ReaderState::Card);
            }
            EventBody::Summary { summary } => {
                self.summaries.push(summary.patient.name.clone().unwrap_or_default());
            }
            _ => {}
        }
        if event.quiet != self.quiet {
            return Err(format!("the event is quiet or not, and should not be so: {event:?}"));
        }
        Ok(Some(event.body))
    }

    /// Fetches what there is, and what comes within a moment.
    pub(crate) fn look(&mut self, for_a_moment: bool) -> Checked {
        const MOMENT: Duration = Duration::from_millis(30);
        let until = Instant::now() + if for_a_moment { MOMENT } else { Duration::ZERO };
        while self.next(until)?.is_some() {}
        Ok(())
    }

    /// Hangs up: whom the summaries have named, in the case of this number.
    pub(crate) fn close(self) -> (String, Vec<String>) {
        (self.incident, self.summaries)
    }
}

fn observation(seen: Seen) -> Observation {
    let nothing = Observation::default();
    match seen {
        Seen::Jcs(jcs) => Observation { jcs: Some(jcs), ..nothing },
        Seen::Gcs(eye, verbal, motor) => {
            Observation { gcs: Some(Gcs { eye, verbal, motor }), ..nothing }
        }
        Seen::Form(form) => Observation { card_form: Some(form), ..nothing },
        Seen::Cpa(cpa) => Observation { cpa: Some(cpa), ..nothing },
    }
}
