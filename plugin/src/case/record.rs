//! What a host may do with what was found: take it over, field by field, and hand the notice over.

use mynaq_interface::{
    Decision, Error, ErrorCode, EventBody, Field, FieldState, Notice, NoticeLanguage, Record,
    Transcription,
};
use mynaq_ledger::Fact;
use zeroize::Zeroizing;

use super::Case;
use super::state::{NoticeDue, State};
use crate::config::Mode;
use crate::gate::{SummarySection, sections};
use crate::notice;

impl Case {
    /// Takes or leaves the offer in a field.
    pub(crate) fn decide(&self, field: &str, decision: Decision) -> Result<(), Error> {
        self.command(|state| {
            let record = state.record.as_mut().ok_or(ErrorCode::WrongState)?;
            let slot = record
                .fields
                .iter_mut()
                .find(|known| known.name == field)
                .ok_or(ErrorCode::FieldUnknown)?;
            if slot.state.value().is_none() {
                return Err(Error::new(ErrorCode::WrongState).detail("the field offers nothing"));
            }
            allowed(slot, decision, Transcription::Item)?;
            self.settle(slot, decision);
            Ok(())
        })
    }

    /// Takes or leaves every offer that nobody has decided about, or those a section of the summary
    /// has filled: all of them or, where the department does not allow it for one, none. What the
    /// crew has taken or left by itself stays as it is.
    pub(crate) fn decide_all(&self, section: &str, decision: Decision) -> Result<(), Error> {
        let wanted = match section {
            "" => None,
            section => Some(SummarySection::from_name(section).ok_or(ErrorCode::FieldUnknown)?),
        };
        self.command(|state| {
            let record = state.record.as_mut().ok_or(ErrorCode::WrongState)?;
            let from_there = |field: &&mut Field| {
                wanted.is_none_or(|wanted| sections(&field.trace.read).any(|it| it == Some(wanted)))
            };
            let mut slots: Vec<&mut Field> = record.fields.iter_mut().filter(from_there).collect();
            if slots.is_empty() {
                return Err(ErrorCode::FieldUnknown.into());
            }
            slots.retain(|slot| matches!(slot.state, FieldState::Offered { .. }));
            for slot in &slots {
                allowed(slot, decision, Transcription::All)?;
            }
            for slot in slots {
                self.settle(slot, decision);
            }
            Ok(())
        })
    }

    fn settle(&self, slot: &mut Field, decision: Decision) {
        let Some(value) = slot.state.value().map(str::to_owned) else { return };
        let before = match decision {
            Decision::Accept => std::mem::replace(&mut slot.state, FieldState::Accepted { value }),
            Decision::Reject => std::mem::replace(&mut slot.state, FieldState::Rejected { value }),
        };
        drop(Zeroizing::new(before));
        self.enter(Fact::Decided { field: slot.name.clone(), decision });
        self.tell(EventBody::Decided { field: slot.name.clone(), decision });
    }

    /// The record as it stands, as JSON.
    pub(crate) fn record(&self) -> Result<Zeroizing<String>, Error> {
        self.change(|state| {
            serde_json::to_string(filled(state)?)
                .map(Zeroizing::new)
                .map_err(|error| Error::new(ErrorCode::Panic).detail(error))
        })
    }

    /// What the crew accepted, in a format of the pack; or what the gateway sent for the eye.
    pub(crate) fn export(&self, format: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.change(|state| {
            if format == "pdf"
                && let Some(document) = &state.document
            {
                self.enter(Fact::Exported { format: format.to_owned(), fields: Vec::new() });
                return Ok(document.clone());
            }
            let written = self.services.packs.get(&self.pack)?.write(filled(state)?, format)?;
            self.enter(Fact::Exported { format: format.to_owned(), fields: state.accepted() });
            Ok(Zeroizing::new(written))
        })
    }

    /// Records what became of the notice. A patient who wakes up and refuses gets it too.
    pub(crate) fn notice(&self, notice: Notice) -> Result<(), Error> {
        self.change(|state| {
            due(state)?;
            self.enter(Fact::Notice { notice });
            self.tell(EventBody::NoticeRecorded { notice });
            Ok(())
        })
    }

    /// The notice, ready to print. Nothing medical is in it.
    pub(crate) fn notice_page(&self, language: NoticeLanguage) -> Result<String, Error> {
        self.change(|state| {
            let NoticeDue { reason, viewed_at } = due(state)?;
            let notice = notice::Notice {
                department: &self.services.department,
                viewed_at,
                reason,
                drill: self.services.mode == Mode::Drill,
            };
            self.enter(Fact::NoticePrinted { language });
            Ok(notice::page(&notice, language))
        })
    }
}

/// Whether the department lets a decision be made this way: field by field, or for many at once.
/// Leaving an offer needs nobody's leave.
fn allowed(field: &Field, decision: Decision, way: Transcription) -> Result<(), Error> {
    match (decision, field.transcription, way) {
        (Decision::Reject, ..)
        | (Decision::Accept, Some(Transcription::All), _)
        | (Decision::Accept, Some(Transcription::Item), Transcription::Item) => Ok(()),
        _ => Err(Error::new(ErrorCode::GateTranscription).detail(&field.name)),
    }
}

fn filled(state: &State) -> Result<&Record, Error> {
    state
        .record
        .as_deref()
        .ok_or_else(|| Error::new(ErrorCode::WrongState).detail("there is no record yet"))
}

fn due(state: &State) -> Result<NoticeDue, Error> {
    state.notice_due.ok_or_else(|| {
        Error::new(ErrorCode::WrongState).detail("nobody was viewed without consent in this case")
    })
}
