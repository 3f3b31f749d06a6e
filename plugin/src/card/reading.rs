//! The reading thread: talks to one card at a time, with the retries that need no human hand.
//!
//! A card or reader that hangs takes this thread with it and nothing else: the desk has the deadline,
//! and starts another thread when it has passed.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use mynaq_interface::{CardFacts, Error, ErrorCode};
use time::OffsetDateTime;

use super::allow::Purpose;
use super::authority::Authorities;
use super::certificate::Certificate;
use super::channel::Channel;
use super::jpki::{self, Fault, Lengths};
use super::link::{Connect, LinkFault, Sharing, Turn};
use super::pin::PinCheck;
use super::possession::Possession;
use crate::config::Mode;
use crate::defect::{self, Room};

/// How often a card that was reset by others is read from the beginning again.
const RESETS: u32 = 3;

/// Which cards are taken.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// Simulated ones or real ones.
    pub(crate) mode: Mode,
    /// Signed by whom.
    pub(crate) authorities: Arc<Authorities>,
}

/// What is to be done with the card.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Read the certificate.
    Read,
    /// Read it, check the patient's PIN and let the card prove possession of its key.
    VerifyPin(Arc<PinCheck>),
}

/// A card that has been read.
#[derive(Debug)]
pub(crate) struct CardRead {
    pub(crate) reader: String,
    pub(crate) certificate: Arc<Certificate>,
    pub(crate) facts: CardFacts,
}

/// A reading that came to nothing.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) then: Then,
}

/// What can follow a reading that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The link failed: the same card may be read as soon as it can be reached.
    Again,
    /// This card will not do: another one, or the same laid down anew, may.
    Another,
    /// Nothing without the crew.
    End,
}

/// One card on one reader, to be read.
pub(crate) struct Order {
    pub(crate) reader: String,
    pub(crate) task: Task,
    pub(crate) progress: Arc<Progress>,
}

/// What the desk and the reading thread know of each other meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    given_up: AtomicBool,
    waits_for_others: AtomicBool,
}

impl Progress {
    /// Nobody wants the result any more: no secret is sent from now on.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Release);
    }

    /// Whether another program is waited for, and not the card.
    pub(crate) fn waits_for_others(&self) -> bool {
        self.waits_for_others.load(Ordering::Acquire)
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }
}

impl Turn for Progress {
    fn waiting(&self, waiting: bool) {
        self.waits_for_others.store(waiting, Ordering::Release);
    }
}

/// The thread, from the desk.
pub(crate) struct Reader {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
}

impl Reader {
    /// Starts a thread that has readers of its own.
    pub(crate) fn start(
        open: impl FnOnce() -> Box<dyn Connect> + Send + 'static,
        trust: Trust,
        mut done: impl FnMut(Result<CardRead, Failed>) + Send + 'static,
    ) -> Result<Self, Error> {
        let (orders, inbox) = channel::<Order>();
        let thread = std::thread::Builder::new()
            .name("mynaq-reader".into())
            .spawn(move || {
                let mut hand = Hand {
                    connect: open(),
                    trust,
                    lengths: HashMap::new(),
                    suspects: HashSet::new(),
                };
                while let Ok(order) = inbox.recv() {
                    // A panic ends this reading and no other.
                    let read = catch_unwind(AssertUnwindSafe(|| hand.read(&order)));
                    let panicked = Failed { error: ErrorCode::Panic.into(), then: Then::End };
                    done(read.unwrap_or(Err(panicked)));
                }
            })
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok(Reader { orders, thread })
    }

    /// Hands a card over.
    pub(crate) fn order(&self, order: Order) -> Result<(), Error> {
        self.orders.send(order).map_err(|_| ErrorCode::Panic.into())
    }

    /// The thread ends when it is done with its card.
    pub(crate) fn end(self) -> JoinHandle<()> {
        self.thread
    }
}

/// What the thread holds.
struct Hand {
    connect: Box<dyn Connect>,
    trust: Trust,
    /// What was seen to work, for each reader.
    lengths: HashMap<String, Lengths>,
    /// Readers that once read in smaller pieces what seemed gone before.
    suspects: HashSet<String>,
}

impl Hand {
    /// Reads one card, with the retries that need no human hand.
    fn read(&mut self, order: &Order) -> Result<CardRead, Failed> {
        let (mut resets, mut nonsenses) = (0, 0);
        let mut lengths = self.lengths.get(&order.reader).copied().unwrap_or(Lengths::Extended);
        let mut because = None;
        loop {
            let fault = match self.read_once(order, lengths) {
                Ok(read) => {
                    self.remember(&order.reader, lengths, because);
                    return Ok(read);
                }
                Err(fault) => fault,
            };
            let may_go_on = match &order.task {
                Task::VerifyPin(check) if fault.may_be_another_card() => check.may_go_on(),
                Task::VerifyPin(check) => !check.is_spent(),
                Task::Read => true,
            };
            match (fault, lengths.next()) {
                (fault, _) if !may_go_on || order.progress.is_given_up() => {
                    return Err(Failed { error: fault.into_error(), then: Then::End });
                }
                (Fault::Lengths(fault), Some(smaller)) => {
                    because = Some(fault);
                    lengths = smaller;
                }
                (Fault::Link(LinkFault::Reset), _) if resets < RESETS => resets += 1,
                (fault, _) => {
                    let error = fault.into_error();
                    if nonsenses >= worth_asking_again(error.code()) {
                        return Err(Failed { then: then(error.code()), error });
                    }
                    nonsenses += 1;
                }
            }
        }
    }

    /// Keeps what worked for this reader. A card that was held shakily is no reader that cannot: where
    /// smaller pieces were tried because the card seemed gone, that counts from the second time on.
    fn remember(&mut self, reader: &str, lengths: Lengths, because: Option<LinkFault>) {
        if because == Some(LinkFault::Removed) && self.suspects.insert(reader.to_owned()) {
            return;
        }
        self.lengths.insert(reader.to_owned(), lengths);
    }

    fn read_once(&mut self, order: &Order, lengths: Lengths) -> Result<CardRead, Fault> {
        let (sharing, purpose) = match order.task {
            Task::Read => (Sharing::Shared, Purpose::Reading),
            Task::VerifyPin(_) => (Sharing::Exclusive, Purpose::PinCheck),
        };
        let (mut read, trust) = (None, &self.trust);
        self.connect.talk(&order.reader, sharing, &*order.progress, &mut |link| {
            defect::may_be_here(Room::Card);
            read = Some(talk(&mut Channel::new(link, purpose), lengths, order, trust));
        })?;
        read.unwrap_or(Err(LinkFault::Removed.into()))
    }
}

fn talk(
    channel: &mut Channel<'_>,
    lengths: Lengths,
    order: &Order,
    trust: &Trust,
) -> Result<CardRead, Fault> {
    let (kind, certificate) = jpki::read(channel, lengths)?;
    // Before anything else is done with it: a drill spends no try of a real card's PIN.
    trust.admit(&certificate)?;
    let certificate = Arc::new(certificate);
    let (possession, signing_certificate) = match &order.task {
        Task::Read => (Possession::Unproven, None),
        Task::VerifyPin(check) => {
            let given_up = || order.progress.is_given_up();
            let signing = check.run(channel, &certificate, &given_up)?;
            (Possession::ByPin, Some(signing))
        }
    };
    let facts = CardFacts {
        kind,
        validity: certificate.validity(OffsetDateTime::now_utc()),
        possession_proven: possession.is_proven(),
        commands: channel.commands(),
        signing_certificate,
    };
    Ok(CardRead { reader: order.reader.clone(), certificate, facts })
}

impl Trust {
    /// A drill never holds a real card's data, production never a simulated card's (P10); and
    /// somebody must have signed it, where the department has said who.
    fn admit(&self, certificate: &Certificate) -> Result<(), Error> {
        match (self.mode, certificate.is_simulated()) {
            (Mode::Drill, true) | (Mode::Production, false) => {}
            (Mode::Drill, false) => return Err(ErrorCode::CardReal.into()),
            (Mode::Production, true) => return Err(ErrorCode::CardSimulated.into()),
        }
        if self.authorities.vouch_for(certificate.der()) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::CardUnreadable).detail("no known authority has signed it"))
    }
}

impl Fault {
    /// Whether nobody can say that the card that lies there now is the one from before.
    fn may_be_another_card(&self) -> bool {
        match self {
            Fault::Link(_) => true,
            Fault::Lengths(fault) => matches!(fault, LinkFault::Removed | LinkFault::Reset),
            Fault::Card(_) => false,
        }
    }

    fn into_error(self) -> Error {
        match self {
            Fault::Link(fault) | Fault::Lengths(fault) => fault.into(),
            Fault::Card(error) => error,
        }
    }
}

/// How often a card that says so is read again from the beginning, before the crew hears of it.
fn worth_asking_again(code: ErrorCode) -> u32 {
    match code {
        ErrorCode::CardUnreadable => 2,
        // It ends the matter of the card for this patient: not on one answer alone.
        ErrorCode::CardNoCertificate => 1,
        _ => 0,
    }
}

/// What follows an error without the crew.
fn then(code: ErrorCode) -> Then {
    match code {
        ErrorCode::CardRemoved
        | ErrorCode::ReaderBusy
        | ErrorCode::NoReader
        | ErrorCode::NoReaderService => Then::Again,
        ErrorCode::CardUnreadable
        | ErrorCode::CardNotMyNumber
        | ErrorCode::CardBasicResident
        | ErrorCode::CardPhone
        | ErrorCode::CardDrivingLicence
        | ErrorCode::CardForeign => Then::Another,
        _ => Then::End,
    }
}
