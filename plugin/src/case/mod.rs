//! The life of one case, and the only room that knows card, gate, look-up, ledger and adapters.
//!
//! Commands arrive on the host's threads and return at once; what they start reports back here.
//! `commands` what the host may ask · `news` what readers and cards bring · `look_up` the way to the
//! gateway and back · `record` what the host may do with what was found · `state` what is held
//! meanwhile · `queue` what the host has not fetched yet · `journal` the way into the ledger ·
//! `services` what cases share.

mod commands;
mod journal;
mod look_up;
mod news;
mod queue;
mod record;
mod services;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use mynaq_interface::{CaseOpening, Error, ErrorCode, EventBody, Limits};
use mynaq_ledger::Fact;

use self::journal::Author;
pub(crate) use self::queue::Next;
use self::queue::Queue;
pub(crate) use self::services::{Services, Threads};
use self::state::{LookUp, Stage, State};
use crate::card::ReadersNow;
use crate::config::Mode;
use crate::gate;
use crate::host::HostLink;

/// A host that fetches no events cannot be told anything: it may not ask for more either.
const LONGEST_BACKLOG: usize = Limits::NOW.waiting_events as usize;

/// One patient contact.
pub(crate) struct Case {
    /// The handle the host knows it by.
    handle: u64,
    /// The session it was opened in.
    session: u64,
    /// For those who bring news later.
    this: Weak<Case>,
    /// What the ledger knows it by.
    ledger_id: Arc<str>,
    /// Who opened it, and so who views.
    crew_member: String,
    unit: String,
    pack: String,
    host: Arc<HostLink>,
    services: Arc<Services>,
    queue: Queue,
    state: Mutex<State>,
}

impl Case {
    pub(crate) fn open(
        handle: u64,
        session: u64,
        opening: CaseOpening,
        host: Arc<HostLink>,
        services: Arc<Services>,
    ) -> Result<Arc<Self>, Error> {
        let drill = services.mode == Mode::Drill;
        services.look_again();
        services.may_view(&opening.crew_member, &opening.unit)?;
        let (crew_member, unit) = (opening.crew_member.clone(), opening.unit.clone());
        let fact = Fact::Opened {
            incident: opening.incident,
            unit: opening.unit,
            terminal: opening.terminal,
            crew_member: opening.crew_member,
            pack: opening.pack.clone(),
            mapping_sha256: services.packs.get(&opening.pack)?.identity().mapping_sha256.clone(),
            drill,
        };
        let ledger_id = gate::random_id()?.into();
        let case = Arc::new_cyclic(|this| Case {
            handle,
            session,
            this: Weak::clone(this),
            ledger_id,
            crew_member,
            unit,
            pack: opening.pack,
            host,
            services,
            queue: Queue::default(),
            state: Mutex::new(State::default()),
        });
        case.enter(fact);
        case.tell(EventBody::Opened { drill });
        Ok(case)
    }

    /// From here on the case hears of the readers, its line is opened, and its host is woken. It can be found by its
    /// handle now: whoever is woken and asks at once gets an answer.
    pub(crate) fn attend(&self) {
        let known = self.services.cards.readers_now();
        if let Some(ReadersNow { service, readers }) = known.clone() {
            self.tell(EventBody::Readers { service, readers });
        }
        self.services.cards.listen(news::Ear(Weak::clone(&self.this)), known);
        // A case that is closed already needs no line.
        let _ = self.change(|state| {
            self.warm_line(state);
            Ok(())
        });
    }

    /// The session it was opened in.
    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// Tells the host that events are waiting, once for those it was not told of.
    pub(crate) fn wake(&self) {
        if self.queue.announce() {
            self.host.wake(self.handle);
        }
    }

    pub(crate) fn next_event(&self, timeout: Duration) -> Next {
        self.queue.next(timeout)
    }

    /// Wipes everything and ends the case.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        if state.stage == Stage::Closed {
            return;
        }
        self.wipe(&mut state);
        state.set_aside.clear();
        state.list_entry = None;
        state.stage = Stage::Closed;
        self.enter(Fact::Closed);
        self.queue.close();
    }

    /// A defect was met while working for this case: it takes no more commands.
    pub(crate) fn poison(&self) {
        tracing::error!(case = &*self.ledger_id, "a defect: the case takes no more commands");
        // `change` refuses a poisoned case; nothing else can fail here.
        let _ = self.change(|state| {
            self.wipe(state);
            state.stage = Stage::Poisoned;
            self.enter(Fact::Defect);
            self.tell_end(ErrorCode::Panic.into());
            Ok(())
        });
    }

    /// The one way to change a case: under its lock, and the host is woken after the lock is free.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> Result<T, Error>) -> Result<T, Error> {
        let result = {
            let mut state = self.lock();
            match state.stage {
                Stage::Running => change(&mut state),
                Stage::Poisoned => Err(ErrorCode::Panic.into()),
                Stage::Closed => Err(ErrorCode::UnknownHandle.into()),
            }
        };
        self.wake();
        result
    }

    /// Puts an event in the queue. Called inside [`Self::change`], so that events stand in the
    /// order of the changes.
    fn tell(&self, body: EventBody) {
        self.queue.push(body);
    }

    /// Forgets everything of the patient, and enters that. Says whether there was anything.
    fn wipe(&self, state: &mut State) -> bool {
        self.give_up(state.look_up.take());
        self.queue.withdraw();
        let held = state.wipe();
        if held {
            self.enter(Fact::Wiped);
        }
        held
    }

    /// Ends a viewing, and enters that: nothing it brought stays.
    fn stop_viewing(&self, state: &mut State) {
        self.give_up(state.look_up.take());
        self.queue.withdraw();
        if (state.record.take().is_some(), state.document.take().is_some()) != (false, false) {
            self.enter(Fact::Wiped);
        }
    }

    /// Ends a look-up under way, if there is one: the ledger says how every look-up ended.
    fn give_up(&self, look_up: Option<LookUp>) -> bool {
        let Some(look_up) = look_up else { return false };
        let error = Some(ErrorCode::NetworkCancelled);
        self.enter(Fact::Answer { request: look_up.request.clone(), error });
        true
    }

    /// Nothing more is asked in this case, and nothing of the patient stays.
    fn end(&self, state: &mut State, because: ErrorCode) {
        self.enter(Fact::GateClosed { because });
        if self.wipe(state) {
            self.tell(EventBody::CardForgotten);
        }
    }

    fn tell_gate(&self, state: &State) {
        let (state, rule) = state.basis.state();
        self.tell(EventBody::Gate { state, rule });
    }

    /// Something ended without the result that was wanted.
    fn tell_end(&self, error: Error) {
        self.tell(EventBody::Trouble { error, goes_on: false, next_attempt_ms: None });
    }

    fn enter(&self, fact: Fact) {
        self.services.journal.enter(Author::of(self), fact);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
