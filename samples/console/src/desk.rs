//! Who is at work, and the cases that are open, each with its view and the handle of the plugin.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mynaq_host_sdk::{Capabilities, Case, CaseOpening, Error, ErrorCode, LogIn, Scope, Session};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::pump::Bell;
use crate::token;
use crate::view::{View, Wish};

/// More open cases than any crew has: a page that keeps opening them is at fault.
const MOST: usize = 32;

/// All open cases of this program.
#[derive(Debug)]
pub(crate) struct Desk {
    session: Session,
    /// What can be done, asked once: a form stands before any data comes.
    capabilities: Capabilities,
    bell: Bell,
    /// Who is logged in on this terminal, as the plugin was told: it keeps no list for us.
    crew: Mutex<Vec<LogIn>>,
    cases: Mutex<Vec<Arc<OpenCase>>>,
}

impl Desk {
    pub(crate) fn new(session: Session, bell: Bell) -> Result<Self, Error> {
        let capabilities = session.capabilities()?;
        Ok(Desk { session, capabilities, bell, crew: Mutex::default(), cases: Mutex::default() })
    }

    /// Whether a case can only be opened for somebody who is logged in.
    pub(crate) fn log_in_required(&self) -> bool {
        self.capabilities.log_in_required
    }

    /// Who is logged in, in the order they came.
    pub(crate) fn crew(&self) -> Vec<LogIn> {
        locked(&self.crew).clone()
    }

    /// A crew member begins a shift; one who is logged in already begins it anew.
    pub(crate) fn log_in(&self, log_in: LogIn) -> Result<(), Error> {
        self.session.log_in(&log_in)?;
        self.strike(&log_in.crew_member);
        locked(&self.crew).push(log_in);
        Ok(())
    }

    /// A crew member ends it.
    pub(crate) fn log_out(&self, crew_member: &str) -> Result<(), Error> {
        self.session.log_out(crew_member)?;
        self.strike(crew_member);
        Ok(())
    }

    fn strike(&self, crew_member: &str) {
        locked(&self.crew).retain(|other| other.crew_member != crew_member);
    }

    /// Opens a case for one browser and starts reading its card: the crew may go on asking
    /// meanwhile, and nothing of the card leaves the terminal before the gate is open.
    pub(crate) fn open(&self, owner: &str, opening: CaseOpening) -> Result<Arc<OpenCase>, Error> {
        if locked(&self.cases).len() >= MOST {
            return Err(Error::new(ErrorCode::TooLarge).detail("too many cases are open"));
        }
        let token = token::fresh().ok_or(ErrorCode::Stopped)?;
        let case = self.session.open_case(&opening).inspect_err(|error| {
            // The plugin has ended the shift by the clock; the list must not say otherwise.
            if error.code() == ErrorCode::GateLogInExpired {
                self.strike(&opening.crew_member);
            }
        })?;
        let number = case.id();
        let mut packs = self.capabilities.packs.iter();
        let pack = packs.find(|pack| pack.name == opening.pack);
        let form = pack.map(|pack| pack.fields.clone()).unwrap_or_default();
        let languages = self.capabilities.notice_languages.clone();
        let view = View::of(form, languages, self.capabilities.drill);
        let open = Arc::new(OpenCase {
            token,
            owner: owner.to_owned(),
            number,
            opening,
            opened_at: OffsetDateTime::now_utc(),
            case: Mutex::new(Some(case)),
            view: Mutex::new(view),
            changed: watch::Sender::new(Some(0)),
        });
        locked(&self.cases).push(Arc::clone(&open));
        open.read_card();
        // Events that came before the case stood in the list rang for nobody.
        self.bell.ring(number);
        Ok(open)
    }

    /// The open cases of one browser, oldest first.
    pub(crate) fn of(&self, owner: &str) -> Vec<Arc<OpenCase>> {
        locked(&self.cases).iter().filter(|case| case.owner == owner).cloned().collect()
    }

    /// The case of a token, if it is this browser's.
    pub(crate) fn find(&self, owner: &str, token: &str) -> Option<Arc<OpenCase>> {
        self.of(owner).into_iter().find(|case| token::same(&case.token, token))
    }

    pub(crate) fn by_number(&self, number: u64) -> Option<Arc<OpenCase>> {
        locked(&self.cases).iter().find(|case| case.number == number).cloned()
    }

    pub(crate) fn close(&self, case: &OpenCase) {
        locked(&self.cases).retain(|other| other.number != case.number);
        case.close();
    }

    pub(crate) fn close_all(&self) {
        let cases = std::mem::take(&mut *locked(&self.cases));
        cases.iter().for_each(|case| case.close());
    }
}

/// One open case.
#[derive(Debug)]
pub(crate) struct OpenCase {
    /// The case's name in addresses.
    pub(crate) token: String,
    owner: String,
    number: u64,
    pub(crate) opening: CaseOpening,
    pub(crate) opened_at: OffsetDateTime,
    /// None once closed.
    case: Mutex<Option<Case>>,
    view: Mutex<View>,
    /// Counts the changes of the view; none once closed.
    changed: watch::Sender<Option<u64>>,
}

impl OpenCase {
    /// Reads the view.
    pub(crate) fn look<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        read(&locked(&self.view))
    }

    /// Changes the view and tells the pages that show it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut View) -> T) -> T {
        let outcome = change(&mut locked(&self.view));
        self.changed.send_modify(|count| {
            if let Some(count) = count {
                *count += 1;
            }
        });
        outcome
    }

    /// Follows the changes of the view.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<u64>> {
        self.changed.subscribe()
    }

    /// Gives the plugin a command and says whether it was taken. What comes of it arrives as
    /// events; a refusal is shown.
    pub(crate) fn command(&self, command: impl FnOnce(&Case) -> Result<(), Error>) -> bool {
        match self.ask(command) {
            Ok(()) => true,
            Err(error) => {
                self.change(|view| view.not_taken(error));
                false
            }
        }
    }

    /// Has a card read. Being read already is what was asked for.
    pub(crate) fn read_card(&self) -> bool {
        self.command(|case| match case.read_card() {
            Err(error) if error.code() == ErrorCode::WrongState => Ok(()),
            outcome => outcome,
        })
    }

    /// Asks the plugin for something that is not shown on the case's screen.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Case) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let case = locked(&self.case);
        case.as_ref().map_or_else(|| Err(ErrorCode::UnknownHandle.into()), question)
    }

    /// Takes every event there is into the view.
    pub(crate) fn drain(&self) {
        loop {
            let next = match locked(&self.case).as_ref() {
                Some(case) => case.next_event(Duration::ZERO),
                None => return,
            };
            match next {
                Ok(Some(event)) => match self.change(|view| view.apply(event)) {
                    Some(Wish::LookUp) => {
                        self.command(|case| case.look_up(Scope::Summary));
                    }
                    Some(Wish::ReadCard) => {
                        self.read_card();
                    }
                    None => {}
                },
                Ok(None) => return,
                Err(error) => return self.change(|view| view.not_taken(error)),
            }
        }
    }

    /// Closes the case in the plugin and drops everything of the patient here.
    fn close(&self) {
        let case = locked(&self.case).take();
        // A case the plugin no longer knows is as closed as it can be.
        let _ = case.map(Case::close);
        *locked(&self.view) = View::default();
        self.changed.send_replace(None);
    }
}

/// A panic elsewhere must not take the screen away from the crew.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
