//! One case that waits for a card.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode};

use super::layings::{Layings, LiesFor};
use super::stuck::Stuck;
use super::{CardNews, Job, Owner};
use crate::card::link::{Count, Lying, Seen, Sight};
use crate::card::reading::{CardRead, Task};

pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) until: Instant,
    job: Job,
    /// What was said while waiting, said again when it changes.
    told: Option<Situation>,
    /// The card that was found last: the same one is not found twice.
    found: Option<Candidate>,
    /// Cards that will not do for this case.
    passed_over: Vec<Candidate>,
    /// Cards of other cases that lie there, each told of once.
    others: Vec<Candidate>,
    /// The last trouble with a card; the same is told once, not at every try.
    troubled: Option<ErrorCode>,
    /// Not before this another try.
    not_before: Option<Instant>,
}

/// One card, as long as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) reader: String,
    pub(super) count: Count,
}

impl From<&Seen> for Candidate {
    fn from(seen: &Seen) -> Self {
        Candidate { reader: seen.reader.clone(), count: seen.count }
    }
}

/// What the desk knows of readers and of the cards that lie there.
#[derive(Default)]
pub(super) struct Known {
    pub(super) stuck: Stuck,
    pub(super) layings: Layings,
    /// Cards that lie there and were found not to do, so that a card that lies in another slot all
    /// day does not stand in the patient's way: reader, and which card of that reader.
    pub(super) wrong: HashMap<String, (Count, ErrorCode)>,
    /// Cards that lie there and were read: the last one of each reader. Where another card lies,
    /// that one is meant, and not the one somebody forgot.
    pub(super) read: HashMap<String, Count>,
}

impl Known {
    fn wrong(&self, card: &Candidate) -> Option<ErrorCode> {
        let wrong = self.wrong.get(&card.reader).filter(|(count, _)| *count == card.count);
        wrong.map(|(_, code)| *code)
    }

    fn was_read(&self, card: &Candidate) -> bool {
        self.read.get(&card.reader) == Some(&card.count)
    }
}

/// What a crew that waits for a card has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Situation {
    readers: Vec<String>,
    /// Why no card can come, or why the one that lies there is none.
    trouble: Option<(ErrorCode, Option<Candidate>)>,
}

impl Waiting {
    pub(super) fn new(number: u64, job: Job, wait: Duration) -> Self {
        Waiting {
            number,
            until: Instant::now() + wait,
            job,
            told: None,
            found: None,
            passed_over: Vec::new(),
            others: Vec::new(),
            troubled: None,
            not_before: None,
        }
    }

    /// Whether the job still waits; tells the case when it does not.
    pub(super) fn goes_on(
        &mut self,
        now: Instant,
        busy_with: Option<u64>,
        sight: Option<&Sight>,
    ) -> bool {
        let end = if self.job.cancel.is_cancelled() {
            ErrorCode::CardCancelled
        } else if now < self.until || busy_with == Some(self.number) {
            return true;
        } else {
            match (sight, self.troubled) {
                (Some(Sight::Absent(_)), _) => ErrorCode::NoReaderService,
                (Some(Sight::Readers(readers)), _) if readers.is_empty() => ErrorCode::NoReader,
                (_, Some(code @ (ErrorCode::ReaderNotAnswering | ErrorCode::ReaderBusy))) => code,
                _ => ErrorCode::CardTimeout,
            }
        };
        self.finish(Err(end.into()));
        false
    }

    /// Whose it is.
    pub(super) fn owner(&self) -> Owner {
        self.job.owner
    }

    /// The card to read next; tells the case what it waits for when there is none. What no case has
    /// read yet is the first one's, and only the first one is told.
    pub(super) fn choose(
        &mut self,
        sight: &Sight,
        known: &Known,
        is_first: bool,
        now: Instant,
    ) -> Option<Candidate> {
        // One that is over is no deadline any more, whether there is a card or not.
        self.not_before = self.not_before.filter(|breath| now < *breath);
        let Sight::Readers(seen) = sight else {
            let trouble = Some((ErrorCode::NoReaderService, None));
            self.say_if(is_first, Situation { readers: Vec::new(), trouble });
            return None;
        };
        let reachable = seen.iter().filter(|seen| !known.stuck.holds(&seen.reader));
        let (mut choice, mut read_before, mut trouble) = (None, None, None);
        for seen in reachable {
            let card = Candidate::from(seen);
            match seen.lying {
                Lying::Nothing => {}
                Lying::Mute => trouble = Some((ErrorCode::CardUnreadable, Some(card))),
                Lying::Card if self.passed_over.contains(&card) => {}
                Lying::Card => match known.wrong(&card) {
                    Some(code) => trouble = Some((code, Some(card))),
                    None if !self.may_have(&card, &known.layings, is_first) => {}
                    None if known.was_read(&card) => read_before = read_before.or(Some(card)),
                    None => choice = choice.or(Some(card)),
                },
            }
        }
        let choice = choice.or(read_before);
        if choice.is_some() {
            // A card that has just come is tried at once.
            let breathing = self.not_before.is_some();
            return choice.filter(|card| !breathing || self.found.as_ref() != Some(card));
        }
        if seen.is_empty() {
            trouble = Some((ErrorCode::NoReader, None));
        }
        let readers = seen.iter().map(|seen| seen.reader.clone()).collect();
        self.say_if(is_first, Situation { readers, trouble });
        None
    }

    fn may_have(&self, card: &Candidate, layings: &Layings, is_first: bool) -> bool {
        match layings.lies_for(&card.reader, self.job.owner) {
            LiesFor::This => true,
            LiesFor::Anyone => is_first,
            LiesFor::Another => false,
        }
    }

    /// Tells the case of each card that lies there from another one, once.
    pub(super) fn hear_of_others(&mut self, seen: &[Seen], known: &Known) {
        self.others.retain(|card| seen.iter().any(|seen| Candidate::from(seen) == *card));
        for seen in seen.iter().filter(|seen| seen.lying == Lying::Card) {
            let card = Candidate::from(seen);
            let is_anothers =
                known.layings.lies_for(&card.reader, self.job.owner) == LiesFor::Another;
            // What will not do for anybody has an error of its own.
            let is_news = known.wrong(&card).is_none() && !self.others.contains(&card);
            if is_anothers && is_news && !known.stuck.holds(&card.reader) {
                let error = Error::new(ErrorCode::CardOtherCase).detail(&card.reader);
                self.others.push(card);
                self.tell(CardNews::Again(error));
            }
        }
    }

    /// When the next try is due.
    pub(super) fn breath(&self) -> Option<Instant> {
        self.not_before
    }

    /// Tells the case of a card, once; what to do with it.
    pub(super) fn found(&mut self, card: &Candidate) -> Task {
        self.not_before = None;
        if self.found.as_ref() != Some(card) {
            self.tell(CardNews::Found(card.reader.clone()));
            self.found = Some(card.clone());
            // Trouble with this one is news, even if the one before had the same.
            self.troubled = None;
        }
        self.job.task.clone()
    }

    /// The card could not be reached. It may still seem to lie there: no reason to try without a
    /// breath.
    pub(super) fn try_again(&mut self, error: Error, breath: Duration) {
        self.not_before = Some(Instant::now() + breath);
        // Said anew when no card lies there.
        self.told = None;
        self.meanwhile(error);
    }

    /// Trouble with a card that is not given up.
    pub(super) fn meanwhile(&mut self, error: Error) {
        if self.troubled.replace(error.code()) != Some(error.code()) {
            self.tell(CardNews::Again(error));
        }
    }

    /// The card will not do; another one may, or the same laid down anew.
    pub(super) fn pass_over(&mut self, card: &Candidate, error: Error) {
        self.passed_over.retain(|known| known.reader != card.reader);
        self.passed_over.push(card.clone());
        self.told = None;
        self.tell(CardNews::Again(error));
    }

    /// Whether it can only be started anew: a PIN was sent.
    pub(super) fn is_spent(&self) -> bool {
        matches!(&self.job.task, Task::VerifyPin(check) if check.is_spent())
    }

    pub(super) fn finish(&mut self, result: Result<CardRead, Error>) {
        self.tell(CardNews::Done(result));
    }

    fn say_if(&mut self, is_first: bool, now: Situation) {
        if !is_first || self.told.as_ref() == Some(&now) {
            return;
        }
        let before = self.told.replace(now.clone());
        let absent = matches!(now.trouble, Some((ErrorCode::NoReaderService, _)));
        if !absent && before.as_ref().is_none_or(|before| before.readers != now.readers) {
            self.tell(CardNews::Awaited(now.readers));
        }
        let known = before.and_then(|before| before.trouble);
        if let Some((code, card)) = now.trouble
            && known != Some((code, card))
        {
            self.tell(CardNews::Again(code.into()));
        }
    }

    /// What the case makes of the news is the case's: a panic there ends it and not the desk.
    fn tell(&mut self, news: CardNews) {
        let job = &mut self.job;
        if catch_unwind(AssertUnwindSafe(|| (job.news)(news))).is_err() {
            let defect = CardNews::Done(Err(ErrorCode::Panic.into()));
            // A second one on the way to the case: it is beyond help, the desk is not.
            let _ = catch_unwind(AssertUnwindSafe(|| (job.news)(defect)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::card::desk::Cancel;

    /// A desk that sleeps until a moment that has passed does not sleep.
    #[test]
    fn a_breath_that_is_over_is_no_deadline() {
        let (orders, _inbox) = channel();
        let cancel = Cancel { cancelled: Default::default(), orders };
        let owner = Owner::from(1);
        let job = Job { owner, task: Task::Read, cancel, news: Box::new(|_| {}) };
        let mut waiting = Waiting::new(1, job, Duration::from_secs(60));
        let known = Known::default();
        let count = Count { arrival: 1, changes: 1 };
        let card = Seen { reader: "R".into(), lying: Lying::Card, count };
        let (there, gone) = (Sight::Readers(vec![card]), Sight::Readers(vec![]));

        let now = Instant::now();
        let candidate = waiting.choose(&there, &known, true, now).unwrap();
        waiting.found(&candidate);
        waiting.try_again(ErrorCode::CardRemoved.into(), Duration::from_millis(100));
        let until = waiting.breath().unwrap();
        assert_eq!(waiting.choose(&there, &known, true, now), None, "not without a breath");
        assert_eq!(waiting.choose(&gone, &known, true, until), None);
        assert_eq!(waiting.breath(), None);
        assert_eq!(waiting.choose(&there, &known, true, until), Some(candidate));
    }
}
