//! Whose the cards are that lie on the readers: one laying of a card serves one case.
//!
//! A card that anything was asked of for one case is that case's until it was seen to be lifted, however
//! the reading ended, and also when the case is over. What a reader does when its plug is loose is not
//! lifting: it is a forgotten card that goes away and comes back with it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::Owner;
use crate::card::link::{Count, Lying, Seen, Sight};

/// So long a reader may show no card although one lies there: one that is being pulled out says first
/// that its card is gone, and one that has come back takes a moment to find it.
const UNSURE: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(super) struct Layings {
    /// By reader, also of readers that are out of sight.
    on: HashMap<String, Laying>,
    /// The last arrival of a reader that was seen.
    newest: u32,
}

/// A card that was read, or was to be, and is not known to have been lifted.
struct Laying {
    /// None when nobody can tell.
    whose: Option<Owner>,
    count: Count,
    /// Since when the reader shows no card.
    empty_since: Option<Instant>,
    /// Until when that says nothing, for one that has come back.
    unsure_until: Option<Instant>,
}

/// For which case the card on a reader lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiesFor {
    Anyone,
    This,
    Another,
}

impl Layings {
    pub(super) fn lies_for(&self, reader: &str, case: Owner) -> LiesFor {
        match self.on.get(reader) {
            None => LiesFor::Anyone,
            Some(laying) if laying.whose == Some(case) => LiesFor::This,
            Some(_) => LiesFor::Another,
        }
    }

    /// Something is asked of this card for a case.
    pub(super) fn take(&mut self, reader: &str, count: Count, case: Owner) {
        let unsure_until = self.on.get(reader).and_then(|laying| laying.unsure_until);
        let laying = Laying { whose: Some(case), count, empty_since: None, unsure_until };
        self.on.insert(reader.to_owned(), laying);
    }

    /// What the readers see now: forgets the cards that were lifted.
    pub(super) fn see(&mut self, sight: &Sight, now: Instant) {
        let seen: &[Seen] = if let Sight::Readers(seen) = sight { seen } else { &[] };
        let on = |reader: &str| seen.iter().find(|seen| seen.reader == reader);
        self.on.retain(|reader, laying| laying.lies_there_still(on(reader), now));
        if self.on.keys().any(|reader| on(reader).is_none()) {
            // A system gives names away anew: one that comes now may be that reader, with that card.
            for new in seen.iter().filter(|seen| seen.count.arrival > self.newest) {
                self.on.entry(new.reader.clone()).or_insert_with(|| Laying::of_nobody(new, now));
            }
        }
        let arrivals = seen.iter().map(|seen| seen.count.arrival);
        self.newest = arrivals.fold(self.newest, u32::max);
    }
}

impl Laying {
    /// What may lie on a reader that has just come.
    fn of_nobody(seen: &Seen, now: Instant) -> Self {
        Laying {
            whose: None,
            count: seen.count,
            empty_since: (seen.lying == Lying::Nothing).then_some(now),
            unsure_until: Some(now + UNSURE),
        }
    }

    /// Whether nobody has seen that the card was lifted.
    fn lies_there_still(&mut self, seen: Option<&Seen>, now: Instant) -> bool {
        let was_lifted =
            self.empty_since.is_some_and(|since| now.saturating_duration_since(since) >= UNSURE);
        let Some(seen) = seen else {
            self.empty_since = None;
            return !was_lifted;
        };
        let is_empty = seen.lying == Lying::Nothing;
        let before = std::mem::replace(&mut self.count, seen.count);
        if before.arrival != seen.count.arrival {
            self.empty_since = is_empty.then_some(now);
            self.unsure_until = Some(now + UNSURE);
            return !was_lifted;
        }
        if is_empty {
            self.empty_since.get_or_insert(now);
            return true;
        }
        // Taken away and laid down between two looks, if it is not counted from the beginning.
        let again = seen.count.changes.saturating_sub(before.changes) >= 2;
        let lifted = self.empty_since.take().is_some() || again;
        !lifted || self.unsure_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use LiesFor::{Another, Anyone, This};
    use Lying::{Card, Mute, Nothing};

    use super::*;

    const MOMENT: Duration = Duration::from_millis(200);

    /// Readers, their cards, and a clock that a test turns.
    struct Scene {
        layings: Layings,
        begun: Instant,
        passed: Duration,
    }

    const FIRST: Count = Count { arrival: 1, changes: 1 };

    /// The card on the reader R is read for case 1, a while after R came.
    fn read_for_case_1() -> Scene {
        let mut scene =
            Scene { layings: Layings::default(), begun: Instant::now(), passed: MOMENT };
        scene.sees(&[("R", Card, FIRST)]);
        scene.passed += UNSURE;
        scene.layings.take("R", FIRST, Owner::from(1));
        scene.is("R", Another);
        scene
    }

    impl Scene {
        fn sees(&mut self, readers: &[(&str, Lying, Count)]) {
            let seen = readers.iter().map(|(reader, lying, count)| Seen {
                reader: (*reader).to_owned(),
                lying: *lying,
                count: *count,
            });
            self.layings.see(&Sight::Readers(seen.collect()), self.begun + self.passed);
        }

        fn sees_no_service(&mut self) {
            let sight = Sight::Absent("stopped".into());
            self.layings.see(&sight, self.begun + self.passed);
        }

        /// For case 2.
        #[track_caller]
        fn is(&self, reader: &str, expected: LiesFor) {
            assert_eq!(self.layings.lies_for(reader, Owner::from(2)), expected);
        }
    }

    fn counted(arrival: u32, changes: u32) -> Count {
        Count { arrival, changes }
    }

    #[test]
    fn it_is_its_cases_and_no_others() {
        let scene = read_for_case_1();
        assert_eq!(scene.layings.lies_for("R", Owner::from(1)), This);
        scene.is("S", Anyone);
    }

    #[test]
    fn a_card_seen_to_be_lifted_is_forgotten_when_the_next_one_is_laid_down() {
        let mut scene = read_for_case_1();
        scene.sees(&[("R", Nothing, counted(1, 2))]);
        scene.passed += Duration::from_millis(1);
        scene.sees(&[("R", Card, counted(1, 3))]);
        scene.is("R", Anyone);
    }

    #[test]
    fn one_lifted_and_laid_between_two_looks_is_another_laying_and_one_reset_is_not() {
        let mut scene = read_for_case_1();
        for lying in [Mute, Card] {
            scene.sees(&[("R", lying, FIRST)]);
            scene.is("R", Another);
        }
        // One step: the reader was not heard for a moment.
        scene.sees(&[("R", Card, counted(1, 2))]);
        scene.is("R", Another);
        // Backwards: the reader came back so quickly that nobody saw it go.
        scene.sees(&[("R", Card, counted(1, 0))]);
        scene.is("R", Another);
        scene.sees(&[("R", Card, counted(1, 2))]);
        scene.is("R", Anyone);
    }

    #[test]
    fn a_loose_plug_lifts_nothing() {
        let mut scene = read_for_case_1();
        // pcscd with a CCID reader: first its card is gone, then the reader; and a contactless reader
        // finds the card some time after it has come back.
        for arrival in [2, 3] {
            scene.sees(&[("R", Nothing, counted(arrival - 1, 2))]);
            scene.passed += MOMENT;
            scene.sees(&[]);
            scene.passed += UNSURE * 100;
            scene.sees(&[("R", Nothing, counted(arrival, 0))]);
            scene.passed += MOMENT;
            scene.sees(&[("R", Card, counted(arrival, 1))]);
            scene.is("R", Another);
            // And it loses it once more.
            scene.passed += MOMENT;
            scene.sees(&[("R", Nothing, counted(arrival, 2))]);
            scene.passed += MOMENT;
            scene.sees(&[("R", Card, counted(arrival, 3))]);
            scene.is("R", Another);
        }
        // When it has settled, lifting is lifting.
        scene.passed += UNSURE;
        scene.sees(&[("R", Nothing, counted(3, 4))]);
        scene.sees(&[("R", Card, counted(3, 5))]);
        scene.is("R", Anyone);
    }

    #[test]
    fn reading_it_again_does_not_make_a_plug_less_loose() {
        let mut scene = read_for_case_1();
        scene.sees(&[]);
        scene.sees(&[("R", Card, counted(2, 0))]);
        scene.layings.take("R", counted(2, 0), Owner::from(1));
        scene.sees(&[("R", Nothing, counted(2, 1))]);
        scene.sees(&[("R", Card, counted(2, 2))]);
        scene.is("R", Another);
    }

    #[test]
    fn a_reader_that_was_empty_for_long_before_it_went_or_after_it_came_had_its_card_lifted() {
        let mut before = read_for_case_1();
        before.sees(&[("R", Nothing, counted(1, 2))]);
        before.passed += UNSURE;
        before.sees(&[]);
        before.sees(&[("R", Card, counted(2, 0))]);
        before.is("R", Anyone);

        let mut after = read_for_case_1();
        after.sees_no_service();
        after.passed += UNSURE;
        after.sees(&[("R", Nothing, counted(2, 0))]);
        after.passed += UNSURE;
        after.sees(&[("R", Card, counted(2, 1))]);
        after.is("R", Anyone);
    }

    #[test]
    fn a_machine_that_slept_has_seen_nobody_lift_a_card() {
        let mut scene = read_for_case_1();
        scene.sees(&[("R", Card, counted(2, 1))]);
        scene.passed += MOMENT;
        scene.sees(&[("R", Nothing, counted(2, 2))]);
        scene.passed += MOMENT;
        scene.sees(&[("R", Card, counted(2, 3))]);
        scene.is("R", Another);
    }

    #[test]
    fn a_card_under_a_new_name_may_be_the_one_that_is_out_of_sight() {
        let mut scene = read_for_case_1();
        scene.sees(&[("R", Card, FIRST), ("S", Card, counted(2, 0))]);
        scene.is("S", Anyone);
        scene.sees(&[]);
        scene.sees(&[("T", Nothing, counted(3, 0))]);
        scene.passed += MOMENT;
        scene.sees(&[("T", Card, counted(3, 1))]);
        scene.is("T", Another);
        assert_eq!(scene.layings.lies_for("T", Owner::from(1)), Another, "nor of the first case");
        // Until it is lifted.
        scene.passed += UNSURE;
        scene.sees(&[("T", Nothing, counted(3, 2))]);
        scene.sees(&[("T", Card, counted(3, 3))]);
        scene.is("T", Anyone);
    }
}
