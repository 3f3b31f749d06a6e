//! Faults, times and two slots over the line.

mod line;

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use line::{READ, Reader, SELECT, WORLD, simulator, with};
use mynaq_simulator::{Atr, Extended, Fault, Garbage, Habits, Options, Script, Tear, Timing};

const OK: Option<&[u8]> = Some(&[0x90, 0x00]);

fn any() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn playing(script: Script) -> mynaq_simulator::Simulator {
    simulator(Options { card: Some("P01".into()), script, ..Options::default() })
}

#[test]
fn a_tear_inside_announces_the_whole_answer_and_says_half_of_it() {
    let simulator = playing(Script::new().at(2, Fault::Tear(Tear::Inside)));
    let mut reader = Reader::powered(&simulator);
    assert_eq!(reader.ask(SELECT).as_deref(), OK);
    reader.say(READ);
    let mut heard = Vec::new();
    reader.0.read_to_end(&mut heard).expect("an end");
    let whole = WORLD.certificate("P01").expect("a certificate").len() + 2;
    let announced = usize::from(u16::from_be_bytes([heard[0], heard[1]]));
    assert_eq!((announced, heard.len() - 2), (whole, whole / 2));
    assert_eq!(simulator.card(), None);
    assert_eq!(simulator.apdus()[1].status, None);
}

#[test]
fn a_tear_after_lets_the_answer_be_heard() {
    let simulator = playing(Script::new().at(2, Fault::Tear(Tear::After)));
    let mut reader = Reader::powered(&simulator);
    assert_eq!(reader.ask(SELECT).as_deref(), OK);
    assert!(reader.ask(READ).expect("the certificate").ends_with(&[0x90, 0x00]));
    assert_eq!(reader.hear(), None);
    assert_eq!(simulator.card(), None);
    assert_eq!(simulator.apdus()[1].status, Some(0x9000));
}

#[test]
fn garbage_comes_as_it_is() {
    for (garbage, shape) in [
        (Garbage::OneByte, (1, vec![0x90])),
        (Garbage::Nothing, (0, vec![])),
        (Garbage::Status(0x6F00), (2, vec![0x6F, 0x00])),
        (Garbage::WrongLength(0xFFFF), (1555, vec![0x30, 0x82, 0xFF, 0xFF])),
        (Garbage::Long(9000), (9000, vec![0x30, 0x82, 0x23, 0x22])),
        (Garbage::Long(u16::MAX), (65_535, vec![0x30, 0x82, 0xFF, 0xF9])),
    ] {
        let simulator = playing(Script::new().at(2, Fault::Garbage(garbage)));
        let mut reader = Reader::powered(&simulator);
        reader.ask(SELECT);
        let answer = reader.ask(READ).expect("an answer");
        let length = if let Garbage::WrongLength(_) = garbage {
            WORLD.certificate("P01").expect("a certificate").len() + 2
        } else {
            shape.0
        };
        assert_eq!(answer.len(), length, "{garbage:?}");
        assert!(answer.starts_with(&shape.1), "{garbage:?}");
        assert!(reader.ask(READ).expect("once only").ends_with(&[0x90, 0x00]));
    }
}

#[test]
fn a_reset_loses_the_selection_and_not_the_connection() {
    let simulator = playing(Script::new().at(2, Fault::Reset));
    let mut reader = Reader::powered(&simulator);
    reader.ask(SELECT);
    assert_eq!(reader.ask(READ).as_deref(), Some(&[0x6A, 0x82][..]));
    assert_eq!(reader.ask(SELECT).as_deref(), OK);
}

#[test]
fn a_stuck_card_says_nothing_until_it_is_taken_away() {
    let simulator = playing(Script::new().at(2, Fault::Stuck));
    let mut reader = Reader::powered(&simulator);
    reader.ask(SELECT);
    reader.say(READ);
    reader.0.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    let silence = reader.0.read(&mut [0]).expect_err("silence");
    assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    // Nobody else gets an answer either; the answer to reset is the reader's own.
    let mut other = Reader::powered(&simulator);
    assert!(other.ask(&[4]).is_some());
    other.say(SELECT);
    other.0.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    assert!(other.0.read(&mut [0]).is_err());

    simulator.remove();
    assert_eq!((reader.hear(), other.hear()), (None, None));
    simulator.tap("P01").expect("the card again");
    assert_eq!(Reader::powered(&simulator).ask(SELECT).as_deref(), OK);
}

#[test]
fn time_passes_on_the_line_and_a_card_may_leave_meanwhile() {
    let latency = Duration::from_millis(30);
    let timing = Timing { latency, ..Timing::default() };
    let script = Script::new().at(2, Fault::Spike(Duration::from_millis(70)));
    let simulator =
        simulator(Options { card: Some("P01".into()), timing, script, ..Options::default() });
    let mut reader = Reader::powered(&simulator);
    for least in [30, 100] {
        let start = Instant::now();
        assert_eq!(reader.ask(SELECT).as_deref(), OK);
        assert!(start.elapsed() >= Duration::from_millis(least), "{:?}", start.elapsed());
    }
    simulator.first().set_timing(Timing { latency: Duration::from_secs(600), ..timing });
    reader.say(SELECT);
    while simulator.apdus().len() < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    simulator.remove();
    assert_eq!(reader.hear(), None, "at once");
}

#[test]
fn after_a_tear_a_card_is_laid_down_by_itself() {
    let script =
        Script::new().at(1, Fault::Tear(Tear::Before)).then("P02", Duration::from_millis(30));
    let simulator = playing(script);
    let mut view = Reader::powered(&simulator);
    let start = Instant::now();
    assert_eq!(view.ask(SELECT), None);
    let deadline = Instant::now() + Duration::from_secs(10);
    // Nobody asks the simulator for the card: it comes by itself.
    let mut reader = loop {
        let mut reader = Reader::powered(&simulator);
        if reader.ask(&[4]).is_some() {
            break reader;
        }
        assert!(Instant::now() < deadline, "no card came");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert_eq!(reader.ask(SELECT).as_deref(), OK);
    assert_eq!(simulator.card().as_deref(), Some("P02"));
}

#[test]
fn the_second_slot_has_its_own_line_script_and_card() {
    let simulator = simulator(Options {
        drill2: Some(any()),
        card: Some("P01".into()),
        card2: Some("P02".into()),
        script: Script::new().at(2, Fault::Tear(Tear::Before)),
        habits: Habits { atr: Some(Atr::Contact), ..Habits::default() },
        ..Options::default()
    });
    simulator.second().set_habits(Habits { extended: Extended::Refused, ..Habits::default() });
    let mut first = Reader::powered(&simulator);
    let mut second = Reader::at(simulator.drill2().expect("a second listener"));
    second.say(&[1]);
    assert_eq!(first.ask(&[4]).as_deref(), Some(Atr::Contact.bytes()));
    assert_eq!(second.ask(&[4]).as_deref(), Some(Atr::JpkiTypeB.bytes()));
    assert_eq!(first.ask(SELECT).as_deref(), OK);
    assert_eq!(first.ask(READ), None, "torn");
    assert_eq!(second.ask(SELECT).as_deref(), OK, "the other slot's card still lies there");
    simulator.second().play(&Script::new()).expect("a script");
    assert_eq!(second.ask(READ).as_deref(), Some(&[0x67, 0x00][..]));
    assert_eq!((simulator.card(), simulator.second().card().as_deref()), (None, Some("P02")));
    simulator.second().remove();
    assert_eq!(second.hear(), None);
}

#[test]
fn each_slot_is_plugged_into_its_own_virtual_reader() {
    let listeners = [any(), any()].map(|at| TcpListener::bind(at).expect("a free port"));
    let [vpcd, vpcd2] = listeners.each_ref().map(|it| it.local_addr().ok());
    let simulator = simulator(Options {
        vpcd,
        vpcd2,
        card: Some("P01".into()),
        card2: Some("X14".into()),
        ..Options::default()
    });
    let [mut first, mut second] =
        listeners.each_ref().map(|it| Reader::on(it.accept().expect("a card").0));
    for reader in [&mut first, &mut second] {
        reader.0.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        reader.say(&[1]);
    }
    assert_eq!(first.ask(&[4]).as_deref(), Some(Atr::JpkiTypeB.bytes()));
    let mute = second.ask(&[4]).expect("something");
    assert!(mute.len() > 33, "longer than an ATR can be: powering up fails");
    simulator.remove();
    assert_eq!(first.hear(), None);
    assert!(second.ask(&[4]).is_some(), "the other slot is as it was");
    simulator.second().remove();
    assert_eq!(second.hear(), None);
}

#[test]
fn asking_for_the_answer_to_reset_is_no_command() {
    let simulator = with("P01");
    let mut reader = Reader::powered(&simulator);
    simulator.tear_at(1);
    for _ in 0..3 {
        assert!(reader.ask(&[4]).is_some());
    }
    assert!(simulator.apdus().is_empty());
    assert_eq!(reader.ask(SELECT), None);
}
