//! The desk's thread: what is due now, and who comes next.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode};

use super::board::Board;
use super::waiting::{Candidate, Known, Waiting};
use super::{Order, Owner, Times};
use crate::card::link::{Lying, Sight};
use crate::card::reading::{self, CardRead, Failed, Progress, Reader, Report, Then};

/// How long another program may talk to a card before the crew hears of it: a little longer than
/// those are waited for who keep the card to themselves.
const BUSY: Duration = Duration::from_secs(3);
/// A breath before a card that seems to lie there is tried again.
const BREATH: Duration = Duration::from_millis(100);

pub(super) type StartReader = Box<dyn Fn(u64) -> Result<Reader, Error> + Send>;

pub(super) struct Desk {
    times: Times,
    start_reader: StartReader,
    /// The thread that reads, and its number; none after a stuck one, until the next card.
    reader: Option<(u64, Reader)>,
    readers_started: u64,
    /// What the readers see; none before the first look.
    sight: Option<Sight>,
    board: Board,
    /// Those who wait for a card; the next one is the first one's. What lies there for a case that
    /// asks for it again is read out of turn.
    jobs: VecDeque<Waiting>,
    jobs_taken: u64,
    under_way: Option<UnderWay>,
    known: Known,
}

/// A card being read.
struct UnderWay {
    job: u64,
    owner: Owner,
    card: Candidate,
    /// Whether anything was asked of it.
    begun: bool,
    /// When the crew is told, if another program is waited for.
    busy_at: Option<Instant>,
    until: Instant,
    progress: Arc<Progress>,
}

impl Desk {
    pub(super) fn new(
        times: Times,
        start_reader: StartReader,
        board: Board,
    ) -> Result<Self, Error> {
        Ok(Desk {
            times,
            reader: Some((1, start_reader(1)?)),
            start_reader,
            readers_started: 1,
            sight: None,
            board,
            jobs: VecDeque::new(),
            jobs_taken: 0,
            under_way: None,
            known: Known::default(),
        })
    }

    pub(super) fn serve(mut self, inbox: &Receiver<Order>) {
        loop {
            let order = match self.next_deadline() {
                Some(until) => inbox.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let goes_on = match order {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => false,
                Ok(order) => self.guarded(|desk| desk.take(order)),
                Err(RecvTimeoutError::Timeout) => true,
            };
            if !goes_on || !self.guarded(Self::settle) {
                break;
            }
        }
        for waiting in &mut self.jobs {
            waiting.finish(Err(ErrorCode::CardCancelled.into()));
        }
        if let Some(under_way) = &self.under_way {
            under_way.progress.give_up();
        }
        let reader = self.reader.take().map(|(_, reader)| reader.end());
        self.known.stuck.end(reader, self.under_way.is_some());
    }

    /// A defect of the desk itself ends every job, and the desk: there is no telling what it knows.
    fn guarded(&mut self, step: impl FnOnce(&mut Self)) -> bool {
        let done = catch_unwind(AssertUnwindSafe(|| step(self)));
        if done.is_err() {
            for mut waiting in self.jobs.drain(..) {
                waiting.finish(Err(ErrorCode::Panic.into()));
            }
        }
        done.is_ok()
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Serve(job) => {
                self.jobs_taken += 1;
                self.jobs.push_back(Waiting::new(self.jobs_taken, job, self.times.wait));
            }
            Order::Listen(listener, known) => self.board.add(listener, known),
            Order::Sight(sight) => {
                self.known.layings.see(&sight, Instant::now());
                self.sight = Some(sight);
                self.take_what_lies_there();
                self.show_readers();
            }
            Order::Reading(number, Report::Begun) => self.begin(number),
            Order::Reading(number, Report::Done(read)) => self.take_reading(number, read),
            Order::Look | Order::Stop => {}
        }
    }

    /// What is due now: ends what is over, and brings the next card to the first who waits.
    fn settle(&mut self) {
        let now = Instant::now();
        if let Some(under_way) = self.under_way.take_if(|under_way| under_way.until <= now) {
            self.leave_alone(under_way);
        }
        if let Some(under_way) = &mut self.under_way
            && under_way.busy_at.take_if(|at| *at <= now).is_some()
            && under_way.progress.waits_for_others()
            && let Some(waiting) = self.jobs.iter_mut().find(|job| job.number == under_way.job)
        {
            waiting.meanwhile(ErrorCode::ReaderBusy.into());
        }
        let busy_with = self.under_way.as_ref().map(|under_way| under_way.job);
        let sight = self.sight.as_ref();
        self.jobs.retain_mut(|waiting| waiting.goes_on(now, busy_with, sight));
        if let Some(under_way) = &self.under_way
            && !self.jobs.iter().any(|waiting| waiting.number == under_way.job)
        {
            under_way.progress.give_up();
        }
        if self.under_way.is_none() {
            self.serve_next(now);
        }
        self.tell_of_others();
    }

    fn serve_next(&mut self, now: Instant) {
        let Some(sight) = &self.sight else { return };
        let next = self.jobs.iter_mut().enumerate().find_map(|(place, waiting)| {
            let card = waiting.choose(sight, &self.known, place == 0, now)?;
            Some((waiting, card))
        });
        let Some((waiting, card)) = next else { return };
        let (number, owner) = (waiting.number, waiting.owner());
        let task = waiting.found(&card);
        let progress = Arc::new(Progress::default());
        let order =
            reading::Order { reader: card.reader.clone(), task, progress: Arc::clone(&progress) };
        match self.reader().and_then(|reader| reader.order(order)) {
            Ok(()) => {
                let (busy_at, until) = (Some(now + BUSY), now + self.times.reading);
                let begun = false;
                self.under_way =
                    Some(UnderWay { job: number, owner, card, begun, busy_at, until, progress });
            }
            Err(error) => self.finish(number, Err(error)),
        }
    }

    /// Tells those who wait of the cards that other cases have left there, or are having read.
    fn tell_of_others(&mut self) {
        let Some(Sight::Readers(seen)) = &self.sight else { return };
        let busy_with = self.under_way.as_ref().map(|under_way| under_way.job);
        for waiting in self.jobs.iter_mut().filter(|waiting| Some(waiting.number) != busy_with) {
            waiting.hear_of_others(seen, &self.known);
        }
    }

    /// The first command goes to the card: it is its case's from now on.
    fn begin(&mut self, number: u64) {
        let is_current = self.reader.as_ref().is_some_and(|(current, _)| *current == number);
        // One that was left alone has given up, and what it reads is wiped unseen.
        let Some(under_way) = self.under_way.as_mut().filter(|_| is_current) else { return };
        under_way.begun = true;
        let UnderWay { owner, card, .. } = under_way;
        self.known.layings.take(&card.reader, card.count, *owner);
        self.take_what_lies_there();
    }

    /// So is a card that is laid down in its place before the reading has ended: nobody can say which
    /// of them is being read.
    fn take_what_lies_there(&mut self) {
        let Some(UnderWay { owner, card, begun: true, .. }) = &self.under_way else { return };
        let Some(Sight::Readers(seen)) = &self.sight else { return };
        let mut there = seen.iter().filter(|seen| seen.lying != Lying::Nothing);
        if let Some(there) = there.find(|seen| seen.reader == card.reader) {
            self.known.layings.take(&card.reader, there.count, *owner);
        }
    }

    /// The thread that reads, started when there is none.
    fn reader(&mut self) -> Result<&Reader, Error> {
        if self.reader.is_none() {
            self.readers_started += 1;
            self.reader = Some((self.readers_started, (self.start_reader)(self.readers_started)?));
        }
        self.reader.as_ref().map(|(_, reader)| reader).ok_or_else(|| ErrorCode::Panic.into())
    }

    fn take_reading(&mut self, number: u64, read: Result<CardRead, Failed>) {
        if self.reader.as_ref().is_none_or(|(current, _)| *current != number) {
            // One that was left alone answers after all; what it read is wiped unseen.
            self.known.stuck.answered(number);
            return self.show_readers();
        }
        let Some(UnderWay { job, card, .. }) = self.under_way.take() else { return };
        let failed = match read {
            Ok(read) => {
                self.known.read.insert(card.reader, card.count);
                return self.finish(job, Ok(read));
            }
            Err(failed) => failed,
        };
        if failed.then == Then::Another && failed.error.code() != ErrorCode::CardUnreadable {
            self.known.wrong.insert(card.reader.clone(), (card.count, failed.error.code()));
        }
        match (failed.then, self.jobs.iter_mut().find(|waiting| waiting.number == job)) {
            (_, None) => {}
            (Then::End, _) => self.finish(job, Err(failed.error)),
            (Then::Again, Some(waiting)) => waiting.try_again(failed.error, BREATH),
            (Then::Another, Some(waiting)) => waiting.pass_over(&card, failed.error),
        }
    }

    /// A card has not been read in time: the thread that waits for it is left alone, and the reader
    /// with it, until it answers.
    fn leave_alone(&mut self, UnderWay { job, card, progress, .. }: UnderWay) {
        progress.give_up();
        let Some((number, reader)) = self.reader.take() else { return };
        self.known.stuck.add(number, card.reader.clone(), reader.end());
        let code = if progress.waits_for_others() {
            ErrorCode::ReaderBusy
        } else {
            ErrorCode::ReaderNotAnswering
        };
        tracing::warn!(reader = card.reader, %code, "left alone until it answers");
        if let Some(waiting) = self.jobs.iter_mut().find(|waiting| waiting.number == job) {
            if waiting.is_spent() {
                self.finish(job, Err(code.into()));
            } else {
                waiting.try_again(code.into(), BREATH);
            }
        }
        self.show_readers();
    }

    fn finish(&mut self, job: u64, result: Result<CardRead, Error>) {
        if let Some(at) = self.jobs.iter().position(|waiting| waiting.number == job)
            && let Some(mut waiting) = self.jobs.remove(at)
        {
            waiting.finish(result);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let busy_with = self.under_way.as_ref().map(|under_way| under_way.job);
        let under_way = self.under_way.iter();
        let reading = under_way.flat_map(|it| [Some(it.until), it.busy_at]).flatten();
        let waiting = self.jobs.iter().filter(|waiting| Some(waiting.number) != busy_with);
        let breaths = self.jobs.iter().filter_map(Waiting::breath);
        let breath = breaths.filter(|_| busy_with.is_none());
        reading.chain(waiting.map(|waiting| waiting.until)).chain(breath).min()
    }

    fn show_readers(&mut self) {
        if let Some(sight) = &self.sight {
            self.board.show(sight, &self.known.stuck);
        }
    }
}
