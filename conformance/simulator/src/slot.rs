//! One slot of the desk, and a reader's session with the card in it.

use std::sync::Arc;
use std::time::Duration;

use crate::card::{Card, Habits};
use crate::cards::Cards;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::place::{Insertion, LoggedApdu, Place, gone};
use crate::script::{Fault, Script};
use crate::timing::Timing;

/// One slot: a card is laid in it, and readers talk to the card. Clones are the same slot.
#[derive(Clone)]
pub struct Slot {
    cards: Arc<Cards>,
    which: Which,
}

#[derive(Clone, Copy)]
pub(crate) enum Which {
    First,
    Second,
}

impl Slot {
    pub(crate) fn new(cards: Arc<Cards>, which: Which) -> Self {
        Slot { cards, which }
    }

    /// Lays a card down, in place of the one that lies there. From the other slot it is taken: there
    /// is one of each card.
    ///
    /// A card's PIN tries are remembered as long as the desk is there.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id.
    pub fn tap(&self, id: &str) -> Result<(), Error> {
        let plastic = self.cards.find(id)?;
        self.other().give_up(&plastic);
        self.place().tap(plastic);
        Ok(())
    }

    /// Takes the card away, and none comes by itself.
    pub fn remove(&self) {
        self.place().remove();
    }

    /// The id of the card that lies there.
    pub fn card(&self) -> Option<String> {
        self.catch_up();
        self.place().card_id()
    }

    /// How this slot and the cards in it behave.
    pub fn habits(&self) -> Habits {
        self.place().habits()
    }

    /// Changes how this slot and the cards in it behave, from the next command on.
    pub fn set_habits(&self, habits: Habits) {
        self.place().set_habits(habits);
    }

    /// How long commands take.
    pub fn timing(&self) -> Timing {
        self.place().timing()
    }

    /// Changes how long commands take, from the next one on.
    pub fn set_timing(&self, timing: Timing) {
        self.place().set_timing(timing);
    }

    /// Forgets the faults that are still to come, and takes these.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when a card that is to come by itself does not exist.
    pub fn play(&self, script: &Script) -> Result<(), Error> {
        let then: Result<Vec<_>, Error> =
            script.then.iter().map(|next| Ok((self.cards.find(&next.card)?, next.after))).collect();
        self.place().set_script(script.faults.clone(), then?);
        Ok(())
    }

    /// One more fault, at the `n`th command after a card is laid down.
    pub fn fault_at(&self, n: u64, fault: Fault) {
        self.place().add_fault(n, fault);
    }

    /// Once, the card is gone instead of answering the `n`th command after it was laid down
    /// (counted from 1, over all readers): [`crate::Tear::Before`], in place of all other tears that
    /// are still to come.
    pub fn tear_at(&self, n: u64) {
        self.place().tear_at(n);
    }

    /// The last 10,000 commands to any card in this slot, oldest first.
    pub fn apdus(&self) -> Vec<LoggedApdu> {
        self.place().log()
    }

    /// How many commands there were, remembered or not.
    pub fn commands(&self) -> u64 {
        self.place().total()
    }

    /// Connects to the card that lies there; it has no power yet. `None` when none does.
    pub fn connect(&self) -> Option<Session> {
        self.catch_up();
        let insertion = self.place().insertion()?;
        Some(Session { card: insertion.card(), insertion, slot: self.clone() })
    }

    /// For those who do not sleep: a card that is to be laid down by itself
    /// ([`Script::then`]) comes as if this time had passed.
    pub fn pass(&self, time: Duration) {
        self.place().hurry(time);
        self.catch_up();
    }

    pub(crate) fn place(&self) -> &Place {
        match self.which {
            Which::First => &self.cards.first,
            Which::Second => &self.cards.second,
        }
    }

    /// Lays down the card whose time has come.
    pub(crate) fn catch_up(&self) {
        if let Some(plastic) = self.place().lay_due() {
            self.other().give_up(&plastic);
        }
    }

    fn other(&self) -> &Place {
        match self.which {
            Which::First => &self.cards.second,
            Which::Second => &self.cards.first,
        }
    }
}

/// A reader's session with one card, from laying down to taking away.
///
/// Each session has its own power and its own selected file; the tries of the PINs and the count of
/// commands belong to the card.
pub struct Session {
    slot: Slot,
    insertion: Insertion,
    card: Card,
}

impl Session {
    /// Gives the card power: a cold start.
    pub fn power_on(&mut self) {
        self.card.power_on();
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.card.power_off();
    }

    /// Resets the card without taking the power away.
    pub fn reset(&mut self) {
        self.card.reset(self.slot.habits());
    }

    /// The answer to reset, empty of a mute card; `None` when the card is gone.
    pub fn atr(&self) -> Option<Vec<u8>> {
        self.is_there().then(|| self.card.atr(self.slot.habits()).to_vec())
    }

    /// Whether the card still lies there.
    pub fn is_there(&self) -> bool {
        self.slot.place().holds(&self.insertion)
    }

    /// Hands a command to the card. When this returns everything has happened; only the time it
    /// takes has not passed.
    pub fn exchange(&mut self, apdu: &[u8]) -> Exchange {
        let exchange = self.begin(apdu);
        self.settle(&exchange);
        exchange
    }

    /// As [`Session::exchange`], but a card that is torn inside or after the answer still lies there
    /// until [`Session::settle`]: the answer has to be said first.
    pub(crate) fn begin(&mut self, apdu: &[u8]) -> Exchange {
        self.slot.place().exchange(&self.insertion, &mut self.card, apdu)
    }

    pub(crate) fn settle(&self, exchange: &Exchange) {
        self.slot.place().settle(&self.insertion, exchange);
    }

    /// Waits until the card does not lie there any more.
    pub(crate) fn gone(&self) -> impl Future<Output = ()> + use<> {
        let insertion = self.insertion.clone();
        let mut view = self.slot.place().watch();
        async move { gone(&insertion, &mut view).await }
    }
}
