//! The engine both doors lead to: sessions, cases, and the verbs of the interface on handles.

mod handles;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use mynaq_interface::{
    CaseOpening, Consent, Decision, Error, ErrorCode, Identity, Limits, LogIn, Notice,
    NoticeLanguage, OptOut, Scope,
};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

pub(crate) use self::handles::Handles;
use crate::case::{Case, Next, Services, Threads};
use crate::host::{Host, HostLink};

static SESSIONS: Handles<Arc<Session>> = Handles::new(1);
static CASES: Handles<Arc<Case>> = Handles::new(2);
/// Sessions on one configuration file share one engine.
static ENGINES: Mutex<Option<HashMap<PathBuf, Weak<Engine>>>> = Mutex::new(None);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// One configuration at work. Dropping it, as the last session does, ends its threads.
struct Engine {
    services: Arc<Services>,
    threads: Option<Threads>,
}

/// One host's use of one engine.
struct Session {
    host: Arc<HostLink>,
    /// None once it is closed, so that no case slips in behind.
    engine: Mutex<Option<Arc<Engine>>>,
}

/// Opens a session on a configuration file.
pub(crate) fn open(host: Box<dyn Host>, config: &str) -> Result<u64, Error> {
    room(&SESSIONS, Limits::NOW.sessions, "sessions")?;
    let host = HostLink::new(host);
    let opened = engine(Path::new(config)).and_then(|engine| {
        let session =
            Arc::new(Session { host: Arc::clone(&host), engine: Mutex::new(Some(engine)) });
        full(SESSIONS.insert(|_| Ok::<_, Error>(session))?)
    });
    match opened {
        // A shutdown that began meanwhile has not seen it.
        Ok(session) if is_stopped() => {
            close(session)?;
            Err(ErrorCode::Stopped.into())
        }
        Ok(session) => Ok(session),
        Err(error) => {
            // A host that was refused is free to go: nobody may be in the middle of its log.
            host.close();
            Err(error)
        }
    }
}

/// Closes a session and every case in it. When it returns, nobody calls the host any more.
pub(crate) fn close(session: u64) -> Result<(), Error> {
    end(session, SESSIONS.remove(session).ok_or(ErrorCode::UnknownHandle)?);
    Ok(())
}

/// Ends every session of this process, for good.
pub(crate) fn shutdown() {
    // Whoever comes second waits for the first: when either returns, everything has ended.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    STOPPED.store(true, Ordering::SeqCst);
    for (handle, session) in SESSIONS.take(|_| true) {
        end(handle, session);
    }
}

/// Whether [`shutdown`] has begun.
pub(crate) fn is_stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

fn end(handle: u64, session: Arc<Session>) {
    let engine = session.engine().take();
    for (_, case) in CASES.take(|case| case.session() == handle) {
        case.close();
    }
    session.host.close();
    // The last session takes the engine with it, while the table is locked: the ledger is free
    // again before anybody reopens it.
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    drop(engine);
    if let Some(engines) = engines.as_mut() {
        engines.retain(|_, engine| engine.strong_count() > 0);
    }
}

/// What can be done with a session's configuration, as JSON.
pub(crate) fn capabilities(session: u64, extensions: &[&str]) -> Result<Zeroizing<String>, Error> {
    let session = SESSIONS.get(session).ok_or(ErrorCode::UnknownHandle)?;
    let capabilities = session.services()?.capabilities(extensions);
    serde_json::to_string(&capabilities)
        .map(Zeroizing::new)
        .map_err(|error| Error::new(ErrorCode::Panic).detail(error))
}

/// Opens a case.
pub(crate) fn case_open(session_handle: u64, opening: &str) -> Result<u64, Error> {
    let session = SESSIONS.get(session_handle).ok_or(ErrorCode::UnknownHandle)?;
    let services = session.services()?;
    let opening: CaseOpening = document(opening)?;
    lengths(opening.items())?;
    room(&CASES, Limits::NOW.cases, "cases")?;
    let host = Arc::clone(&session.host);
    let handle =
        full(CASES.insert(|handle| Case::open(handle, session_handle, opening, host, services))?)?;
    // A close that came meanwhile has not seen this case.
    if session.engine().is_none() {
        case_close(handle)?;
        return Err(ErrorCode::UnknownHandle.into());
    }
    find(handle)?.attend();
    Ok(handle)
}

/// A crew member begins a shift.
pub(crate) fn log_in(session: u64, log_in: &str) -> Result<(), Error> {
    let services = services(session)?;
    let log_in: LogIn = document(log_in)?;
    lengths(log_in.items())?;
    if log_in.factors.len() > LogIn::MOST_FACTORS {
        return Err(Error::new(ErrorCode::BadDocument)
            .detail(format_args!("`factors` has more than {}", LogIn::MOST_FACTORS)));
    }
    services.log_in(log_in)
}

/// A crew member ends it.
pub(crate) fn log_out(session: u64, crew_member: &str) -> Result<(), Error> {
    services(session)?.log_out(crew_member);
    Ok(())
}

/// Records what the crew sees of patient and card. What was wrong is said by its place alone: the
/// rest is about the patient.
pub(crate) fn case_observe(case: u64, observation: &str) -> Result<(), Error> {
    let case = find(case)?;
    let observation = serde_json::from_str(observation).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::new(ErrorCode::BadDocument).detail(format_args!("at line {line} column {column}"))
    })?;
    case.observe(observation)
}

/// The card was another person's.
pub(crate) fn case_wrong_patient(case: u64) -> Result<(), Error> {
    find(case)?.wrong_patient()
}

/// The card's holder goes on the department's opt-out list, or off it.
pub(crate) fn case_opt_out(case: u64, opt_out: u32) -> Result<(), Error> {
    let case = find(case)?;
    case.opt_out(word(OptOut::from_number(opt_out), "opt-out", opt_out)?)
}

/// Takes or leaves every offer, or those of one section.
pub(crate) fn case_decide_all(case: u64, section: &str, decision: u32) -> Result<(), Error> {
    let case = find(case)?;
    case.decide_all(section, word(Decision::from_number(decision), "decision", decision)?)
}

/// The notice, ready to print.
pub(crate) fn case_notice_page(case: u64, language: u32) -> Result<String, Error> {
    let case = find(case)?;
    case.notice_page(word(NoticeLanguage::from_number(language), "language", language)?)
}

/// Starts reading a card.
pub(crate) fn case_read_card(case: u64) -> Result<(), Error> {
    find(case)?.read_card()
}

/// Records the identity check.
pub(crate) fn case_identity(case: u64, identity: u32, pin: &str) -> Result<(), Error> {
    let case = find(case)?;
    case.identity(word(Identity::from_number(identity), "identity", identity)?, pin)
}

/// Allows the last try of the PIN to be spent.
pub(crate) fn case_allow_last_try(case: u64) -> Result<(), Error> {
    find(case)?.allow_last_try()
}

/// Records the patient's word.
pub(crate) fn case_consent(case: u64, consent: u32, reason: &str) -> Result<(), Error> {
    let case = find(case)?;
    case.consent(word(Consent::from_number(consent), "consent", consent)?, reason)
}

/// Starts the look-up.
pub(crate) fn case_look_up(case: u64, scope: u32) -> Result<(), Error> {
    let case = find(case)?;
    case.look_up(word(Scope::from_number(scope), "scope", scope)?)
}

/// Cancels what is under way.
pub(crate) fn case_cancel(case: u64) -> Result<(), Error> {
    find(case)?.cancel()
}

/// Takes or leaves an offer.
pub(crate) fn case_decide(case: u64, field: &str, decision: u32) -> Result<(), Error> {
    let case = find(case)?;
    case.decide(field, word(Decision::from_number(decision), "decision", decision)?)
}

/// The record as JSON.
pub(crate) fn case_record(case: u64) -> Result<Zeroizing<String>, Error> {
    find(case)?.record()
}

/// What the crew accepted, in a format of the pack.
pub(crate) fn case_export(case: u64, format: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    find(case)?.export(format)
}

/// Records what became of the notice.
pub(crate) fn case_notice(case: u64, notice: u32) -> Result<(), Error> {
    let case = find(case)?;
    case.notice(word(Notice::from_number(notice), "notice", notice)?)
}

/// Wipes and closes a case.
pub(crate) fn case_close(case: u64) -> Result<(), Error> {
    CASES.remove(case).ok_or(ErrorCode::UnknownHandle)?.close();
    Ok(())
}

/// The next event as JSON; none if nothing happened in time.
pub(crate) fn next_event(case: u64, timeout_ms: u32) -> Result<Option<Zeroizing<String>>, Error> {
    match find(case)?.next_event(Duration::from_millis(timeout_ms.into())) {
        Next::Event(event) => Ok(Some(event)),
        Next::Nothing => Ok(None),
        Next::Closed => Err(ErrorCode::UnknownHandle.into()),
    }
}

/// A panic was caught on the way to this case.
pub(crate) fn poison(case: u64) {
    if let Some(case) = CASES.get(case) {
        case.poison();
    }
}

impl Session {
    fn engine(&self) -> MutexGuard<'_, Option<Arc<Engine>>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn services(&self) -> Result<Arc<Services>, Error> {
        let engine = self.engine();
        let engine = engine.as_ref().ok_or(ErrorCode::UnknownHandle)?;
        Ok(Arc::clone(&engine.services))
    }
}

fn engine(config: &Path) -> Result<Arc<Engine>, Error> {
    let path = std::fs::canonicalize(config).map_err(|error| {
        Error::new(ErrorCode::ConfigUnreadable)
            .detail(format_args!("{}: {error}", config.display()))
    })?;
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    let engines = engines.get_or_insert_default();
    if let Some(running) = engines.get(&path).and_then(Weak::upgrade) {
        return Ok(running);
    }
    let (services, threads) = Services::start(&path)?;
    let started = Arc::new(Engine { services: Arc::new(services), threads: Some(threads) });
    engines.insert(path, Arc::downgrade(&started));
    Ok(started)
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            self.services.stop(threads);
        }
    }
}

fn services(session: u64) -> Result<Arc<Services>, Error> {
    SESSIONS.get(session).ok_or(ErrorCode::UnknownHandle)?.services()
}

/// A document a host hands in.
fn document<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::new(ErrorCode::BadDocument).detail(error))
}

/// Names go to the ledger as they are: none is empty, and none is a novel.
fn lengths<const N: usize>(items: [(&str, &str); N]) -> Result<(), Error> {
    for (name, value) in items {
        let length = value.chars().count();
        if length == 0 || length > CaseOpening::LONGEST {
            return Err(Error::new(ErrorCode::BadDocument)
                .detail(format_args!("`{name}` has {length} characters; 1 to 64 are allowed")));
        }
    }
    Ok(())
}

fn find(case: u64) -> Result<Arc<Case>, Error> {
    CASES.get(case).ok_or_else(|| ErrorCode::UnknownHandle.into())
}

fn word<T>(word: Option<T>, what: &str, number: u32) -> Result<T, Error> {
    word.ok_or_else(|| {
        Error::new(ErrorCode::UnknownValue).detail(format_args!("{what} {number} is not defined"))
    })
}

/// A host that closes nothing is told so before it fills the terminal's memory.
fn room<T>(table: &Handles<T>, limit: u32, what: &str) -> Result<(), Error> {
    if table.length() < limit as usize {
        return Ok(());
    }
    Err(Error::new(ErrorCode::TooMany)
        .detail(format_args!("{limit} {what} are open; close those that are over")))
}

fn full(handle: Option<u64>) -> Result<u64, Error> {
    handle.ok_or_else(|| Error::new(ErrorCode::TooMany).detail("no more handles"))
}
