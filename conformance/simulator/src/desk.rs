//! The desk: all the cards there are, and two slots to lay them in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::card::Plastic;
use crate::error::Error;
use crate::place::Place;
use crate::slot::{Slot, Which};
use crate::tries::{Keeper, TriesBook};
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

/// What all slots of a desk share.
pub(crate) struct Cards {
    world: Arc<World>,
    pub(crate) first: Place,
    pub(crate) second: Place,
    /// Cards that were tapped before: their PIN tries outlive a removal.
    used: Mutex<BTreeMap<String, Arc<Plastic>>>,
    keeper: Arc<Keeper>,
}

impl Desk {
    /// A desk with no card in either slot.
    pub fn new(world: impl Into<Arc<World>>) -> Self {
        Desk::with_tries(world, TriesBook::new())
    }

    /// A desk whose cards have the tries of this book.
    pub fn with_tries(world: impl Into<Arc<World>>, book: TriesBook) -> Self {
        Desk {
            cards: Arc::new(Cards {
                world: world.into(),
                first: Place::new(),
                second: Place::new(),
                used: Mutex::default(),
                keeper: Arc::new(Keeper::new(book)),
            }),
        }
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

impl Cards {
    /// The card of this id. The first time its key may have to be made, which takes a while.
    pub(crate) fn find(&self, id: &str) -> Result<Arc<Plastic>, Error> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plastic) = used.get(id) {
            return Ok(Arc::clone(plastic));
        }
        let plastic = Plastic::new(&self.world, id)?.kept_by(Arc::clone(&self.keeper));
        let plastic = Arc::new(plastic);
        used.insert(id.into(), Arc::clone(&plastic));
        Ok(plastic)
    }
}
