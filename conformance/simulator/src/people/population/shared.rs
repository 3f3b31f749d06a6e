//! What hospitals share of their records.

use super::dice::Dice;
use crate::people::{
    Allergy, AllergyKind, Contraindication, Diagnosis, Held, Infection, NoneStated, Records, Test,
};

const DISEASES: &[&str] = &[
    "高血圧症",
    "２型糖尿病",
    "心房細動",
    "慢性心不全",
    "気管支喘息",
    "慢性閉塞性肺疾患",
    "アルツハイマー型認知症",
    "てんかん",
    "脳梗塞後遺症",
    "慢性腎臓病",
];
/// Of these people are sometimes not told.
const GRAVE: &[&str] = &["胃癌", "肺癌", "膵癌", "悪性リンパ腫"];
const ALLERGIES: &[(&str, AllergyKind, &str)] = &[
    ("ペニシリン系抗菌薬", AllergyKind::Drug, "アナフィラキシー"),
    ("セフェム系抗菌薬", AllergyKind::Drug, "発疹"),
    ("アスピリン", AllergyKind::Drug, "喘息発作"),
    ("ヨード造影剤", AllergyKind::Drug, "蕁麻疹"),
    ("鶏卵", AllergyKind::Other, "蕁麻疹"),
    ("ラテックス", AllergyKind::Other, "接触皮膚炎"),
];
const INFECTIONS: &[&str] = &["Ｂ型肝炎ウイルス", "Ｃ型肝炎ウイルス", "梅毒"];
const CONTRAINDICATIONS: &[&str] = &["ヨード造影剤", "ＮＳＡＩＤｓ", "β遮断薬"];
const TESTS: &[(&str, &str, u32, u32)] = &[
    ("クレアチニン", "mg/dL", 60, 240),
    ("カリウム", "mmol/L", 350, 580),
    ("ヘモグロビンＡ１ｃ", "%", 510, 980),
];

pub(super) fn of(dice: &mut Dice, age: u32) -> Records {
    // Few institutions share anything yet.
    if !dice.chance(30) {
        return Records::default();
    }
    Records {
        diagnoses: Some(Held::Entries(diagnoses(dice, age))),
        allergies: held(dice, allergy),
        infections: held(dice, infection),
        contraindications: held(dice, contraindication),
        tests: Some(Held::Entries((0..dice.below(4)).map(|_| test(dice)).collect())),
    }
}

/// Not shared, stated to be none, or up to two.
fn held<T>(dice: &mut Dice, make: impl Fn(&mut Dice) -> T) -> Option<Held<T>> {
    match dice.below(10) {
        0..2 => None,
        2..5 => Some(Held::Stated(NoneStated::NoneStated)),
        _ => Some(Held::Entries((0..dice.below(3)).map(|_| make(dice)).collect())),
    }
}

fn diagnoses(dice: &mut Dice, age: u32) -> Vec<Diagnosis> {
    let number = if age < 15 { dice.below(2) } else { dice.below(5) };
    let mut diagnoses: Vec<_> = (0..number)
        .map(|_| {
            let (name, number) = named(dice, DISEASES);
            diagnosis(dice, name, format!("M8841{number:03}"), false)
        })
        .collect();
    if age >= 40 && dice.chance(10) {
        let (name, number) = named(dice, GRAVE);
        let undisclosed = dice.chance(50);
        diagnoses.push(diagnosis(dice, name, format!("M8842{number:03}"), undisclosed));
    }
    diagnoses
}

fn diagnosis(dice: &mut Dice, name: &str, code: String, undisclosed: bool) -> Diagnosis {
    Diagnosis { name: name.into(), code, days_ago: day(dice), at: "hospital".into(), undisclosed }
}

fn allergy(dice: &mut Dice) -> Allergy {
    let number = dice.below(u32::try_from(ALLERGIES.len()).unwrap_or(1));
    let (name, kind, reaction) = ALLERGIES[number as usize];
    Allergy {
        name: name.into(),
        code: format!("M8851{number:03}"),
        kind,
        reaction: reaction.into(),
        days_ago: day(dice),
        at: "clinic".into(),
    }
}

fn infection(dice: &mut Dice) -> Infection {
    let (name, number) = named(dice, INFECTIONS);
    let result = if dice.chance(20) { "陽性" } else { "陰性" }.into();
    let code = format!("M8861{number:03}");
    Infection { name: name.into(), code, result, days_ago: day(dice), at: "hospital".into() }
}

fn contraindication(dice: &mut Dice) -> Contraindication {
    let (name, number) = named(dice, CONTRAINDICATIONS);
    let code = format!("M8871{number:03}");
    Contraindication { name: name.into(), code, days_ago: day(dice), at: "hospital".into() }
}

fn test(dice: &mut Dice) -> Test {
    let number = dice.below(u32::try_from(TESTS.len()).unwrap_or(1));
    let (name, unit, low, high) = TESTS[number as usize];
    let hundredths = dice.between(low, high);
    Test {
        name: name.into(),
        code: format!("M8881{number:03}"),
        value: format!("{}.{:02}", hundredths / 100, hundredths % 100),
        unit: unit.into(),
        days_ago: dice.between(1, 300),
        at: "clinic".into(),
    }
}

fn named(dice: &mut Dice, names: &[&'static str]) -> (&'static str, u32) {
    let number = dice.below(u32::try_from(names.len()).unwrap_or(1));
    (names[number as usize], number)
}

fn day(dice: &mut Dice) -> u32 {
    dice.between(10, 1700)
}
