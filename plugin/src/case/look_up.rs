//! A case's look-up: its line, what the crew hears on the way, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use mynaq_interface::{
    CardBasis, Error, ErrorCode, EventBody, FieldState, Identity, Patient, Scope, Summary,
};
use mynaq_ledger::Fact;
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use super::Case;
use super::state::{LookUp, NoticeDue, State};
use crate::defect::{self, Room};
use crate::gate::{EnteredPermit, Wanted};
use crate::lookup::{CaseLine, Ended, Listener, Step, Viewed};

/// The case's line to the gateway. Dropping it closes it, also while it is being opened.
#[derive(Debug)]
pub(super) struct OpenLine {
    line: Arc<CaseLine>,
    warming: AbortHandle,
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        self.warming.abort();
    }
}

impl Case {
    /// Opens the line, or sees to it that it is open still, while a look-up may come. It says who we
    /// are, and nothing of anybody else.
    pub(super) fn warm_line(&self, state: &mut State) {
        if state.basis.is_over().is_some() || state.look_up.is_some() {
            return;
        }
        if state.line.as_ref().is_some_and(|open| !open.warming.is_finished()) {
            return;
        }
        let line = self.line(state);
        let opening = Arc::clone(&line);
        let warming = self.services.io.spawn(async move { opening.warm().await }).abort_handle();
        state.line = Some(OpenLine { line, warming });
    }

    fn line(&self, state: &State) -> Arc<CaseLine> {
        match &state.line {
            Some(open) => Arc::clone(&open.line),
            None => Arc::new(self.services.lookup.line()),
        }
    }

    /// Starts the look-up, if the gate is open.
    pub(crate) fn look_up(self: &Arc<Self>, scope: Scope) -> Result<(), Error> {
        self.command(|state| {
            if state.look_up.is_some() {
                return Err(Error::new(ErrorCode::WrongState).detail("a look-up is under way"));
            }
            state.basis.ready()?;
            let card = state.card.as_ref().ok_or(ErrorCode::GateNotReady)?;
            let permit = state.basis.permit(Wanted {
                case: Arc::clone(&self.ledger_id),
                crew: self.services.may_view(&self.crew_member, &self.unit)?,
                card: Arc::clone(&card.certificate),
                scope,
            })?;
            let (cancel, cancelled) = oneshot::channel();
            let request = permit.request().to_owned();
            state.look_up = Some(LookUp {
                request: request.clone(),
                identity: permit.identity(),
                reason: permit.reason(),
                _cancel: cancel,
            });
            let permit = self.services.journal.enter_permit(Arc::downgrade(self), permit);
            let line = self.line(state);
            let case = Arc::clone(self);
            self.services.io.spawn(async move {
                let view = Arc::clone(&case).view(request, line, permit, cancelled);
                let look_up = tokio::spawn(view);
                if look_up.await.is_err_and(|ended| ended.is_panic()) {
                    case.poison();
                }
            });
            Ok(())
        })
    }

    /// The look-up, on the I/O thread.
    async fn view(
        self: Arc<Self>,
        request: String,
        line: Arc<CaseLine>,
        permit: impl Future<Output = Result<EnteredPermit, Error>>,
        cancelled: oneshot::Receiver<()>,
    ) {
        let work = async {
            let permit = permit.await?;
            let scope = permit.scope();
            let deadline_ms = milliseconds(self.services.lookup.give_up());
            // Under the lock: a refusal in this very moment, or a patient who wakes up, comes before
            // this, and nothing leaves, or after it.
            self.change(|state| {
                if !state.is_looking_up(&request) {
                    return Err(ErrorCode::NetworkCancelled.into());
                }
                state.basis.ready()?;
                self.tell(EventBody::LookUpSent { scope, deadline_ms });
                Ok(())
            })?;
            let ear = Ear { case: &self, request: &request };
            self.services.lookup.view(permit, &line, &ear).await
        };
        let answer = tokio::select! {
            biased;
            _ = cancelled => Err(ErrorCode::NetworkCancelled.into()),
            answer = work => answer,
        };
        self.on_answer(&request, answer);
    }

    fn on_answer(&self, request: &str, answer: Result<Viewed, Ended>) {
        // A case that is closed or poisoned refuses the change; there is nobody to tell.
        let _ = self.change(|state| {
            // Given up meanwhile, and entered so: what came is wiped unseen.
            let current = state.look_up.take_if(|current| current.request == request);
            let Some(LookUp { identity, reason, .. }) = current else { return Ok(()) };
            let error = answer.as_ref().err().map(|ended| ended.error.code());
            self.enter(Fact::Answer { request: request.to_owned(), error });
            match answer {
                Ok(Viewed { summary, pdf }) => {
                    if let Some(pdf) = pdf {
                        let (format, bytes) = ("pdf".to_owned(), pdf.len() as u64);
                        self.tell(EventBody::Document { format, bytes });
                        state.document = Some(pdf);
                    }
                    if let Some(summary) = summary {
                        self.offer(state, identity, &summary);
                    }
                    if let Some(reason) = reason {
                        let viewed_at = OffsetDateTime::now_utc();
                        state.notice_due = Some(NoticeDue { reason, viewed_at });
                        self.tell(EventBody::NoticeDue { reason });
                    }
                }
                Err(Ended { error, next }) => {
                    let opted_out = error.code() == ErrorCode::GatewayOptedOut;
                    let next_attempt_ms = next.map(milliseconds);
                    self.tell(EventBody::Trouble { error, goes_on: false, next_attempt_ms });
                    if opted_out {
                        self.opted_out(state, None);
                        self.tell_gate(state);
                    }
                }
            }
            Ok(())
        });
    }

    fn offer(&self, state: &mut State, identity: Identity, summary: &Summary) {
        let pack = match self.services.packs.get(&self.pack) {
            Ok(pack) => pack,
            Err(error) => return self.tell_end(error),
        };
        defect::may_be_here(Room::Adapters);
        let mut record = Zeroizing::new(pack.fill(summary));
        self.services.transcription.mark(&self.pack, &mut record);
        record.card = state
            .card
            .as_ref()
            .map(|card| CardBasis { identity, possession_proven: card.possession_proven });
        let fields = record
            .fields
            .iter()
            .filter(|field| matches!(field.state, FieldState::Offered { .. }))
            .map(|field| field.name.clone())
            .collect();
        self.enter(Fact::Offered { fields });
        self.tell(EventBody::Summary { summary: Box::new(summary.clone()) });
        self.tell(EventBody::Record { record: Box::new((*record).clone()) });
        state.record = Some(record);
    }
}

/// Hears of one look-up as long as it is the case's.
struct Ear<'a> {
    case: &'a Case,
    request: &'a str,
}

impl Ear<'_> {
    fn tell(&self, body: EventBody) {
        // A case that is closed or poisoned refuses the change; there is nobody to tell.
        let _ = self.case.change(|state| {
            if state.is_looking_up(self.request) {
                self.case.tell(body);
            }
            Ok(())
        });
    }
}

impl Listener for Ear<'_> {
    fn progress(&self, Step { phase, attempt, remaining, next }: Step) {
        let (remaining_ms, next_attempt_ms) = (milliseconds(remaining), next.map(milliseconds));
        self.tell(EventBody::LookUpProgress { phase, attempt, remaining_ms, next_attempt_ms });
    }

    fn trouble(&self, error: Error, next: Duration) {
        let next_attempt_ms = Some(milliseconds(next));
        self.tell(EventBody::Trouble { error, goes_on: true, next_attempt_ms });
    }

    fn patient(&self, patient: Patient) {
        self.tell(EventBody::PatientFound { patient: Box::new(patient) });
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
