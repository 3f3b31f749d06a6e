//! The cards there are.

use serde::Serialize;

use crate::error::Error;
use crate::world::OtherCard;

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
