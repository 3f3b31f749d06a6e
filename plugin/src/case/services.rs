//! What cases share: the desk, the journal, the line, the packs, and the threads behind them.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mynaq_adapters::{Pack, Packs};
use mynaq_interface::{
    ABI_MAJOR, ABI_MINOR, AbiVersion, Capabilities, Error, ErrorCode, Limits, LogIn,
    NoticeLanguage, Reason,
};
use mynaq_ledger::Fact;
use time::OffsetDateTime;
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use super::journal::{Author, Journal};
use crate::card::{Authorities, CardDesk, Trust};
use crate::config::{Config, Mode};
use crate::gate::{Crew, OptOutList, Rights, TranscriptionRules};
use crate::lookup::LookupClient;
use crate::notice::Department;
use crate::wipe;

/// How long a look-up that was cancelled at shutdown may take to let go.
const LAST_WORK: Duration = Duration::from_secs(2);

/// What every case of an engine uses.
#[derive(Debug)]
pub(crate) struct Services {
    pub(super) mode: Mode,
    pub(super) packs: Packs,
    pub(super) cards: CardDesk,
    pub(super) journal: Journal,
    pub(super) rights: Arc<Rights>,
    pub(super) opt_out: Arc<OptOutList>,
    pub(super) transcription: TranscriptionRules,
    pub(super) department: Department,
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
        let unknown = config.transcription.packs.keys().find(|pack| packs.get(pack).is_err());
        if let Some(pack) = unknown {
            return Err(Error::new(ErrorCode::ConfigInvalid)
                .detail(format_args!("[transcription.packs.{pack}]: no such pack is installed")));
        }
        let opt_out = Arc::new(OptOutList::open(config.opt_out, config.mode)?);
        let (journal, rights, journal_thread) =
            Journal::open(&config.ledger, config.mode, config.log_in)?;
        let authorities = Arc::new(Authorities::load(&config.card_authorities)?);
        let trust = Trust { mode: config.mode, authorities };
        let (cards, card_thread) = CardDesk::open(config.reader, trust, config.card_wait)?;
        let (io, io_stop, io_thread) = start_io()?;
        tracing::info!(mode = ?config.mode, packs = packs.iter().count(), "started");
        let services = Services {
            mode: config.mode,
            packs,
            cards,
            journal,
            rights,
            opt_out,
            transcription: config.transcription,
            department: config.department,
            lookup,
            io,
        };
        let threads =
            Threads { card: card_thread, io: io_thread, io_stop, journal: journal_thread };
        Ok((services, threads))
    }

    /// Whether a crew member may view in a unit at this moment. A refusal is entered, and roster and
    /// list are read again: where the department has put it right meanwhile, asking again helps.
    pub(super) fn may_view(&self, member: &str, unit: &str) -> Result<Crew, Error> {
        self.rights.crew(member, unit, now()).inspect_err(|error| {
            self.look_again();
            self.refused(member, error);
        })
    }

    /// A crew member begins a shift on this terminal.
    pub(crate) fn log_in(&self, log_in: LogIn) -> Result<(), Error> {
        self.look_again();
        self.rights
            .log_in(&log_in, now())
            .inspect_err(|error| self.refused(&log_in.crew_member, error))?;
        let LogIn { crew_member, unit, terminal, factors } = log_in;
        self.journal
            .enter(Author::terminal(), Fact::LoggedIn { crew_member, unit, terminal, factors });
        Ok(())
    }

    /// A crew member ends it.
    pub(crate) fn log_out(&self, member: &str) {
        if self.rights.log_out(member) {
            let fact = Fact::LoggedOut { crew_member: member.to_owned() };
            self.journal.enter(Author::terminal(), fact);
        }
    }

    /// Has roster and opt-out list read again, where waiting for the disk stops nobody.
    pub(super) fn look_again(&self) {
        let (rights, opt_out) = (Arc::clone(&self.rights), Arc::clone(&self.opt_out));
        self.journal.apart(Author::terminal(), move || {
            rights.refresh();
            opt_out.refresh();
        });
    }

    fn refused(&self, member: &str, error: &Error) {
        let fact = Fact::RightRefused { crew_member: member.to_owned(), because: error.code() };
        self.journal.enter(Author::terminal(), fact);
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
            log_in_required: self.rights.log_in_required(),
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

/// Both clocks: one cannot be set, the other goes on while the terminal sleeps.
fn now() -> (Instant, OffsetDateTime) {
    (Instant::now(), OffsetDateTime::now_utc())
}

/// The one I/O thread, with a runtime of our own: a host's runtime is invisible from here.
fn start_io() -> Result<(Handle, oneshot::Sender<()>, JoinHandle<()>), Error> {
    let failed = |error| Error::new(ErrorCode::Panic).detail(error);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .on_thread_park(wipe::deep)
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
