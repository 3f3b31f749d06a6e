//! What was treated and dispensed.

use super::dice::Dice;
use super::medicines::{count, medicine};
use crate::people::{Checkup, Drug, Entry, Treatment};

/// What the national system holds about somebody.
#[derive(Default)]
pub(super) struct Care {
    medicines: u32,
    pub(super) claims: Vec<Entry>,
    pub(super) dispensed: Vec<Entry>,
    pub(super) prescribed: Vec<Entry>,
    pub(super) checkups: Vec<Checkup>,
}

impl Care {
    /// In short.
    pub(super) fn told(&self) -> String {
        let acts = self.claims.iter().map(|entry| entry.treatments.len()).sum::<usize>();
        format!("{} medicines, {acts} treatments", self.medicines)
    }
}

/// Claims are known so many days later.
const CLAIMS_LATE: u32 = 32;

const SURGERIES: &[&str] = &[
    "経皮的冠動脈形成術（架空）",
    "人工関節置換術（股）（架空）",
    "水晶体再建術（架空）",
    "腹腔鏡下胆嚢摘出術（架空）",
    "ペースメーカー移植術（架空）",
    "帝王切開術（架空）",
];

pub(super) fn of(dice: &mut Dice, age: u32) -> Care {
    let most = match age {
        0..2 => 2,
        2..15 => 3,
        15..65 => 7,
        _ => 14,
    };
    let mut care = Care { medicines: dice.below(most + 1), ..Care::default() };
    let mut left: Vec<u32> = (0..count(age)).collect();
    let mut chosen = Vec::new();
    for _ in 0..care.medicines {
        let at = dice.below(u32::try_from(left.len()).unwrap_or(1));
        chosen.push(left.swap_remove(at as usize));
    }
    while !chosen.is_empty() {
        let together = (dice.between(1, 6) as usize).min(chosen.len());
        let group: Vec<u32> = chosen.drain(..together).collect();
        care.dispense(dice, age, &group);
    }
    if age >= 15 && dice.chance(12) {
        care.operate(dice);
    }
    if age >= 40 && dice.chance(3) {
        care.dialyse();
    }
    if age >= 40 && dice.chance(60) {
        let first = dice.between(20, 400);
        care.checkups =
            (0..dice.between(1, 4)).map(|year| Checkup { days_ago: first + 365 * year }).collect();
    }
    care
}

impl Care {
    /// One prescription, in up to three sources.
    fn dispense(&mut self, dice: &mut Dice, age: u32, group: &[u32]) {
        let times = *dice.one_of(&[7, 14, 28, 28, 28]);
        let drugs = || group.iter().map(|index| medicine(age, *index, times)).collect();
        let day = dice.between(3, 80);
        let prescribed = day + dice.below(3);
        let at_pharmacy = |days_ago, drugs| Entry {
            prescriber: Some("clinic".into()),
            prescribed_days_ago: Some(days_ago + prescribed - day),
            ..entry("pharmacy", days_ago, drugs)
        };
        let claimed = day >= CLAIMS_LATE;
        let electronic = !claimed || dice.chance(45);
        if claimed {
            self.claims.push(at_pharmacy(day, drugs()));
        }
        if electronic {
            self.dispensed.push(at_pharmacy(day, drugs()));
        }
        if electronic && dice.chance(60) {
            self.prescribed.push(entry("clinic", prescribed, drugs()));
        }
        // Many have taken it for longer.
        for before in 1..=dice.below(3) {
            self.claims.push(at_pharmacy(CLAIMS_LATE.max(day) + before * 28, drugs()));
        }
    }

    fn operate(&mut self, dice: &mut Dice) {
        let number = dice.below(u32::try_from(SURGERIES.len()).unwrap_or(1));
        let act = Treatment {
            class: 50,
            code: (150_991_000 + number).to_string(),
            name: SURGERIES[number as usize].into(),
            times: "1".into(),
        };
        let days_ago = dice.between(40, 1700);
        self.claims.push(Entry {
            inpatient: true,
            treatments: vec![act],
            ..entry("hospital", days_ago, Vec::new())
        });
    }

    fn dialyse(&mut self) {
        for days_ago in [38, 68] {
            let act = Treatment {
                class: 40,
                code: "140990101".into(),
                name: "人工腎臓（慢性維持透析）（４時間以上５時間未満）".into(),
                times: "13".into(),
            };
            self.claims.push(Entry {
                without_day: true,
                treatments: vec![act],
                ..entry("dialysis", days_ago, Vec::new())
            });
        }
    }
}

fn entry(at: &str, days_ago: u32, drugs: Vec<Drug>) -> Entry {
    Entry {
        at: at.into(),
        prescriber: None,
        inpatient: false,
        days_ago,
        prescribed_days_ago: None,
        without_day: false,
        drugs,
        treatments: Vec::new(),
    }
}
