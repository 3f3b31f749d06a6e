//! The card room on the simulator's desk, in this process: no socket, no daemon, every position of
//! every fault.

mod allowed;
mod caps;
mod corpus;
mod faults;
mod kinds;
mod layings;
mod parsing;
mod pin;
mod pull;
mod table;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode, ReaderState};
use mynaq_simulator::{Habits, Script, Slot};

use self::table::{Table, world};
use super::desk::Times;
use super::{
    Authorities, Cancel, CardDesk, CardNews, CardRead, Digits, Job, Listener, PinCheck, ReadersNow,
    Task, Trust,
};
use crate::config::Mode;

/// A desk with two readers on a table.
struct Bench {
    table: Table,
    cards: CardDesk,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What a job was told.
#[derive(Debug)]
struct Heard {
    /// `awaited N`, `found R`, `again CODE`.
    news: Vec<String>,
    end: Result<CardRead, Error>,
}

const TIMES: Times = Times { wait: Duration::from_secs(5), reading: Duration::from_secs(10) };

impl Bench {
    /// With this card on the first reader, or none.
    fn with(card: Option<&str>, script: &Script) -> Self {
        Self::timed(card, script, TIMES)
    }

    fn timed(card: Option<&str>, script: &Script, times: Times) -> Self {
        let table = Table::new();
        table.first().play(script).unwrap();
        if let Some(card) = card {
            table.first().tap(card).unwrap();
        }
        let connect = table.connector();
        let (cards, thread) =
            CardDesk::with(Box::new(table.watch()), connect, trust(), times).unwrap();
        Bench { table, cards, thread: Some(thread) }
    }

    fn first(&self) -> Slot {
        self.table.first()
    }

    fn habits(self, habits: Habits) -> Self {
        self.first().set_habits(habits);
        self
    }

    /// Begins a job of the one case that most tests have; what it is told comes out of the channel.
    fn begin(&self, task: Task) -> (Cancel, Receiver<CardNews>) {
        self.begin_for(1, task)
    }

    /// Begins a job of this case.
    fn begin_for(&self, case: u64, task: Task) -> (Cancel, Receiver<CardNews>) {
        let (told, news) = channel();
        let cancel = self.cards.cancel();
        let news_to = Box::new(move |news| {
            // The test may have stopped listening.
            let _ = told.send(news);
        });
        let job = Job { owner: case.into(), task, cancel: cancel.clone(), news: news_to };
        self.cards.submit(job).unwrap();
        (cancel, news)
    }

    /// Does a job to its end.
    fn run(&self, task: Task) -> Heard {
        let (_, news) = self.begin(task);
        hear(&news)
    }

    /// Until the readers see this.
    fn await_states(&self, wanted: &[ReaderState]) {
        let until = Instant::now() + Duration::from_secs(5);
        let states = |now: ReadersNow| now.readers.iter().map(|it| it.state).collect::<Vec<_>>();
        while self.cards.readers_now().map(states).as_deref() != Some(wanted) {
            assert!(Instant::now() < until, "{wanted:?} is not seen");
            std::thread::yield_now();
        }
    }

    /// How many commands reached cards on the first reader.
    fn commands(&self) -> u64 {
        self.first().commands()
    }

    /// How many times digits reached a card on the first reader.
    fn digits_sent(&self) -> usize {
        let is_verify = |apdu: &[u8]| apdu[1] == 0x20 && apdu.len() > 4;
        self.first().apdus().iter().filter(|logged| is_verify(&logged.apdu)).count()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.table.release();
        self.cards.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn hear(news: &Receiver<CardNews>) -> Heard {
    let mut heard = Vec::new();
    loop {
        let next = news.recv_timeout(Duration::from_secs(20));
        match next.unwrap_or_else(|_| panic!("no end after {heard:?}")) {
            CardNews::Done(end) => return Heard { news: heard, end },
            other => heard.push(words(&other)),
        }
    }
}

/// News up to this one, which must come before the end.
fn hear_until(news: &Receiver<CardNews>, wanted: &str) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != wanted) {
        let next = news.recv_timeout(Duration::from_secs(20));
        heard.push(words(&next.unwrap_or_else(|_| panic!("no {wanted} after {heard:?}"))));
    }
    heard
}

fn words(news: &CardNews) -> String {
    match news {
        CardNews::Awaited(readers) => format!("awaited {}", readers.len()),
        CardNews::Found(reader) => format!("found {reader}"),
        CardNews::Again(error) => format!("again {}", error.code()),
        CardNews::Done(end) => panic!("the end: {end:?}"),
    }
}

impl Heard {
    fn code(&self) -> ErrorCode {
        self.end.as_ref().map_or_else(Error::code, |_| panic!("a card was read: {:?}", self.news))
    }

    /// Whose certificate it is.
    fn holder(&self) -> &'static str {
        let read = self.end.as_ref().unwrap_or_else(|error| panic!("{error}: {:?}", self.news));
        let der = read.certificate.der();
        ["P01", "P02"].into_iter().find(|id| world().certificate(id).unwrap() == der).unwrap()
    }
}

/// Tells a test of the readers.
struct Ear<F>(F);

impl<F: Fn(ReadersNow) + Send> Listener for Ear<F> {
    fn is_there(&self) -> bool {
        true
    }

    fn hear(&self, now: ReadersNow) {
        self.0(now);
    }
}

/// As a drill has it, with the simulated authority installed.
fn trust() -> Trust {
    Trust { mode: Mode::Drill, authorities: Arc::new(authorities()) }
}

fn authorities() -> Authorities {
    let mut authorities = Authorities::default();
    authorities.add(world().authority_certificate().unwrap()).unwrap();
    authorities
}

fn pin(digits: &str) -> Task {
    check(digits, false)
}

fn check(digits: &str, last_try: bool) -> Task {
    let digits = Digits::parse(digits).unwrap();
    Task::VerifyPin(Arc::new(PinCheck::new(digits, last_try, None)))
}
