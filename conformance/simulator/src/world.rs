//! Everything that must be the same for cards, gateway and the programs under test.

mod crowd;
mod disk;
mod identity;
mod other;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use time::Date;

use crowd::Crowd;
pub(crate) use disk::put;
pub(crate) use identity::Identity;
pub(crate) use other::OtherCard;

use crate::error::Error;
use crate::people::{self, Person, Population};
use crate::pki::tls::Tls;
use crate::pki::{self, Authority, Marking};

/// Keys, certificates and people, seen from one day.
///
/// A card's key is made when the card is first needed (some ten milliseconds without optimisation);
/// it depends on the person's id alone; a population shares a few. The keys of the TLS line are random.
pub struct World {
    today: Date,
    tls: Tls,
    people: &'static [Person],
    crowd: Crowd,
    simulated: OnceLock<Result<Authority, String>>,
    unmarked: OnceLock<Result<Authority, String>>,
    identities: BTreeMap<&'static str, OnceLock<Result<Identity, String>>>,
}

impl World {
    /// Makes a world as it is on `today`, a day in Japan.
    ///
    /// # Errors
    /// [`Error::Pki`] when the machine has no randomness, [`Error::Data`] when a person's file is
    /// wrong.
    pub fn generate(today: Date) -> Result<World, Error> {
        World::around(today, Tls::generate()?)
    }

    fn around(today: Date, tls: Tls) -> Result<World, Error> {
        let people = people::all()?;
        let ids = people.iter().map(|person| person.id.as_str());
        let others = OtherCard::ALL.iter().map(|card| card.id());
        Ok(World {
            today,
            tls,
            people,
            crowd: Crowd::default(),
            simulated: OnceLock::new(),
            unmarked: OnceLock::new(),
            identities: ids.chain(others).map(|id| (id, OnceLock::new())).collect(),
        })
    }

    /// The same world, with a population in place of the one before. They are made when they are
    /// needed, so thousands cost nothing at first.
    #[must_use]
    pub fn with_population(mut self, population: Population) -> World {
        self.crowd = Crowd::new(population);
        self
    }

    /// The day this world is seen from.
    pub fn today(&self) -> Date {
        self.today
    }

    /// All people that are written down.
    pub fn people(&self) -> &'static [Person] {
        self.people
    }

    /// The people of the population, who are made now if they were not yet.
    pub fn population(&self) -> impl Iterator<Item = &Person> {
        self.crowd.people()
    }

    /// What a client must trust to talk to the gateway, PEM.
    pub fn gateway_ca(&self) -> &str {
        &self.tls.gateway_ca
    }

    /// The crew's client certificate and key, PEM.
    pub fn crew(&self) -> (&str, &str) {
        (&self.tls.crew.certificate, &self.tls.crew.key)
    }

    /// A client certificate and key the gateway must refuse, PEM.
    pub fn stranger(&self) -> (&str, &str) {
        (&self.tls.stranger.certificate, &self.tls.stranger.key)
    }

    /// The user-authentication certificate of a person or of one of the other cards, DER.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id or the card carries no certificate.
    pub fn certificate(&self, id: &str) -> Result<&[u8], Error> {
        Ok(&self.identity(id)?.certificate)
    }

    /// The certificate of the simulated authority, DER.
    ///
    /// # Errors
    /// [`Error::Pki`] when its key could not be made.
    pub fn authority_certificate(&self) -> Result<&[u8], Error> {
        Ok(self.authority(Marking::Simulated)?.der())
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id).or_else(|| self.crowd.person(id))
    }

    /// The person whose certificate has this serial number.
    pub(crate) fn person_of_serial(&self, serial: &[u8]) -> Option<&Person> {
        let written = self.people.iter().find(|person| person.serial() == serial);
        written.or_else(|| self.crowd.person_of_serial(serial))
    }

    pub(crate) fn tls(&self) -> &Tls {
        &self.tls
    }

    pub(crate) fn authority(&self, marking: Marking) -> Result<&Authority, Error> {
        let place = match marking {
            Marking::Simulated => &self.simulated,
            Marking::Unmarked => &self.unmarked,
        };
        made(place, || Authority::new(marking, pki::key_of("authority")?))
    }

    /// Key and certificate that belong to an id; made at the first call.
    pub(crate) fn identity(&self, id: &str) -> Result<&Identity, Error> {
        if let Some(identity) = self.crowd.identity(self, id) {
            return identity;
        }
        let place = self.identities.get(id).ok_or_else(|| Error::UnknownCard(id.into()))?;
        made(place, || match self.person(id) {
            Some(person) => Identity::of_person(self, person),
            None => match OtherCard::find(id) {
                Some(card) => Identity::of_card(self, card),
                None => Err(Error::UnknownCard(id.into())),
            },
        })
    }
}

/// What lies in `place`, put there by `make` if nobody was here before.
fn made<T>(
    place: &OnceLock<Result<T, String>>,
    make: impl FnOnce() -> Result<T, Error>,
) -> Result<&T, Error> {
    let result = place.get_or_init(|| make().map_err(|error| error.to_string()));
    result.as_ref().map_err(|what| Error::Pki(what.clone()))
}
