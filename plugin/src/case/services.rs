//! What cases share: the desk, the journal, the line, the packs, and the threads behind them.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mynaq_adapters::{Pack, Packs};
use mynaq_interface::{
    ABI_MAJOR, ABI_MINOR, AbiVersion, Capabilities, Error, ErrorCode, Limits, NoticeLanguage,
    Reason,
};
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use super::journal::Journal;
use crate::card::{Authorities, CardDesk, Trust};
use crate::config::{Config, Mode};
use crate::lookup::LookupClient;

/// How long a look-up that was cancelled at shutdown may take to let go.
const LAST_WORK: Duration = Duration::from_secs(2);

/// What every case of an engine uses.
#[derive(Debug)]
pub(crate) struct Services {
    pub(super) mode: Mode,
    pub(super) packs: Packs,
    pub(super) cards: CardDesk,
    pub(super) journal: Journal,
    pub(super) lookup: LookupClient,
    pub(super) io: Handle,
}

/// The threads behind the services of one configuration.
#[derive(Debug)]
pub(crate) struct Threads {
    card: JoinHandle<()>,
    io: JoinHandle<()>,
    io_stop: oneshot::Sender<()>,
    journal: JoinHandle<()>,
}

impl Services {
    /// Reads a configuration and starts what it describes.
    pub(crate) fn start(config: &Path) -> Result<(Self, Threads), Error> {
        let config = Config::load(config)?;
        let packs = Packs::load(&config.packs)
            .map_err(|fault| Error::in_file(ErrorCode::ConfigUnreadable, fault))?;
        for fault in packs.faults() {
            tracing::error!(%fault, "a pack cannot be used");
        }
        let lookup = LookupClient::new(&config)?;
        let (journal, journal_thread) = Journal::open(&config.ledger)?;
        let authorities = Arc::new(Authorities::load(&config.card_authorities)?);
        let trust = Trust { mode: config.mode, authorities };
        let (cards, card_thread) = CardDesk::open(config.reader, trust, config.card_wait)?;
        let (io, io_stop, io_thread) = start_io()?;
        tracing::info!(mode = ?config.mode, packs = packs.iter().count(), "started");
        let services = Services { mode: config.mode, packs, cards, journal, lookup, io };
        let threads =
            Threads { card: card_thread, io: io_thread, io_stop, journal: journal_thread };
        Ok((services, threads))
    }

    /// What can be done with this configuration.
    pub(crate) fn capabilities(&self, extensions: &[&str]) -> Capabilities {
        Capabilities {
            product_version: env!("CARGO_PKG_VERSION").to_owned(),
            abi: AbiVersion { major: ABI_MAJOR, minor: ABI_MINOR },
            drill: self.mode == Mode::Drill,
            packs: self.packs.iter().map(Pack::capabilities).collect(),
            pack_faults: self.packs.faults().cloned().collect(),
            reasons: Reason::ALL.iter().copied().map(Into::into).collect(),
            reasons_version: Some(Reason::VERSION),
            log_in_required: false,
            notice_languages: NoticeLanguage::ALL.to_vec(),
            extensions: extensions.iter().map(|&id| id.to_owned()).collect(),
            limits: Limits::NOW,
        }
    }

    /// Ends every thread: first those who bring news, last the journal that enters it.
    pub(crate) fn stop(&self, threads: Threads) {
        self.cards.stop();
        drop(threads.io_stop);
        join(threads.card);
        join(threads.io);
        self.journal.stop();
        join(threads.journal);
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

/// Never on one of these very threads: nobody closes a session from within a call (`face::guard`).
fn join(thread: JoinHandle<()>) {
    // One that panicked has ended too, and was logged when it did.
    let _ = thread.join();
}
