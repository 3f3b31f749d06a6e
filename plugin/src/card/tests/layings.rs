//! One laying of a card serves one case.

use std::time::{Duration, Instant};

use mynaq_interface::{ErrorCode, ReaderState};
use mynaq_simulator::{Fault, Garbage, Script, Timing};

use super::{Bench, TIMES, Task, Times, hear, hear_until, pin};

const ANOTHERS: &str = "again card.other_case";

use ReaderState::{Card, Empty};

/// Somebody else's card is laid on the second reader, and read for this case; what was told before
/// that, and that nothing was asked of the card on the first reader.
fn waits_for_another(bench: &Bench, case: u64, before: impl FnOnce()) -> Vec<String> {
    let commands = bench.commands();
    let (_, news) = bench.begin_for(case, Task::Read);
    let mut told = hear_until(&news, ANOTHERS);
    before();
    bench.table.second().tap("P02").unwrap();
    let heard = hear(&news);
    assert_eq!(heard.holder(), "P02", "{:?}", heard.news);
    assert_eq!(bench.commands(), commands, "a forgotten card was asked something");
    told.extend(heard.news);
    told
}

#[test]
fn a_forgotten_card_is_not_touched_for_the_next_case_and_another_one_is_read() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let told = waits_for_another(&bench, 2, || {});
    assert_eq!(told, ["awaited 2", ANOTHERS, "found Table 01"]);
}

#[test]
fn a_forgotten_card_that_is_lifted_and_laid_down_again_is_read() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let lifted_and_laid: [&dyn Fn(); 2] = [
        &|| {
            bench.first().remove();
            bench.await_states(&[Empty, Empty]);
            bench.first().tap("P01").unwrap();
        },
        // So quickly that only the counter of the reader shows it.
        &|| bench.first().tap("P01").unwrap(),
    ];
    for (case, lift_and_lay) in (2..).zip(lifted_and_laid) {
        let (_, news) = bench.begin_for(case, Task::Read);
        hear_until(&news, ANOTHERS);
        lift_and_lay();
        let heard = hear(&news);
        assert_eq!(heard.holder(), "P01");
        assert!(!heard.news.contains(&ANOTHERS.to_owned()), "{:?}", heard.news);
    }
}

#[test]
fn another_card_in_the_place_of_a_forgotten_one_is_read() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let (_, news) = bench.begin_for(2, Task::Read);
    hear_until(&news, ANOTHERS);
    bench.first().tap("P02").unwrap();
    assert_eq!(hear(&news).holder(), "P02");
}

#[test]
fn a_laying_of_another_case_is_told_of_once_whatever_else_happens() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let told = waits_for_another(&bench, 2, || {
        bench.table.second().tap("X14").unwrap();
        bench.await_states(&[Card, ReaderState::Mute]);
        bench.table.second().remove();
        bench.await_states(&[Card, Empty]);
        bench.table.plug(1, false);
        bench.await_states(&[Card]);
        bench.table.plug(1, true);
        bench.await_states(&[Card, Empty]);
    });
    assert!(told.contains(&"again card.unreadable".to_owned()), "{told:?}");
    assert_eq!(told.iter().filter(|news| *news == ANOTHERS).count(), 1, "{told:?}");
}

#[test]
fn the_time_of_a_case_that_waits_beside_a_forgotten_card_runs_out_as_ever() {
    let times = Times { wait: Duration::from_millis(300), ..TIMES };
    let bench = Bench::timed(Some("P01"), &Script::new(), times);
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let (_, news) = bench.begin_for(2, Task::Read);
    let begun = Instant::now();
    assert_eq!(hear(&news).code(), ErrorCode::CardTimeout);
    assert!((times.wait..times.wait * 5).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[test]
fn the_case_that_read_a_card_may_read_the_same_laying_again() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    assert_eq!(bench.run(pin("9999")).code(), ErrorCode::CardPinWrong);
    let heard = bench.run(pin("1234"));
    assert!(heard.end.unwrap().facts.possession_proven);
    assert_eq!(heard.news, ["found Table 00"]);
}

#[test]
fn a_case_may_read_its_card_again_while_another_one_is_before_it_in_line() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let (_, first_in_line) = bench.begin_for(2, Task::Read);
    hear_until(&first_in_line, ANOTHERS);
    let (_, out_of_turn) = bench.begin(pin("1234"));
    assert!(hear(&out_of_turn).end.unwrap().facts.possession_proven);
    // What is laid down next is the first one's all the same.
    bench.first().remove();
    bench.await_states(&[Empty, Empty]);
    let (_, last_in_line) = bench.begin(Task::Read);
    bench.first().tap("P02").unwrap();
    assert_eq!(hear(&first_in_line).holder(), "P02");
    hear_until(&last_in_line, ANOTHERS);
}

#[test]
fn a_reading_out_of_turn_that_fails_is_tried_again_in_time() {
    let bench = Bench::with(Some("P01"), &Script::new().at(3, Fault::Garbage(Garbage::Nothing)));
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    let (_, first_in_line) = bench.begin_for(2, Task::Read);
    hear_until(&first_in_line, ANOTHERS);
    let heard = bench.run(Task::Read);
    assert_eq!(heard.holder(), "P01");
    assert_eq!(heard.news, ["found Table 00", "again card.removed"]);
}

#[test]
fn of_two_cases_that_wait_the_first_one_reads_the_card_and_the_second_waits_for_the_next() {
    let bench = Bench::with(None, &Script::new());
    let (_, first) = bench.begin_for(1, Task::Read);
    let (_, second) = bench.begin_for(2, Task::Read);
    bench.first().tap("P01").unwrap();
    assert_eq!(hear(&first).holder(), "P01");
    hear_until(&second, ANOTHERS);
    let commands = bench.commands();
    bench.table.second().tap("P02").unwrap();
    assert_eq!(hear(&second).holder(), "P02");
    assert_eq!(bench.commands(), commands);
}

#[test]
fn the_second_in_line_hears_of_it_as_soon_as_the_card_is_asked_something() {
    let bench = Bench::with(None, &Script::new().at(1, Fault::Stuck));
    let (_, first) = bench.begin_for(1, Task::Read);
    let (_, second) = bench.begin_for(2, Task::Read);
    bench.first().tap("P01").unwrap();
    assert_eq!(hear_until(&first, "found Table 00"), ["awaited 2", "found Table 00"]);
    assert_eq!(hear_until(&second, ANOTHERS), [ANOTHERS]);
}

#[test]
fn a_card_that_was_asked_nothing_for_the_first_in_line_is_the_seconds() {
    let bench = Bench::with(None, &Script::new());
    bench.table.hold(true);
    let (cancel, first) = bench.begin_for(1, Task::Read);
    let (_, second) = bench.begin_for(2, Task::Read);
    bench.first().tap("P01").unwrap();
    hear_until(&first, "found Table 00");
    cancel.cancel();
    assert_eq!(hear(&first).code(), ErrorCode::CardCancelled);
    bench.table.hold(false);
    let heard = hear(&second);
    assert_eq!(heard.holder(), "P01");
    assert!(!heard.news.contains(&ANOTHERS.to_owned()), "{:?}", heard.news);
    assert_eq!(bench.commands(), 2, "read once");
}

#[test]
fn a_card_stays_its_cases_however_the_reading_ended() {
    let garbage =
        (1..=60).fold(Script::new(), |script, at| script.at(at, Fault::Garbage(Garbage::OneByte)));
    for (card, script, task, ends) in [
        ("P01", garbage, Task::Read, "again card.unreadable"),
        ("X04", Script::new(), Task::Read, "card.no_certificate"),
        ("P01", Script::new(), pin("9999"), "card.pin_wrong"),
        ("P04", Script::new(), pin("1234"), "card.no_pin"),
        ("X05", Script::new(), Task::Read, "card.real"),
    ] {
        let bench = Bench::with(Some(card), &script);
        let (cancel, news) = bench.begin(task);
        if ends.starts_with("again ") {
            hear_until(&news, ends);
            cancel.cancel();
            assert_eq!(hear(&news).code(), ErrorCode::CardCancelled);
        } else {
            assert_eq!(hear(&news).code().name(), ends, "{card}");
        }
        waits_for_another(&bench, 2, || {});
    }
}

#[test]
fn a_card_whose_reading_was_cancelled_or_hung_stays_its_cases() {
    for cancelled in [true, false] {
        let times = Times { reading: Duration::from_millis(150), ..TIMES };
        let bench = Bench::timed(Some("P01"), &Script::new().at(2, Fault::Stuck), times);
        let (cancel, news) = bench.begin(pin("1234"));
        if cancelled {
            while bench.commands() < 2 {
                std::thread::yield_now();
            }
            cancel.cancel();
            assert_eq!(hear(&news).code(), ErrorCode::CardCancelled);
        } else {
            hear_until(&news, "again reader.not_answering");
            cancel.cancel();
            assert_eq!(hear(&news).code(), ErrorCode::CardCancelled);
        }
        // It answers after all, and lies there still.
        bench.table.release();
        bench.await_states(&[Card, Empty]);
        waits_for_another(&bench, 2, || {});
    }
}

/// Nobody can say which of them a reading under way has read.
#[test]
fn a_card_laid_in_the_place_of_one_being_read_is_no_other_cases_either() {
    let bench = Bench::with(Some("P01"), &Script::new());
    let latency = Duration::from_millis(400);
    bench.first().set_timing(Timing { latency, ..Timing::default() });
    let (cancel, news) = bench.begin(Task::Read);
    while bench.commands() < 1 {
        std::thread::yield_now();
    }
    cancel.cancel();
    assert_eq!(hear(&news).code(), ErrorCode::CardCancelled);
    bench.first().tap("P03").unwrap();
    waits_for_another(&bench, 2, || {});
}

#[test]
fn a_reader_that_goes_and_comes_back_with_the_card_on_it_has_not_lifted_it() {
    type Set = fn(&Bench, bool);
    let plug: Set = |bench, there| bench.table.plug(0, there);
    let serve: Set = |bench, there| bench.table.serve(there);
    for (set, without) in [(plug, &[Empty][..]), (serve, &[])] {
        let bench = Bench::with(Some("P01"), &Script::new());
        assert_eq!(bench.run(Task::Read).holder(), "P01");
        set(&bench, false);
        bench.await_states(without);
        set(&bench, true);
        bench.await_states(&[Card, Empty]);
        waits_for_another(&bench, 2, || {});
        // Its own case may read it all the same.
        bench.table.second().remove();
        assert_eq!(bench.run(Task::Read).holder(), "P01");
    }
}

#[test]
fn a_card_that_lay_there_before_anybody_asked_is_the_first_cases() {
    let bench = Bench::with(Some("P01"), &Script::new());
    bench.await_states(&[Card, Empty]);
    let (_, news) = bench.begin_for(7, Task::Read);
    let heard = hear(&news);
    assert_eq!((heard.holder(), &*heard.news), ("P01", &["found Table 00".to_owned()][..]));
}
