//! The card desk: one thread that owns the readers and serves one reading after the other.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mynaq_interface::{CardFacts, Error, ErrorCode};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::drill::DrillReaders;
use super::jpki::{self, Lengths, ReadFault};
use super::link::{Channel, LinkFault, Readers, Sharing, Sight};
use super::pcsc::PcscReaders;
use crate::config::{Mode, ReaderChoice};
use crate::defect::{self, Room};

/// How long one look at the readers may take: so long a cancelled job may linger.
const LOOK: Duration = Duration::from_millis(100);
/// How often a card that was reset or could not be reached is tried again before it counts as pulled.
const RESETS: u32 = 3;

/// One reading for one case.
pub(crate) struct Job {
    pub(crate) task: Task,
    /// Set by the case when nobody wants the reading any more.
    pub(crate) cancelled: Arc<AtomicBool>,
    /// Where news goes; called on the desk's thread.
    pub(crate) news: Box<dyn FnMut(CardNews) + Send>,
}

/// What is to be done with the card.
pub(crate) enum Task {
    /// Read the certificate.
    Read,
    /// Read it, check the patient's PIN and let the card prove possession of its key.
    VerifyPin(Zeroizing<[u8; 4]>),
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

/// A card that has been read.
#[derive(Debug)]
pub(crate) struct CardRead {
    pub(crate) reader: String,
    pub(crate) certificate: Certificate,
    pub(crate) facts: CardFacts,
}

/// The desk, seen from the cases.
#[derive(Debug)]
pub(crate) struct CardDesk {
    orders: Sender<Order>,
}

enum Order {
    Serve(Job),
    Stop,
}

impl CardDesk {
    pub(crate) fn open(
        choice: ReaderChoice,
        mode: Mode,
        wait: Duration,
    ) -> Result<(Self, JoinHandle<()>), Error> {
        let (orders, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("mynaq-card".into())
            .spawn(move || {
                let readers: Box<dyn Readers> = match choice {
                    ReaderChoice::Pcsc => Box::new(PcscReaders::default()),
                    ReaderChoice::Drill(address) => Box::new(DrillReaders::new(address)),
                };
                Desk { readers, mode, wait, short_only: HashSet::new() }.serve(&inbox);
            })
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok((CardDesk { orders }, thread))
    }

    /// Takes a job; returns at once.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Error> {
        self.orders.send(Order::Serve(job)).map_err(|_| ErrorCode::Stopped.into())
    }

    /// Cancels every job and ends the thread.
    pub(crate) fn stop(&self) {
        // A thread that is gone is as stopped as it can be.
        let _ = self.orders.send(Order::Stop);
    }
}

struct Desk {
    readers: Box<dyn Readers>,
    mode: Mode,
    wait: Duration,
    /// Readers seen to refuse extended commands.
    short_only: HashSet<String>,
}

struct Waiting {
    job: Job,
    until: Instant,
    /// The readers that were named while waiting, told again when they change.
    told: Option<Vec<String>>,
    /// The reader a card was found on, told again when the card has been away.
    found: Option<String>,
    /// The same trouble is told once, not at every look.
    troubled: Option<ErrorCode>,
}

impl Desk {
    fn serve(mut self, inbox: &Receiver<Order>) {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        while self.take_orders(inbox, &mut waiting) {
            waiting.retain_mut(Waiting::goes_on);
            let Some(mut first) = waiting.pop_front() else { continue };
            // A panic ends this job and no other; the desk goes on.
            let done = catch_unwind(AssertUnwindSafe(|| self.look(&mut first)));
            match done {
                Ok(false) => waiting.push_front(first),
                Ok(true) => {}
                Err(_) => first.tell(CardNews::Done(Err(ErrorCode::Panic.into()))),
            }
        }
        for mut waiting in waiting {
            waiting.finish(Err(ErrorCode::CardCancelled.into()));
        }
    }

    /// Sleeps until there is something to do; false when the desk is to close.
    fn take_orders(&self, inbox: &Receiver<Order>, waiting: &mut VecDeque<Waiting>) -> bool {
        loop {
            let order = if waiting.is_empty() {
                inbox.recv().map_err(|_| TryRecvError::Disconnected)
            } else {
                inbox.try_recv()
            };
            match order {
                Ok(Order::Serve(job)) => waiting.push_back(Waiting::new(job, self.wait)),
                Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    /// One look at the readers for a job; true when the job is done.
    fn look(&mut self, waiting: &mut Waiting) -> bool {
        match self.readers.await_card(LOOK) {
            Ok(Sight::Card(reader)) => {
                waiting.find(&reader);
                match self.read(&reader, &waiting.job.task) {
                    Ok(read) => waiting.finish(Ok(read)),
                    Err(error) if may_be_presented_again(error.code()) => {
                        // Forget what was told, so that the next wait is announced again.
                        waiting.told = None;
                        waiting.trouble(error);
                        // The card may still seem to lie there: no reason to try without a breath.
                        std::thread::sleep(LOOK);
                        false
                    }
                    Err(error) => waiting.finish(Err(error)),
                }
            }
            Ok(Sight::Nothing(readers)) => {
                waiting.await_on(readers);
                false
            }
            Err(error) => {
                waiting.trouble(error);
                std::thread::sleep(LOOK);
                false
            }
        }
    }

    fn read(&mut self, reader: &str, task: &Task) -> Result<CardRead, Error> {
        let mut resets = 0;
        loop {
            let lengths =
                if self.short_only.contains(reader) { Lengths::Short } else { Lengths::Extended };
            match self.read_once(reader, lengths, task) {
                Ok(read) => return self.admit(read),
                Err(ReadFault::Card(error)) => return Err(error),
                Err(ReadFault::ExtendedNotPassed) if lengths == Lengths::Extended => {
                    self.short_only.insert(reader.to_owned());
                }
                Err(ReadFault::Link(LinkFault::Reset)) if resets < RESETS => resets += 1,
                Err(ReadFault::Link(fault)) => return Err(fault.into()),
                Err(ReadFault::ExtendedNotPassed) => return Err(ErrorCode::CardUnreadable.into()),
            }
        }
    }

    fn read_once(
        &mut self,
        reader: &str,
        lengths: Lengths,
        task: &Task,
    ) -> Result<CardRead, ReadFault> {
        let sharing = match task {
            Task::Read => Sharing::Shared,
            Task::VerifyPin(_) => Sharing::Exclusive,
        };
        defect::may_be_here(Room::Card);
        let mut channel = Channel::new(self.readers.connect(reader, sharing)?);
        let (kind, certificate) = jpki::read(&mut channel, lengths)?;
        let possession_proven = match task {
            Task::Read => false,
            Task::VerifyPin(digits) => {
                jpki::verify_pin(&mut channel, &certificate, digits)?;
                true
            }
        };
        let facts = CardFacts {
            kind,
            validity: certificate.validity(OffsetDateTime::now_utc()),
            possession_proven,
            commands: channel.commands(),
            signing_certificate: None,
        };
        Ok(CardRead { reader: reader.to_owned(), certificate, facts })
    }

    /// A drill never holds a real card's data, production never a simulated card's (P10).
    fn admit(&self, read: CardRead) -> Result<CardRead, Error> {
        match (self.mode, read.certificate.is_simulated()) {
            (Mode::Drill, true) | (Mode::Production, false) => Ok(read),
            (Mode::Drill, false) => Err(ErrorCode::CardReal.into()),
            (Mode::Production, true) => Err(ErrorCode::CardSimulated.into()),
        }
    }
}

impl Waiting {
    fn new(job: Job, wait: Duration) -> Self {
        Waiting { job, until: Instant::now() + wait, told: None, found: None, troubled: None }
    }

    /// Whether the job still waits; tells the case when it does not.
    fn goes_on(&mut self) -> bool {
        let end = if self.job.cancelled.load(Ordering::Acquire) {
            ErrorCode::CardCancelled
        } else if Instant::now() >= self.until {
            match self.troubled {
                Some(code @ (ErrorCode::NoReaderService | ErrorCode::NoReader)) => code,
                _ => ErrorCode::CardTimeout,
            }
        } else {
            return true;
        };
        self.finish(Err(end.into()));
        false
    }

    fn finish(&mut self, result: Result<CardRead, Error>) -> bool {
        self.tell(CardNews::Done(result));
        true
    }

    /// What the case makes of the news is the case's: a panic there ends it and not the desk.
    fn tell(&mut self, news: CardNews) {
        let job = &mut self.job;
        if catch_unwind(AssertUnwindSafe(|| (job.news)(news))).is_err() {
            let defect = CardNews::Done(Err(ErrorCode::Panic.into()));
            // A second one on the way to the case: it is beyond help, the desk is not.
            let _ = catch_unwind(AssertUnwindSafe(|| (job.news)(defect)));
        }
    }

    fn find(&mut self, reader: &str) {
        if self.found.as_deref() != Some(reader) {
            self.tell(CardNews::Found(reader.to_owned()));
            self.found = Some(reader.to_owned());
        }
    }

    fn await_on(&mut self, readers: Vec<String>) {
        self.found = None;
        if readers.is_empty() {
            self.trouble(ErrorCode::NoReader.into());
        } else {
            self.troubled = None;
        }
        if self.told.as_ref() != Some(&readers) {
            self.tell(CardNews::Awaited(readers.clone()));
            self.told = Some(readers);
        }
    }

    fn trouble(&mut self, error: Error) {
        if self.troubled.replace(error.code()) != Some(error.code()) {
            self.tell(CardNews::Again(error));
        }
    }
}

/// Faults that presenting the card again can mend without anybody pressing a button.
fn may_be_presented_again(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::CardRemoved | ErrorCode::ReaderBusy | ErrorCode::NoReaderService)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::link::Link;
    use super::*;

    /// A reader that says a card lies there, and never reaches it.
    struct Ghost;

    impl Readers for Ghost {
        fn await_card(&mut self, _: Duration) -> Result<Sight, Error> {
            Ok(Sight::Card("Ghost".into()))
        }

        fn connect(&mut self, _: &str, _: Sharing) -> Result<Box<dyn Link + '_>, LinkFault> {
            Err(LinkFault::Removed)
        }
    }

    /// A service that is not there.
    struct Nobody;

    impl Readers for Nobody {
        fn await_card(&mut self, _: Duration) -> Result<Sight, Error> {
            Err(ErrorCode::NoReaderService.into())
        }

        fn connect(&mut self, _: &str, _: Sharing) -> Result<Box<dyn Link + '_>, LinkFault> {
            Err(LinkFault::ServiceGone)
        }
    }

    fn told(readers: impl Readers + 'static) -> Vec<String> {
        let (orders, inbox) = channel();
        let news = Arc::new(Mutex::new(Vec::new()));
        let (told, closing) = (Arc::clone(&news), orders.clone());
        let job = Job {
            task: Task::Read,
            cancelled: Arc::default(),
            news: Box::new(move |news| {
                told.lock().unwrap().push(match news {
                    CardNews::Awaited(readers) => format!("awaited {readers:?}"),
                    CardNews::Found(reader) => format!("found {reader}"),
                    CardNews::Again(error) => format!("again {}", error.code()),
                    CardNews::Done(result) => {
                        closing.send(Order::Stop).unwrap();
                        format!("done {}", result.unwrap_err().code())
                    }
                });
            }),
        };
        orders.send(Order::Serve(job)).unwrap();
        let desk = Desk {
            readers: Box::new(readers),
            mode: Mode::Drill,
            wait: Duration::from_millis(350),
            short_only: HashSet::new(),
        };
        desk.serve(&inbox);
        Arc::into_inner(news).unwrap().into_inner().unwrap()
    }

    #[test]
    fn a_card_that_seems_to_lie_there_is_told_once_and_ends_in_time() {
        assert_eq!(told(Ghost), ["found Ghost", "again card.removed", "done card.timeout"]);
    }

    #[test]
    fn without_a_service_the_crew_hears_that_and_not_that_no_card_came() {
        assert_eq!(told(Nobody), ["again reader.no_service", "done reader.no_service"]);
    }
}
