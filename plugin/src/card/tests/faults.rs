//! Every fault at every command: the reading ends in time, with the right person or a reason.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use mynaq_interface::{ErrorCode, ReaderFacts, ReaderService, ReaderState};
use mynaq_simulator::{BeyondEnd, Extended, Fault, Garbage, Habits, Script, Uid};

use super::table::READERS;
use super::{Bench, Ear, ReadersNow, TIMES, Task, Times, hear, pin};

const GARBAGE: [Garbage; 11] = [
    Garbage::WrongLength(0),
    Garbage::WrongLength(20),
    Garbage::WrongLength(0xFFFF),
    Garbage::CutShort,
    Garbage::Random,
    Garbage::OneByte,
    Garbage::Nothing,
    Garbage::Status(0x6F00),
    Garbage::Status(0x6982),
    Garbage::Long(u16::MAX),
    Garbage::Long(300),
];

#[test]
fn garbage_once_at_any_command_costs_a_moment_and_no_tap() {
    for (extended, count) in [(Extended::Answered, 2), (Extended::Refused, 9)] {
        for garbage in GARBAGE {
            for at in 1..=count {
                let script = Script::new().at(at, Fault::Garbage(garbage));
                let bench = Bench::with(Some("P01"), &script)
                    .habits(Habits { extended, ..Habits::default() });
                let what = format!("{garbage:?} at {at}, {extended:?}");
                let heard = bench.run(Task::Read);
                // An authority is installed: noise in a key or a name is no certificate.
                assert_eq!(heard.holder(), "P01", "{what}: {:?}", heard.news);
            }
        }
    }
}

#[test]
fn garbage_for_ever_ends_with_a_reason_and_waits_for_another_card() {
    for garbage in GARBAGE {
        let script =
            (1..=200).fold(Script::new(), |script, at| script.at(at, Fault::Garbage(garbage)));
        let times = Times { wait: Duration::from_millis(250), ..TIMES };
        let bench = Bench::timed(Some("P01"), &script, times);
        let heard = bench.run(Task::Read);
        assert_eq!(heard.code(), ErrorCode::CardTimeout, "{garbage:?} {:?}", heard.news);
        assert!(heard.news.iter().any(|news| news.starts_with("again card.")), "{:?}", heard.news);
        assert!(bench.commands() < 60, "{garbage:?}: {}", bench.commands());
    }
}

#[test]
fn a_card_that_loses_its_power_for_a_moment_is_read_again_from_the_beginning() {
    for (extended, count) in [(Extended::Answered, 2), (Extended::Refused, 9)] {
        for at in 1..=count {
            let bench = Bench::with(Some("P01"), &Script::new().at(at, Fault::Reset))
                .habits(Habits { extended, ..Habits::default() });
            let heard = bench.run(Task::Read);
            assert_eq!(heard.holder(), "P01", "{extended:?} {at}: {:?}", heard.news);
        }
    }
    // In the middle of a PIN check too, as long as no digits were sent; then never by itself.
    for at in 1..=7 {
        let bench = Bench::with(Some("P01"), &Script::new().at(at, Fault::Reset));
        let heard = bench.run(pin("1234"));
        assert!(bench.digits_sent() <= 1, "{at}: {:?}", heard.news);
        if at <= 4 || at == 7 {
            assert!(heard.end.is_ok(), "{at}: {heard:?}");
        }
    }
}

#[test]
fn every_habit_of_cards_and_readers_is_read_through() {
    let habits = |change: fn(&mut Habits)| {
        let mut habits = Habits::default();
        change(&mut habits);
        habits
    };
    for (what, habits, commands) in [
        ("as it should be", Habits::default(), 2),
        ("short only", habits(|h| h.extended = Extended::Refused), 9),
        ("a long answer cut to 300", habits(|h| h.extended = Extended::Cut(300)), 8),
        ("a long answer cut to 4", habits(|h| h.extended = Extended::Cut(4)), 9),
        // The reader is connected anew, and the application selected again.
        ("not passed on", habits(|h| h.extended = Extended::Lost), 10),
        ("the first command refused", habits(|h| h.first_6f00 = true), 3),
        ("warned at the end", habits(|h| h.beyond_end = BeyondEnd::Warned), 2),
        (
            "warned at the end, short",
            habits(|h| {
                h.beyond_end = BeyondEnd::Warned;
                h.extended = Extended::Refused;
            }),
            9,
        ),
        ("a UID for FF CA", habits(|h| h.uid = Uid::Random), 2),
    ] {
        let bench = Bench::with(Some("P01"), &Script::new()).habits(habits);
        let heard = bench.run(Task::Read);
        assert_eq!(heard.holder(), "P01", "{what}: {:?}", heard.news);
        assert!(bench.commands() <= commands, "{what}: {} commands", bench.commands());
        assert!(bench.run(pin("1234")).end.is_ok(), "{what}");
    }
}

#[test]
fn what_a_reader_can_is_remembered() {
    let lost = Habits { extended: Extended::Lost, ..Habits::default() };
    let bench = Bench::with(Some("P01"), &Script::new()).habits(lost);
    let counts: Vec<_> = (0..4)
        .map(|_| {
            let before = bench.commands();
            assert_eq!(bench.run(Task::Read).holder(), "P01");
            bench.commands() - before
        })
        .collect();
    // The first time costs two in vain.
    assert_eq!(counts, [10, 8, 8, 8]);
    assert!(bench.run(pin("1234")).end.is_ok());
}

#[test]
fn a_shaky_hand_is_not_remembered_as_a_reader_that_cannot() {
    let bench = Bench::with(None, &Script::new());
    let reading = || {
        let torn = Script::new().at(2, Fault::Garbage(Garbage::Nothing));
        bench.first().play(&torn).unwrap();
        bench.first().tap("P01").unwrap();
        assert_eq!(bench.run(Task::Read).holder(), "P01");
        let before = bench.commands();
        assert_eq!(bench.run(Task::Read).holder(), "P01");
        bench.commands() - before
    };
    // As if pulled in the middle of the long answer, however often.
    assert_eq!([reading(), reading(), reading()], [2, 2, 2]);
    // A PIN check would not be tried again by itself: it avoids the long answer meanwhile.
    let torn = Script::new().at(2, Fault::Garbage(Garbage::Nothing));
    bench.first().play(&torn).unwrap();
    bench.first().tap("P01").unwrap();
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let before = bench.commands();
    assert!(bench.run(pin("1234")).end.is_ok());
    assert_eq!(bench.commands() - before, 8 + 5);
}

#[test]
fn a_card_that_says_nothing_any_more_is_left_alone_and_another_reader_goes_on() {
    let times = Times { reading: Duration::from_millis(150), ..TIMES };
    for at in 1..=2 {
        let bench = Bench::timed(Some("P01"), &Script::new().at(at, Fault::Stuck), times);
        let (told, readers) = channel();
        bench.cards.listen(Ear(move |now| drop(told.send(now))), None);
        let begun = Instant::now();
        let (_, news) = bench.begin(Task::Read);
        let states = |expected: &[ReaderState]| loop {
            let ReadersNow { service, readers: seen } =
                readers.recv_timeout(Duration::from_secs(5)).unwrap();
            let seen: Vec<_> = seen.into_iter().map(|ReaderFacts { state, .. }| state).collect();
            if seen == expected {
                return assert_eq!(service, ReaderService::Running);
            }
        };
        states(&[ReaderState::NotAnswering, ReaderState::Empty]);
        assert!(begun.elapsed() >= times.reading);
        bench.table.second().tap("P02").unwrap();
        let heard = hear(&news);
        assert_eq!(heard.holder(), "P02", "{:?}", heard.news);
        assert!(heard.news.contains(&"again reader.not_answering".to_owned()), "{:?}", heard.news);
        // When it lets go, the reader is one like any other again.
        bench.first().remove();
        states(&[ReaderState::Empty, ReaderState::Card]);
        bench.table.second().remove();
        bench.first().tap("P01").unwrap();
        assert_eq!(bench.run(Task::Read).holder(), "P01");
    }
}

#[test]
fn a_pin_check_that_hangs_ends_and_is_not_tried_again() {
    let times = Times { reading: Duration::from_millis(150), ..TIMES };
    let bench = Bench::timed(Some("P01"), &Script::new().at(6, Fault::Stuck), times);
    let heard = bench.run(pin("1234"));
    assert_eq!(heard.code(), ErrorCode::ReaderNotAnswering);
    bench.table.release();
    assert_eq!(bench.digits_sent(), 1);
}

#[test]
fn the_desk_closes_in_time_while_a_card_says_nothing() {
    let bench = Bench::with(Some("P01"), &Script::new().at(1, Fault::Stuck));
    let (_, news) = bench.begin(Task::Read);
    while bench.commands() == 0 {
        std::thread::yield_now();
    }
    let begun = Instant::now();
    bench.cards.stop();
    assert_eq!(hear(&news).code(), ErrorCode::CardCancelled);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn readers_come_and_go_and_everybody_hears_of_it() {
    let bench = Bench::with(None, &Script::new());
    let (told, readers) = channel();
    let tell = move |ReadersNow { service, readers }: ReadersNow| {
        let seen: Vec<_> = readers.into_iter().map(|reader| (reader.name, reader.state)).collect();
        drop(told.send((service, seen)));
    };
    bench.cards.listen(Ear(tell), None);
    let next = || readers.recv_timeout(Duration::from_secs(1)).expect("within a second");
    let [one, other] = READERS.map(str::to_owned);
    use ReaderState::{Card, Empty, Mute};
    let running = |seen: &[(&String, ReaderState)]| {
        let seen = seen.iter().map(|(name, state)| ((*name).clone(), *state)).collect();
        (ReaderService::Running, seen)
    };
    assert_eq!(next(), running(&[(&one, Empty), (&other, Empty)]));
    let (_, news) = bench.begin(Task::Read);

    bench.table.plug(1, false);
    assert_eq!(next(), running(&[(&one, Empty)]));
    bench.table.plug(0, false);
    assert_eq!(next(), running(&[]));
    bench.table.plug(0, true);
    assert_eq!(next(), running(&[(&one, Empty)]));
    bench.table.serve(false);
    assert_eq!(next(), (ReaderService::Absent, vec![]));
    bench.table.serve(true);
    assert_eq!(next(), running(&[(&one, Empty)]));
    bench.first().tap("X14").unwrap();
    assert_eq!(next(), running(&[(&one, Mute)]));
    bench.first().remove();
    assert_eq!(next(), running(&[(&one, Empty)]));
    bench.first().tap("P01").unwrap();
    assert_eq!(next(), running(&[(&one, Card)]));

    let heard = hear(&news);
    assert_eq!(heard.holder(), "P01");
    let told = [
        "awaited 2",
        "awaited 1",
        "awaited 0",
        "again reader.none",
        "awaited 1",
        "again reader.no_service",
        "awaited 1",
        "again card.unreadable",
        "found Table 00",
    ];
    assert_eq!(heard.news, told);
    // Who comes later hears how it stands.
    let (told, readers) = channel();
    let known = bench.cards.readers_now();
    assert_eq!(known.as_ref().map(|now| now.readers.len()), Some(1));
    bench.cards.listen(Ear(move |now: ReadersNow| drop(told.send(now))), known);
    bench.first().remove();
    let heard = readers.recv_timeout(Duration::from_secs(1)).expect("what is new, and only that");
    assert_eq!(heard.readers[0].state, Empty);
}

#[test]
fn without_a_service_or_a_reader_the_crew_hears_that_and_not_that_no_card_came() {
    let times = Times { wait: Duration::from_millis(100), ..TIMES };
    let bench = Bench::timed(None, &Script::new(), times);
    bench.table.serve(false);
    let told = |code| move |heard: &super::Heard| heard.code() == code;
    let until = |is: &dyn Fn(&super::Heard) -> bool| {
        (0..20).map(|_| bench.run(Task::Read)).find(|heard| is(heard)).expect("the reason")
    };
    until(&told(ErrorCode::NoReaderService));
    bench.table.serve(true);
    bench.table.plug(0, false);
    bench.table.plug(1, false);
    until(&told(ErrorCode::NoReader));
    bench.table.plug(0, true);
    until(&told(ErrorCode::CardTimeout));
}

#[test]
fn cases_are_served_in_the_order_they_came_and_one_cancelled_makes_way() {
    let bench = Bench::with(None, &Script::new());
    let (_, first) = bench.begin_for(1, Task::Read);
    let (second, cancelled) = bench.begin_for(2, Task::Read);
    let (_, third) = bench.begin_for(3, Task::Read);
    second.cancel();
    assert_eq!(hear(&cancelled).code(), ErrorCode::CardCancelled);
    bench.first().tap("P01").unwrap();
    assert_eq!(hear(&first).holder(), "P01");
    // The next one laid down is the next one's.
    bench.first().tap("P02").unwrap();
    assert_eq!(hear(&third).holder(), "P02");
}

#[test]
fn a_panic_of_whoever_listens_ends_his_listening_and_nothing_else() {
    let bench = Bench::with(None, &Script::new());
    bench.cards.listen(Ear(|_| std::panic::resume_unwind(Box::new("a case's own defect"))), None);
    bench.first().tap("P01").unwrap();
    assert_eq!(bench.run(Task::Read).holder(), "P01");
}
