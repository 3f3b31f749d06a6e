//! The journal: the plugin's side of the ledger, on a thread of its own so that a slow disk stops
//! neither the host nor the line.

use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use mynaq_interface::{Error, ErrorCode};
use mynaq_ledger::{Fact, Ledger, OpenError};
use tokio::sync::oneshot;

use crate::gate::{EnteredPermit, ViewingPermit};

/// Takes entries in the order they are handed in.
#[derive(Debug)]
pub(crate) struct Journal {
    orders: mpsc::Sender<Order>,
}

enum Order {
    Enter { case: String, fact: Fact, done: Option<oneshot::Sender<io::Result<u64>>> },
    Stop,
}

impl Journal {
    /// Opens the ledger and starts the thread.
    pub(crate) fn open(directory: &Path) -> Result<(Self, JoinHandle<()>), Error> {
        let ledger = Ledger::open(directory).map_err(|error| {
            let code = match error {
                OpenError::InUse(_) => ErrorCode::ConfigConflict,
                OpenError::Disk { .. } | OpenError::Broken(_) => ErrorCode::GateNoRecord,
            };
            Error::new(code).detail(error)
        })?;
        let (orders, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("mynaq-journal".into())
            .spawn(move || write(ledger, &inbox))
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok((Journal { orders }, thread))
    }

    /// Enters a fact. It is written in order; a failure is logged, and the next permit will fail.
    pub(crate) fn enter(&self, case: &str, fact: Fact) {
        self.send(Order::Enter { case: case.to_owned(), fact, done: None });
    }

    /// Hands a permit in, in its place between the facts before and after it. Waiting for what
    /// comes back is waiting for the disk; only that lets the look-up leave.
    pub(crate) fn enter_permit(
        &self,
        permit: ViewingPermit,
    ) -> impl Future<Output = Result<EnteredPermit, Error>> + use<> {
        let (done, written) = oneshot::channel();
        let (case, fact) = (permit.case().to_owned(), permit.fact());
        self.send(Order::Enter { case, fact, done: Some(done) });
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

fn write(mut ledger: Ledger, inbox: &mpsc::Receiver<Order>) {
    while let Ok(Order::Enter { case, fact, done }) = inbox.recv() {
        let result = ledger.append(&case, fact);
        if let Err(error) = &result {
            tracing::error!(%error, "an entry could not be written to the ledger");
        }
        if let Some(done) = done {
            let _ = done.send(result);
        }
    }
}
