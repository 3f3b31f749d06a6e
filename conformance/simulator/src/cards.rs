//! All the cards of a world, and the two places they can lie in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::card::Plastic;
use crate::error::Error;
use crate::place::Place;
use crate::tries::{Keeper, TriesBook};
use crate::world::World;

/// What all slots of a desk share.
pub(crate) struct Cards {
    world: Arc<World>,
    pub(crate) first: Place,
    pub(crate) second: Place,
    /// Cards that were tapped before: their PIN tries outlive a removal.
    used: Mutex<BTreeMap<String, Arc<Plastic>>>,
    keeper: Arc<Keeper>,
}

impl Cards {
    /// None of them lies anywhere.
    pub(crate) fn new(world: Arc<World>, book: TriesBook) -> Self {
        Cards {
            world,
            first: Place::new(),
            second: Place::new(),
            used: Mutex::default(),
            keeper: Arc::new(Keeper::new(book)),
        }
    }

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
