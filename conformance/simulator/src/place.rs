//! The place on a reader: which card lies there, what was said to it, and what is going to go wrong.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::card::{Card, Habits, Plastic, StatusWord};
use crate::exchange::{Exchange, Reply};
use crate::script::{self, Fault, Tear};
use crate::timing::Timing;

/// One command the card was asked to execute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedApdu {
    /// The command. Of a VERIFY only the header and the length: nobody's PIN belongs in a log.
    pub apdu: Vec<u8>,
    /// The answer's status word; `None` where there was none, or the card was torn away before it.
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

/// A card that is going to be laid down by itself.
#[derive(Clone)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    plastic: Arc<Plastic>,
}

/// The place, shared by every reader that looks at it.
pub(crate) struct Place {
    inside: Mutex<Inside>,
    lying: watch::Sender<Option<Insertion>>,
    due: watch::Sender<Option<Due>>,
}

#[derive(Default)]
struct Inside {
    habits: Habits,
    timing: Timing,
    faults: Vec<(u64, Fault)>,
    then: VecDeque<(Arc<Plastic>, Duration)>,
    insertions: u64,
    /// Commands since the card was laid down.
    commands: u64,
    /// The card says nothing any more.
    stuck: bool,
    log: VecDeque<LoggedApdu>,
    total: u64,
}

impl Place {
    pub(crate) fn new() -> Self {
        Place {
            inside: Mutex::default(),
            lying: watch::Sender::new(None),
            due: watch::Sender::new(None),
        }
    }

    /// Lays a card down; the one that lay there is taken away.
    pub(crate) fn tap(&self, plastic: Arc<Plastic>) {
        self.lay(&mut self.lock(), plastic);
    }

    fn lay(&self, inside: &mut Inside, plastic: Arc<Plastic>) {
        inside.insertions += 1;
        inside.commands = 0;
        inside.stuck = false;
        let number = inside.insertions;
        self.due.send_replace(None);
        self.lying.send_replace(Some(Insertion { number, plastic }));
    }

    /// Takes the card away, and none will come by itself.
    pub(crate) fn remove(&self) {
        let _inside = self.lock();
        self.due.send_replace(None);
        self.lying.send_replace(None);
    }

    /// Takes this card away if it lies here or is about to.
    pub(crate) fn give_up(&self, plastic: &Arc<Plastic>) {
        let _inside = self.lock();
        self.due.send_if_modified(|due| {
            due.take_if(|due| Arc::ptr_eq(&due.plastic, plastic)).is_some()
        });
        self.lying.send_if_modified(|lying| {
            lying.take_if(|lying| Arc::ptr_eq(&lying.plastic, plastic)).is_some()
        });
    }

    /// Lays the card down whose time has come, and says which: in one step, so that one who takes it
    /// away or lays another down meanwhile comes before or after it.
    pub(crate) fn lay_due(&self) -> Option<Arc<Plastic>> {
        // Most of the time there is nothing.
        self.due.borrow().as_ref()?;
        let mut inside = self.lock();
        let due = self.due.borrow().as_ref().filter(|due| due.at <= Instant::now()).cloned()?;
        self.lay(&mut inside, Arc::clone(&due.plastic));
        Some(due.plastic)
    }

    /// Lets a card that is to come by itself come so much sooner.
    pub(crate) fn hurry(&self, time: Duration) {
        self.due.send_if_modified(|due| {
            due.as_mut().is_some_and(|due| {
                due.at = due.at.checked_sub(time).unwrap_or(due.at);
                true
            })
        });
    }

    pub(crate) fn habits(&self) -> Habits {
        self.lock().habits
    }

    pub(crate) fn set_habits(&self, habits: Habits) {
        self.lock().habits = habits;
    }

    pub(crate) fn timing(&self) -> Timing {
        self.lock().timing
    }

    pub(crate) fn set_timing(&self, timing: Timing) {
        self.lock().timing = timing;
    }

    /// Forgets the faults to come and takes these.
    pub(crate) fn set_script(
        &self,
        faults: Vec<(u64, Fault)>,
        then: impl IntoIterator<Item = (Arc<Plastic>, Duration)>,
    ) {
        let mut inside = self.lock();
        inside.faults = faults;
        inside.then = then.into_iter().collect();
    }

    pub(crate) fn add_fault(&self, n: u64, fault: Fault) {
        self.lock().faults.push((n, fault));
    }

    /// As [`Place::add_fault`] with a tear, in place of the tears that were still to come.
    pub(crate) fn tear_at(&self, n: u64) {
        let mut inside = self.lock();
        inside.faults.retain(|(_, fault)| !matches!(fault, Fault::Tear(_)));
        inside.faults.push((n, Fault::Tear(Tear::Before)));
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

    pub(crate) fn insertion(&self) -> Option<Insertion> {
        self.lying.borrow().clone()
    }

    /// Whether this card is the one that lies there.
    pub(crate) fn holds(&self, insertion: &Insertion) -> bool {
        is(insertion, self.lying.borrow().as_ref())
    }

    /// A view of what lies there that can be waited for.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Insertion>> {
        self.lying.subscribe()
    }

    /// A view of the card to come that can be waited for.
    pub(crate) fn watch_due(&self) -> watch::Receiver<Option<Due>> {
        self.due.subscribe()
    }

    /// Hands a command to the card. A tear inside or after it is left to [`Place::settle`].
    pub(crate) fn exchange(&self, insertion: &Insertion, card: &mut Card, apdu: &[u8]) -> Exchange {
        let (habits, timing, happening) = {
            let mut inside = self.lock();
            if !self.holds(insertion) {
                return Exchange::without_answer(Reply::Gone);
            }
            inside.commands += 1;
            let n = inside.commands;
            let happening = script::fire(&mut inside.faults, n);
            inside.stuck |= happening.stuck;
            if happening.tear == Some(Tear::Before) {
                inside.enter(apdu, None);
                self.leave(&mut inside, insertion);
                return Exchange::without_answer(Reply::Gone);
            }
            if inside.stuck {
                inside.enter(apdu, None);
                return Exchange::without_answer(Reply::Silence);
            }
            (inside.habits, inside.timing, happening)
        };
        if happening.reset {
            card.reset(habits);
        }
        // A signature takes milliseconds: not under the lock.
        let mut answer = card.transmit(apdu, habits);
        if let Some(garbage) = happening.garbage {
            answer = garbage.instead_of(&answer);
        }
        let delay = timing.delay(apdu, &answer) + happening.spike;
        let status = answer.last_chunk().map(|word| StatusWord::from_be_bytes(*word));
        let torn_inside = happening.tear == Some(Tear::Inside);
        self.lock().enter(apdu, status.filter(|_| !torn_inside));
        let reply = if torn_inside {
            let announced = answer.len();
            answer.truncate(announced / 2);
            Reply::Torn { announced, heard: answer }
        } else {
            Reply::Answer(answer)
        };
        Exchange { reply, delay, leaves: happening.tear.is_some() }
    }

    /// Lets the card go that was torn inside or after this exchange.
    pub(crate) fn settle(&self, insertion: &Insertion, exchange: &Exchange) {
        if exchange.leaves {
            let mut inside = self.lock();
            self.leave(&mut inside, insertion);
        }
    }

    /// The card is torn away; the next one may be on its way.
    fn leave(&self, inside: &mut Inside, insertion: &Insertion) {
        if !self.holds(insertion) {
            return;
        }
        if let Some((plastic, after)) = inside.then.pop_front() {
            self.due.send_replace(Some(Due { at: Instant::now() + after, plastic }));
        }
        self.lying.send_replace(None);
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
    // An error means that the place itself is gone, and the card with it.
    let _ = view.wait_for(|lying| !is(insertion, lying.as_ref())).await;
}

fn is(insertion: &Insertion, lying: Option<&Insertion>) -> bool {
    lying.is_some_and(|lying| lying.number == insertion.number)
}
