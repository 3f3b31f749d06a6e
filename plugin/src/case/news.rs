//! What comes back to a case from readers, cards and the opt-out list.

use std::sync::Weak;

use mynaq_interface::{Error, ErrorCode, EventBody, Identity, OptOut};
use mynaq_ledger::Fact;

use super::state::{Card, SetAside, State};
use super::{Case, LONGEST_BACKLOG};
use crate::card::{Cancel, CardNews, CardRead, Listener, ReadersNow, Task};
use crate::gate::ListEntry;

/// A case that hears of the readers as long as it is there.
pub(super) struct Ear(pub(super) Weak<Case>);

impl Listener for Ear {
    fn is_there(&self) -> bool {
        self.0.strong_count() > 0
    }

    fn hear(&self, ReadersNow { service, readers }: ReadersNow) {
        let Some(case) = self.0.upgrade() else { return };
        // A case that is closed or poisoned refuses the change; there is nobody to tell.
        let _ = case.change(|_| {
            case.tell(EventBody::Readers { service, readers });
            Ok(())
        });
    }
}

impl Case {
    /// News of a reading. News of a reading that the case has given up is dropped.
    pub(super) fn on_card(&self, reading: &Cancel, news: CardNews) {
        if matches!(&news, CardNews::Done(Err(error)) if error.code() == ErrorCode::Panic) {
            return self.poison();
        }
        // A case that is closed or poisoned refuses the change; there is nobody to tell.
        let _ = self.change(|state| {
            if !state.reading.as_ref().is_some_and(|current| current.cancel.is(reading)) {
                return Ok(());
            }
            match news {
                CardNews::Awaited(readers) => self.tell(EventBody::CardAwaited { readers }),
                CardNews::Found(reader) => {
                    self.tell(EventBody::CardFound { reader });
                    self.warm_line(state);
                }
                CardNews::Again(error) => {
                    self.tell(EventBody::Trouble { error, goes_on: true, next_attempt_ms: None });
                }
                CardNews::Done(Ok(read)) => {
                    state.reading = None;
                    self.take_card(state, read);
                }
                CardNews::Done(Err(error)) => {
                    let task = state.reading.take().map(|reading| reading.task);
                    if let (ErrorCode::CardTimeout, Some(Task::Read)) = (error.code(), &task)
                        && state.basis.cpa()
                        && self.queue.backlog() <= LONGEST_BACKLOG
                        && let Some(case) = self.this.upgrade()
                    {
                        // The crew has its hands full: the card is waited for without end.
                        return case.start_reading(state, Task::Read);
                    }
                    if let Some(Task::VerifyPin(check)) = task {
                        state.last_try.after(error.code(), check.holder());
                    }
                    self.tell_end(error);
                }
            }
            Ok(())
        });
    }

    fn take_card(&self, state: &mut State, read: CardRead) {
        let CardRead { reader, certificate, facts } = read;
        if state.set_aside.contains(&SetAside::of(&certificate)) {
            return self.tell_end(ErrorCode::CardNotThisPatient.into());
        }
        if state.card.as_ref().is_some_and(|known| !known.certificate.is_same_as(&certificate)) {
            // Another person's card: nothing that was established holds for it.
            self.wipe(state);
            self.tell_end(ErrorCode::CardChanged.into());
            self.tell(EventBody::CardForgotten);
            self.begin_anew(state);
        }
        let kind = facts.kind;
        // What the same card proved before in this case, it has proved.
        let proven_before = state.card.as_ref().is_some_and(|known| known.possession_proven);
        let by_pin = facts.possession_proven;
        let possession_proven = by_pin || proven_before;
        let (entry, is_listed) = self.services.opt_out.find(&certificate);
        state.card = Some(Card { certificate, possession_proven });
        state.basis.read(kind);
        self.enter(Fact::CardRead { kind, validity: facts.validity, possession_proven: by_pin });
        self.tell(EventBody::CardRead { reader, card: facts });
        if is_listed {
            self.opted_out(state, entry);
        } else if by_pin {
            self.record_identity(state, Identity::Pin);
        }
        self.tell_gate(state);
    }

    /// What was established for the card before does not hold for another; the host hears if that
    /// is also true of what the crew saw.
    pub(super) fn begin_anew(&self, state: &mut State) {
        if let Some(observation) = state.basis.begin_anew() {
            let consciousness = state.basis.level();
            self.tell(EventBody::Observed { observation, consciousness });
        }
    }

    /// The card's holder does not want to be looked up: the case goes on by asking. Nothing of them
    /// stays but their entry on the department's list, if that is what says so: they may want to be
    /// off it again.
    pub(super) fn opted_out(&self, state: &mut State, entry: Option<ListEntry>) {
        state.basis.opted_out();
        self.end(state, ErrorCode::GateOptedOut);
        state.list_entry = entry;
    }

    /// The opt-out list has been changed, or could not be.
    pub(super) fn on_list(&self, entry: ListEntry, opt_out: OptOut, changed: Result<(), Error>) {
        // A case that is closed or poisoned refuses the change; there is nobody to tell.
        let _ = self.change(|state| {
            if let Err(error) = changed {
                self.tell_end(error);
                return Ok(());
            }
            self.enter(Fact::OptOut { opt_out });
            self.tell(EventBody::OptOutRecorded { opt_out });
            if opt_out == OptOut::Add && state.basis.is_over().is_none() {
                self.opted_out(state, Some(entry));
                self.tell_gate(state);
            }
            Ok(())
        });
    }
}
