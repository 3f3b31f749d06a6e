//! The board: what everybody who listens is told of the readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use mynaq_interface::{ReaderFacts, ReaderService, ReaderState};

use super::stuck::Stuck;
use crate::card::link::{Lying, Sight};

/// What the readers see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadersNow {
    pub(crate) service: ReaderService,
    pub(crate) readers: Vec<ReaderFacts>,
}

/// Whoever is told of the readers.
pub(crate) trait Listener: Send {
    /// Whether there is still somebody to tell.
    fn is_there(&self) -> bool;

    /// What the readers see now.
    fn hear(&self, now: ReadersNow);
}

/// What has been told last; none before the first look.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<Option<ReadersNow>>>);

impl Told {
    pub(super) fn now(&self) -> Option<ReadersNow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says whether it is news.
    fn set(&self, now: &ReadersNow) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.replace(now.clone()).as_ref() != Some(now)
    }
}

pub(super) struct Board {
    listeners: Vec<Box<dyn Listener>>,
    told: Told,
    /// Dropped at the first look.
    first_look: Option<Sender<()>>,
}

impl Board {
    pub(super) fn new(told: Told, first_look: Sender<()>) -> Self {
        Board { listeners: Vec::new(), told, first_look: Some(first_look) }
    }

    /// Takes somebody who knows this much already.
    pub(super) fn add(&mut self, listener: Box<dyn Listener>, known: Option<ReadersNow>) {
        // Cases come and go while the readers stay as they are.
        self.listeners.retain(|listener| listener.is_there());
        let news = self.told.now().filter(|told| known.as_ref() != Some(told));
        if news.is_none_or(|now| tell(&*listener, now)) {
            self.listeners.push(listener);
        }
    }

    /// Tells everybody, if it is news.
    pub(super) fn show(&mut self, sight: &Sight, stuck: &Stuck) {
        let now = now(sight, stuck);
        self.first_look = None;
        if !self.told.set(&now) {
            return;
        }
        if let Sight::Absent(why) = sight {
            tracing::warn!(why, "the smart card service does not answer");
        }
        self.listeners.retain(|listener| tell(&**listener, now.clone()));
    }
}

fn now(sight: &Sight, stuck: &Stuck) -> ReadersNow {
    let Sight::Readers(seen) = sight else {
        return ReadersNow { service: ReaderService::Absent, readers: Vec::new() };
    };
    let facts = seen.iter().map(|seen| ReaderFacts {
        name: seen.reader.clone(),
        state: match seen.lying {
            _ if stuck.holds(&seen.reader) => ReaderState::NotAnswering,
            Lying::Nothing => ReaderState::Empty,
            Lying::Card => ReaderState::Card,
            Lying::Mute => ReaderState::Mute,
        },
    });
    ReadersNow { service: ReaderService::Running, readers: facts.collect() }
}

/// What a case makes of it is the case's: a panic there ends its listening, and not the desk. Says
/// whether it goes on listening.
fn tell(listener: &dyn Listener, now: ReadersNow) -> bool {
    listener.is_there() && catch_unwind(AssertUnwindSafe(|| listener.hear(now))).is_ok()
}
