//! The card desk: one thread that knows every reader and every case that waits for a card, and brings
//! them together, one reading after the other, first come, first served, and one laying of a card for
//! one case.
//!
//! It never waits for a card itself: `watcher` sees them come and go, `reading` talks to them. So the
//! desk can tell every case within a moment what the readers see, and has a deadline for everything.
//!
//! `serving` the thread · `waiting` one case that waits · `layings` whose the cards are that lie there ·
//! `board` what everybody is told of the readers · `stuck` readers that do not answer.

mod board;
mod layings;
mod serving;
mod stuck;
mod waiting;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode};

use self::board::{Board, Told};
pub(crate) use self::board::{Listener, ReadersNow};
use self::serving::{Desk, StartReader};
use super::drill::{DrillConnect, DrillWatch};
use super::link::{Connect, Sight, Watch};
use super::pcsc::{PcscConnect, PcscWatch};
use super::reading::{CardRead, Reader, Report, Task};
use super::trust::Trust;
use super::watcher::Watcher;
use crate::config::ReaderChoice;

/// How long one card may take. The slowest real one on record takes 2 s, and 1 s more for a signature.
const READING: Duration = Duration::from_secs(10);
/// How long the first look may take before a desk is open all the same.
const FIRST_LOOK: Duration = Duration::from_millis(100);

/// The case a reading is for, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner(u64);

impl From<u64> for Owner {
    fn from(case: u64) -> Self {
        Owner(case)
    }
}

/// One reading for one case.
pub(crate) struct Job {
    pub(crate) owner: Owner,
    pub(crate) task: Task,
    /// How the case says that nobody wants the reading any more.
    pub(crate) cancel: Cancel,
    /// Where news goes; called on the desk's thread.
    pub(crate) news: Box<dyn FnMut(CardNews) + Send>,
}

/// What the desk reports. `Done` is the last of a job.
pub(crate) enum CardNews {
    /// Waiting; these readers are connected.
    Awaited(Vec<String>),
    /// A card lies on this reader and is being read.
    Found(String),
    /// This went wrong, or a card lies there that is another case's, and the job goes on waiting.
    Again(Error),
    /// The end.
    Done(Result<CardRead, Error>),
}

/// Cancels one job.
#[derive(Debug, Clone)]
pub(crate) struct Cancel {
    cancelled: Arc<AtomicBool>,
    orders: Sender<Order>,
}

impl Cancel {
    /// Nobody wants the reading any more. It ends with `card.cancelled`.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        // A desk that is closed has cancelled it.
        let _ = self.orders.send(Order::Look);
    }

    /// Whether both are of the same job.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cancelled, &other.cancelled)
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// The desk, seen from the cases. Dropping it cancels every job and ends its threads.
#[derive(Debug)]
pub(crate) struct CardDesk {
    orders: Sender<Order>,
    /// What everybody who listens has been told; none before the first look.
    told: Told,
}

enum Order {
    Serve(Job),
    /// Somebody who knows this much already.
    Listen(Box<dyn Listener>, Option<ReadersNow>),
    Sight(Sight),
    /// From the reading thread of this number.
    Reading(u64, Report),
    /// Something was changed from outside.
    Look,
    Stop,
}

impl CardDesk {
    pub(crate) fn open(
        choice: ReaderChoice,
        trust: Trust,
        wait: Duration,
    ) -> Result<(Self, JoinHandle<()>), Error> {
        let watch: Box<dyn Watch> = match choice {
            ReaderChoice::Pcsc => Box::new(PcscWatch::default()),
            ReaderChoice::Drill(address) => Box::new(DrillWatch::new(address)),
        };
        let connect = move || -> Box<dyn Connect> {
            match choice {
                ReaderChoice::Pcsc => Box::new(PcscConnect::new()),
                ReaderChoice::Drill(address) => Box::new(DrillConnect::new(address)),
            }
        };
        Self::with(watch, connect, trust, Times { wait, reading: READING })
    }

    pub(super) fn with(
        watch: Box<dyn Watch>,
        connect: impl Fn() -> Box<dyn Connect> + Clone + Send + 'static,
        trust: Trust,
        times: Times,
    ) -> Result<(Self, JoinHandle<()>), Error> {
        let (orders, inbox) = channel();
        let to_desk = orders.clone();
        let watcher =
            Watcher::start(watch, move |sight| to_desk.send(Order::Sight(sight)).is_ok())?;
        let to_desk = orders.clone();
        let start_reader: StartReader = Box::new(move |number| {
            let to_desk = to_desk.clone();
            Reader::start(connect.clone(), trust.clone(), move |report| {
                // A desk that is closed wants no result.
                let _ = to_desk.send(Order::Reading(number, report));
            })
        });
        let told = Told::default();
        let (first_look, looked) = channel();
        let desk = Desk::new(times, start_reader, Board::new(told.clone(), first_look))?;
        let thread = std::thread::Builder::new()
            .name("mynaq-card".into())
            .spawn(move || {
                desk.serve(&inbox);
                drop(watcher);
            })
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        // So that whoever opens a case hears of the readers at once; not longer than a moment.
        let _ = looked.recv_timeout(FIRST_LOOK);
        Ok((CardDesk { orders, told }, thread))
    }

    /// For a job to come.
    pub(crate) fn cancel(&self) -> Cancel {
        Cancel { cancelled: Arc::default(), orders: self.orders.clone() }
    }

    /// Takes a job; returns at once.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Error> {
        self.orders.send(Order::Serve(job)).map_err(|_| ErrorCode::Stopped.into())
    }

    /// What the readers see now; none before the first look.
    pub(crate) fn readers_now(&self) -> Option<ReadersNow> {
        self.told.now()
    }

    /// Tells somebody who knows this much of each change of what the readers see.
    pub(crate) fn listen(&self, listener: impl Listener + 'static, known: Option<ReadersNow>) {
        // A desk that is closed sees nothing any more.
        let _ = self.orders.send(Order::Listen(Box::new(listener), known));
    }

    /// Cancels every job and ends the threads.
    pub(crate) fn stop(&self) {
        // A thread that is gone is as stopped as it can be.
        let _ = self.orders.send(Order::Stop);
    }
}

impl Drop for CardDesk {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Until a card has come.
    pub(super) wait: Duration,
    /// Until a card that came has been read.
    pub(super) reading: Duration,
}
