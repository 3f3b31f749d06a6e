//! The card is pulled before, inside and after every command, and the same or another comes back.

use std::time::Duration;

use mynaq_interface::ErrorCode;
use mynaq_simulator::{Extended, Fault, Habits, Script, Tear};

use super::{Bench, Heard, Task, pin};

const TEARS: [Tear; 3] = [Tear::Before, Tear::Inside, Tear::After];

/// One pull of P01, and who comes back.
#[derive(Debug, Clone, Copy)]
struct Pull {
    at: u64,
    tear: Tear,
    back: &'static str,
}

impl Pull {
    /// Whether the answer to this command came through.
    fn heard(self, command: u64) -> bool {
        command < self.at || (command == self.at && self.tear == Tear::After)
    }
}

/// Every pull of a sequence of so many commands.
fn every(commands: u64) -> impl Iterator<Item = Pull> {
    let ats = (1..=commands).flat_map(|at| TEARS.map(|tear| (at, tear)));
    ats.flat_map(|(at, tear)| ["P01", "P02"].map(|back| Pull { at, tear, back }))
}

fn pulled(pull: Pull, habits: Habits, task: Task) -> (Bench, Heard) {
    let script = Script::new().at(pull.at, Fault::Tear(pull.tear)).then(pull.back, Duration::ZERO);
    let bench = Bench::with(None, &script).habits(habits);
    bench.first().tap("P01").unwrap();
    let heard = bench.run(task);
    (bench, heard)
}

/// How many commands a sequence takes when nothing happens.
fn commands(habits: Habits, task: Task) -> u64 {
    let bench = Bench::with(None, &Script::new()).habits(habits);
    bench.first().tap("P01").unwrap();
    bench.run(task).end.unwrap();
    bench.commands()
}

#[test]
fn a_reading_ends_with_the_whole_certificate_of_whoever_came_back() {
    let length = super::world().certificate("P01").unwrap().len();
    let pieces = |bytes: usize| bytes.div_ceil(256) as u64;
    for (extended, count) in [
        (Extended::Answered, 2),
        // SELECT, the refused one, and the pieces: nine.
        (Extended::Refused, 2 + pieces(length)),
        (Extended::Cut(300), 2 + pieces(length - 300)),
    ] {
        let habits = Habits { extended, ..Habits::default() };
        assert_eq!(commands(habits, Task::Read), count, "{extended:?}");
        assert!(count <= 9, "{length}");
        for pull in every(count) {
            let (_bench, heard) = pulled(pull, habits, Task::Read);
            let whose = if pull.heard(count) { "P01" } else { pull.back };
            assert_eq!(heard.holder(), whose, "{extended:?} {pull:?} {:?}", heard.news);
        }
    }
}

/// SELECT, certificate, state, tries, VERIFY, signature, leaving.
const PIN_SEQUENCE: u64 = 7;

#[test]
fn digits_reach_one_card_once_and_no_other() {
    assert_eq!(commands(Habits::default(), pin("1234")), PIN_SEQUENCE);
    for pull in every(PIN_SEQUENCE) {
        let (bench, heard) = pulled(pull, Habits::default(), pin("1234"));
        let known = pull.heard(2);
        let sent = pull.heard(4);
        let proven = pull.heard(6);
        let what = format!("{pull:?} {:?}", heard.news);
        match (known, sent, proven, pull.back) {
            // Pulled while it was leaving: the proof is there, and the card has locked itself.
            (.., true, _) => {
                assert_eq!(heard.holder(), "P01", "{what}");
                assert!(heard.end.unwrap().facts.possession_proven, "{what}");
            }
            // Nobody knows whether a try was spent: the patient types again, or does not.
            (_, true, false, _) => assert_eq!(heard.code(), ErrorCode::CardRemoved, "{what}"),
            (true, false, false, "P01") => {
                assert!(heard.end.unwrap().facts.possession_proven, "{what}");
            }
            (true, false, false, _) => {
                assert_eq!(heard.code(), ErrorCode::CardChanged, "{what}");
                assert_eq!(bench.digits_sent(), 0, "{what}");
            }
            // It was gone before anybody knew whose it was.
            (false, ..) => {
                assert_eq!(heard.code(), ErrorCode::CardRemoved, "{what}");
                assert_eq!(bench.digits_sent(), 0, "{what}");
            }
        }
        assert!(bench.digits_sent() <= 1, "{what}");
    }
}

#[test]
fn a_card_that_is_pulled_and_does_not_come_back_is_waited_for() {
    for tear in TEARS {
        let script = Script::new().at(1, Fault::Tear(tear));
        let times = super::Times { wait: Duration::from_millis(300), ..super::TIMES };
        let bench = Bench::timed(Some("P01"), &script, times);
        let heard = bench.run(Task::Read);
        assert_eq!(heard.code(), ErrorCode::CardTimeout, "{tear:?}");
        assert_eq!(heard.news, ["found Table 00", "again card.removed", "awaited 2"], "{tear:?}");
    }
}
