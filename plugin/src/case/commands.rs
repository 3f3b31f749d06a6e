//! What a host may ask of a case. Every command returns at once.

use std::sync::Arc;

use mynaq_interface::{Consent, Error, ErrorCode, EventBody, Identity, Observation, OptOut};
use mynaq_ledger::Fact;

use super::journal::Author;
use super::state::{Reading, SetAside, State};
use super::{Case, LONGEST_BACKLOG};
use crate::card::{Digits, Job, PinCheck, Task};
use crate::gate::Word;

impl Case {
    /// Starts waiting for a card and reading it. The crew may still be asking.
    pub(crate) fn read_card(self: &Arc<Self>) -> Result<(), Error> {
        self.command(|state| self.start_reading(state, Task::Read))
    }

    /// Records the identity check; a PIN is checked by the card first.
    pub(crate) fn identity(self: &Arc<Self>, identity: Identity, pin: &str) -> Result<(), Error> {
        self.command(|state| match identity {
            Identity::Pin => {
                let digits = Digits::parse(pin)?;
                reading_may_start(state)?;
                let known = || state.card.as_ref().map(|card| Arc::clone(&card.certificate));
                let last_try = state.last_try.take();
                let holder = last_try.clone().or_else(known);
                let check = PinCheck::new(digits, last_try.is_some(), holder);
                self.start_reading(state, Task::VerifyPin(Arc::new(check)))
            }
            Identity::Visual | Identity::Failed if !pin.is_empty() => {
                Err(Error::new(ErrorCode::UnknownValue)
                    .detail("a PIN goes with identity `pin` only"))
            }
            Identity::Visual | Identity::Failed => {
                self.record_identity(state, identity);
                self.tell_gate(state);
                self.warm_line(state);
                Ok(())
            }
        })
    }

    /// Allows the last try of the PIN to be spent by the next check, which uses that up.
    pub(crate) fn allow_last_try(&self) -> Result<(), Error> {
        self.command(|state| {
            reading_may_start(state)?;
            state.last_try.allow()?;
            self.enter(Fact::LastTryAllowed);
            self.tell(EventBody::LastTryAllowed);
            Ok(())
        })
    }

    /// Records the patient's word. Refusal ends the matter.
    pub(crate) fn consent(&self, consent: Consent, reason: &str) -> Result<(), Error> {
        let word = Word::from_host(consent, reason)?;
        self.command(|state| {
            state.basis.hear(word);
            self.enter(Fact::Consent { consent: word.consent(), reason: word.reason() });
            self.tell(EventBody::ConsentRecorded {
                consent: word.consent(),
                reason: word.reason(),
            });
            if let Some(because) = state.basis.is_over() {
                self.end(state, because);
            }
            self.tell_gate(state);
            self.warm_line(state);
            Ok(())
        })
    }

    /// Records what the crew sees of patient and card.
    pub(crate) fn observe(&self, observation: Observation) -> Result<(), Error> {
        if let Some(fault) = observation.fault() {
            return Err(Error::new(ErrorCode::BadDocument).detail(fault));
        }
        self.command(|state| {
            let observation = state.basis.see(observation);
            let consciousness = state.basis.level();
            let cpa = state.basis.cpa();
            let card_form = observation.card_form;
            self.queue.be_quiet(cpa);
            self.enter(Fact::Observed { consciousness, card_form, cpa });
            self.tell(EventBody::Observed { observation, consciousness });
            self.tell_gate(state);
            Ok(())
        })
    }

    /// The card was another person's: nothing of it stays, and it is not read again in this case.
    pub(crate) fn wrong_patient(&self) -> Result<(), Error> {
        self.command(|state| {
            let card = state
                .card
                .as_ref()
                .ok_or_else(|| Error::new(ErrorCode::WrongState).detail("no card was read"))?;
            let set_aside = SetAside::of(&card.certificate);
            if !state.set_aside.contains(&set_aside) {
                state.set_aside.push(set_aside);
            }
            let fields = state.accepted();
            self.enter(Fact::WrongPatient { fields: fields.clone() });
            if state.reading.is_some() {
                // One that waits for the right card ends with it: the crew starts it anew.
                self.tell_end(ErrorCode::CardCancelled.into());
            }
            self.wipe(state);
            state.notice_due = None;
            self.tell(EventBody::Withdrawn { fields });
            self.tell(EventBody::CardForgotten);
            self.begin_anew(state);
            self.tell_gate(state);
            Ok(())
        })
    }

    /// The holder of the card that was read goes on the department's opt-out list, or off it. Works
    /// after the list has closed the case.
    pub(crate) fn opt_out(self: &Arc<Self>, opt_out: OptOut) -> Result<(), Error> {
        let list = &self.services.opt_out;
        self.change(|state| {
            let entry = match (&state.card, state.list_entry) {
                (Some(card), _) => list.entry(&card.certificate)?,
                (None, Some(entry)) => entry,
                (None, None) => {
                    return Err(Error::new(ErrorCode::WrongState).detail("no card was read"));
                }
            };
            let case = Arc::downgrade(self);
            let list = Arc::clone(list);
            self.services.journal.apart(Author::of(self), move || {
                let changed = list.change(entry, opt_out);
                if let Some(case) = case.upgrade() {
                    case.on_list(entry, opt_out, changed);
                }
            });
            Ok(())
        })
    }

    /// Cancels what is under way. What was read or found before stays.
    pub(crate) fn cancel(&self) -> Result<(), Error> {
        self.change(|state| {
            if let Some(reading) = &state.reading {
                // The desk answers with `card.cancelled`, which ends the reading.
                reading.cancel.cancel();
            }
            if self.give_up(state.look_up.take()) {
                self.tell_end(ErrorCode::NetworkCancelled.into());
            }
            Ok(())
        })
    }

    /// A command of the host: refused after a refusal (P9), and while nobody fetches the events.
    pub(super) fn command(
        &self,
        command: impl FnOnce(&mut State) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let backlog = self.queue.backlog();
        if backlog > LONGEST_BACKLOG {
            return Err(Error::new(ErrorCode::WrongState)
                .detail(format_args!("{backlog} events are waiting; fetch them with next_event")));
        }
        self.change(|state| match state.basis.is_over() {
            Some(because) => Err(because.into()),
            None => command(state),
        })
    }

    pub(super) fn start_reading(
        self: &Arc<Self>,
        state: &mut State,
        task: Task,
    ) -> Result<(), Error> {
        reading_may_start(state)?;
        let cancel = self.services.cards.cancel();
        let reading = Reading { cancel: cancel.clone(), task: task.clone() };
        let (case, this) = (Arc::downgrade(self), cancel.clone());
        self.services.cards.submit(Job {
            owner: self.handle.into(),
            task,
            cancel,
            news: Box::new(move |news| {
                if let Some(case) = case.upgrade() {
                    case.on_card(&this, news);
                }
            }),
        })?;
        state.reading = Some(reading);
        Ok(())
    }

    pub(super) fn record_identity(&self, state: &mut State, identity: Identity) {
        state.basis.check(identity);
        self.enter(Fact::Identity { identity });
        self.tell(EventBody::IdentityRecorded { identity });
        if identity == Identity::Failed {
            self.enter(Fact::GateClosed { because: ErrorCode::GateIdentityFailed });
            self.stop_viewing(state);
        }
    }
}

fn reading_may_start(state: &State) -> Result<(), Error> {
    match state.reading {
        Some(_) => Err(Error::new(ErrorCode::WrongState).detail("a card is being read")),
        None => Ok(()),
    }
}
