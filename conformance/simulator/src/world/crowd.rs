//! The population as it is used: people and certificates are made when somebody asks for them.

use std::sync::{Arc, OnceLock};

use rsa::RsaPrivateKey;

use super::{Identity, World, made};
use crate::error::Error;
use crate::people::{Person, Population};
use crate::pki;

/// A key takes half a second to find, a certificate some milliseconds to sign: thousands of people
/// share these few keys. No two share a certificate.
const KEYS: [&str; 4] = ["population-0", "population-1", "population-2", "population-3"];

#[derive(Default)]
pub(super) struct Crowd {
    population: Population,
    members: Box<[Member]>,
    keys: [OnceLock<Result<Arc<RsaPrivateKey>, String>>; KEYS.len()],
}

#[derive(Default)]
struct Member {
    person: OnceLock<Person>,
    identity: OnceLock<Result<Identity, String>>,
}

impl Crowd {
    pub(super) fn new(population: Population) -> Self {
        let population =
            Population { people: population.people.min(Population::MOST), ..population };
        let members = (0..population.people).map(|_| Member::default()).collect();
        Crowd { population, members, ..Crowd::default() }
    }

    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.of_number(self.population.number(id)?)
    }

    pub(super) fn person_of_serial(&self, serial: &[u8]) -> Option<&Person> {
        self.of_number(self.population.number_of_serial(serial)?)
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        (1..=self.population.people).filter_map(|number| self.of_number(number))
    }

    fn of_number(&self, number: u32) -> Option<&Person> {
        let member = self.members.get(number as usize - 1)?;
        Some(member.person.get_or_init(|| self.population.person(number)))
    }

    /// Key and certificate of one of these people; `None` for anybody else.
    pub(super) fn identity(&self, world: &World, id: &str) -> Option<Result<&Identity, Error>> {
        let number = self.population.number(id)?;
        let person = self.of_number(number)?;
        let member = self.members.get(number as usize - 1)?;
        Some(made(&member.identity, || Identity::of_member(world, person, self.key(number)?)))
    }

    fn key(&self, number: u32) -> Result<Arc<RsaPrivateKey>, Error> {
        let which = number as usize % KEYS.len();
        made(&self.keys[which], || pki::key_of(KEYS[which]).map(Arc::new)).map(Arc::clone)
    }
}
