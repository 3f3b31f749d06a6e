//! Who a card says it is: a key and a user-authentication certificate.

use std::sync::Arc;

use rsa::RsaPrivateKey;
use time::Date;

use super::{OtherCard, World};
use crate::day;
use crate::error::Error;
use crate::people::Person;
use crate::pki::{self, Marking, Policies, Profile};

/// A key pair and its certificate.
pub(crate) struct Identity {
    pub(crate) key: Arc<RsaPrivateKey>,
    pub(crate) certificate: Vec<u8>,
}

impl Identity {
    pub(super) fn of_person(world: &World, person: &Person) -> Result<Self, Error> {
        Identity::of_member(world, person, Arc::new(pki::key_of(&person.id)?))
    }

    /// The identity of a person whose key is known.
    pub(super) fn of_member(
        world: &World,
        person: &Person,
        key: Arc<RsaPrivateKey>,
    ) -> Result<Self, Error> {
        let days = person.certificate_days(world.today());
        let marks = (Marking::Simulated, Policies::Card);
        Identity::make(world, &person.id, key, marks, &person.serial(), days)
    }

    pub(super) fn of_card(world: &World, card: OtherCard) -> Result<Self, Error> {
        if !card.has_identity() {
            return Err(Error::UnknownCard(format!("{} (it has no certificate)", card.id())));
        }
        let marks = match card {
            OtherCard::Unmarked => (Marking::Unmarked, Policies::Card),
            OtherCard::NextLabel => (Marking::Simulated, Policies::Absent),
            _ => (Marking::Simulated, Policies::Card),
        };
        // The people's serials begin with 4 or higher.
        let serial = [0x10, 0x58, card as u8 + 1];
        let issued = day::months_before(world.today(), 12);
        let expires = day::birthday_after(issued, issued, 4);
        let key = Arc::new(pki::key_of(card.id())?);
        Identity::make(world, card.id(), key, marks, &serial, (issued, expires))
    }

    fn make(
        world: &World,
        id: &str,
        key: Arc<RsaPrivateKey>,
        (marking, policies): (Marking, Policies),
        serial: &[u8],
        (issued, expires): (Date, Date),
    ) -> Result<Self, Error> {
        // 17 opaque characters, a municipality that does not exist, and a suffix: 23 in all.
        let common_name = format!("SIMULATED{id:0>8}99201A");
        let profile = Profile { serial, common_name: &common_name, issued, expires, policies };
        let certificate = pki::issue(world.authority(marking)?, &profile, &key.to_public_key())?;
        Ok(Identity { key, certificate })
    }
}
