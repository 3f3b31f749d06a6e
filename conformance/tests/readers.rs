//! What a case hears of the readers, whether it asked for a card or not, and how it goes on when
//! readers and the service come and go, or other programs use the card.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod witness;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mynaq_conformance::{CREW, Daemon, LogBook, SPARE, Stage, in_own_namespaces, opening};
use mynaq_host_sdk::{DoorKind, ErrorCode, EventBody, ReaderService, ReaderState};
use mynaq_simulator::{Options, Timing};
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};
use zeroize::Zeroizing;

use self::witness::{PROMISED, Witness, absent, awaited, readers, trouble};

const FIRST: &str = "Virtual PCD 00 00";
const SECOND: &str = "Virtual PCD 00 01";
/// How often pcscd looks at the virtual reader, and once more at a card that does not answer: it
/// cannot tell earlier.
const LOOK: Duration = Duration::from_millis(400);

// clauses: EVT-7
#[test]
fn a_case_that_asked_for_no_card_hears_of_the_drill_reader() {
    let stage = Stage::new(None);
    let case = stage.case();
    let opened = case.next_event(Duration::from_secs(20)).unwrap().expect("opened").body;
    assert_eq!(opened, EventBody::Opened { drill: true });
    let told = case.next_event(Duration::from_secs(20)).unwrap().expect("readers").body;
    let EventBody::Readers { service, readers } = told else { panic!("{told:?}") };
    assert_eq!(service, ReaderService::Running);
    assert_eq!(readers.len(), 1);
    assert!(readers[0].name.contains("Drill Reader"), "{readers:?}");
    assert_eq!(readers[0].state, ReaderState::Empty);
}

// clauses: EVT-7
#[test]
fn a_case_that_asked_for_no_card_hears_of_readers_and_service_within_a_second() {
    if !in_own_namespaces(
        "a_case_that_asked_for_no_card_hears_of_readers_and_service_within_a_second",
    ) {
        return;
    }
    use ReaderState::{Card, Empty, Mute};
    let (mut pcscd, stage) = (Daemon::with_usb(), Stage::with_pcscd(Options::default()));
    let cards = &stage.simulator;
    let crew = Witness::of(&stage);
    crew.hears(Instant::now(), "no daemon", [absent()]);

    crew.hears(pcscd.start(), "the daemon comes", [readers([])]);
    crew.hears(pcscd.plug(CREW), "plugged", [readers([(CREW.name, Empty)])]);
    let both = |crew, spare| readers([(CREW.name, crew), (SPARE.name, spare)]);
    crew.hears(pcscd.plug(SPARE), "a second one plugged", [both(Empty, Empty)]);
    crew.hears(pcscd.unplug(SPARE), "the second one unplugged", [readers([(CREW.name, Empty)])]);
    crew.hears(pcscd.unplug(CREW), "unplugged", [readers([])]);
    crew.hears(pcscd.plug(CREW), "plugged again", [readers([(CREW.name, Empty)])]);
    crew.hears(pcscd.plug(SPARE), "the second one again", [both(Empty, Empty)]);

    let since = |act: &dyn Fn()| {
        let begun = Instant::now();
        act();
        begun
    };
    let laid = since(&|| cards.tap("P01").unwrap());
    crew.hears(laid, "a card laid down", [both(Card, Empty)]);
    let laid = since(&|| cards.second().tap("X14").unwrap());
    crew.hears(laid + LOOK, "a mute one on the second, and a look later", [both(Card, Mute)]);
    let taken = since(&|| cards.second().remove());
    crew.hears(taken, "the mute one taken away", [both(Card, Empty)]);
    let taken = since(&|| cards.remove());
    crew.hears(taken, "the card taken away", [both(Empty, Empty)]);

    crew.hears(pcscd.stop(), "the daemon stopped", [absent()]);
    crew.hears(pcscd.start(), "started again", [both(Empty, Empty)]);
    crew.hears(pcscd.kill(), "the daemon killed", [absent()]);
    crew.hears(pcscd.start(), "started again after that", [both(Empty, Empty)]);

    crew.case.read_card().unwrap();
    cards.tap("P01").unwrap();
    crew.views(&stage, "P01");
}

// clauses: EVT-7
#[test]
fn a_case_that_waits_for_a_card_goes_on_when_readers_and_service_come_and_go() {
    if !in_own_namespaces(
        "a_case_that_waits_for_a_card_goes_on_when_readers_and_service_come_and_go",
    ) {
        return;
    }
    use ReaderState::Empty;
    let (mut pcscd, stage) = (Daemon::with_usb(), Stage::with_pcscd(Options::default()));
    let crew = Witness::of(&stage);
    crew.hears(Instant::now(), "no daemon", [absent()]);
    let asked = Instant::now();
    crew.case.read_card().unwrap();
    let no_service = || trouble(ErrorCode::NoReaderService);
    crew.hears(asked, "asked without a daemon", [no_service()]);

    let one = || [awaited([CREW.name]), readers([(CREW.name, Empty)])];
    let none = || [trouble(ErrorCode::NoReader), awaited([]), readers([])];
    let both =
        || [awaited([CREW.name, SPARE.name]), readers([(CREW.name, Empty), (SPARE.name, Empty)])];
    let begun = pcscd.start();
    crew.hears(begun, "the daemon comes", [trouble(ErrorCode::NoReader), readers([])]);
    crew.hears(pcscd.plug(CREW), "plugged", one());
    crew.hears(pcscd.unplug(CREW), "unplugged", none());
    crew.hears(pcscd.plug(CREW), "plugged again", one());
    crew.hears(pcscd.plug(SPARE), "a second one plugged", both());
    crew.hears(pcscd.unplug(SPARE), "the second one unplugged", one());
    crew.hears(pcscd.stop(), "the daemon stopped", [no_service(), absent()]);
    crew.hears(pcscd.start(), "started again", one());
    crew.hears(pcscd.kill(), "the daemon killed", [no_service(), absent()]);
    crew.hears(pcscd.start(), "started again after that", one());

    stage.simulator.tap("P01").unwrap();
    crew.views(&stage, "P01");
}

#[test]
fn a_reading_that_is_cut_off_by_the_service_or_the_reader_is_begun_again_by_itself() {
    if !in_own_namespaces(
        "a_reading_that_is_cut_off_by_the_service_or_the_reader_is_begun_again_by_itself",
    ) {
        return;
    }
    let no_service = ErrorCode::NoReaderService;
    cut_off("killed", PROMISED, no_service, Daemon::kill, Daemon::start);
    cut_off("stopped", PROMISED, no_service, Daemon::stop, Daemon::start);
    // pcscd itself says nothing for a second when a reader fails in the middle of a command.
    let late = PROMISED + Duration::from_secs(2);
    cut_off(
        "unplugged",
        late,
        ErrorCode::NoReader,
        |pcscd| pcscd.unplug(CREW),
        |pcscd| pcscd.plug(CREW),
    );
}

fn cut_off(
    how: &str,
    within: Duration,
    code: ErrorCode,
    cut: impl FnOnce(&mut Daemon) -> Instant,
    mend: impl FnOnce(&mut Daemon) -> Instant,
) {
    let timing = Timing { latency: Duration::from_millis(200), ..Timing::default() };
    let (mut pcscd, stage) =
        (Daemon::with_usb(), Stage::with_pcscd(Options { timing, ..Options::default() }));
    pcscd.plug(CREW);
    pcscd.start();
    let cards = &stage.simulator;
    cards.short_only(true);
    cards.tap("P01").unwrap();
    let crew = Witness::of(&stage);
    crew.case.read_card().unwrap();
    let asked = Instant::now();
    crew.next(asked, how, |body| matches!(body, EventBody::CardFound { .. }));
    // In the middle of the certificate.
    let until = Instant::now() + Duration::from_secs(20);
    while cards.first().commands() < 4 {
        assert!(Instant::now() < until, "the card is not read");
        std::thread::yield_now();
    }
    let since = cut(&mut pcscd);
    let told = crew.next(since, how, |body| match body {
        EventBody::Trouble { error, goes_on, .. } => {
            assert_eq!((error.code(), *goes_on), (code, true));
            true
        }
        _ => false,
    });
    assert!(told <= within, "{how}: told after {told:?}");
    cards.first().set_timing(Timing::default());
    mend(&mut pcscd);
    crew.views(&stage, "P01");
}

/// Another program's hold on the card of a reader, as soon as one lies there.
fn other_program(reader: &str, share: ShareMode) -> (Context, pcsc::Card) {
    let until = Instant::now() + Duration::from_secs(10);
    let reader = std::ffi::CString::new(reader).unwrap();
    loop {
        let held = Context::establish(Scope::User).and_then(|context| {
            context.connect(&reader, share, Protocols::ANY).map(|card| (context, card))
        });
        match held {
            Ok(held) => return held,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn let_go(card: pcsc::Card) {
    assert!(card.disconnect(Disposition::LeaveCard).is_ok());
}

/// Held for a moment, nobody hears of it; held for long, the crew is told; read when let go.
fn held(
    by: ShareMode,
    hold: impl Fn(&mut pcsc::Card) -> Option<pcsc::Transaction<'_>>,
    told_within: Duration,
) {
    let (mut pcscd, stage) = (Daemon::with_virtual_reader(), Stage::with_pcscd(Options::default()));
    pcscd.start();
    stage.simulator.tap("P01").unwrap();
    for long in [false, true] {
        let (_context, mut card) = other_program(FIRST, by);
        let held = hold(&mut card);
        let crew = Witness::of(&stage);
        let asked = Instant::now();
        crew.case.read_card().unwrap();
        if long {
            let told = crew.next(asked, "held for long", |body| is_busy(body, true));
            assert!(told <= told_within, "{told:?}");
        } else {
            crew.hears_nothing_but_progress(asked + Duration::from_millis(500));
        }
        drop(held);
        let_go(card);
        let free = Instant::now();
        let read = crew.next(free, "let go", |body| match body {
            EventBody::Trouble { .. } => panic!("{body:?}"),
            body => matches!(body, EventBody::CardRead { .. }),
        });
        assert!(read <= PROMISED, "{read:?}");
        crew.views(&stage, "P01");
    }
}

/// Whether the crew is told that another program holds the card.
fn is_busy(body: &EventBody, goes_on: bool) -> bool {
    let EventBody::Trouble { error, goes_on: told, .. } = body else { return false };
    assert_eq!((error.code(), *told), (ErrorCode::ReaderBusy, goes_on));
    true
}

#[test]
fn a_card_that_another_program_holds_for_itself_is_read_when_it_lets_go() {
    if in_own_namespaces("a_card_that_another_program_holds_for_itself_is_read_when_it_lets_go") {
        held(ShareMode::Exclusive, |_| None, Duration::from_secs(3));
    }
}

#[test]
fn a_card_to_which_another_program_talks_is_read_when_it_is_done() {
    if in_own_namespaces("a_card_to_which_another_program_talks_is_read_when_it_is_done") {
        held(ShareMode::Shared, |card| card.transaction().ok(), Duration::from_secs(4));
    }
}

#[test]
fn a_card_that_another_program_resets_all_the_time_is_read_right() {
    if !in_own_namespaces("a_card_that_another_program_resets_all_the_time_is_read_right") {
        return;
    }
    let timing = Timing { latency: Duration::from_millis(30), ..Timing::default() };
    let (mut pcscd, stage) = (
        Daemon::with_virtual_reader(),
        Stage::with_pcscd(Options { timing, ..Options::default() }),
    );
    stage.simulator.short_only(true);
    stage.simulator.tap("P01").unwrap();
    pcscd.start();
    let (resets, done) = (AtomicU32::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let (_context, card) = other_program(FIRST, ShareMode::Shared);
                let reset = card.disconnect(Disposition::ResetCard).is_ok();
                resets.fetch_add(u32::from(reset), Ordering::SeqCst);
            }
        });
        // Also when one of these fails.
        let _done = OnDrop(&done);
        for _ in 0..3 {
            // Between two of our transactions; within one the service lets nobody reset the card.
            let before = resets.load(Ordering::SeqCst);
            let until = Instant::now() + Duration::from_secs(10);
            while resets.load(Ordering::SeqCst) == before {
                assert!(Instant::now() < until, "the other program does not get at the card");
                std::thread::yield_now();
            }
            let crew = Witness::of(&stage);
            let asked = Instant::now();
            crew.case.read_card().unwrap();
            crew.next(asked, "read", |body| matches!(body, EventBody::CardRead { .. }));
            crew.views(&stage, "P01");
        }
    });
}

/// Says that it is over.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A PIN unlocks the card for every program: none may be connected.
#[test]
fn a_pin_is_checked_when_nobody_else_is_connected_any_more() {
    if !in_own_namespaces("a_pin_is_checked_when_nobody_else_is_connected_any_more") {
        return;
    }
    let (mut pcscd, stage) = (Daemon::with_virtual_reader(), Stage::with_pcscd(Options::default()));
    pcscd.start();
    stage.simulator.tap("P01").unwrap();
    let is_proven = |body: &EventBody| match body {
        EventBody::CardRead { card, .. } => card.possession_proven,
        _ => false,
    };
    let digits = Zeroizing::new("1234".to_owned());
    for known in [true, false] {
        let crew = Witness::of(&stage);
        if known {
            let asked = Instant::now();
            crew.case.read_card().unwrap();
            crew.next(asked, "read", |body| matches!(body, EventBody::CardRead { .. }));
        }
        let (_context, card) = other_program(FIRST, ShareMode::Shared);
        let (asked, commands) = (Instant::now(), stage.simulator.first().commands());
        crew.case.identity_by_pin(&digits).unwrap();
        // It goes on by itself where it can be seen that it is the same card still.
        let told = crew.next(asked, "another one is connected", |body| is_busy(body, known));
        assert!(told <= Duration::from_secs(3), "{told:?}");
        assert_eq!(stage.simulator.first().commands(), commands, "nothing was sent");
        let_go(card);
        if !known {
            crew.case.identity_by_pin(&digits).unwrap();
        }
        crew.next(Instant::now(), "let go", is_proven);
    }
}

#[test]
fn two_cards_on_two_readers_are_read_by_the_cases_that_asked_in_order() {
    if !in_own_namespaces("two_cards_on_two_readers_are_read_by_the_cases_that_asked_in_order") {
        return;
    }
    use ReaderState::Card;
    let options = Options {
        card: Some("P01".into()),
        card2: Some("P02".into()),
        timing: Timing { latency: Duration::from_millis(50), ..Timing::default() },
        ..Options::default()
    };
    let (mut pcscd, stage) = (Daemon::with_virtual_reader(), Stage::with_pcscd(options));
    let session = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    let crew = || Witness::with(session.open_case(&opening()).unwrap());
    let [first, second] = [crew(), crew()];
    let begun = pcscd.start();
    first.next(begun, "both lie there", |body| *body == readers([(FIRST, Card), (SECOND, Card)]));
    let asked = Instant::now();
    first.case.read_card().unwrap();
    second.case.read_card().unwrap();
    for (crew, reader, person) in [(first, FIRST, "P01"), (second, SECOND, "P02")] {
        crew.next(asked, reader, |body| match body {
            EventBody::CardRead { reader: seen, .. } => {
                assert_eq!(seen, reader);
                true
            }
            _ => false,
        });
        crew.views(&stage, person);
    }
}

/// A service counts the cards of a reader from the beginning when it starts, or the reader is
/// plugged in: the first card after that is not the first one before.
#[test]
fn a_wrong_card_from_before_is_not_taken_for_the_one_that_lies_there_now() {
    if !in_own_namespaces("a_wrong_card_from_before_is_not_taken_for_the_one_that_lies_there_now") {
        return;
    }
    let stage = Stage::with_pcscd(Options::default());
    let mut pcscd = Daemon::with_usb();
    pcscd.plug(CREW);
    for how in ["started again", "plugged again"] {
        pcscd.start();
        stage.simulator.tap("X03").unwrap();
        let crew = Witness::of(&stage);
        crew.case.read_card().unwrap();
        crew.next(Instant::now(), "a driving licence", |body| {
            let EventBody::Trouble { error, .. } = body else { return false };
            error.code() == ErrorCode::CardDrivingLicence
        });
        if how == "plugged again" {
            let gone = pcscd.unplug(CREW);
            crew.next(gone, how, |body| *body == readers([]));
            stage.simulator.tap("P01").unwrap();
            pcscd.plug(CREW);
        } else {
            let gone = pcscd.stop();
            crew.next(gone, how, |body| *body == absent());
            stage.simulator.tap("P01").unwrap();
            pcscd.start();
        }
        crew.views(&stage, "P01");
        pcscd.stop();
    }
}

#[test]
fn a_mute_card_is_told_of_and_the_next_one_read() {
    if !in_own_namespaces("a_mute_card_is_told_of_and_the_next_one_read") {
        return;
    }
    let (mut pcscd, stage) = (Daemon::with_virtual_reader(), Stage::with_pcscd(Options::default()));
    pcscd.start();
    let crew = Witness::of(&stage);
    crew.case.read_card().unwrap();
    let laid = Instant::now();
    stage.simulator.tap("X14").unwrap();
    let told = crew.next(laid, "mute", |body| match body {
        EventBody::Trouble { error, goes_on, .. } if error.code() != ErrorCode::NoReaderService => {
            assert_eq!((error.code(), *goes_on), (ErrorCode::CardUnreadable, true));
            true
        }
        _ => false,
    });
    assert!(told <= LOOK + PROMISED, "{told:?}");
    stage.simulator.tap("P01").unwrap();
    crew.views(&stage, "P01");
}
