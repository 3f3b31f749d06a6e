//! The desk: all the cards there are, and two slots to lay them in.

use std::sync::Arc;

use crate::cards::Cards;
use crate::slot::{Slot, Which};
use crate::tries::TriesBook;
use crate::world::World;

/// All the cards of a [`World`] and a reader with two slots, in this process: nothing listens, nothing
/// runs, nobody sleeps.
///
/// Clones are the same desk.
///
/// ```
/// # use mynaq_simulator::{Desk, Fault, Script, Tear, World, today};
/// # fn main() -> Result<(), mynaq_simulator::Error> {
/// let desk = Desk::new(World::generate(today())?);
/// let slot = desk.first();
/// slot.tap("P02")?;
/// slot.play(&Script::new().at(2, Fault::Tear(Tear::Inside)))?;
///
/// let mut session = slot.connect().expect("a card lies there");
/// session.power_on();
/// let select = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
/// assert_eq!(session.exchange(select).answer(), Some(&[0x90, 0x00][..]));
/// assert_eq!(session.exchange(b"\x00\xB0\x8A\x00\x00\x00\x00").answer(), None);
/// assert!(slot.connect().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Desk {
    cards: Arc<Cards>,
}

impl Desk {
    /// A desk with no card in either slot.
    pub fn new(world: impl Into<Arc<World>>) -> Self {
        Desk::with_tries(world, TriesBook::new())
    }

    /// A desk whose cards have the tries of this book.
    pub fn with_tries(world: impl Into<Arc<World>>, book: TriesBook) -> Self {
        Desk { cards: Arc::new(Cards::new(world.into(), book)) }
    }

    /// The first slot.
    pub fn first(&self) -> Slot {
        Slot::new(Arc::clone(&self.cards), Which::First)
    }

    /// The second slot.
    pub fn second(&self) -> Slot {
        Slot::new(Arc::clone(&self.cards), Which::Second)
    }
}
