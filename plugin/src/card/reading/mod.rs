//! The reading thread: talks to one card at a time (`hand`).
//!
//! A card or reader that hangs takes this thread with it and nothing else: the desk has the deadline,
//! and starts another thread when it has passed.

mod hand;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use mynaq_interface::{CardFacts, Error, ErrorCode};

use self::hand::Hand;
use super::certificate::Certificate;
use super::link::{Connect, Turn};
use super::pin::PinCheck;
use super::trust::Trust;
use crate::wipe;

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

/// What the thread says of a reading.
#[derive(Debug)]
pub(crate) enum Report {
    /// The card is connected, and the first command goes to it; said again when it is connected anew.
    Begun,
    /// The end.
    Done(Result<CardRead, Failed>),
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
    /// Nobody wants the result any more: no secret is sent from now on, and no card asked anything
    /// that was not yet.
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
        mut tell: impl FnMut(Report) + Send + 'static,
    ) -> Result<Self, Error> {
        let (orders, inbox) = channel::<Order>();
        let thread = std::thread::Builder::new()
            .name("mynaq-reader".into())
            .spawn(move || {
                let mut hand = Hand::new(open(), trust);
                while let Ok(order) = inbox.recv() {
                    // A panic ends this reading and no other.
                    let read = wipe::deep_after(|| {
                        catch_unwind(AssertUnwindSafe(|| {
                            hand.read(&order, &mut || tell(Report::Begun))
                        }))
                    });
                    let panicked = Failed { error: ErrorCode::Panic.into(), then: Then::End };
                    tell(Report::Done(read.unwrap_or(Err(panicked))));
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
