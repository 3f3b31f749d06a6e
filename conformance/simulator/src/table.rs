//! The table in front of the reader: all the cards there are, and the place to lay one down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::card::Plastic;
use crate::error::Error;
use crate::slot::Slot;
use crate::world::{OtherCard, World};

/// A card one can tap.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    /// `P01` for a person, `X01` for another kind of card.
    pub id: String,
    /// What makes it hurt.
    pub why: String,
    /// The person's name, or what the card is.
    pub name: String,
}

impl Listing {
    /// Every person's card, then the other cards.
    ///
    /// # Errors
    /// As [`crate::people::all`].
    pub fn all() -> Result<Vec<Listing>, Error> {
        let people = crate::people::all()?.iter().map(|person| Listing {
            id: person.id.clone(),
            why: person.why.clone(),
            name: person.name.clone(),
        });
        let others = OtherCard::ALL.iter().map(|card| Listing {
            id: card.id().into(),
            why: card.why().into(),
            name: card.name().into(),
        });
        Ok(people.chain(others).collect())
    }
}

pub(crate) struct Table {
    world: Arc<World>,
    pub(crate) slot: Arc<Slot>,
    /// Cards that were tapped before: their PIN tries outlive a removal.
    used: Mutex<BTreeMap<String, Arc<Plastic>>>,
}

impl Table {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Table { world, slot: Arc::new(Slot::new()), used: Mutex::default() }
    }

    /// Lays a card down. The first time its key may have to be made, which takes a while.
    pub(crate) fn tap(&self, id: &str) -> Result<(), Error> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let plastic = match used.get(id) {
            Some(plastic) => Arc::clone(plastic),
            None => {
                let plastic = Arc::new(Plastic::new(&self.world, id)?);
                used.insert(id.into(), Arc::clone(&plastic));
                plastic
            }
        };
        self.slot.tap(plastic);
        Ok(())
    }
}
