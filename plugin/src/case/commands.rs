//! What a host may ask of a case. Every command returns at once.

use std::sync::Arc;

use mynaq_interface::{
    Consent, Decision, Error, ErrorCode, EventBody, FieldState, Identity, Notice, Record, Scope,
};
use mynaq_ledger::Fact;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::journal::Author;
use super::state::{LookUp, Reading, State};
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
            state.basis.consent = Some(word);
            self.enter(Fact::Consent { consent: word.consent(), reason: word.reason() });
            self.tell(EventBody::ConsentRecorded {
                consent: word.consent(),
                reason: word.reason(),
            });
            if word == Word::Refused {
                self.end_by_refusal(state);
            }
            self.tell_gate(state);
            Ok(())
        })
    }

    /// Starts the look-up, if the gate is open.
    pub(crate) fn look_up(self: &Arc<Self>, scope: Scope) -> Result<(), Error> {
        self.command(|state| {
            if state.look_up.is_some() {
                return Err(Error::new(ErrorCode::WrongState).detail("a look-up is under way"));
            }
            let permit = state.basis.permit(scope)?;
            let card = state.card.as_ref().ok_or(ErrorCode::GateNotReady)?;
            let certificate = Arc::clone(&card.certificate);
            let (cancel, cancelled) = oneshot::channel();
            let (request, reason) = (permit.request().to_owned(), permit.reason());
            state.look_up = Some(LookUp { request: request.clone(), reason, _cancel: cancel });
            let permit = self.services.journal.enter_permit(Author::of(self), permit);
            let case = Arc::clone(self);
            self.services.io.spawn(async move {
                let view = Arc::clone(&case).view(request, permit, certificate, cancelled);
                let look_up = tokio::spawn(view);
                if look_up.await.is_err_and(|ended| ended.is_panic()) {
                    case.poison();
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

    /// Takes or leaves the offer in a field.
    pub(crate) fn decide(&self, field: &str, decision: Decision) -> Result<(), Error> {
        self.command(|state| {
            let record = state.record.as_mut().ok_or(ErrorCode::WrongState)?;
            let slot = record
                .fields
                .iter_mut()
                .find(|known| known.name == field)
                .ok_or(ErrorCode::FieldUnknown)?;
            let value = slot.state.value().map(str::to_owned).ok_or_else(|| {
                Error::new(ErrorCode::WrongState).detail("the field offers nothing")
            })?;
            slot.state = match decision {
                Decision::Accept => FieldState::Accepted { value },
                Decision::Reject => FieldState::Rejected { value },
            };
            self.enter(Fact::Decided { field: field.to_owned(), decision });
            self.tell(EventBody::Decided { field: field.to_owned(), decision });
            Ok(())
        })
    }

    /// The record as it stands, as JSON.
    pub(crate) fn record(&self) -> Result<Zeroizing<String>, Error> {
        self.change(|state| {
            serde_json::to_string(filled(state)?)
                .map(Zeroizing::new)
                .map_err(|error| Error::new(ErrorCode::Panic).detail(error))
        })
    }

    /// What the crew accepted, in a format of the pack.
    pub(crate) fn export(&self, format: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.change(|state| {
            let record = filled(state)?;
            self.services.packs.get(&self.pack)?.write(record, format).map(Zeroizing::new)
        })
    }

    /// Records what became of the notice.
    pub(crate) fn notice(&self, notice: Notice) -> Result<(), Error> {
        self.command(|state| {
            if !state.notice_due {
                return Err(Error::new(ErrorCode::WrongState)
                    .detail("nobody was viewed without consent in this case"));
            }
            self.enter(Fact::Notice { notice });
            self.tell(EventBody::NoticeRecorded { notice });
            Ok(())
        })
    }

    /// A command of the host: refused after a refusal (P9), and while nobody fetches the events.
    fn command(&self, command: impl FnOnce(&mut State) -> Result<(), Error>) -> Result<(), Error> {
        let backlog = self.queue.backlog();
        if backlog > LONGEST_BACKLOG {
            return Err(Error::new(ErrorCode::WrongState)
                .detail(format_args!("{backlog} events are waiting; fetch them with next_event")));
        }
        self.change(|state| match state.basis.consent {
            Some(Word::Refused) => Err(ErrorCode::GateRefused.into()),
            _ => command(state),
        })
    }

    fn start_reading(self: &Arc<Self>, state: &mut State, task: Task) -> Result<(), Error> {
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
        state.basis.identity = Some(identity);
        self.enter(Fact::Identity { identity });
        self.tell(EventBody::IdentityRecorded { identity });
        if identity == Identity::Failed {
            self.enter(Fact::GateClosed { because: ErrorCode::GateIdentityFailed });
            self.stop_viewing(state);
        }
    }

    /// P9: no look-up, no trace of the card, no second prompt.
    fn end_by_refusal(&self, state: &mut State) {
        self.enter(Fact::GateClosed { because: ErrorCode::GateRefused });
        if self.wipe(state) {
            self.tell(EventBody::CardForgotten);
        }
    }

    pub(super) fn tell_gate(&self, state: &State) {
        self.tell(EventBody::Gate { state: state.basis.state(), rule: None });
    }
}

fn reading_may_start(state: &State) -> Result<(), Error> {
    match state.reading {
        Some(_) => Err(Error::new(ErrorCode::WrongState).detail("a card is being read")),
        None => Ok(()),
    }
}

fn filled(state: &State) -> Result<&Record, Error> {
    state
        .record
        .as_deref()
        .ok_or_else(|| Error::new(ErrorCode::WrongState).detail("there is no record yet"))
}
