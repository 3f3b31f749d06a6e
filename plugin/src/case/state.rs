//! What a case holds: in memory only, and wiped when the case ends or the patient refuses.

use std::sync::Arc;

use mynaq_interface::{Reason, Record};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::card::{Cancel, Certificate};
use crate::gate::Basis;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) basis: Basis,
    pub(super) card: Option<Arc<Certificate>>,
    /// A reading under way.
    pub(super) reading: Option<Cancel>,
    pub(super) look_up: Option<LookUp>,
    pub(super) record: Option<Zeroizing<Record>>,
    /// Whether somebody was viewed without consent in this case.
    pub(super) notice_due: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Running,
    Poisoned,
    Closed,
}

/// A look-up under way. Dropping it cancels it.
#[derive(Debug)]
pub(super) struct LookUp {
    pub(super) request: String,
    /// Why there was no consent, when there was none.
    pub(super) reason: Option<Reason>,
    pub(super) _cancel: oneshot::Sender<()>,
}

impl State {
    /// Forgets everything of the patient; what was decided about them stays. Says whether there
    /// was anything to forget. A look-up under way has been given up before.
    pub(super) fn wipe(&mut self) -> bool {
        if let Some(reading) = self.reading.take() {
            reading.cancel();
        }
        self.basis.card = false;
        let (card, record) = (self.card.take(), self.record.take());
        card.is_some() || record.is_some()
    }
}
