//! The place on the reader: which card lies there, and what was said to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::card::{Card, Habits, Plastic, StatusWord};

/// One command the card was asked to execute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedApdu {
    /// The command. Of a VERIFY only the header and the length: nobody's PIN belongs in a log.
    pub apdu: Vec<u8>,
    /// The answer's status word; `None` where the card was torn away instead.
    pub status: Option<StatusWord>,
}

/// The log forgets its oldest entries beyond this number.
const LOG_LIMIT: usize = 10_000;

/// One stay of one card on the reader.
#[derive(Clone)]
pub(crate) struct Insertion {
    number: u64,
    plastic: Arc<Plastic>,
}

impl Insertion {
    pub(crate) fn card(&self) -> Card {
        Card::new(Arc::clone(&self.plastic))
    }
}

/// The place, shared by every reader that looks at it.
pub(crate) struct Slot {
    inside: Mutex<Inside>,
    lying: watch::Sender<Option<Insertion>>,
}

#[derive(Default)]
struct Inside {
    habits: Habits,
    tear_at: Option<u64>,
    insertions: u64,
    /// Commands since the card was laid down.
    commands: u64,
    log: VecDeque<LoggedApdu>,
    total: u64,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Slot { inside: Mutex::default(), lying: watch::Sender::new(None) }
    }

    /// Lays a card down; the one that lay there is taken away.
    pub(crate) fn tap(&self, plastic: Arc<Plastic>) {
        let mut inside = self.lock();
        inside.insertions += 1;
        inside.commands = 0;
        let number = inside.insertions;
        self.lying.send_replace(Some(Insertion { number, plastic }));
    }

    pub(crate) fn remove(&self) {
        self.lying.send_replace(None);
    }

    /// Once, instead of answering the `n`th command after a tap, the card is gone.
    pub(crate) fn tear_at(&self, n: u64) {
        self.lock().tear_at = Some(n);
    }

    pub(crate) fn set_habits(&self, habits: Habits) {
        self.lock().habits = habits;
    }

    /// The id of the card that lies there.
    pub(crate) fn card_id(&self) -> Option<String> {
        self.lying.borrow().as_ref().map(|insertion| insertion.plastic.id().to_owned())
    }

    /// The commands still remembered, oldest first.
    pub(crate) fn log(&self) -> Vec<LoggedApdu> {
        self.lock().log.iter().cloned().collect()
    }

    /// How many commands there were since the start, remembered or not.
    pub(crate) fn total(&self) -> u64 {
        self.lock().total
    }

    /// A view of what lies there that can be waited for.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Insertion>> {
        self.lying.subscribe()
    }

    /// Hands a command to the card. `None`: the card is not there any more.
    pub(crate) fn exchange(
        &self,
        insertion: &Insertion,
        card: &mut Card,
        apdu: &[u8],
    ) -> Option<Vec<u8>> {
        let habits = {
            let mut inside = self.lock();
            if !is(insertion, self.lying.borrow().as_ref()) {
                return None;
            }
            inside.commands += 1;
            if inside.tear_at == Some(inside.commands) {
                inside.tear_at = None;
                inside.enter(apdu, None);
                self.lying.send_replace(None);
                return None;
            }
            inside.habits
        };
        // A signature takes milliseconds: not under the lock.
        let answer = card.transmit(apdu, habits);
        let status = answer.last_chunk().map(|word| StatusWord::from_be_bytes(*word));
        self.lock().enter(apdu, status);
        Some(answer)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn enter(&mut self, apdu: &[u8], status: Option<StatusWord>) {
        let shown = match apdu {
            [_, 0x20, ..] => &apdu[..apdu.len().min(5)],
            _ => apdu,
        };
        if self.log.len() == LOG_LIMIT {
            self.log.pop_front();
        }
        self.log.push_back(LoggedApdu { apdu: shown.to_vec(), status });
        self.total += 1;
    }
}

/// Waits until this card is not the one that lies there.
pub(crate) async fn gone(insertion: &Insertion, view: &mut watch::Receiver<Option<Insertion>>) {
    // An error means that the slot itself is gone, and the card with it.
    let _ = view.wait_for(|lying| !is(insertion, lying.as_ref())).await;
}

fn is(insertion: &Insertion, lying: Option<&Insertion>) -> bool {
    lying.is_some_and(|lying| lying.number == insertion.number)
}
