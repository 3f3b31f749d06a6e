//! Names, addresses and institutions of a prefecture that does not exist.

use std::collections::BTreeMap;

use super::dice::Dice;
use crate::people::{Institution, InstitutionKey, Sex};

/// Family names with their kana; a few are hard for one character set or another.
const FAMILIES: &[(&str, &str)] = &[
    ("模山", "ﾓﾔﾏ"),
    ("仮沢", "ｶﾘｻﾜ"),
    ("見本", "ﾐﾓﾄ"),
    ("架田", "ｶｹﾀﾞ"),
    ("試野", "ﾀﾒｼﾉ"),
    ("例島", "ﾚｲｼﾞﾏ"),
    ("写川", "ｳﾂｼｶﾞﾜ"),
    ("偽谷", "ｷﾞﾔ"),
    ("想井", "ｵﾓｲ"),
    ("空木", "ｳﾂｷﾞ"),
    ("作間", "ｻｸﾏ"),
    ("似鳥山", "ﾆﾄﾘﾔﾏ"),
    ("影浦", "ｶｹﾞｳﾗ"),
    ("幻田", "ﾏﾎﾞﾛﾀﾞ"),
    ("稽古", "ｹｲｺ"),
    ("練尾", "ﾈﾘｵ"),
    ("訓子府谷", "ｸﾝﾈｯﾌﾟﾔ"),
    ("型山", "ｶﾀﾔﾏ"),
    ("雛形", "ﾋﾅｶﾞﾀ"),
    ("手本", "ﾃﾎﾝ"),
    ("髙橋見", "ﾀｶﾊｼﾐ"),
    ("﨑本", "ｻｷﾓﾄ"),
    ("●村", "ﾀｶﾑﾗ"),
    ("𠮷見", "ﾖｼﾐ"),
];

const WOMEN: &[(&str, &str)] = &[
    ("花", "ﾊﾅ"),
    ("咲子", "ｻｷｺ"),
    ("美空", "ﾐｿﾗ"),
    ("千代", "ﾁﾖ"),
    ("ハル", "ﾊﾙ"),
    ("文", "ﾌﾐ"),
    ("結衣", "ﾕｲ"),
    ("さくら", "ｻｸﾗ"),
    ("和", "ｶｽﾞ"),
    ("静江", "ｼｽﾞｴ"),
    ("陽菜", "ﾋﾅ"),
    ("キヨ", "ｷﾖ"),
];

const MEN: &[(&str, &str)] = &[
    ("太郎", "ﾀﾛｳ"),
    ("一", "ﾊｼﾞﾒ"),
    ("健", "ｹﾝ"),
    ("正", "ﾀﾀﾞｼ"),
    ("蓮", "ﾚﾝ"),
    ("勇", "ｲｻﾑ"),
    ("大和", "ﾔﾏﾄ"),
    ("清", "ｷﾖｼ"),
    ("義男", "ﾖｼｵ"),
    ("翔", "ｼｮｳ"),
    ("茂", "ｼｹﾞﾙ"),
    ("樹", "ｲﾂｷ"),
];

/// Cities and the middle of their post numbers.
const CITIES: &[(&str, u32)] = &[
    ("模擬市", 10),
    ("空市", 20),
    ("双子市", 30),
    ("見本郡仮野町", 41),
    ("見本郡試浜村", 42),
    ("架空市中区", 51),
    ("架空市北区", 52),
];

const TOWNS: &[&str] = &[
    "本町",
    "栄町",
    "緑が丘",
    "大字上模",
    "字下手本",
    "港一番地",
    "鏡台",
    "雛ヶ丘",
    "稽古町",
    "例坂",
];

/// A name and its kana.
pub(super) fn name(dice: &mut Dice, sex: Sex) -> (String, String) {
    let (family, family_kana) = dice.one_of(FAMILIES);
    let (given, given_kana) = dice.one_of(if sex == Sex::Female { WOMEN } else { MEN });
    (format!("{family}　{given}"), format!("{family_kana} {given_kana}"))
}

/// An address and its post number.
pub(super) fn address(dice: &mut Dice) -> (String, String) {
    let (city, middle) = dice.one_of(CITIES);
    let town = dice.one_of(TOWNS);
    let (block, house) = (dice.between(1, 9), dice.between(1, 30));
    let post_number = format!("990-{middle}{:02}", dice.below(100));
    (format!("模擬県{city}{town}{block}丁目{house}番"), post_number)
}

/// Where somebody goes: the same few hundred places for everybody.
pub(super) fn institutions(dice: &mut Dice) -> BTreeMap<InstitutionKey, Institution> {
    let mut place = |key: &str, kind: u32, names: &[&str], ending: &str| {
        let number = dice.below(60);
        let name = names[number as usize % names.len()];
        let code = format!("99{kind}1{:06}", number + 1);
        let name = format!("{name}{ending}第{}", number + 1);
        (key.to_owned(), Institution { code, name })
    };
    let parts = ["もぎ", "みほん", "かくう", "こころみ", "ひながた", "そらの"];
    BTreeMap::from([
        place("clinic", 1, &parts, "クリニック"),
        place("hospital", 2, &parts, "総合病院（架空）"),
        place("dialysis", 3, &parts, "腎クリニック"),
        place("pharmacy", 4, &parts, "薬局"),
    ])
}
