//! The real thing: plugin, simulated cards and gateway, a line between, and an ear at every case.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mynaq_conformance::{Line, LogBook, Stage, opening};
use mynaq_host_sdk::{CaseOpening, Error, ErrorCode, LogIn, Session};
use mynaq_simulator::{Fault, Garbage, Script, Tear};

use crate::ear::{Ear, Paper};
use crate::moves::{Command, Crew, Hand, Move, Proof, RosterFile, Setup, Slot, Takeover};
use crate::rosters;

/// What went wrong, for people.
pub(crate) type Checked<T = ()> = Result<T, String>;

/// Whether anything has failed in this process: what is played again to find the shortest way there
/// may wait in vain often, and waits less.
static FAILED: AtomicBool = AtomicBool::new(false);

pub(crate) fn has_failed() {
    FAILED.store(true, Ordering::Relaxed);
}

/// What must happen has happened by then.
pub(crate) fn patience() -> Instant {
    Instant::now() + Duration::from_secs(if FAILED.load(Ordering::Relaxed) { 3 } else { 20 })
}

/// A terminal and everything around it.
pub(crate) struct World {
    pub(crate) cases: Vec<Ear>,
    /// A case nobody works at: it hears when the plugin has seen what lies on the reader.
    lookout: Ear,
    around: Around,
}

/// What is around the cases.
struct Around {
    session: Session,
    line: Line,
    stage: Stage,
    /// How many cases were opened, or could not be.
    openings: AtomicUsize,
}

/// Whom the summaries have named in each case, by its incident number.
pub(crate) type Named = BTreeMap<String, Vec<String>>;

impl World {
    pub(crate) fn new(setup: &Setup) -> Checked<Self> {
        let stage = Stage::new(None);
        let line = Line::to(stage.simulator.gateway()).map_err(|error| error.to_string())?;
        let gateway = stage.simulator.gateway().to_string();
        stage.reconfigure(&gateway, &line.address().to_string());
        // Nothing ends by itself while a slow machine plays.
        stage.reconfigure("wait_seconds = 30", "wait_seconds = 600");
        stage.reconfigure("key = \"client.key\"", "key = \"client.key\"\nanswer_seconds = 600\nfirst_byte_seconds = 600\ngive_up_seconds = 600");
        stage.reconfigure("[packs]", &format!("{}[packs]", sections(setup)));
        stage.write("roster.toml", &rosters::text(RosterFile::Good));
        let named = |error: Error| error.to_string();
        let session = stage.session(setup.door, LogBook::default()).map_err(named)?;
        session.log_in(&log_in(Crew::Asa, Proof::Two)).map_err(named)?;
        let around = Around { session, line, stage, openings: AtomicUsize::new(0) };
        let lookout = around.open(Crew::Asa).map_err(named)?;
        around.session.log_out(Crew::Asa.id()).map_err(named)?;
        let mut world = World { cases: Vec::new(), lookout, around };
        while world.lookout.readers_told == 0 {
            world.lookout.next(patience())?.ok_or("the lookout hears nothing")?;
        }
        Ok(world)
    }

    /// Makes a move; in the case of this number, if it is made in one. What the plugin answered.
    pub(crate) fn make(
        &mut self,
        one: &Move,
        case: Option<usize>,
    ) -> Checked<(Option<ErrorCode>, Paper)> {
        match *one {
            Move::In(_, command) => {
                let case = case.and_then(|case| self.cases.get(case)).ok_or("no such case")?;
                Ok(case.ask(command))
            }
            Move::Open(_, crew) => {
                let answer = self.around.open(crew).map(|ear| self.cases.push(ear));
                Ok((answer.err().map(|error| error.code()), Paper::Nothing))
            }
            _ => Ok((self.around.make(one)?, Paper::Nothing)),
        }
    }

    /// Makes all moves at once: those at each slot by a hand of their own, and those of the world by
    /// another; after some of them a hand looks for a moment what happens.
    pub(crate) fn by_many_hands(&mut self, moves: &[(Move, bool)]) -> Checked {
        let World { cases, lookout, around } = self;
        let around = &*around;
        std::thread::scope(|scope| {
            let slots = [0, 1, 2].map(|slot| scope.spawn(move || around.hand_at(slot, moves)));
            let of_the_world = scope.spawn(|| {
                for (one, looks) in moves {
                    if !matches!(one, Move::In(..) | Move::Open(..)) {
                        around.make(one)?;
                        lookout.look(*looks)?;
                    }
                }
                Checked::Ok(())
            });
            let lost = |_| "a hand is lost".to_owned();
            of_the_world.join().map_err(lost)??;
            for slot in slots {
                cases.extend(slot.join().map_err(lost)??);
            }
            Ok(())
        })
    }

    /// How often the readers were told to whoever looks out.
    pub(crate) fn readers_told(&self) -> u64 {
        self.lookout.readers_told
    }

    /// Waits until the plugin has seen whether a card lies there, and, if one was laid down just now,
    /// that one.
    pub(crate) fn reader_is_seen(&mut self, card_lies: bool, since: Option<u64>) -> Checked {
        let until = patience();
        loop {
            let is_new = since.is_none_or(|told| self.lookout.readers_told > told);
            let in_time =
                if is_new && self.lookout.card_lies == card_lies { Instant::now() } else { until };
            match self.lookout.next(in_time)? {
                Some(_) => {}
                None if in_time < until => return Ok(()),
                None => return Err(format!("that a card lies there ({card_lies}) is not seen")),
            }
        }
    }

    /// Waits until the gateway has got so many requests. Each has a permit in the ledger by then.
    pub(crate) fn requests_arrive(&self, wanted: usize) -> Checked {
        let until = patience();
        loop {
            let mut viewings = self.around.stage.simulator.viewings();
            // A request that is repeated after a loss of the line is one viewing.
            let mut seen = HashSet::new();
            viewings.retain(|viewing| seen.insert(viewing.identifier.clone()));
            if viewings.len() > wanted || (viewings.len() < wanted && Instant::now() > until) {
                return Err(format!("{} requests arrived, and not {wanted}", viewings.len()));
            }
            if viewings.len() == wanted {
                let Some(last) = viewings.last() else { return Ok(()) };
                return if self
                    .ledger_text()?
                    .contains(&format!("\"request\":\"{}\"", last.identifier))
                {
                    Ok(())
                } else {
                    Err(format!("{} arrived and has no permit", last.identifier))
                };
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until so many log-ins, openings and refusals of either, in lookups too, stand in the
    /// ledger: what was to be read from the disk before has been read.
    pub(crate) fn rights_are_entered(&self, wanted: usize) -> Checked {
        const FACTS: [&str; 3] =
            ["\"fact\":\"logged_in\"", "\"fact\":\"opened\"", "\"fact\":\"right_refused\""];
        // The lookout's.
        let wanted = wanted + 2;
        let until = patience();
        loop {
            let text = self.ledger_text()?;
            let of_rights = |line: &&str| FACTS.iter().any(|fact| line.contains(fact));
            let lines = text.lines().filter(of_rights).count();
            if lines == wanted {
                return Ok(());
            }
            if lines > wanted || Instant::now() > until {
                return Err(format!("{lines} lines of rights in the ledger, and not {wanted}"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What must hold at every moment.
    pub(crate) fn nobody_speaks_too_early(&self) -> Checked {
        let bytes = self.around.stage.simulator.bytes_said();
        if bytes > 0 && !self.ledger_text()?.contains("\"fact\":\"permit\"") {
            return Err(format!("{bytes} bytes were said to the gateway without a permit"));
        }
        Ok(())
    }

    fn ledger_text(&self) -> Checked<String> {
        std::fs::read_to_string(self.around.stage.ledger().join("entries.jsonl"))
            .map_err(|error| error.to_string())
    }

    /// Ends the shift: whom the summaries named, and the stage with the gateway's log and the ledger, in
    /// which everything stands by then.
    pub(crate) fn end(self) -> (Named, Stage) {
        let World { cases, lookout, around: Around { session, line, stage, .. } } = self;
        let named = cases.into_iter().map(Ear::close).collect();
        drop((lookout, session, line));
        (named, stage)
    }
}

impl Around {
    /// Opens a case of a number of its own.
    fn open(&self, crew: Crew) -> Result<Ear, Error> {
        let incident = incident(self.openings.fetch_add(1, Ordering::Relaxed));
        let wanted = CaseOpening { incident, crew_member: crew.id().into(), ..opening() };
        let case = self.session.open_case(&wanted)?;
        Ok(Ear::at(case, wanted.incident))
    }

    /// Makes every move of a slot, in a case after the other.
    fn hand_at(&self, slot: Slot, moves: &[(Move, bool)]) -> Checked<Vec<Ear>> {
        let mut ears: Vec<Ear> = Vec::new();
        let mut is_open = false;
        for (one, looks) in moves {
            let answer = match (*one, ears.last()) {
                (Move::In(at, command), Some(ear)) if at == slot => {
                    is_open &= !matches!(command, Command::Close);
                    ear.ask(command).0
                }
                (Move::Open(at, crew), _) if at == slot && !is_open => {
                    let opened = self.open(crew);
                    is_open = opened.is_ok();
                    opened.map(|ear| ears.push(ear)).err().map(|error| error.code())
                }
                _ => continue,
            };
            if let Some(code) = answer.filter(|code| code.name().starts_with("internal.")) {
                return Err(format!("{one:?} was answered {code}"));
            }
            if let Some(ear) = ears.last_mut() {
                ear.look(*looks)?;
            }
        }
        Ok(ears)
    }

    /// Makes a move that is made in no case. What the plugin answered, if it was asked.
    fn make(&self, one: &Move) -> Checked<Option<ErrorCode>> {
        let Around { session, line, stage, .. } = self;
        let simulator = &stage.simulator;
        match *one {
            Move::LogIn(crew, proof) => {
                let answer = session.log_in(&log_in(crew, proof));
                return Ok(answer.err().map(|error| error.code()));
            }
            Move::LogOut(crew) => {
                let answer = session.log_out(crew.id());
                return Ok(answer.err().map(|error| error.code()));
            }
            Move::Lay(card, hand) => {
                let script = match hand {
                    Hand::Steady => Script::new(),
                    Hand::Stutters => Script::new().at(1, Fault::Garbage(Garbage::Status(0x6F00))),
                    Hand::Pulls(at) => Script::new().at(at, Fault::Tear(Tear::Before)),
                };
                let laid = simulator.first().play(&script).and_then(|()| simulator.tap(card.0));
                laid.map_err(|error| error.to_string())?;
            }
            Move::Lift => simulator.remove(),
            Move::Hold => simulator.hold_answers(true),
            Move::Release => simulator.hold_answers(false),
            Move::LineGoes => line.goes(),
            Move::LineComes => line.comes(),
            Move::Roster(file) => {
                // Whole, in one step: nobody reads half a roster.
                stage.write("roster.new", &rosters::text(file));
                std::fs::rename(stage.path("roster.new"), stage.path("roster.toml"))
                    .map_err(|error| error.to_string())?;
            }
            Move::In(..) | Move::Open(..) => return Err("that is made in a case".into()),
        }
        Ok(None)
    }
}

/// The number of a case: 0 is the lookout's.
pub(crate) fn incident(number: usize) -> String {
    format!("2026-{number:06}")
}

fn log_in(crew: Crew, proof: Proof) -> LogIn {
    LogIn {
        crew_member: crew.id().into(),
        unit: rosters::UNIT.into(),
        terminal: opening().terminal,
        factors: proof.factors(),
    }
}

/// What the configuration says besides what every stage has.
fn sections(setup: &Setup) -> String {
    let mut text = String::new();
    if let Some(rule) = setup.roster {
        let log_in = if rule.required { "required" } else { "optional" };
        text.push_str(&format!(
            "[roster]\nfile = \"roster.toml\"\nlog_in = \"{log_in}\"\ntwo_factors = {}\n",
            rule.two_factors
        ));
    }
    if setup.list {
        text.push_str("[opt_out]\nfile = \"opt-out.toml\"\n");
    }
    text.push_str(match setup.takeover {
        Takeover::Unsaid => "",
        Takeover::Mixed => {
            "[transcription]\nsections = { patient = \"all\", medications = \"never\" }\n"
        }
        Takeover::All => "[transcription]\ndefault = \"all\"\n",
    });
    text
}
