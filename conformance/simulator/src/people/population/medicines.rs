//! What people take: names of substances are real, codes are made up.

use crate::people::Drug;

/// Product, substance, amount, unit, how it is taken, and 診療識別.
type Medicine = (&'static str, &'static str, &'static str, &'static str, &'static str, u8);

const MORNING: &str = "１日１回　朝食後";
const EVENING: &str = "１日１回　夕食後";
const THRICE: &str = "１日３回　毎食後";
const BEDTIME: &str = "１日１回　就寝前";

#[rustfmt::skip]
const ADULTS: &[Medicine] = &[
    ("ワルファリンK錠1mg", "ワルファリンカリウム", "2", "錠", EVENING, 21),
    ("アピキサバン錠5mg", "アピキサバン", "1", "錠", "１日２回　朝夕食後", 21),
    ("アスピリン腸溶錠100mg", "アスピリン", "1", "錠", MORNING, 21),
    ("クロピドグレル錠75mg", "クロピドグレル硫酸塩", "1", "錠", MORNING, 21),
    ("アムロジピン錠5mg", "アムロジピンベシル酸塩", "1", "錠", MORNING, 21),
    ("テルミサルタン錠40mg", "テルミサルタン", "1", "錠", MORNING, 21),
    ("ビソプロロールフマル酸塩錠2.5mg", "ビソプロロールフマル酸塩", "1", "錠", MORNING, 21),
    ("フロセミド錠20mg", "フロセミド", "1", "錠", MORNING, 21),
    ("スピロノラクトン錠25mg", "スピロノラクトン", "1", "錠", MORNING, 21),
    ("ジゴキシン錠0.125mg", "ジゴキシン", "1", "錠", MORNING, 21),
    ("ニトログリセリン舌下錠0.3mg", "ニトログリセリン", "1", "錠", "胸痛時", 22),
    ("メトホルミン塩酸塩錠500mg", "メトホルミン塩酸塩", "1", "錠", "１日２回　朝夕食後", 21),
    ("グリメピリド錠1mg", "グリメピリド", "1", "錠", MORNING, 21),
    ("シタグリプチン錠50mg", "シタグリプチンリン酸塩水和物", "1", "錠", MORNING, 21),
    ("インスリングラルギン注カート300単位", "インスリングラルギン（遺伝子組換え）", "1", "筒", "１日１回　就寝前", 33),
    ("アトルバスタチン錠10mg", "アトルバスタチンカルシウム水和物", "1", "錠", EVENING, 21),
    ("ランソプラゾールＯＤ錠15mg", "ランソプラゾール", "1", "錠", MORNING, 21),
    ("酸化マグネシウム錠330mg", "酸化マグネシウム", "1", "錠", THRICE, 21),
    ("センノシド錠12mg", "センノシド", "2", "錠", BEDTIME, 21),
    ("ゾルピデム酒石酸塩錠5mg", "ゾルピデム酒石酸塩", "1", "錠", BEDTIME, 21),
    ("ブロチゾラム錠0.25mg", "ブロチゾラム", "1", "錠", BEDTIME, 21),
    ("エスシタロプラム錠10mg", "エスシタロプラムシュウ酸塩", "1", "錠", EVENING, 21),
    ("クエチアピン錠25mg", "クエチアピンフマル酸塩", "1", "錠", BEDTIME, 21),
    ("ドネペジル塩酸塩ＯＤ錠5mg", "ドネペジル塩酸塩", "1", "錠", MORNING, 21),
    ("レベチラセタム錠500mg", "レベチラセタム", "1", "錠", "１日２回　朝夕食後", 21),
    ("バルプロ酸ナトリウム徐放錠200mg", "バルプロ酸ナトリウム", "2", "錠", "１日２回　朝夕食後", 21),
    ("レボドパ・カルビドパ配合錠", "レボドパ・カルビドパ水和物", "1", "錠", THRICE, 21),
    ("プレドニゾロン錠5mg", "プレドニゾロン", "2", "錠", MORNING, 21),
    ("メトトレキサート錠2mg", "メトトレキサート", "1", "錠", "週１回　朝食後", 21),
    ("レボチロキシンナトリウム錠50μg", "レボチロキシンナトリウム水和物", "1", "錠", MORNING, 21),
    ("アレンドロン酸錠35mg", "アレンドロン酸ナトリウム水和物", "1", "錠", "週１回　起床時", 21),
    ("ロキソプロフェン錠60mg", "ロキソプロフェンナトリウム水和物", "1", "錠", "疼痛時", 22),
    ("モンテルカスト錠10mg", "モンテルカストナトリウム", "1", "錠", BEDTIME, 21),
    ("チオトロピウム吸入用カプセル18μg", "チオトロピウム臭化物水和物", "1", "カプセル", "１日１回　吸入", 23),
    ("タムスロシン塩酸塩ＯＤ錠0.2mg", "タムスロシン塩酸塩", "1", "錠", EVENING, 21),
    ("アロプリノール錠100mg", "アロプリノール", "1", "錠", MORNING, 21),
];

#[rustfmt::skip]
const CHILDREN: &[Medicine] = &[
    ("アセトアミノフェン坐剤小児用100mg", "アセトアミノフェン", "1", "個", "発熱時", 23),
    ("アモキシシリン細粒10%", "アモキシシリン水和物", "0.9", "g", THRICE, 21),
    ("モンテルカスト細粒4mg", "モンテルカストナトリウム", "1", "包", BEDTIME, 21),
    ("ツロブテロールテープ0.5mg", "ツロブテロール", "1", "枚", "１日１回　胸に貼る", 23),
    ("カルボシステインシロップ5%", "Ｌ－カルボシステイン", "3", "mL", THRICE, 21),
    ("レベチラセタムドライシロップ50%", "レベチラセタム", "0.4", "g", "１日２回　朝夕食後", 21),
];

/// How many somebody of this age can choose from.
pub(super) fn count(age: u32) -> u32 {
    u32::try_from(list(age).len()).unwrap_or(0)
}

/// One of them, for so many days or times.
pub(super) fn medicine(age: u32, index: u32, times: u32) -> Drug {
    let all = list(age);
    let (name, ingredient, quantity, unit, usage, class) = all[index as usize % all.len()];
    let base = if age < 15 { 699_002_000 } else { 699_001_000 };
    Drug {
        code: (base + index).to_string(),
        name: name.into(),
        ingredient: ingredient.into(),
        quantity: quantity.into(),
        unit: unit.into(),
        usage: usage.into(),
        instruction: String::new(),
        times: times.to_string(),
        class,
    }
}

fn list(age: u32) -> &'static [Medicine] {
    if age < 15 { CHILDREN } else { ADULTS }
}
