//! What must not leave memory.

use std::collections::BTreeSet;

use mynaq_simulator::people::Person;

use crate::stage::world;

/// Everything of a person that must stay in memory.
pub fn planted(person: &Person) -> BTreeSet<String> {
    let entries = || person.claims.iter().chain(&person.dispensed).chain(&person.prescribed);
    let mut texts: BTreeSet<String> = entries()
        .flat_map(|entry| {
            let drugs =
                entry.drugs.iter().flat_map(|drug| [&drug.name, &drug.ingredient, &drug.code]);
            let treatments = entry.treatments.iter().flat_map(|act| [&act.name, &act.code]);
            drugs.chain(treatments)
        })
        .chain(person.institutions.values().flat_map(|place| [&place.name, &place.code]))
        .chain(person.records.texts())
        .chain([&person.name, &person.kana, &person.address, &person.post_number])
        .cloned()
        .collect();
    texts.extend(
        person.name.split(['　', ' ']).filter(|part| part.chars().count() > 1).map(str::to_owned),
    );
    texts.extend([person.card.serial.to_uppercase(), person.card.serial.to_lowercase()]);
    texts.insert(person.birth_date(world().today()).to_string());
    texts
}
