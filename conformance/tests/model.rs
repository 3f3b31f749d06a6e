//! Whatever a crew and the world do, in whatever order: a small model, written from the manual and not
//! from the plugin, says what is answered and what is told, and the real plugin does just that.
//!
//! `table` the gate, a second time · `case` one case · `terminal` everything on the terminal · `told`
//! what is told · `moves` what can happen · `world` the real thing · `ear` a case of it · `line` what
//! goes away · `rosters` who may view · `ledger` what stands in the books afterwards.
//!
//! A sequence of moves is played one after the other, each until what it began has ended or is known to
//! wait; the model is exact then. And it is played by several hands at once, without waiting: what
//! holds of any shift must hold all the same.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "only a host in C can close a case and keep its handle")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

#[path = "model/case.rs"]
mod case;
#[path = "model/ear.rs"]
mod ear;
#[path = "model/ledger.rs"]
mod ledger;
#[path = "model/moves.rs"]
mod moves;
mod raw;
#[path = "model/rosters.rs"]
mod rosters;
#[path = "model/table.rs"]
mod table;
#[path = "model/terminal.rs"]
mod terminal;
#[path = "model/told.rs"]
mod told;
#[path = "model/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write as _;
use std::time::{Duration, Instant};

use mynaq_host_sdk::{Decision, ErrorClass, EventBody, FieldState};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::case::{Case, Field, Record};
use crate::ear::Paper;
use crate::ledger::{Books, names_nobody};
use crate::moves::{Command, Move, Setup, Takeover};
use crate::terminal::Terminal;
use crate::told::Hearing;
use crate::world::{Checked, World, patience};

/// The longest sequence.
const LONGEST: usize = 40;

// clauses: CASE-1 CASE-2 CASE-3 CASE-4 CASE-7 CASE-8 CASE-9 CASE-10 CASE-13 EVT-1 EVT-5 GATE-1 GATE-2 GATE-3 GATE-6 GATE-7 GATE-12
#[test]
fn whatever_is_done_in_whatever_order_is_answered_and_told_as_the_model_says() {
    let any = (moves::setup(), moves::moves(LONGEST));
    hold("one after the other", 60, any, |(setup, moves)| one_after_the_other(setup, moves));
}

// clauses: CASE-9 EVT-1 GATE-1 GATE-2 GATE-3
#[test]
fn whatever_is_done_at_once_sends_nothing_without_a_permit_and_shows_nobody_else() {
    let looks = vec(any::<bool>(), 3 * LONGEST);
    let any = (moves::setup(), moves::moves(3 * LONGEST), looks);
    hold("at once", 24, any, |(setup, moves, looks)| {
        let moves: Vec<_> = moves.iter().copied().zip(looks.iter().copied()).collect();
        at_once(setup, &moves)
    });
}

/// Plays many sequences in the time there is, and prints the shortest one that fails.
///
/// PROPTEST_CASES says how many. One takes the better part of a second: so that whoever wants twenty
/// thousand of everything need not wait for hours, a minute ends it, or three with MYNAQ_LONG.
#[allow(clippy::explicit_write, reason = "the test harness keeps what `eprintln` prints")]
fn hold<S: Strategy>(what: &str, usual: u32, any: S, play: impl Fn(&S::Value) -> Checked)
where
    S::Value: Debug,
{
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let wanted = wanted.unwrap_or(usual);
    let long = std::env::var_os("MYNAQ_LONG").is_some();
    let most = Duration::from_secs(if long { 180 } else { 60 });
    // Built, if it has to be, before the time begins.
    mynaq_conformance::parts();
    let (begun, mut held) = (Instant::now(), 0);
    while held < wanted && begun.elapsed() < most {
        let config = Config {
            cases: 1,
            failure_persistence: None,
            max_shrink_iters: 2_000,
            max_shrink_time: 540_000,
            ..Config::default()
        };
        let played = TestRunner::new(config).run(&any, |case| {
            play(&case).map_err(|what| {
                world::has_failed();
                TestCaseError::fail(what)
            })
        });
        match played {
            Ok(()) => held += 1,
            Err(TestError::Fail(why, shortest)) => {
                panic!(
                    "{what}: after {held} that held, {why}\nthe shortest way there: {shortest:?}"
                )
            }
            Err(error) => panic!("{what}: {error}"),
        }
    }
    // Past what the test harness keeps to itself.
    writeln!(std::io::stderr(), "{what}: {held} sequences held, in {:?}", begun.elapsed()).unwrap();
    assert!(held > 0, "not one was played");
}

/// One after the other: the model says exactly what is answered and told.
fn one_after_the_other(setup: &Setup, moves: &[Move]) -> Checked {
    let mut model = Terminal::new(*setup);
    let mut world = World::new(setup)?;
    for (at, one) in moves.iter().enumerate() {
        if model.applies(one) {
            step(&mut model, &mut world, one)
                .map_err(|what| format!("at move {at}, {one:?}: {what}"))?;
        }
    }
    listen(&mut model, &mut world, Hearing::default(), &[])?;
    let (named, stage) = world.end();
    model.end();
    Books::read(&stage, &named)?.agree_with(&model.cases)
}

fn step(model: &mut Terminal, world: &mut World, one: &Move) -> Checked {
    let number = match one {
        Move::In(slot, _) => model.case_at(*slot),
        _ => None,
    };
    let since = matches!(one, Move::Lay(..)).then(|| world.readers_told());
    let allowed = model.answers(one);
    let (answer, paper) = world.make(one, number)?;
    if !allowed.contains(&answer) {
        return Err(format!("answered was {answer:?}, and right is {allowed:?}"));
    }
    if let Some(number) = number {
        check_paper(&model.cases[number], &paper)?;
    }
    let mut reading: Vec<_> = model.cases.iter().map(|case| case.reads).collect();
    if let (Move::In(_, Command::ReadCard | Command::Pin(_)), Some(number)) = (one, number) {
        reading[number] = true;
    }
    let hearing = model.make(one, answer);
    listen(model, world, hearing, &reading)?;
    world.rights_are_entered(model.lines_of_rights)?;
    world.requests_arrive(model.viewings)?;
    world.nobody_speaks_too_early()?;
    world.reader_is_seen(model.lying.is_some(), since)
}

/// Hears what every case is told, until each has heard what it must, and nothing else.
fn listen(
    model: &mut Terminal,
    world: &mut World,
    mut hearing: Hearing,
    was_reading: &[bool],
) -> Checked {
    for (number, ear) in world.cases.iter_mut().enumerate() {
        let reads = model.cases[number].reads || was_reading.get(number) == Some(&true);
        loop {
            let waits = hearing.waits(number);
            let next = ear.next(if waits { patience() } else { Instant::now() })?;
            let Some(body) = next else {
                if waits {
                    return Err(format!("case {number} never heard {:?}", hearing.next(number)));
                }
                break;
            };
            match &body {
                EventBody::Readers { .. } => continue,
                EventBody::CardAwaited { .. } | EventBody::CardFound { .. } if reads => continue,
                EventBody::LookUpProgress { .. } => continue,
                EventBody::Trouble { error, goes_on: true, .. }
                    if error.class() == ErrorClass::Network =>
                {
                    continue;
                }
                _ if hearing.take(number, &body) => {}
                _ => {
                    let wanted = hearing.next(number);
                    let heard: String = format!("{body:?}").chars().take(300).collect();
                    return Err(format!("case {number} heard {heard}, and not {wanted:?}"));
                }
            }
            if let EventBody::Record { record } = &body {
                model.cases[number].record = Some(offered(record, model.takeover())?);
            }
        }
    }
    Ok(())
}

/// The record as it was offered, for the model, which cannot know what a person's history fills.
fn offered(record: &mynaq_host_sdk::Record, takeover: Takeover) -> Checked<Record> {
    let fields = record.fields.iter().map(|field| {
        let value = match &field.state {
            FieldState::Offered { value } => Some(value.clone()),
            FieldState::StatedNone | FieldState::NotInSource | FieldState::NotAsked => None,
            decided => return Err(format!("{} was decided by nobody: {decided:?}", field.name)),
        };
        let read = field.trace.read.iter().filter_map(|source| source.path.split('.').next());
        let sections = read.map(str::to_owned).collect();
        let known = Field { name: field.name.clone(), value, sections, taken: None };
        let right = known.value.is_some().then(|| known.transcription(takeover));
        if field.transcription == right {
            Ok(known)
        } else {
            Err(format!(
                "{} may be taken over {:?}, and not {right:?}",
                field.name, field.transcription
            ))
        }
    });
    Ok(Record { fields: fields.collect::<Checked<_>>()? })
}

/// What a command handed out is what the model knows of the case.
fn check_paper(case: &Case, paper: &Paper) -> Checked {
    let fields = || case.record.iter().flat_map(|record| &record.fields);
    let right = match paper {
        Paper::Nothing => true,
        Paper::Record(record) => fields().map(Field::state).eq(record.fields.iter().map(|field| {
            let decision = match field.state {
                FieldState::Accepted { .. } => Some(Decision::Accept),
                FieldState::Rejected { .. } => Some(Decision::Reject),
                _ => None,
            };
            (field.name.as_str(), field.state.value(), decision)
        })),
        Paper::Export(bytes) => {
            let written: BTreeMap<String, String> =
                serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
            let taken = fields().filter(|field| field.taken == Some(Decision::Accept));
            let taken = taken.filter_map(|field| Some((field.name.clone(), field.value.clone()?)));
            written == taken.collect()
        }
        Paper::Page(page) => names_nobody(page),
    };
    if right { Ok(()) } else { Err(format!("handed out was {paper:?}, and the case is {case:?}")) }
}

/// By several hands at once, without waiting: what holds of any shift.
fn at_once(setup: &Setup, moves: &[(Move, bool)]) -> Checked {
    let mut world = World::new(setup)?;
    world.by_many_hands(moves)?;
    world.nobody_speaks_too_early()?;
    let (named, stage) = world.end();
    Books::read(&stage, &named).map(drop)
}
