//! People by the thousand: each is made of a seed and a number, the same every time.

mod care;
mod dice;
mod medicines;
mod names;
mod shared;

use super::{
    Birth, CardData, MonthsAgo, Person, PinData, Registration, Sex, SigningData, one_year,
};
use dice::Dice;

/// A number of made-up people beside those that are written down: `G00001` and so on.
///
/// The same seed makes the same people, however many there are. Their birth dates are fixed, except
/// those of children under two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Population {
    /// How many; at most [`Population::MOST`].
    pub people: u32,
    /// Which ones.
    pub seed: u64,
}

/// Serial numbers of the population have four octets and begin with this one, which no written
/// person's does.
const SERIAL: u8 = 0x47;

impl Population {
    /// As many as there can be.
    pub const MOST: u32 = 99_999;

    /// The number of this id, counted from 1, if it is one of these people.
    pub(crate) fn number(self, id: &str) -> Option<u32> {
        let digits = id.strip_prefix('G').filter(|digits| digits.len() == 5)?;
        let digits = digits.bytes().all(|digit| digit.is_ascii_digit()).then_some(digits)?;
        digits.parse().ok().filter(|number| (1..=self.people).contains(number))
    }

    /// The same by the serial number of the certificate.
    pub(crate) fn number_of_serial(self, serial: &[u8]) -> Option<u32> {
        let [SERIAL, high, middle, low] = *serial else { return None };
        let number = u32::from_be_bytes([0, high, middle, low]);
        (1..=self.people).contains(&number).then_some(number)
    }

    /// Makes a person.
    pub(crate) fn person(self, number: u32) -> Person {
        let mut dice = Dice::new(self.seed, number);
        let sex = if dice.chance(50) { Sex::Female } else { Sex::Male };
        let (birth, age) = birth(&mut dice);
        let (name, kana) = names::name(&mut dice, sex);
        let (address, post_number) = names::address(&mut dice);
        let registration = match dice.below(100) {
            0..3 => Registration::None,
            3..5 => Registration::OptedOut,
            5 => Registration::Twice,
            _ => Registration::Once,
        };
        let card = card(&mut dice, number, &birth, age);
        let institutions = names::institutions(&mut dice);
        let care = care::of(&mut dice, age);
        let records = shared::of(&mut dice, age);
        Person {
            id: format!("G{number:05}"),
            why: format!("one of many: age {age}, {}", care.told()),
            name,
            kana,
            sex,
            birth,
            address,
            post_number,
            registration,
            card,
            institutions,
            claims: care.claims,
            dispensed: care.dispensed,
            prescribed: care.prescribed,
            checkups: care.checkups,
            records,
        }
    }
}

/// A birth and the age that comes of it, in years and about: newborns and centenarians, and more old
/// people than live anywhere, because it is they whom ambulances fetch.
fn birth(dice: &mut Dice) -> (Birth, u32) {
    let age = match dice.below(100) {
        0 => return (Birth::Ago(MonthsAgo { months_ago: 0 }), 0),
        1..4 => {
            let months_ago = dice.between(1, 23);
            return (Birth::Ago(MonthsAgo { months_ago }), months_ago / 12);
        }
        4..10 => dice.between(2, 6),
        10..20 => dice.between(7, 17),
        20..55 => dice.between(18, 64),
        _ => dice.between(65, 103),
    };
    let date = toml::value::Date {
        year: u16::try_from(2026 - age).unwrap_or(1950),
        month: u8::try_from(dice.between(1, 12)).unwrap_or(1),
        day: u8::try_from(dice.between(1, 28)).unwrap_or(1),
    };
    (Birth::On(toml::value::Datetime { date: Some(date), time: None, offset: None }), age)
}

fn card(dice: &mut Dice, number: u32, birth: &Birth, age: u32) -> CardData {
    let expired_months_ago = match dice.below(100) {
        0 | 1 if age > 20 => Some(dice.between(1, 2)),
        2 if age > 20 => Some(dice.between(5, 12)),
        _ => None,
    };
    let issued_months_ago = match (expired_months_ago, birth) {
        (Some(_), _) => 60,
        (None, Birth::Ago(ago)) => ago.months_ago.min(one_year()),
        (None, Birth::On(_)) => one_year(),
    };
    let without_pin = age >= 75 && dice.chance(8);
    CardData {
        serial: format!("{SERIAL:02X}{number:06X}"),
        issued_months_ago,
        expired_months_ago,
        pins: if without_pin { PinData::Locked } else { PinData::Set },
        signing: if age < 15 || without_pin { SigningData::None } else { SigningData::Issued },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;

    fn all(seed: u64) -> Vec<Person> {
        let population = Population { people: 3000, seed };
        (1..=3000).map(|number| population.person(number)).collect()
    }

    #[test]
    fn a_seed_makes_the_same_people_and_another_makes_others() {
        let told = |people: &[Person]| format!("{people:?}");
        assert_eq!(told(&all(7)), told(&all(7)));
        assert_ne!(told(&all(7)), told(&all(8)));
    }

    #[test]
    fn everybody_is_as_good_as_a_person_that_was_written_down() {
        let population = Population { people: 3000, seed: 7 };
        let mut serials = BTreeSet::new();
        for (person, number) in all(7).iter().zip(1..) {
            person.check().unwrap_or_else(|why| panic!("{}: {why}", person.id));
            assert_eq!(population.number(&person.id), Some(number));
            assert_eq!(population.number_of_serial(&person.serial()), Some(number));
            assert!(serials.insert(person.serial()));
            let (issued, expires) = person.certificate_days(date!(2026 - 11 - 23));
            assert!(person.birth_date(date!(2026 - 11 - 23)) <= issued && issued < expires);
        }
        for stranger in ["G03001", "G00000", "G1", "G000001", "G+0001", "P01"] {
            assert_eq!(population.number(stranger), None, "{stranger}");
        }
    }

    /// Each kind of person that a look-up must cope with is among some thousand.
    #[test]
    fn the_population_has_everybody() {
        let people = all(7);
        let count = |is: &dyn Fn(&Person) -> bool| people.iter().filter(|it| is(it)).count();
        let today = date!(2026 - 11 - 23);
        let days = |person: &Person| (today - person.birth_date(today)).whole_days();
        for (from, to) in [(0, 28), (28, 2557), (2557, 6575), (6575, 23742), (23742, 40000)] {
            let found = count(&|it| (from..to).contains(&days(it)));
            assert!(found >= 15, "{found} of {from} to {to} days");
        }
        assert!(count(&|it| it.registration == Registration::None) > 30);
        assert!(count(&|it| it.registration == Registration::OptedOut) > 30);
        assert!(count(&|it| it.registration == Registration::Twice) > 10);
        assert!(count(&|it| it.card.expired_months_ago.is_some()) > 30);
        let medicines = |person: &Person| {
            let entries = person.claims.iter().chain(&person.dispensed).chain(&person.prescribed);
            let names: BTreeSet<_> =
                entries.flat_map(|entry| &entry.drugs).map(|drug| &drug.name).collect();
            names.len()
        };
        let most = people.iter().map(medicines).max();
        assert_eq!(most, Some(14));
        assert!(count(&|it| medicines(it) == 0) > 100);
        let acts = |it: &Person, is: &dyn Fn(&crate::people::Treatment) -> bool| {
            it.claims.iter().flat_map(|entry| &entry.treatments).any(is)
        };
        assert!(count(&|it| acts(it, &|act| act.class == 50)) > 100);
        assert!(count(&|it| acts(it, &|act| act.name.contains("人工腎臓"))) > 20);
        assert!(count(&|it| !it.checkups.is_empty()) > 500);
        let told_thrice = |it: &Person| {
            it.claims.iter().flat_map(|entry| &entry.drugs).any(|drug| {
                let told = |entries: &[crate::people::Entry]| {
                    entries.iter().flat_map(|entry| &entry.drugs).any(|it| it.name == drug.name)
                };
                told(&it.dispensed) && told(&it.prescribed)
            })
        };
        assert!(count(&told_thrice) > 100);
        assert!(count(&|it| it.records.diagnoses.is_some()) > 300);
    }
}
