//! The PIN, through the desk.

use std::sync::Arc;
use std::time::Duration;

use mynaq_interface::ErrorCode;
use mynaq_simulator::{Fault, Garbage, Habits, OnReselect, OnReset, Script, Tear};

use super::{Bench, Digits, PinCheck, Task, check, pin};

#[test]
fn the_right_digits_prove_possession_and_leave_nothing_unlocked() {
    for habits in [
        Habits::default(),
        // A card that keeps what was unlocked over a reset and over selecting it again.
        Habits { on_reset: OnReset::Keeps, on_reselect: OnReselect::Keeps, ..Habits::default() },
    ] {
        let bench = Bench::with(Some("P01"), &Script::new()).habits(habits);
        let read = bench.run(pin("1234")).end.unwrap();
        assert!(read.facts.possession_proven);
        let last = bench.first().apdus().pop().unwrap();
        let card_manager = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51];
        assert!(last.apdu.starts_with(&card_manager));
        // Whoever comes next may not sign.
        let mut next = bench.first().connect().unwrap();
        next.power_on();
        let jpki = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01".as_slice();
        assert_eq!(next.exchange(jpki).answer().unwrap(), [0x90, 0x00]);
        let sign = [&[0x80, 0x2A, 0x00, 0x97, 51][..], &[0x30; 51], &[0x00]].concat();
        assert_eq!(next.exchange(&sign).answer().unwrap(), [0x69, 0x82]);
    }
}

#[test]
fn the_last_try_is_spent_only_when_the_crew_said_so() {
    let bench = Bench::with(Some("P01"), &Script::new());
    assert_eq!(bench.run(pin("9999")).code(), ErrorCode::CardPinWrong);
    assert_eq!(bench.run(pin("9999")).code(), ErrorCode::CardPinWrong);
    assert_eq!(bench.digits_sent(), 2);
    assert_eq!(bench.run(pin("1234")).code(), ErrorCode::CardPinLastTry);
    assert_eq!(bench.digits_sent(), 2, "asking spends none");
    assert!(bench.run(check("1234", true)).end.unwrap().facts.possession_proven);
    // The counter is full again.
    assert_eq!(bench.run(pin("9999")).code(), ErrorCode::CardPinWrong);
    assert_eq!(bench.run(pin("9999")).code(), ErrorCode::CardPinWrong);
    assert_eq!(bench.run(check("9999", true)).code(), ErrorCode::CardPinLocked);
    // It has a signing certificate: it is locked, not without a PIN.
    assert_eq!(bench.run(check("1234", true)).code(), ErrorCode::CardPinLocked);
    assert_eq!(bench.digits_sent(), 6);
}

#[test]
fn a_pin_that_another_program_left_unlocked_is_locked_before_it_is_asked() {
    // A card that counts no tries while it is unlocked says 9000 to the question.
    let script = Script::new().at(4, Fault::Garbage(Garbage::Status(0x9000)));
    let bench = Bench::with(Some("P01"), &script);
    assert!(bench.run(pin("1234")).end.unwrap().facts.possession_proven);
    // SELECT, certificate, state, tries; away and back, tries again; VERIFY, signature, leaving.
    let said: Vec<_> = bench.first().apdus().iter().map(|logged| logged.apdu[1]).collect();
    assert_eq!(said, [0xA4, 0xB0, 0xB0, 0x20, 0xA4, 0xA4, 0x20, 0x20, 0x2A, 0xA4]);
    let (away, back) = (&bench.first().apdus()[4].apdu, &bench.first().apdus()[5].apdu);
    assert_eq!((away[5], back[5]), (0xA0, 0xD3), "the card manager, and the application");
}

#[test]
fn without_knowing_the_tries_left_no_digits_are_sent() {
    for status in [0x9000, 0x6700, 0x6D00, 0x6A86, 0x63FF, 0x6985] {
        // The question in each of the three readings; a card that says 9000 is asked twice in each.
        let questions: &[u64] =
            if status == 0x9000 { &[4, 7, 11, 14, 18, 21] } else { &[4, 8, 12] };
        let garbage = Fault::Garbage(Garbage::Status(status));
        let script = questions.iter().fold(Script::new(), |script, at| script.at(*at, garbage));
        let times = super::Times { wait: Duration::from_millis(200), ..super::TIMES };
        let bench = Bench::timed(Some("P01"), &script, times);
        let heard = bench.run(pin("1234"));
        let log = bench.first().apdus();
        let asked = log.iter().filter(|logged| logged.apdu == [0x00, 0x20, 0x00, 0x98]);
        let answers: Vec<_> = asked.map(|logged| logged.status).collect();
        assert_eq!(answers, vec![Some(status); questions.len()], "{:?}", heard.news);
        assert_eq!(bench.digits_sent(), 0, "{status:04X}: {:?}", heard.news);
        assert!(heard.end.is_err(), "{status:04X}");
    }
}

#[test]
fn a_signature_that_is_not_the_certificates_is_a_copy() {
    for garbage in [Garbage::Random, Garbage::Status(0x6985), Garbage::CutShort] {
        let script = Script::new().at(6, Fault::Garbage(garbage));
        let bench = Bench::with(Some("P01"), &script);
        assert_eq!(bench.run(pin("1234")).code(), ErrorCode::CardSignature, "{garbage:?}");
        assert_eq!(bench.digits_sent(), 1, "{garbage:?}");
    }
}

#[test]
fn digits_typed_for_a_card_known_before_reach_no_other() {
    let bench = Bench::with(Some("P01"), &Script::new());
    let known = bench.run(Task::Read).end.unwrap().certificate;
    bench.first().tap("P02").unwrap();
    let digits = Digits::parse("1234").unwrap();
    let task = Task::VerifyPin(Arc::new(PinCheck::new(digits, false, Some(known))));
    assert_eq!(bench.run(task).code(), ErrorCode::CardChanged);
    assert_eq!(bench.digits_sent(), 0);
}

#[test]
fn a_check_that_was_cancelled_spends_no_try() {
    let script = Script::new().at(2, Fault::Spike(Duration::from_millis(200)));
    let bench = Bench::with(Some("P01"), &script);
    let (cancel, news) = bench.begin(pin("1234"));
    while bench.commands() < 2 {
        std::thread::yield_now();
    }
    cancel.cancel();
    assert_eq!(super::hear(&news).code(), ErrorCode::CardCancelled);
    // The next reading begins when the card has answered; nothing was sent meanwhile.
    assert_eq!(bench.run(Task::Read).holder(), "P01");
    assert_eq!(bench.digits_sent(), 0);
}

#[test]
fn in_a_drill_a_real_cards_pin_is_not_touched() {
    let bench = Bench::with(Some("X05"), &Script::new());
    assert_eq!(bench.run(pin("1234")).code(), ErrorCode::CardReal);
    assert_eq!((bench.commands(), bench.digits_sent()), (2, 0));
}

#[test]
fn what_was_typed_is_four_digits_and_shown_to_nobody() {
    for typed in ["", "123", "12345", "12a4", "１２３４", "-123"] {
        assert_eq!(Digits::parse(typed).unwrap_err().code(), ErrorCode::CardPinMalformed);
    }
    let task = pin("1234");
    assert!(!format!("{task:?}").contains("1234"));
}

#[test]
fn a_card_pulled_inside_the_check_has_lost_one_try_at_most() {
    for tear in [Tear::Before, Tear::Inside, Tear::After] {
        let script = Script::new().at(5, Fault::Tear(tear)).then("P01", Duration::ZERO);
        let bench = Bench::with(Some("P01"), &script);
        let heard = bench.run(pin("9999"));
        let code = heard.code();
        let expected =
            if tear == Tear::After { ErrorCode::CardPinWrong } else { ErrorCode::CardRemoved };
        assert_eq!(code, expected, "{tear:?}");
        assert_eq!(bench.digits_sent(), 1, "{tear:?}");
    }
}
