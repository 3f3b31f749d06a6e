//! What cases share: the desk, the journal, the line, the packs, and the threads behind them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use mynaq_adapters::Packs;
use mynaq_interface::{Error, ErrorCode};
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use crate::card::CardDesk;
use crate::config::{Config, Mode};
use crate::journal::Journal;
use crate::lookup::LookupClient;

/// How long a look-up that was cancelled at shutdown may take to let go.
const LAST_WORK: Duration = Duration::from_secs(2);

/// What every case of an engine uses.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) mode: Mode,
    pub(crate) packs: Packs,
    pub(crate) cards: CardDesk,
    pub(crate) journal: Journal,
    pub(crate) lookup: LookupClient,
    pub(crate) io: Handle,
}

/// One configuration at work: its services and its three threads.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) services: Arc<Services>,
    io_stop: Mutex<Option<oneshot::Sender<()>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    pub(super) fn start(config: &Path) -> Result<Self, Error> {
        let config = Config::load(config)?;
        let packs = Packs::load(&config.packs)
            .map_err(|fault| Error::in_file(ErrorCode::ConfigUnreadable, fault))?;
        for fault in packs.faults() {
            tracing::error!(%fault, "a pack cannot be used");
        }
        let lookup = LookupClient::new(&config)?;
        let (journal, journal_thread) = Journal::open(&config.ledger)?;
        let (cards, card_thread) = CardDesk::open(config.reader, config.mode, config.card_wait)?;
        let (io, io_stop, io_thread) = start_io()?;
        tracing::info!(mode = ?config.mode, packs = packs.iter().count(), "started");
        let services = Services { mode: config.mode, packs, cards, journal, lookup, io };
        Ok(Engine {
            services: Arc::new(services),
            io_stop: Mutex::new(Some(io_stop)),
            threads: Mutex::new(vec![card_thread, io_thread, journal_thread]),
        })
    }

    /// Ends every thread: first those who bring news, last the journal that enters it.
    pub(super) fn stop(&self) {
        self.services.cards.stop();
        drop(self.io_stop.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let mut threads = threads.into_iter();
        let (cards_and_io, journal) = (threads.by_ref().take(2).collect::<Vec<_>>(), threads);
        cards_and_io.into_iter().for_each(join);
        self.services.journal.stop();
        journal.for_each(join);
    }
}

/// The one I/O thread, with a runtime of our own: a host's runtime is invisible from here.
fn start_io() -> Result<(Handle, oneshot::Sender<()>, JoinHandle<()>), Error> {
    let failed = |error| Error::new(ErrorCode::Panic).detail(error);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .build()
        .map_err(failed)?;
    let handle = runtime.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new()
        .name("mynaq-io".into())
        .spawn(move || {
            // Ends when the sender is dropped.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_timeout(LAST_WORK);
        })
        .map_err(failed)?;
    Ok((handle, stop, thread))
}

/// A host may close its last session from within a call on one of these very threads.
fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != std::thread::current().id() {
        let _ = thread.join();
    }
}
