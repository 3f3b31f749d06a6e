//! The typed 救急用サマリー: every item with where it comes from and how old it is.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::Scope;

/// What a look-up brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// What was asked for.
    pub scope: Scope,
    /// The day of the viewing in Japan; ages are counted to this day.
    pub viewed_on: ClaimDate,
    /// A notice of the gateway to the crew, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Whose data this is, as the insurer knows the person.
    pub patient: Patient,
    /// 受診歴.
    pub visits: Section<Visit>,
    /// 薬剤情報 and 調剤情報, merged; last dispensed first.
    pub medications: Section<Medication>,
    /// 電子処方箋 (処方), not yet dispensed as far as known.
    pub prescriptions: Section<Medication>,
    /// 手術情報.
    pub surgeries: Section<Procedure>,
    /// 診療情報 other than surgery and dialysis.
    pub treatments: Section<Procedure>,
    /// 透析情報.
    pub dialysis: Section<Procedure>,
    /// 健診実施日.
    pub checkups: Section<Checkup>,
    /// 傷病名, of the hospitals' electronic records.
    #[serde(default)]
    pub diseases: Section<Diagnosis>,
    /// アレルギー (薬剤, その他).
    #[serde(default)]
    pub allergies: Section<Finding>,
    /// 感染症.
    #[serde(default)]
    pub infections: Section<Finding>,
    /// 薬剤禁忌.
    #[serde(default)]
    pub contraindications: Section<Finding>,
    /// 検査.
    #[serde(default)]
    pub tests: Section<TestResult>,
    /// What came and stands in no section: without a day that can be read, in more ways than there can
    /// be, or in a layout that is not known. Nothing is lost in silence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// An item that stands in no section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct LeftOut {
    /// The section it would stand in, such as `medications`; `message` where none is known.
    pub section: String,
    /// Its name as it came, or the element's where its content cannot be read.
    pub name: String,
}

/// A section of the summary. Absence has three forms, and none of them proves the others:
/// claims data never says "no allergy".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Section<T> {
    /// There are items.
    Present {
        /// At least one.
        items: Vec<T>,
        /// Which sources were asked, and how far back.
        #[serde(default)]
        asked: Vec<Asked>,
    },
    /// The source states that there is none (なし).
    StatedNone {
        /// Which sources were asked, and how far back.
        #[serde(default)]
        asked: Vec<Asked>,
    },
    /// The source was asked and holds nothing (情報源に無し).
    NotInSource {
        /// Which sources were asked, and how far back.
        #[serde(default)]
        asked: Vec<Asked>,
    },
    /// Nobody asked (未確認).
    #[default]
    NotAsked,
}

impl<T> Section<T> {
    /// The items; none where the section has none, whatever the reason.
    pub fn items(&self) -> &[T] {
        match self {
            Section::Present { items, .. } => items,
            _ => &[],
        }
    }

    /// The section of items found by asking these sources: empty means that they hold nothing.
    pub fn found(items: Vec<T>, asked: Vec<Asked>) -> Self {
        if items.is_empty() {
            Section::NotInSource { asked }
        } else {
            Section::Present { items, asked }
        }
    }

    /// Which sources were asked, and how far back; none where nobody asked.
    pub fn asked(&self) -> &[Asked] {
        match self {
            Section::Present { asked, .. }
            | Section::StatedNone { asked }
            | Section::NotInSource { asked } => asked,
            Section::NotAsked => &[],
        }
    }
}

/// A source that was asked, and how far back it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// The register.
    pub source: Source,
    /// How far back, as the national system states it for the scope; absent where it states none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The first day that is told, counted back from the day of the viewing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<ClaimDate>,
}

/// A time back from the viewing: `{"days":45}`, `{"months":3}`, `{"years":5}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// So many days.
    Days(u16),
    /// So many months.
    Months(u16),
    /// So many years.
    Years(u16),
}

/// The person, as the insurer's register has them. May differ from the card's face: characters
/// the register cannot carry come as ●, and stay so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Patient {
    /// 氏名.
    pub name: Option<String>,
    /// 氏名カナ, as it came (often half-width).
    pub name_kana: Option<String>,
    /// 生年月日.
    pub birth_date: Option<ClaimDate>,
    /// 性別.
    pub sex: Sex,
    /// 住所 as reported to the insurer; the person may live elsewhere.
    pub address: Option<String>,
}

/// 性別 (OQSCD007).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
    /// 3 未設定, or nothing said.
    NotStated,
}

/// A medical institution or pharmacy: the exact name, and the code that tells like-named ones apart.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Zeroize,
)]
pub struct Institution {
    /// Name, exactly as it came.
    pub name: String,
    /// 医療機関コード, 10 digits where known.
    pub code: Option<String>,
}

/// 受診: one institution, seen at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Visit {
    /// Where.
    pub institution: Institution,
    /// Last known day or month.
    pub last: ClaimDate,
    /// Whether as an inpatient, where stated.
    pub inpatient: Option<bool>,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// One medicine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Medication {
    /// Name as dispensed.
    pub name: String,
    /// 成分名.
    pub ingredient: Option<String>,
    /// Code as it came; which list it is from is not public.
    pub code: Option<String>,
    /// 1回量 or 1日量, as it came.
    pub quantity: Option<String>,
    /// 単位.
    pub unit: Option<String>,
    /// 用法.
    pub usage: Option<String>,
    /// A special instruction (特別指示), such as 舌下.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// 回数 or 日数, as it came.
    pub times: Option<String>,
    /// Last known day or month it was dispensed (or prescribed, in prescriptions).
    pub date: ClaimDate,
    /// Who dispensed it.
    pub dispensed_by: Option<Institution>,
    /// Who prescribed it.
    pub prescribed_by: Option<Institution>,
    /// Every source that reported it: the same dispensing may stand in several.
    pub provenance: Vec<Provenance>,
}

/// 診療行為: surgery, treatment or dialysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Procedure {
    /// Name as it came.
    pub name: String,
    /// 診療行為コード.
    pub code: Option<String>,
    /// When.
    pub date: ClaimDate,
    /// Where.
    pub institution: Option<Institution>,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// 健診: only the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Checkup {
    /// When.
    pub date: ClaimDate,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// 傷病名, as a hospital's electronic record has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Diagnosis {
    /// Name as it came.
    pub name: String,
    /// Code as it came.
    pub code: Option<String>,
    /// The day it was made, where stated.
    pub date: Option<ClaimDate>,
    /// Where.
    pub institution: Option<Institution>,
    /// 未告知: the doctor has not told the patient. Never read it out, never show it to the patient or
    /// the family.
    pub undisclosed: bool,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// アレルギー, 感染症 or 薬剤禁忌, as a hospital's electronic record has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Finding {
    /// What: the substance, the infection, the medicine.
    pub name: String,
    /// Code as it came.
    pub code: Option<String>,
    /// What else is said of it: the reaction, the result.
    pub detail: Option<String>,
    /// The day it was found or confirmed, where stated.
    pub date: Option<ClaimDate>,
    /// Where.
    pub institution: Option<Institution>,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// 検査: one value of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct TestResult {
    /// Name as it came.
    pub name: String,
    /// Code as it came.
    pub code: Option<String>,
    /// The value, as it came.
    pub value: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// The day, where stated.
    pub date: Option<ClaimDate>,
    /// Where.
    pub institution: Option<Institution>,
    /// Where this is known from.
    pub provenance: Vec<Provenance>,
}

/// Where an item is known from, and how old that knowledge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize)]
pub struct Provenance {
    /// The register.
    pub source: Source,
    /// The day or month the source gives.
    pub date: Option<ClaimDate>,
    /// Days from that date to the viewing; a month counts from its first day, so that age is
    /// never understated.
    pub age_days: Option<u32>,
}

/// The registers data comes from.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    Zeroize,
)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum Source {
    /// 資格情報: the insurer's register.
    Eligibility,
    /// レセプト: claims, one to two months behind.
    Claim,
    /// 電子処方箋の調剤情報: dispensing, immediate.
    Dispensing,
    /// 電子処方箋の処方情報: prescribing, immediate.
    Prescribing,
    /// 健診情報.
    Checkup,
    /// 電子カルテ情報共有サービス: what hospitals have uploaded of their electronic records.
    MedicalRecord,
    /// A register only a newer version knows.
    #[serde(other)]
    Unknown,
}

impl Source {
    /// The name the crew reads.
    pub const fn name_ja(self) -> &'static str {
        match self {
            Source::Eligibility => "資格情報",
            Source::Claim => "レセプト",
            Source::Dispensing => "電子処方箋（調剤）",
            Source::Prescribing => "電子処方箋（処方）",
            Source::Checkup => "健診情報",
            Source::MedicalRecord => "電子カルテ情報",
            Source::Unknown => "その他の情報源",
        }
    }
}

/// A day or a month of the Western calendar: `2026-10-05` or `2026-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Zeroize)]
pub struct ClaimDate {
    year: u16,
    month: u8,
    /// 0 where only the month is known, so that a month sorts before its days.
    day: u8,
}

impl ClaimDate {
    /// A day; none if the calendar has no such day.
    pub const fn day(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if year == 0 || year > 9999 || day == 0 || day > last {
            return None;
        }
        Some(ClaimDate { year, month, day })
    }

    /// A month; none if the calendar has no such month.
    pub const fn month(year: u16, month: u8) -> Option<Self> {
        if year == 0 || year > 9999 || month == 0 || month > 12 {
            return None;
        }
        Some(ClaimDate { year, month, day: 0 })
    }

    /// Reads the forms of the messages (`yyyyMMdd`, `yyyyMM`) and our own (with hyphens).
    pub fn parse(text: &str) -> Option<Self> {
        let part = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
            digits.parse::<u16>().ok()
        };
        let small = |range| part(range).and_then(|number| u8::try_from(number).ok());
        let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        match (text.len(), hyphens.as_slice()) {
            (8, []) => Self::day(part(0..4)?, small(4..6)?, small(6..8)?),
            (6, []) => Self::month(part(0..4)?, small(4..6)?),
            (10, [4, 7]) => Self::day(part(0..4)?, small(5..7)?, small(8..10)?),
            (7, [4]) => Self::month(part(0..4)?, small(5..7)?),
            _ => None,
        }
    }

    /// Year, month, and the day where one is known.
    pub const fn parts(self) -> (u16, u8, Option<u8>) {
        (self.year, self.month, if self.day == 0 { None } else { Some(self.day) })
    }
}

impl fmt::Display for ClaimDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)?;
        if self.day == 0 { Ok(()) } else { write!(f, "-{:02}", self.day) }
    }
}

impl Serialize for ClaimDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClaimDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        ClaimDate::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("not a date of the form 2026-10-05 or 2026-10"))
    }
}

impl JsonSchema for ClaimDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClaimDate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A day or a month of the Western calendar: 2026-10-05 or 2026-10.",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$",
        })
    }
}

impl<T: Zeroize> Zeroize for Section<T> {
    fn zeroize(&mut self) {
        if let Section::Present { items, .. } = self {
            items.zeroize();
        }
        *self = Section::NotAsked;
    }
}

/// Wipes every value; scope and day stay.
impl Zeroize for Summary {
    fn zeroize(&mut self) {
        self.notice.zeroize();
        self.patient.zeroize();
        self.visits.zeroize();
        self.medications.zeroize();
        self.prescriptions.zeroize();
        self.surgeries.zeroize();
        self.treatments.zeroize();
        self.dialysis.zeroize();
        self.checkups.zeroize();
        self.diseases.zeroize();
        self.allergies.zeroize();
        self.infections.zeroize();
        self.contraindications.zeroize();
        self.tests.zeroize();
        self.left_out.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_all_four_forms_and_written_in_one() {
        for (text, written) in [
            ("20261005", "2026-10-05"),
            ("202610", "2026-10"),
            ("2026-10-05", "2026-10-05"),
            ("2026-10", "2026-10"),
            ("20240229", "2024-02-29"),
        ] {
            assert_eq!(ClaimDate::parse(text).unwrap().to_string(), written);
        }
    }

    #[test]
    fn days_the_calendar_does_not_have_are_refused() {
        for text in [
            "20230229",
            "20261301",
            "20260931",
            "2026-1-05",
            "+0261005",
            "",
            "２０２６１０",
            "20260900",
        ] {
            assert_eq!(ClaimDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_section_found_empty_says_so() {
        let asked = vec![Asked {
            source: Source::Checkup,
            period: Some(Period::Years(5)),
            since: ClaimDate::day(2021, 11, 25),
        }];
        let section = Section::<Checkup>::found(vec![], asked.clone());
        assert_eq!(section, Section::NotInSource { asked });
        let told = serde_json::to_value(&section).unwrap();
        let period = serde_json::json!({
            "source": "checkup", "period": { "years": 5 }, "since": "2021-11-25",
        });
        assert_eq!(told, serde_json::json!({ "state": "not_in_source", "asked": [period] }));
    }

    // clauses: VER-4
    #[test]
    fn a_summary_of_an_older_plugin_asked_for_less() {
        let older = r#"{"state":"not_in_source"}"#;
        assert_eq!(
            serde_json::from_str::<Section<Checkup>>(older).unwrap(),
            Section::NotInSource { asked: vec![] }
        );
    }
}
