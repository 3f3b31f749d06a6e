//! The journal: the plugin's side of the ledger, on a thread of its own so that a slow disk stops
//! neither the host nor the line.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Weak, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;

use mynaq_interface::{Error, ErrorCode};
use mynaq_ledger::{Fact, Ledger, OpenError, Past};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::Case;
use crate::config::{Folder, Mode};
use crate::defect::{self, Room};
use crate::gate::{EnteredPermit, LogInRule, Rights, ViewingPermit};

/// Takes entries in the order they are handed in.
#[derive(Debug)]
pub(crate) struct Journal {
    orders: mpsc::Sender<Order>,
}

enum Order {
    Enter {
        author: Author,
        fact: Fact,
    },
    Permit {
        permit: ViewingPermit,
        author: Author,
        done: oneshot::Sender<Result<EnteredPermit, Error>>,
    },
    Apart {
        author: Author,
        work: Box<dyn FnOnce() + Send>,
    },
    Stop,
}

/// Whose entry it is.
pub(super) struct Author {
    /// What the ledger calls the case.
    ledger_id: Arc<str>,
    /// Ended, and no other, if a defect is met while writing for it.
    case: Weak<Case>,
}

impl Author {
    pub(super) fn of(case: &Case) -> Self {
        Author { ledger_id: Arc::clone(&case.ledger_id), case: Weak::clone(&case.this) }
    }

    /// The terminal itself: what happens outside of a case.
    pub(super) fn terminal() -> Self {
        Author { ledger_id: "".into(), case: Weak::new() }
    }
}

impl Journal {
    /// Opens the ledger and starts the thread. With the ledger come the rights: when it was written to
    /// last says whether the clock can be believed.
    pub(crate) fn open(
        folder: &Folder,
        mode: Mode,
        rule: LogInRule,
    ) -> Result<(Self, Arc<Rights>, JoinHandle<()>), Error> {
        let directory = folder.path.clone();
        let ledger = Ledger::open(&directory).map_err(|error| {
            let code = match error {
                OpenError::InUse(_) => ErrorCode::ConfigConflict,
                OpenError::Disk { .. } | OpenError::Broken(_) => ErrorCode::GateNoRecord,
            };
            Error::new(code).detail(error)
        })?;
        let past = ledger.past();
        of_this_mode(past, mode, folder)?;
        let rights = Arc::new(Rights::open(rule, past.last_use)?);
        let (orders, inbox) = mpsc::channel();
        let desk = Desk { directory, ledger: Some(ledger), rights: Arc::clone(&rights) };
        let thread = std::thread::Builder::new()
            .name("mynaq-journal".into())
            .spawn(move || desk.serve(&inbox))
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok((Journal { orders }, rights, thread))
    }

    /// Enters a fact. It is written in order; a failure is logged, and the next permit will fail.
    pub(super) fn enter(&self, author: Author, fact: Fact) {
        self.send(Order::Enter { author, fact });
    }

    /// Hands a permit in, in its place between the facts before and after it. Waiting for what
    /// comes back is waiting for the disk, where the roster is looked at once more; only that lets
    /// the look-up leave.
    pub(super) fn enter_permit(
        &self,
        case: Weak<Case>,
        permit: ViewingPermit,
    ) -> impl Future<Output = Result<EnteredPermit, Error>> + use<> {
        let (done, written) = oneshot::channel();
        let author = Author { ledger_id: Arc::clone(permit.case()), case };
        self.send(Order::Permit { permit, author, done });
        async {
            written.await.unwrap_or_else(|_| {
                Err(Error::new(ErrorCode::GateNoRecord).detail("the journal has stopped"))
            })
        }
    }

    /// Has something else done that waits for the disk, in its place between the facts.
    pub(super) fn apart(&self, author: Author, work: impl FnOnce() + Send + 'static) {
        self.send(Order::Apart { author, work: Box::new(work) });
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

/// A drill and what is real never share a ledger (P10).
fn of_this_mode(past: Past, mode: Mode, folder: &Folder) -> Result<(), Error> {
    let message = match mode {
        Mode::Drill if past.real => {
            "this ledger holds real cases: give drills a ledger of their own"
        }
        Mode::Production if past.drills => {
            "this ledger holds cases of a drill: give production a ledger of its own"
        }
        Mode::Drill | Mode::Production => return Ok(()),
    };
    Err(Error::in_file(ErrorCode::ConfigInvalid, folder.fault(message)))
}

/// The thread's end.
struct Desk {
    directory: PathBuf,
    /// None while it could not be opened again.
    ledger: Option<Ledger>,
    rights: Arc<Rights>,
}

impl Desk {
    fn serve(mut self, inbox: &mpsc::Receiver<Order>) {
        while let Ok(order) = inbox.recv() {
            match order {
                Order::Enter { author, fact } => {
                    // Logged where it failed; there is nobody to tell.
                    let _ = self.enter(&author, fact);
                }
                Order::Permit { permit, author, done } => {
                    let _ = done.send(self.permit(&author, permit));
                }
                Order::Apart { author, work } => {
                    if catch_unwind(AssertUnwindSafe(work)).is_err() {
                        self.after_a_defect(&author);
                    }
                }
                Order::Stop => return,
            }
        }
    }

    fn permit(&mut self, author: &Author, permit: ViewingPermit) -> Result<EnteredPermit, Error> {
        self.rights.refresh();
        let crew = permit.crew();
        self.rights.crew(&crew.member, &crew.unit, (Instant::now(), OffsetDateTime::now_utc()))?;
        self.enter(author, permit.fact())
            .map_err(|error| Error::new(ErrorCode::GateNoRecord).detail(error))?;
        Ok(permit.entered())
    }

    fn enter(&mut self, author: &Author, fact: Fact) -> io::Result<u64> {
        let written = catch_unwind(AssertUnwindSafe(|| self.append(&author.ledger_id, fact)));
        let result = written.unwrap_or_else(|_| {
            self.after_a_defect(author);
            Err(io::Error::other("a defect was met while writing"))
        });
        if let Err(error) = &result {
            tracing::error!(%error, "an entry could not be written to the ledger");
        }
        result
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
