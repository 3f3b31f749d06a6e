//! The card desk: one thread that knows every reader and every case that waits for a card, and brings
//! them together, one reading after the other, first come, first served.
//!
//! It never waits for a card itself: `watcher` sees them come and go, `reading` talks to them. So the
//! desk can tell every case within a moment what the readers see, and has a deadline for everything.

mod stuck;
mod waiting;

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode, ReaderFacts, ReaderService, ReaderState};

use self::stuck::Stuck;
use self::waiting::{Candidate, Known, Waiting};
use super::drill::{DrillConnect, DrillWatch};
use super::link::{Connect, Lying, Sight, Watch};
use super::pcsc::{PcscConnect, PcscWatch};
use super::reading::{self, CardRead, Failed, Progress, Reader, Task, Then, Trust};
use super::watcher::Watcher;
use crate::config::ReaderChoice;

/// How long one card may take. The slowest real one on record takes 2 s, and 1 s more for a signature.
const READING: Duration = Duration::from_secs(10);
/// How long another program may talk to a card before the crew hears of it: a little longer than
/// those are waited for who keep the card to themselves.
const BUSY: Duration = Duration::from_secs(3);
/// A breath before a card that seems to lie there is tried again.
const BREATH: Duration = Duration::from_millis(100);

/// One reading for one case.
pub(crate) struct Job {
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
    /// This went wrong, and the job goes on waiting for the card.
    Again(Error),
    /// The end.
    Done(Result<CardRead, Error>),
}

/// What every case is told of the readers; false when it wants to hear no more.
pub(crate) type Listener = Box<dyn FnMut(ReaderService, Vec<ReaderFacts>) -> bool + Send>;

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
}

enum Order {
    Serve(Job),
    Listen(Listener),
    Sight(Sight),
    /// A reading of this number ended.
    Read(u64, Result<CardRead, Failed>),
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
            Reader::start(connect.clone(), trust.clone(), move |read| {
                // A desk that is closed wants no result.
                let _ = to_desk.send(Order::Read(number, read));
            })
        });
        let desk = Desk {
            times,
            reader: Some((1, start_reader(1)?)),
            start_reader,
            readers_started: 1,
            sight: None,
            listeners: Vec::new(),
            told: None,
            jobs: VecDeque::new(),
            jobs_taken: 0,
            under_way: None,
            wrong: HashMap::new(),
            read: HashMap::new(),
            stuck: Stuck::default(),
        };
        let thread = std::thread::Builder::new()
            .name("mynaq-card".into())
            .spawn(move || {
                desk.serve(&inbox);
                drop(watcher);
            })
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok((CardDesk { orders }, thread))
    }

    /// For a job to come.
    pub(crate) fn cancel(&self) -> Cancel {
        Cancel { cancelled: Arc::default(), orders: self.orders.clone() }
    }

    /// Takes a job; returns at once.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Error> {
        self.orders.send(Order::Serve(job)).map_err(|_| ErrorCode::Stopped.into())
    }

    /// Tells somebody of the readers: what they see now, and each change.
    pub(crate) fn listen(&self, listener: Listener) {
        // A desk that is closed sees nothing any more.
        let _ = self.orders.send(Order::Listen(listener));
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

type StartReader = Box<dyn Fn(u64) -> Result<Reader, Error> + Send>;

struct Desk {
    times: Times,
    start_reader: StartReader,
    /// The thread that reads, and its number; none after a stuck one, until the next card.
    reader: Option<(u64, Reader)>,
    readers_started: u64,
    /// What the readers see; none before the first look.
    sight: Option<Sight>,
    listeners: Vec<Listener>,
    /// What the listeners know.
    told: Option<(ReaderService, Vec<ReaderFacts>)>,
    /// Those who wait for a card; the next one is the first one's.
    jobs: VecDeque<Waiting>,
    jobs_taken: u64,
    under_way: Option<UnderWay>,
    /// Cards that lie there and were found not to do, so that a card that lies in another slot all
    /// day does not stand in the patient's way: reader, and which card of that reader.
    wrong: HashMap<String, (u32, ErrorCode)>,
    /// Cards that lie there and were read: the last one of each reader. Where another card lies,
    /// that one is meant, and not the one somebody forgot.
    read: HashMap<String, u32>,
    stuck: Stuck,
}

/// A card being read.
struct UnderWay {
    job: u64,
    card: Candidate,
    /// When the crew is told, if another program is waited for.
    busy_at: Option<Instant>,
    until: Instant,
    progress: Arc<Progress>,
}

impl Desk {
    fn serve(mut self, inbox: &Receiver<Order>) {
        loop {
            let order = match self.next_deadline() {
                Some(until) => inbox.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let goes_on = match order {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => false,
                Ok(order) => self.guarded(|desk| desk.take(order)),
                Err(RecvTimeoutError::Timeout) => true,
            };
            if !goes_on || !self.guarded(Self::settle) {
                break;
            }
        }
        for waiting in &mut self.jobs {
            waiting.finish(Err(ErrorCode::CardCancelled.into()));
        }
        if let Some(under_way) = &self.under_way {
            under_way.progress.give_up();
        }
        let reader = self.reader.take().map(|(_, reader)| reader.end());
        self.stuck.end(reader, self.under_way.is_some());
    }

    /// A defect of the desk itself ends every job, and the desk: there is no telling what it knows.
    fn guarded(&mut self, step: impl FnOnce(&mut Self)) -> bool {
        let done = catch_unwind(AssertUnwindSafe(|| step(self)));
        if done.is_err() {
            for mut waiting in self.jobs.drain(..) {
                waiting.finish(Err(ErrorCode::Panic.into()));
            }
        }
        done.is_ok()
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Serve(job) => {
                self.jobs_taken += 1;
                self.jobs.push_back(Waiting::new(self.jobs_taken, job, self.times.wait));
            }
            Order::Listen(mut listener) => {
                let known = self.told.clone();
                if known.is_none_or(|(service, readers)| tell(&mut listener, service, readers)) {
                    self.listeners.push(listener);
                }
            }
            Order::Sight(sight) => {
                self.sight = Some(sight);
                self.tell_listeners();
            }
            Order::Read(number, read) => self.take_reading(number, read),
            Order::Look | Order::Stop => {}
        }
    }

    /// What is due now: ends what is over, and brings the next card to the first who waits.
    fn settle(&mut self) {
        let now = Instant::now();
        if let Some(under_way) = self.under_way.take_if(|under_way| under_way.until <= now) {
            self.leave_alone(under_way);
        }
        if let Some(under_way) = &mut self.under_way
            && under_way.busy_at.take_if(|at| *at <= now).is_some()
            && under_way.progress.waits_for_others()
            && let Some(waiting) = self.jobs.iter_mut().find(|job| job.number == under_way.job)
        {
            waiting.meanwhile(ErrorCode::ReaderBusy.into());
        }
        let busy_with = self.under_way.as_ref().map(|under_way| under_way.job);
        let sight = self.sight.as_ref();
        self.jobs.retain_mut(|waiting| waiting.goes_on(now, busy_with, sight));
        if let Some(under_way) = &self.under_way
            && !self.jobs.iter().any(|waiting| waiting.number == under_way.job)
        {
            under_way.progress.give_up();
        }
        if self.under_way.is_none() {
            self.serve_first(now);
        }
    }

    fn serve_first(&mut self, now: Instant) {
        let (Some(first), Some(sight)) = (self.jobs.front_mut(), &self.sight) else { return };
        let known = Known { stuck: &self.stuck, wrong: &self.wrong, read: &self.read };
        let Some(card) = first.choose(sight, known, now) else { return };
        let number = first.number;
        let task = first.found(&card);
        let progress = Arc::new(Progress::default());
        let order =
            reading::Order { reader: card.reader.clone(), task, progress: Arc::clone(&progress) };
        match self.reader().and_then(|reader| reader.order(order)) {
            Ok(()) => {
                let (busy_at, until) = (Some(now + BUSY), now + self.times.reading);
                self.under_way = Some(UnderWay { job: number, card, busy_at, until, progress });
            }
            Err(error) => self.finish(number, Err(error)),
        }
    }

    /// The thread that reads, started when there is none.
    fn reader(&mut self) -> Result<&Reader, Error> {
        if self.reader.is_none() {
            self.readers_started += 1;
            self.reader = Some((self.readers_started, (self.start_reader)(self.readers_started)?));
        }
        self.reader.as_ref().map(|(_, reader)| reader).ok_or_else(|| ErrorCode::Panic.into())
    }

    fn take_reading(&mut self, number: u64, read: Result<CardRead, Failed>) {
        if self.reader.as_ref().is_none_or(|(current, _)| *current != number) {
            // One that was left alone answers after all; what it read is wiped unseen.
            self.stuck.answered(number);
            return self.tell_listeners();
        }
        let Some(UnderWay { job, card, .. }) = self.under_way.take() else { return };
        let failed = match read {
            Ok(read) => {
                self.read.insert(card.reader, card.count);
                return self.finish(job, Ok(read));
            }
            Err(failed) => failed,
        };
        if failed.then == Then::Another && failed.error.code() != ErrorCode::CardUnreadable {
            self.wrong.insert(card.reader.clone(), (card.count, failed.error.code()));
        }
        match (failed.then, self.jobs.iter_mut().find(|waiting| waiting.number == job)) {
            (_, None) => {}
            (Then::End, _) => self.finish(job, Err(failed.error)),
            (Then::Again, Some(waiting)) => waiting.try_again(failed.error, BREATH),
            (Then::Another, Some(waiting)) => waiting.pass_over(&card, failed.error),
        }
    }

    /// A card has not been read in time: the thread that waits for it is left alone, and the reader
    /// with it, until it answers.
    fn leave_alone(&mut self, UnderWay { job, card, progress, .. }: UnderWay) {
        progress.give_up();
        let Some((number, reader)) = self.reader.take() else { return };
        self.stuck.add(number, card.reader.clone(), reader.end());
        let code = if progress.waits_for_others() {
            ErrorCode::ReaderBusy
        } else {
            ErrorCode::ReaderNotAnswering
        };
        tracing::warn!(reader = card.reader, %code, "left alone until it answers");
        if let Some(waiting) = self.jobs.iter_mut().find(|waiting| waiting.number == job) {
            if waiting.is_spent() {
                self.finish(job, Err(code.into()));
            } else {
                waiting.try_again(code.into(), BREATH);
            }
        }
        self.tell_listeners();
    }

    fn finish(&mut self, job: u64, result: Result<CardRead, Error>) {
        if let Some(at) = self.jobs.iter().position(|waiting| waiting.number == job)
            && let Some(mut waiting) = self.jobs.remove(at)
        {
            waiting.finish(result);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let busy_with = self.under_way.as_ref().map(|under_way| under_way.job);
        let under_way = self.under_way.iter();
        let reading = under_way.flat_map(|it| [Some(it.until), it.busy_at]).flatten();
        let waiting = self.jobs.iter().filter(|waiting| Some(waiting.number) != busy_with);
        let breath = self.jobs.front().and_then(Waiting::breath).filter(|_| busy_with.is_none());
        reading.chain(waiting.map(|waiting| waiting.until)).chain(breath).min()
    }

    fn tell_listeners(&mut self) {
        let Some(sight) = &self.sight else { return };
        let now = match sight {
            Sight::Absent(_) => (ReaderService::Absent, Vec::new()),
            Sight::Readers(seen) => {
                let facts = seen.iter().map(|seen| ReaderFacts {
                    name: seen.reader.clone(),
                    state: match seen.lying {
                        _ if self.stuck.holds(&seen.reader) => ReaderState::NotAnswering,
                        Lying::Nothing => ReaderState::Empty,
                        Lying::Card => ReaderState::Card,
                        Lying::Mute => ReaderState::Mute,
                    },
                });
                (ReaderService::Running, facts.collect())
            }
        };
        if self.told.as_ref() == Some(&now) {
            return;
        }
        if let Sight::Absent(why) = sight {
            tracing::warn!(why, "the smart card service does not answer");
        }
        let (service, readers) = &now;
        self.listeners.retain_mut(|listener| tell(listener, *service, readers.clone()));
        self.told = Some(now);
    }
}

/// What a case makes of it is the case's: a panic there ends its listening, and not the desk.
fn tell(listener: &mut Listener, service: ReaderService, readers: Vec<ReaderFacts>) -> bool {
    catch_unwind(AssertUnwindSafe(|| listener(service, readers))).unwrap_or(false)
}
