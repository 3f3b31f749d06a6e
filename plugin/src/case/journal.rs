//! The journal: the plugin's side of the ledger, on a thread of its own so that a slow disk stops
//! neither the host nor the line.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Weak, mpsc};
use std::thread::JoinHandle;

use mynaq_interface::{Error, ErrorCode};
use mynaq_ledger::{Fact, Ledger, OpenError};
use tokio::sync::oneshot;

use super::Case;
use crate::defect::{self, Room};
use crate::gate::{EnteredPermit, ViewingPermit};

/// Takes entries in the order they are handed in.
#[derive(Debug)]
pub(crate) struct Journal {
    orders: mpsc::Sender<Order>,
}

enum Order {
    Enter { author: Author, fact: Fact, done: Option<oneshot::Sender<io::Result<u64>>> },
    Stop,
}

/// Whose entry it is.
pub(super) struct Author {
    /// What the ledger calls the case.
    ledger_id: String,
    /// Ended, and no other, if a defect is met while writing for it.
    case: Weak<Case>,
}

impl Author {
    pub(super) fn of(case: &Case) -> Self {
        Author { ledger_id: case.ledger_id.clone(), case: Weak::clone(&case.this) }
    }
}

impl Journal {
    /// Opens the ledger and starts the thread.
    pub(crate) fn open(directory: &Path) -> Result<(Self, JoinHandle<()>), Error> {
        let directory = directory.to_owned();
        let ledger = Ledger::open(&directory).map_err(|error| {
            let code = match error {
                OpenError::InUse(_) => ErrorCode::ConfigConflict,
                OpenError::Disk { .. } | OpenError::Broken(_) => ErrorCode::GateNoRecord,
            };
            Error::new(code).detail(error)
        })?;
        let (orders, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("mynaq-journal".into())
            .spawn(move || Desk { directory, ledger: Some(ledger) }.serve(&inbox))
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok((Journal { orders }, thread))
    }

    /// Enters a fact. It is written in order; a failure is logged, and the next permit will fail.
    pub(super) fn enter(&self, author: Author, fact: Fact) {
        self.send(Order::Enter { author, fact, done: None });
    }

    /// Hands a permit in, in its place between the facts before and after it. Waiting for what
    /// comes back is waiting for the disk; only that lets the look-up leave.
    pub(super) fn enter_permit(
        &self,
        author: Author,
        permit: ViewingPermit,
    ) -> impl Future<Output = Result<EnteredPermit, Error>> + use<> {
        let (done, written) = oneshot::channel();
        self.send(Order::Enter { author, fact: permit.fact(), done: Some(done) });
        async {
            match written.await {
                Ok(Ok(_)) => Ok(permit.entered()),
                Ok(Err(error)) => Err(Error::new(ErrorCode::GateNoRecord).detail(error)),
                Err(_) => {
                    Err(Error::new(ErrorCode::GateNoRecord).detail("the journal has stopped"))
                }
            }
        }
    }

    /// Writes what was handed in before and ends the thread.
    pub(crate) fn stop(&self) {
        self.send(Order::Stop);
    }

    fn send(&self, order: Order) {
        // A closed channel means the thread is gone; a waiting permit then sees its sender drop.
        let _ = self.orders.send(order);
    }
}

/// The thread's end.
struct Desk {
    directory: PathBuf,
    /// None while it could not be opened again.
    ledger: Option<Ledger>,
}

impl Desk {
    fn serve(mut self, inbox: &mpsc::Receiver<Order>) {
        while let Ok(Order::Enter { author, fact, done }) = inbox.recv() {
            let written = catch_unwind(AssertUnwindSafe(|| self.append(&author.ledger_id, fact)));
            let result = written.unwrap_or_else(|_| {
                self.after_a_defect(&author);
                Err(io::Error::other("a defect was met while writing"))
            });
            if let Err(error) = &result {
                tracing::error!(%error, "an entry could not be written to the ledger");
            }
            if let Some(done) = done {
                let _ = done.send(result);
            }
        }
    }

    fn append(&mut self, case: &str, fact: Fact) -> io::Result<u64> {
        defect::may_be_here(Room::Ledger);
        match &mut self.ledger {
            Some(ledger) => ledger.append(case, fact),
            None => Err(io::Error::other("the ledger could not be opened again")),
        }
    }

    /// What was half written is set aside by opening the ledger again: the other cases' entries
    /// follow on a whole one.
    fn after_a_defect(&mut self, author: &Author) {
        self.ledger = None;
        match Ledger::open(&self.directory) {
            Ok(ledger) => self.ledger = Some(ledger),
            Err(error) => tracing::error!(%error, "the ledger cannot be opened again"),
        }
        if let Some(case) = author.case.upgrade() {
            case.poison();
        }
    }
}
