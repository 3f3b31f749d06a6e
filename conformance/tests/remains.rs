//! P3: what remains of a patient in the memory of a host's process. The host is a process of its own,
//! and copies nothing; this one has the people and looks for everything that is planted in them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "one of the doors is C")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use mynaq_conformance::{Daemon, Script, Stage, in_own_namespaces, world};
use mynaq_host_sdk::{Identity, Scope};
use mynaq_simulator::people::{self, Person};
use mynaq_simulator::{Fault, LoggedApdu, Options};

use self::scan::{Door, Form, Found, Host, Markers, is_host, search};

const DOORS: [Door; 2] = [Door::C, Door::Rust];
/// Whose case was over before, in the same process: what stands there then is not of the next one.
const BEFORE: &str = "P11";
/// How long threads that were at work may take to let go, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(5);

fn person(id: &str) -> &'static Person {
    people::all().unwrap().iter().find(|person| person.id == id).unwrap()
}

/// What a person's record offers.
fn offers(id: &str) -> (Vec<String>, Vec<String>) {
    let stage = Stage::new(Some(id));
    let script = Script { scope: Scope::FullWithPrescriptions, ..Script::default() };
    let record = script.play(&stage.case()).unwrap().record;
    let fields = record.iter().flat_map(|record| &record.fields);
    fields.filter_map(|field| Some((field.name.clone(), field.state.value()?.to_owned()))).unzip()
}

/// A host with a case in which somebody's card lies on the reader, and what they might leave.
struct Scene {
    stage: Stage,
    host: Host,
    fields: Vec<String>,
    data: Markers,
    card: Markers,
    request: Markers,
}

impl Scene {
    fn of(id: &str, test: &str, door: Door) -> Self {
        Self::on(Stage::new(Some(BEFORE)), id, test, door)
    }

    fn on(stage: Stage, id: &str, test: &str, door: Door) -> Self {
        let (person, another) = (person(id), person(BEFORE));
        let (fields, values) = offers(id);
        let data = Markers::of_data(person, &values);
        let card = Markers::of_card(person, another);
        let request = Markers::of_request(person, another);
        let mut host = Host::on(&stage, test, door);
        host.view();
        host.does("close_case");
        let theirs = Markers::of_data(another, &[]).and(&Markers::of_card(another, person));
        let left = left(&host, &theirs);
        assert!(left.is_empty(), "after the case before:\n{}", told(&left));
        // What every card has, and what this process has anyway.
        let certificate = world();
        let certificate = certificate.certificate(BEFORE).unwrap();
        let in_it = data.found_in(certificate).into_iter();
        let mut known: BTreeSet<_> = in_it.map(|(_, marker)| marker.clone()).collect();
        for Found { marker, place } in search(host.id(), &data.clone().and(&card).and(&request)) {
            assert!(!marker.whole, "{marker:?} at {place}, before {id} came");
            known.insert(marker);
        }
        let [data, card, request] = [data, card, request].map(|markers| markers.without(&known));
        stage.simulator.tap(id).unwrap();
        host.does("case");
        Scene { stage, host, fields, data, card, request }
    }

    /// Everything that might be left.
    fn all(&self) -> Markers {
        self.data.clone().and(&self.card).and(&self.request)
    }

    /// In how many places something stands in this form.
    fn count(&self, markers: &Markers, form: Form) -> usize {
        search(self.host.id(), markers).iter().filter(|found| found.marker.form == form).count()
    }

    fn gone(&self, markers: &Markers, when: &str) {
        let left = left(&self.host, markers);
        assert!(left.is_empty(), "{when}:\n{}", told(&left));
    }
}

/// What is left when everybody has had time to let go.
fn left(host: &Host, markers: &Markers) -> Vec<Found> {
    let until = Instant::now() + PATIENCE;
    loop {
        let left = search(host.id(), markers);
        if left.is_empty() || Instant::now() > until {
            return left;
        }
        std::thread::yield_now();
    }
}

/// How much is left of what, where, in a few lines.
fn told(left: &[Found]) -> String {
    let mut groups: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for Found { marker, place } in left {
        let (address, name) = place.split_once(' ').unwrap();
        let group = groups.entry((name, marker.form)).or_default();
        group.push(format!("    {address} {}\n", marker.of));
    }
    let lines = groups.iter().map(|((name, form), hits)| {
        let first = hits.iter().take(5).cloned().collect::<String>();
        format!("  {} in {form:?}, in {name:?}:\n{first}", hits.len())
    });
    lines.collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Host {
    /// Plays a case until there is a record.
    fn view(&mut self) {
        self.open_the_gate();
        self.does("look_up 3");
        self.hears("\"event\":\"record\"");
    }

    fn open_the_gate(&mut self) {
        self.does("read_card");
        self.does("seen");
        self.does("given");
        self.hears("\"event\":\"gate\",\"state\":\"open\"");
    }
}

// clauses: MEM-8 CASE-12
#[test]
fn nothing_of_anybody_remains_when_their_case_is_closed() {
    const TEST: &str = "nothing_of_anybody_remains_when_their_case_is_closed";
    if is_host() {
        return;
    }
    // Answered in Shift_JIS and in UTF-8, with and without prescriptions.
    for id in ["P01", "P08", "P09"] {
        for door in DOORS {
            close(Scene::of(id, TEST, door));
        }
    }
}

fn close(mut scene: Scene) {
    scene.host.view();
    let name = &scene.fields[0];
    scene.host.does(&format!("record {name}"));
    for field in &scene.fields {
        scene.host.does(&format!("accept {field}"));
    }
    scene.host.does(&format!("export {name}"));
    assert!(scene.count(&scene.data, Form::Utf8) > 0, "the record is there while the case is open");
    assert!(scene.count(&scene.card, Form::Der) > 0, "and the certificate");

    // What a host was lent is the host's, until it gives it back.
    scene.host.does("keep");
    scene.host.does("close_case");
    assert!(scene.count(&scene.data, Form::Utf8) > 0, "the document outlives the case");
    scene.host.does("give_back");
    let all = scene.all();
    scene.gone(&all, "after the case was closed");

    scene.host.does("close_session");
    scene.gone(&all, "after the session was closed");
    finds_what_is_there(&mut scene.host, &all);
}

/// That nothing was found means something only because it would have been.
fn finds_what_is_there(host: &mut Host, markers: &Markers) {
    let one = markers.iter().find(|marker| marker.whole).unwrap();
    let places = |host: &Host| -> BTreeSet<String> {
        let found = search(host.id(), markers).into_iter();
        found.filter(|found| found.marker == *one).map(|found| found.place).collect()
    };
    // In the middle: the allocator writes its notes on the beginning.
    let middle = [&[0; 8192], &*one.bytes, &[0; 8192]].concat();
    host.does(&format!("plant_freed {}", hexadecimal(&middle)));
    let freed = places(host);
    assert!(!freed.is_empty(), "in memory that was freed");
    host.does(&format!("plant_on_a_stack {}", hexadecimal(&one.bytes)));
    assert!(!places(host).is_subset(&freed), "on a stack");

    let everything = markers.iter().flat_map(|marker| [&*marker.bytes, &[0]].concat());
    host.does(&format!("plant {}", hexadecimal(&everything.collect::<Vec<_>>())));
    let found = search(host.id(), markers).into_iter();
    let found: BTreeSet<_> = found.map(|found| found.marker).collect();
    let missed: Vec<_> = markers.iter().filter(|marker| !found.contains(*marker)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

// clauses: MEM-8 CASE-16
#[test]
fn nothing_of_card_and_summary_remains_when_the_patient_refuses() {
    const TEST: &str = "nothing_of_card_and_summary_remains_when_the_patient_refuses";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.view();
        scene.host.does("refused");
        scene.gone(&scene.all(), "after a refusal, the case still open");
    }
}

// clauses: MEM-8 EVT-1 CASE-16
#[test]
fn what_nobody_has_fetched_goes_with_a_refusal_and_leaves_no_gap() {
    const TEST: &str = "what_nobody_has_fetched_goes_with_a_refusal_and_leaves_no_gap";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.open_the_gate();
        scene.host.does("look_up 3");
        let until = Instant::now() + Duration::from_secs(30);
        let ledger = scene.stage.ledger().join("entries.jsonl");
        // Once in the case before.
        while fs::read_to_string(&ledger).unwrap().matches("\"fact\":\"offered\"").count() < 2 {
            assert!(Instant::now() < until, "no record");
        }
        assert!(scene.count(&scene.data, Form::Utf8) > 0, "the events wait");
        scene.host.does("refused");
        scene.gone(&scene.all(), "after a refusal, the events not fetched");
        scene.host.does("hear_in_order \"code\":\"gate.refused\"");
    }
}

// clauses: MEM-8 CASE-10
#[test]
fn nothing_remains_of_the_one_whose_card_was_taken_for_another_one() {
    const TEST: &str = "nothing_remains_of_the_one_whose_card_was_taken_for_another_one";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.view();
        scene.stage.simulator.tap("P09").unwrap();
        scene.host.does("read_card");
        scene.host.hears("\"event\":\"card_forgotten\"");
        scene.gone(&scene.all(), "after another card");
    }
}

// clauses: MEM-8 CASE-18
#[test]
fn nothing_remains_of_a_card_that_was_another_persons() {
    const TEST: &str = "nothing_remains_of_a_card_that_was_another_persons";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.view();
        scene.host.does("wrong_patient");
        scene.gone(&scene.all(), "after the crew said so");
    }
}

// clauses: MEM-8 GATE-15
#[test]
fn nothing_remains_of_somebody_who_is_put_on_the_departments_list() {
    const TEST: &str = "nothing_remains_of_somebody_who_is_put_on_the_departments_list";
    if is_host() {
        return;
    }
    for door in DOORS {
        let stage = Stage::new(Some(BEFORE));
        stage.configure("[opt_out]\nfile = \"opt-out.toml\"\n");
        let mut scene = Scene::on(stage, "P01", TEST, door);
        scene.host.view();
        scene.host.does("opt_out");
        scene.host.hears("\"event\":\"card_forgotten\"");
        scene.gone(&scene.all(), "after the list was written");
    }
}

// clauses: MEM-8 CASE-13
#[test]
fn nothing_remains_of_a_look_up_that_was_cancelled_half_way() {
    const TEST: &str = "nothing_remains_of_a_look_up_that_was_cancelled_half_way";
    if is_host() {
        return;
    }
    for door in DOORS {
        let answer_delay = Duration::from_secs(1);
        let card = Some(BEFORE.to_owned());
        let stage = Stage::with(Options { card, answer_delay, ..Options::default() });
        let mut scene = Scene::on(stage, "P01", TEST, door);
        scene.host.open_the_gate();
        scene.host.does("look_up 3");
        let until = Instant::now() + Duration::from_secs(30);
        // The request has arrived, and is not answered yet.
        while scene.stage.simulator.viewings().len() < 2 {
            assert!(Instant::now() < until, "no request");
        }
        scene.host.does("cancel");
        scene.host.hears("\"code\":\"network.cancelled\"");
        scene.gone(&scene.data.clone().and(&scene.request), "after cancelling");
        assert!(scene.count(&scene.card, Form::Der) > 0, "what was read before stays");
        scene.host.does("close_case");
        scene.gone(&scene.all(), "after closing");
    }
}

// clauses: MEM-8
#[test]
fn nothing_remains_of_those_a_failed_look_up_has_found() {
    const TEST: &str = "nothing_remains_of_those_a_failed_look_up_has_found";
    if is_host() {
        return;
    }
    for door in DOORS {
        // The answer holds two people of this name, and neither may be shown.
        let mut scene = Scene::of("P12", TEST, door);
        scene.host.open_the_gate();
        scene.host.does("look_up 3");
        scene.host.hears("\"code\":\"gateway.ambiguous\"");
        scene.gone(&scene.data.clone().and(&scene.request), "after a look-up that failed");
        assert!(scene.count(&scene.card, Form::Der) > 0, "what was read before stays");
        scene.host.does("close_case");
        scene.gone(&scene.all(), "after closing");
    }
}

// clauses: MEM-8
#[test]
fn nothing_remains_of_a_card_that_was_read_for_nothing() {
    const TEST: &str = "nothing_remains_of_a_card_that_was_read_for_nothing";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.does("read_card");
        scene.host.hears("\"event\":\"card_read\"");
        scene.host.does("close_case");
        scene.gone(&scene.all(), "after the case was closed");
    }
}

// clauses: MEM-8 LIFE-3
#[test]
fn nothing_remains_of_a_case_whose_session_was_closed() {
    const TEST: &str = "nothing_remains_of_a_case_whose_session_was_closed";
    if is_host() {
        return;
    }
    for door in DOORS {
        let mut scene = Scene::of("P01", TEST, door);
        scene.host.view();
        scene.host.does("close_session");
        scene.gone(&scene.all(), "after the session was closed");
    }
}

// clauses: MEM-8
#[test]
fn nothing_remains_of_a_pin() {
    const TEST: &str = "nothing_remains_of_a_pin";
    if is_host() {
        return;
    }
    for door in DOORS {
        // Four digits may stand anywhere by chance; two times four in two processes do not.
        let found = ["7391", "8264"].map(|typed| {
            let (digits, command) = (Markers::of_digits(typed), Markers::of_pin_command(typed));
            let mut scene = Scene::of("P01", TEST, door);
            // A check that knows whose card it is for goes on by itself when that is held shakily.
            scene.host.does("read_card");
            scene.host.hears("\"event\":\"card_read\"");
            scene.stage.simulator.remove();
            scene.host.hears("\"state\":\"empty\"");
            scene.host.types(typed);
            let waiting = search(scene.host.id(), &digits);
            scene.stage.simulator.tap("P01").unwrap();
            scene.host.hears("\"code\":\"card.pin_wrong\"");
            scene.gone(&command, "after a wrong PIN");
            let left = left(&scene.host, &digits);
            scene.host.does(&format!("plant {}", hexadecimal(typed.as_bytes())));
            assert!(scene.count(&digits, Form::Pin) > 0, "what is there is found");
            (waiting, left)
        });
        let [(waiting, left), (waiting_too, left_too)] = found;
        let told = |one: &[Found], too: &[Found]| format!("{}{}", told(one), told(too));
        let once = waiting.len() <= 1 || waiting_too.len() <= 1;
        assert!(once, "but for the check that waits:\n{}", told(&waiting, &waiting_too));
        let gone = left.is_empty() || left_too.is_empty();
        assert!(gone, "after the check:\n{}", told(&left, &left_too));

        let mut scene = Scene::of("P01", TEST, door);
        scene.host.does("read_card");
        scene.host.hears("\"event\":\"card_read\"");
        scene.host.types("1234");
        scene.host.hears("\"possession_proven\":true");
        scene.gone(&Markers::of_pin_command("1234"), "after the right PIN");
        scene.host.does("close_case");
        scene.gone(&scene.all(), "after closing");
    }
}

/// The card says nothing any more when the digits have come: the thread that talks to it holds them
/// until there is an answer, or no card.
// clauses: MEM-8
#[test]
fn what_a_card_that_does_not_answer_was_asked_goes_when_it_is_taken_away() {
    const TEST: &str = "what_a_card_that_does_not_answer_was_asked_goes_when_it_is_taken_away";
    if is_host() {
        return;
    }
    let verify = {
        let stage = Stage::new(Some("P01"));
        let script = Script { identity: Identity::Pin, pin: "1234", ..Script::default() };
        assert!(script.play(&stage.case()).unwrap().record.is_some());
        let is_verify = |logged: &LoggedApdu| logged.apdu[1] == 0x20 && logged.apdu.len() > 4;
        stage.simulator.apdus().iter().position(is_verify).unwrap() as u64 + 1
    };
    let script = mynaq_simulator::Script::new().at(verify, Fault::Stuck);
    let card = Some(BEFORE.to_owned());
    let stage = Stage::with(Options { card, script, ..Options::default() });
    let mut scene = Scene::on(stage, "P01", TEST, Door::C);
    let command = Markers::of_pin_command("1234");
    let is_there = |scene: &Scene| !search(scene.host.id(), &command).is_empty();
    scene.host.types("1234");
    let until = Instant::now() + Duration::from_secs(30);
    while !is_there(&scene) {
        assert!(Instant::now() < until, "no digits");
    }
    scene.host.does("close_case");
    assert!(is_there(&scene), "the command waits for its answer");
    scene.stage.simulator.remove();
    scene.gone(&scene.all().and(&command), "after the card was taken away");
}

// clauses: MEM-8
#[test]
fn nothing_of_a_card_that_was_read_through_pcscd_remains() {
    const TEST: &str = "nothing_of_a_card_that_was_read_through_pcscd_remains";
    if is_host() || !in_own_namespaces(TEST) {
        return;
    }
    for door in DOORS {
        let mut pcscd = Daemon::with_virtual_reader();
        pcscd.start();
        let card = Some(BEFORE.to_owned());
        let stage = Stage::with_pcscd(Options { card, ..Options::default() });
        let mut scene = Scene::on(stage, "P01", TEST, door);
        scene.host.does("read_card");
        scene.host.hears("\"event\":\"card_read\"");
        scene.host.types("1234");
        scene.host.hears("\"possession_proven\":true");
        scene.gone(&Markers::of_pin_command("1234"), "after the PIN");
        close(scene);
    }
}
