//! The drill listener: presence is a connection that lives.

mod line;

use std::net::TcpStream;
use std::sync::Arc;

use line::{READ, Reader, SELECT, WORLD, simulator, with};
use mynaq_simulator::{Fault, Options, Script, Simulator, Tear};

const EMPTY_VERIFY: &[u8] = &[0x00, 0x20, 0x00, 0x98];

#[test]
fn a_reader_gets_atr_and_certificate_in_two_commands() {
    let simulator = with("P01");
    let mut reader = Reader::powered(&simulator);
    let atr = reader.ask(&[4]).expect("an ATR");
    assert_eq!(atr, [0x3B, 0x88, 0x80, 1, 0, 0, 5, 0xE0, 0xB3, 0x81, 0xA1, 0, 0x7F]);
    assert_eq!(reader.ask(SELECT).as_deref(), Some(&[0x90, 0x00][..]));
    let answer = reader.ask(READ).expect("a certificate");
    let (der, status) = answer.split_at(answer.len() - 2);
    assert_eq!((der, status), (WORLD.certificate("P01").expect("a certificate"), &[0x90, 0][..]));
    let log = simulator.apdus();
    assert_eq!(log.iter().map(|apdu| apdu.status).collect::<Vec<_>>(), [Some(0x9000); 2]);
    assert_eq!(log[1].apdu, READ);
    assert_eq!(simulator.bytes_received(), 0, "nothing of this is the gateway's business");
}

#[test]
fn without_a_card_the_connection_ends_at_once() {
    let simulator = simulator(Options::default());
    assert_eq!(Reader::connect(&simulator).hear(), None);
    simulator.tap("P02").expect("a card");
    assert!(Reader::powered(&simulator).ask(&[4]).is_some());
}

#[test]
fn taking_the_card_away_or_changing_it_ends_every_connection() {
    let simulator = with("P02");
    let mut readers = [Reader::powered(&simulator), Reader::powered(&simulator)];
    for reader in &mut readers {
        assert!(reader.ask(&[4]).is_some());
    }
    simulator.remove();
    assert_eq!(readers.map(|mut reader| reader.hear()), [None, None]);

    simulator.tap("P02").expect("a card");
    let mut reader = Reader::powered(&simulator);
    assert!(reader.ask(&[4]).is_some());
    simulator.tap("P03").expect("another card");
    assert_eq!(reader.hear(), None);
    assert_eq!(simulator.card().as_deref(), Some("P03"));
}

#[test]
fn a_torn_card_answers_up_to_the_tear_and_is_gone_until_it_is_tapped_again() {
    let script = Script::new().at(2, Fault::Tear(Tear::Before));
    let simulator = simulator(Options { card: Some("P01".into()), script, ..Options::default() });
    let mut reader = Reader::powered(&simulator);
    assert_eq!(reader.ask(SELECT).as_deref(), Some(&[0x90, 0x00][..]));
    assert_eq!(reader.ask(READ), None);
    assert_eq!(simulator.card(), None);
    assert_eq!(simulator.apdus().last().expect("the torn command").status, None);
    assert_eq!(Reader::connect(&simulator).hear(), None);

    simulator.tap("P01").expect("a card");
    let mut reader = Reader::powered(&simulator);
    assert_eq!(reader.ask(SELECT).as_deref(), Some(&[0x90, 0x00][..]));
    assert!(reader.ask(READ).expect("a certificate").ends_with(&[0x90, 0x00]));
}

#[test]
fn connections_have_their_own_session_and_share_the_tries() {
    let simulator = with("P01");
    let (mut one, mut other) = (Reader::powered(&simulator), Reader::powered(&simulator));
    one.ask(SELECT);
    let mut wrong = vec![0x00, 0x20, 0x00, 0x98, 4];
    wrong.extend(b"9999");
    assert_eq!(one.ask(&wrong).as_deref(), Some(&[0x63, 0xC2][..]));
    // Nothing is selected here yet.
    assert_eq!(other.ask(EMPTY_VERIFY).as_deref(), Some(&[0x6A, 0x82][..]));
    other.ask(SELECT);
    assert_eq!(other.ask(EMPTY_VERIFY).as_deref(), Some(&[0x63, 0xC2][..]));
    let shown = &simulator.apdus()[1];
    assert_eq!(shown.apdu, wrong[..5], "a typed PIN stays out of the log");

    simulator.remove();
    simulator.tap("P01").expect("a card");
    let mut again = Reader::powered(&simulator);
    again.ask(SELECT);
    assert_eq!(again.ask(EMPTY_VERIFY).as_deref(), Some(&[0x63, 0xC2][..]));
}

#[test]
fn a_reader_that_does_only_short_commands_is_one_switch_away() {
    let simulator = with("P01");
    simulator.short_only(true);
    let mut reader = Reader::powered(&simulator);
    reader.ask(SELECT);
    assert_eq!(reader.ask(READ).as_deref(), Some(&[0x67, 0x00][..]));
    assert_eq!(reader.ask(&READ[..5]).expect("a piece").len(), 258);
}

#[test]
fn unknown_words_of_a_reader_end_its_connection_only() {
    let simulator = with("P01");
    let mut odd = Reader::powered(&simulator);
    odd.say(&[9]);
    assert_eq!(odd.hear(), None);
    assert!(Reader::powered(&simulator).ask(&[4]).is_some());
}

#[test]
fn dropping_the_simulator_frees_its_ports() {
    let simulator = with("P01");
    let address = simulator.drill();
    let mut reader = Reader::powered(&simulator);
    assert!(reader.ask(&[4]).is_some());
    drop(simulator);
    assert_eq!(reader.hear(), None);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn addresses_other_machines_could_reach_are_refused() {
    let open = "0.0.0.0:0".parse().expect("an address");
    for options in [
        Options { gateway: open, ..Options::default() },
        Options { drill: open, ..Options::default() },
        Options { control: Some(open), ..Options::default() },
        Options { vpcd: Some("192.0.2.1:35963".parse().expect("one")), ..Options::default() },
    ] {
        let Err(error) = Simulator::start(Arc::clone(&WORLD), options) else {
            panic!("not refused");
        };
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}
