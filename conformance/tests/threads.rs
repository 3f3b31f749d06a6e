//! Threads: whose they are, how many there are, and what may be done on which.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "this is the other side of a C interface")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Script, Stage, opening};
use mynaq_host_sdk::c::{Document, Host, OK};
use mynaq_host_sdk::{
    Case, Consent, Decision, DoorKind, Error, ErrorCode, EventBody, Factor, Hooks, Identity, Level,
    LogIn, Notice, NoticeLanguage, Observation, OptOut, Scope, Session,
};

// clauses: THR-1 CASE-1
#[test]
fn every_command_from_many_threads_at_once_on_the_same_cases() {
    let stage = Stage::new(Some("P01"));
    for door in [DoorKind::C, DoorKind::Rust] {
        let session = stage.session(door, LogBook::default()).unwrap();
        let cases = [(); 3].map(|()| session.open_case(&opening()).unwrap());
        let rounds = AtomicUsize::new(0);
        let log_in = LogIn {
            crew_member: opening().crew_member,
            unit: opening().unit,
            terminal: opening().terminal,
            factors: vec![Factor::Pin, Factor::IcCard],
        };
        std::thread::scope(|scope| {
            for thread in 0..12 {
                let (cases, rounds, session, stage) = (&cases, &rounds, &session, &stage);
                let log_in = log_in.clone();
                scope.spawn(move || {
                    while rounds.fetch_add(1, Ordering::Relaxed) < 1_200 {
                        let case = &cases[thread % 3];
                        if thread == 0 {
                            stage.tap_again();
                        }
                        let answers = [
                            case.read_card(),
                            case.identity(Identity::Visual),
                            case.consent(Consent::Given, None),
                            case.look_up(Scope::Summary),
                            case.cancel(),
                            case.decide("SickInjuredPersonName", Decision::Accept),
                            case.record().map(drop),
                            case.export("json").map(drop),
                            case.notice(Notice::HandedOver),
                            session.log_in(&log_in),
                            case.observe(&Observation { jcs: Some(0), ..Observation::default() }),
                            case.wrong_patient(),
                            case.opt_out(OptOut::Add),
                            case.decide_all(None, Decision::Accept),
                            case.notice_page(NoticeLanguage::Japanese).map(drop),
                            session.log_out(&log_in.crew_member),
                            session.capabilities().map(drop),
                            session.open_case(&opening()).map(drop),
                        ];
                        for error in answers.into_iter().filter_map(Result::err) {
                            assert!(expected(&error), "{error}");
                        }
                        while case.next_event(Duration::ZERO).unwrap().is_some() {}
                    }
                });
            }
        });
        // None of that has broken anything, and nobody waits for a card any more.
        drop(cases);
        stage.tap_again();
        let case = session.open_case(&opening()).unwrap();
        assert!(Script::default().play(&case).unwrap().record.is_some());
    }
}

/// What a command may meet when others are quicker; and here the department keeps no opt-out list.
fn expected(error: &Error) -> bool {
    use ErrorCode::{ConfigInvalid, GateNotReady, WrongState};
    matches!(error.code(), WrongState | GateNotReady | ConfigInvalid)
}

/// A host that must not be called any more once it has gone.
struct Leaving {
    gone: AtomicBool,
    calls: AtomicUsize,
    late: AtomicUsize,
}

impl Leaving {
    fn called(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.gone.load(Ordering::SeqCst) {
            self.late.fetch_add(1, Ordering::SeqCst);
        }
    }
}

unsafe extern "C" fn leaving_log(
    context: *mut c_void,
    _: u32,
    _: *const c_char,
    _: u64,
    _: *const c_char,
    _: u64,
) {
    unsafe { context.cast::<Leaving>().as_ref() }.unwrap().called();
}

unsafe extern "C" fn leaving_wake(context: *mut c_void, _: u64) {
    unsafe { context.cast::<Leaving>().as_ref() }.unwrap().called();
}

// clauses: LIFE-5 CASE-9
#[test]
fn a_host_that_has_closed_is_not_called_any_more() {
    let stage = Stage::new(Some("P01"));
    // Somebody else keeps the engine, its threads and its log going.
    let other = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let table = raw::table();
    let busy = AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while busy.load(Ordering::Relaxed) {
                let case = other.open_case(&opening()).unwrap();
                let _ = Script::default().play(&case);
            }
        });
        scope.spawn(|| {
            // Each of all these cases needs a laying of its own.
            while busy.load(Ordering::Relaxed) {
                stage.tap_again();
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        for round in 0..150 {
            let leaving = Leaving {
                gone: AtomicBool::new(false),
                calls: AtomicUsize::new(0),
                late: AtomicUsize::new(0),
            };
            let context = raw::context(&leaving);
            let host =
                Host { context, log: Some(leaving_log), wake: Some(leaving_wake), ..raw::host() };
            let session = raw::open(&stage, &host);
            let cases: Vec<_> = (0..4).map(|_| raw::open_case(session).unwrap()).collect();
            for &case in &cases {
                unsafe { table.case_read_card.unwrap()(case, null_mut()) };
                unsafe { table.case_identity.unwrap()(case, 1, null(), 0, null_mut()) };
                unsafe { table.case_consent.unwrap()(case, 1, null(), 0, null_mut()) };
            }
            if round % 2 == 0 {
                // Let something be under way: the first case has an event beyond its own commands.
                let mut event = Document::NONE;
                for _ in 0..4 {
                    unsafe { table.next_event.unwrap()(cases[0], 500, &mut event, null_mut()) };
                    raw::release(event);
                }
            }
            raw::close(session);
            leaving.gone.store(true, Ordering::SeqCst);
            assert!(leaving.calls.load(Ordering::SeqCst) > 0);
            for case in cases {
                let status = unsafe { table.case_cancel.unwrap()(case, null_mut()) };
                assert_eq!(raw::code(status), Some(ErrorCode::UnknownHandle));
            }
            // Others work on meanwhile, and this host must hear nothing of it.
            let case = other.open_case(&opening()).unwrap();
            let _ = Script::default().play(&case);
            assert_eq!(leaving.late.load(Ordering::SeqCst), 0, "round {round}");
        }
        busy.store(false, Ordering::Relaxed);
    });
}

// clauses: LIFE-5
#[test]
fn a_host_whose_open_failed_is_not_called_any_more() {
    let stage = Stage::new(None);
    let other = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let refused = Stage::new(None);
    refused.reconfigure("facility_code = \"9910000001\"", "facility_code = \"1\"");
    let leaving = Leaving {
        gone: AtomicBool::new(false),
        calls: AtomicUsize::new(0),
        late: AtomicUsize::new(0),
    };
    let context = raw::context(&leaving);
    let host = Host { context, log: Some(leaving_log), wake: Some(leaving_wake), ..raw::host() };
    let config = refused.config();
    let (data, size) = raw::text(config.to_str().unwrap());
    let mut session = 7;
    let error = raw::failure(|error| unsafe {
        raw::table().open.unwrap()(&host, data, size, &mut session, error)
    });
    leaving.gone.store(true, Ordering::SeqCst);
    assert_eq!((error.code(), session), (ErrorCode::ConfigInvalid, 0));
    let case = other.open_case(&opening()).unwrap();
    case.identity(Identity::Visual).unwrap();
    drop((case, other));
    assert_eq!(leaving.late.load(Ordering::SeqCst), 0);
}

/// A host that acts at once, in the wake-up call itself.
struct Eager {
    deepest: AtomicUsize,
    fetched: AtomicUsize,
    commands: AtomicUsize,
}

thread_local! {
    /// How deep this thread is in wake-up calls.
    static DEPTH: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

unsafe extern "C" fn eager_wake(context: *mut c_void, case: u64) {
    let eager = unsafe { context.cast::<Eager>().as_ref() }.unwrap();
    let depth = DEPTH.get() + 1;
    DEPTH.set(depth);
    eager.deepest.fetch_max(depth, Ordering::SeqCst);
    let table = raw::table();
    loop {
        let mut event = Document::NONE;
        if unsafe { table.next_event.unwrap()(case, 0, &mut event, null_mut()) } != OK {
            break;
        }
        let fetched = eager.fetched.fetch_add(1, Ordering::SeqCst) + 1;
        raw::release(event);
        // A command makes two events: one for every second keeps it going, up to a bound.
        if fetched % 2 == 1 && eager.commands.fetch_add(1, Ordering::SeqCst) < 2_000 {
            let status = unsafe { table.case_identity.unwrap()(case, 1, null(), 0, null_mut()) };
            assert_eq!(status, OK);
        }
    }
    DEPTH.set(depth - 1);
}

// clauses: THR-3 EVT-4
#[test]
fn a_host_that_acts_in_its_wake_up_call_is_woken_again_and_never_within() {
    let stage = Stage::new(None);
    let eager = Eager {
        deepest: AtomicUsize::new(0),
        fetched: AtomicUsize::new(0),
        commands: AtomicUsize::new(0),
    };
    let host = Host { context: raw::context(&eager), wake: Some(eager_wake), ..raw::host() };
    let session = raw::open(&stage, &host);
    raw::open_case(session).unwrap();
    // What the readers see comes from another thread, whose wake-up call may still be at work.
    let until = Instant::now() + Duration::from_secs(20);
    while eager.fetched.load(Ordering::SeqCst) < 2 + 2 * 2_000 && Instant::now() < until {
        std::thread::yield_now();
    }
    raw::close(session);
    assert_eq!(eager.deepest.load(Ordering::SeqCst), 1);
    // `opened`, `readers`, and two for each command: all were fetched, none had to be waited for.
    assert_eq!(eager.fetched.load(Ordering::SeqCst), 2 + 2 * 2_000);
}

// clauses: LIFE-6 THR-1 EVT-6
#[test]
fn a_shutdown_in_the_middle_of_everything_ends_everything() {
    if !raw::alone("a_shutdown_in_the_middle_of_everything_ends_everything") {
        return;
    }
    let stages = [(); 2].map(|()| Stage::new(Some("P01")));
    let sessions = stages.each_ref().map(|stage| raw::open(stage, &raw::host()));
    let table = raw::table();
    let stopped = ErrorCode::Stopped.status();
    let begun = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let begun = &begun;
            scope.spawn(move || {
                loop {
                    let case = match raw::open_case(sessions[thread % 2]) {
                        Ok(case) => case,
                        // What was open is closed before everything is refused.
                        Err(status) if status == stopped => return,
                        Err(status) => {
                            assert_eq!(raw::code(status), Some(ErrorCode::UnknownHandle));
                            continue;
                        }
                    };
                    begun.fetch_add(1, Ordering::SeqCst);
                    unsafe { table.case_read_card.unwrap()(case, null_mut()) };
                    unsafe { table.case_identity.unwrap()(case, 1, null(), 0, null_mut()) };
                    unsafe { table.case_consent.unwrap()(case, 1, null(), 0, null_mut()) };
                    // Half of them wait for what never comes.
                    let timeout = if thread < 4 { 600_000 } else { 1 };
                    for _ in 0..20 {
                        let mut event = Document::NONE;
                        let next_event = table.next_event.unwrap();
                        let status = unsafe { next_event(case, timeout, &mut event, null_mut()) };
                        raw::release(event);
                        if status < OK {
                            break;
                        }
                    }
                    unsafe { table.case_close.unwrap()(case, null_mut()) };
                }
            });
        }
        while begun.load(Ordering::SeqCst) < 40 {
            std::thread::yield_now();
        }
        assert_eq!(unsafe { table.shutdown.unwrap()(null_mut()) }, OK);
        assert_eq!(threads_of_ours(), 0, "every thread has been joined");
    });
    let mut session = 0;
    let config = stages[0].config();
    let (data, size) = raw::text(config.to_str().unwrap());
    let open = table.open.unwrap();
    let status = unsafe { open(&raw::host(), data, size, &mut session, null_mut()) };
    assert_eq!((status, session), (stopped, 0));
}

fn threads_of_ours() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    let ours = ["mynaq-card", "mynaq-watch", "mynaq-reader", "mynaq-io", "mynaq-journal"];
    names.filter(|name| ours.contains(&name.trim_end())).count()
}

// clauses: THR-6 MEM-7 LIFE-3
#[test]
fn a_thousand_cases_take_five_threads_and_one_more_is_refused() {
    // The other tests of this file have engines of their own.
    if !raw::alone("a_thousand_cases_take_five_threads_and_one_more_is_refused") {
        return;
    }
    let stage = Stage::new(Some("P01"));
    let session = raw::open(&stage, &raw::host());
    let mut cases: Vec<u64> = (0..1_000).map(|_| raw::open_case(session).unwrap()).collect();
    assert_eq!(threads_of_ours(), 5);
    assert_eq!(raw::code(raw::open_case(session).unwrap_err()), Some(ErrorCode::TooMany));
    assert_eq!(unsafe { raw::table().case_close.unwrap()(cases.pop().unwrap(), null_mut()) }, OK);
    cases.push(raw::open_case(session).unwrap());

    let again = raw::open(&stage, &raw::host());
    raw::close(session);
    assert_eq!(threads_of_ours(), 5, "the other session keeps the engine");
    raw::close(again);
    assert_eq!(threads_of_ours(), 0, "the last one ends it");
}

/// A Rust host that drops its session where it cannot be closed.
struct Careless {
    held: Arc<Mutex<Option<(Session, Case)>>>,
    freed: Arc<AtomicBool>,
}

impl Hooks for Careless {
    fn wake(&self, _: u64) {
        drop(self.held.lock().unwrap().take());
    }
}

impl Drop for Careless {
    fn drop(&mut self) {
        self.freed.store(true, Ordering::SeqCst);
    }
}

// clauses: THR-4 LIFE-5
#[test]
fn a_session_dropped_in_its_own_wake_up_call_keeps_its_hooks() {
    for door in [DoorKind::C, DoorKind::Rust] {
        let stage = Stage::new(Some("P01"));
        let (held, freed) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let hooks = Careless { held: Arc::clone(&held), freed: Arc::clone(&freed) };
        let session = mynaq_conformance::plugin(door).open(stage.config(), hooks).unwrap();
        let case = session.open_case(&opening()).unwrap();
        let id = case.id();
        // What the readers see may wake the host at any moment: that moment must be over.
        while !matches!(
            case.next_event(Duration::from_secs(20)).unwrap().expect("the readers").body,
            EventBody::Readers { .. }
        ) {}
        *held.lock().unwrap() = Some((session, case));
        // Its event wakes the host, which lets go of everything.
        let identity = raw::table().case_identity.unwrap();
        assert_eq!(unsafe { identity(id, 1, null(), 0, null_mut()) }, OK);
        assert!(held.lock().unwrap().is_none());
        // The session is still open, and may call: what it calls must still be there.
        assert!(!freed.load(Ordering::SeqCst), "hooks of an open session were freed");
        let status = unsafe { identity(id, 1, null(), 0, null_mut()) };
        assert_eq!(raw::code(status), Some(ErrorCode::UnknownHandle), "the case was closed");
    }
}

/// A Rust host with a defect of its own.
struct Panicking;

impl Hooks for Panicking {
    fn log(&self, _: Level, _: &str, _: &str) {
        // A panic without the noise of its message.
        std::panic::resume_unwind(Box::new("a host's own defect"));
    }

    fn wake(&self, _: u64) {
        std::panic::resume_unwind(Box::new("a host's own defect"));
    }
}

// clauses: THR-5
#[test]
fn the_sdk_keeps_a_hooks_panic_from_crossing_the_border() {
    let stage = Stage::new(Some("P01"));
    for door in [DoorKind::C, DoorKind::Rust] {
        let session = mynaq_conformance::plugin(door).open(stage.config(), Panicking).unwrap();
        let case = session.open_case(&opening()).unwrap();
        assert!(Script::default().play(&case).unwrap().record.is_some());
    }
}
