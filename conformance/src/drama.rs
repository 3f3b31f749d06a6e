//! Playing a case from the first command to its end, as a host would.

use std::time::{Duration, Instant};

use mynaq_host_sdk::{
    Case, Consent, Error, ErrorCode, Event, EventBody, GateState, Identity, Reason, Record, Scope,
    Summary,
};
use zeroize::Zeroizing;

/// No staged case takes longer; one that does has hung.
const LONGEST: Duration = Duration::from_secs(40);

/// What the crew does.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// The identity check.
    pub identity: Identity,
    /// The digits, when the check is by PIN.
    pub pin: &'static str,
    /// The patient's word.
    pub consent: Consent,
    /// Why it cannot be had.
    pub reason: Option<Reason>,
    /// What is asked for.
    pub scope: Scope,
}

impl Default for Script {
    /// Seen, and said yes.
    fn default() -> Self {
        Script {
            identity: Identity::Visual,
            pin: "",
            consent: Consent::Given,
            reason: None,
            scope: Scope::Summary,
        }
    }
}

/// How a case went.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Every event up to the end.
    pub events: Vec<Event>,
    /// The summary, if one came.
    pub summary: Option<Summary>,
    /// The record, if one was filled.
    pub record: Option<Record>,
    /// Why there is none.
    pub error: Option<Error>,
}

impl Script {
    /// Plays until there is a record or a reason why there is none.
    ///
    /// # Errors
    /// A command that was refused at once.
    ///
    /// # Panics
    /// When the case hangs.
    pub fn play(&self, case: &Case) -> Result<Outcome, Error> {
        self.begin(case)?;
        self.follow(case)
    }

    /// As [`Script::play`]; the crew does this as soon as its card has been read.
    ///
    /// # Errors
    /// As [`Script::play`].
    ///
    /// # Panics
    /// As [`Script::play`].
    pub(crate) fn play_and(&self, case: &Case, read: impl FnMut()) -> Result<Outcome, Error> {
        self.begin(case)?;
        self.follow_and(case, read)
    }

    fn begin(&self, case: &Case) -> Result<(), Error> {
        match self.identity {
            Identity::Pin => case.identity_by_pin(&Zeroizing::new(self.pin.to_owned()))?,
            identity => {
                case.read_card()?;
                case.identity(identity)?;
            }
        }
        case.consent(self.consent, self.reason)
    }

    /// Follows a case whose commands were given.
    ///
    /// # Errors
    /// A look-up that was refused at once.
    ///
    /// # Panics
    /// When the case hangs.
    pub fn follow(&self, case: &Case) -> Result<Outcome, Error> {
        self.follow_and(case, || {})
    }

    fn follow_and(&self, case: &Case, mut read: impl FnMut()) -> Result<Outcome, Error> {
        let until = Instant::now() + LONGEST;
        let mut outcome = Outcome::default();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = case.next_event(left)?;
            let event =
                event.unwrap_or_else(|| panic!("the case hangs after {:#?}", outcome.events));
            outcome.events.push(event.clone());
            match event.body {
                EventBody::CardRead { .. } => read(),
                EventBody::Gate { state: GateState::Open, .. } => case.look_up(self.scope)?,
                EventBody::Gate { state: GateState::Closed { error }, .. }
                | EventBody::Trouble { error, goes_on: false, .. } => {
                    outcome.error = Some(error);
                    return Ok(outcome);
                }
                // Nobody here has another card to lay down: the crew goes on by asking.
                EventBody::Trouble { error, goes_on: true, .. }
                    if is_another_card(error.code()) =>
                {
                    case.cancel()?;
                    outcome.error = Some(error);
                    return Ok(outcome);
                }
                EventBody::Summary { summary } => outcome.summary = Some(*summary),
                EventBody::Record { record } => {
                    outcome.record = Some(*record);
                    return Ok(outcome);
                }
                _ => {}
            }
        }
    }
}

/// The events of a case up to the one wanted, which must come.
///
/// # Panics
/// When it does not.
pub fn until(case: &Case, wanted: impl Fn(&EventBody) -> bool) -> Vec<EventBody> {
    let mut seen = Vec::new();
    loop {
        let event = case.next_event(Duration::from_secs(20)).expect("an event");
        let body = event.unwrap_or_else(|| panic!("it never came after {seen:#?}")).body;
        let found = wanted(&body);
        seen.push(body);
        if found {
            return seen;
        }
    }
}

/// Whether the plugin waits for another card because this one will not do.
fn is_another_card(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::CardNotMyNumber
            | ErrorCode::CardBasicResident
            | ErrorCode::CardPhone
            | ErrorCode::CardDrivingLicence
            | ErrorCode::CardForeign
            | ErrorCode::CardUnreadable
    )
}

impl Outcome {
    /// The value of a field of the record.
    ///
    /// # Panics
    /// When there is no record or no such field.
    pub fn value(&self, field: &str) -> Option<&str> {
        let record = self.record.as_ref().expect("a record");
        let field = record.fields.iter().find(|known| known.name == field).expect("a field");
        field.state.value()
    }
}
