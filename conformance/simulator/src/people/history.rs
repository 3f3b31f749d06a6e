//! What the national system holds about a person's care.

use serde::Deserialize;

/// The short name by which entries of one file refer to an institution.
pub type InstitutionKey = String;

/// A made-up hospital, clinic or pharmacy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// 10 digits beginning with 99, a prefecture that does not exist.
    pub code: String,
    /// Name as sent.
    pub name: String,
}

/// One day of care at one institution. The gateway collects entries into months.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Where it was treated or dispensed.
    pub at: InstitutionKey,
    /// Where it was prescribed, if elsewhere.
    pub prescriber: Option<InstitutionKey>,
    /// Whether the person lay in hospital.
    #[serde(default)]
    pub inpatient: bool,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// The day of the prescription, counted back from today; otherwise the same day.
    pub prescribed_days_ago: Option<u32>,
    /// The claim names no day of dispensing, as claims of hospitals often do.
    #[serde(default)]
    pub without_day: bool,
    /// Medicines.
    #[serde(default)]
    pub drugs: Vec<Drug>,
    /// Everything else: surgery, dialysis, treatment.
    #[serde(default)]
    pub treatments: Vec<Treatment>,
}

/// One medicine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drug {
    /// 9 digits beginning with 6; made up.
    pub code: String,
    /// Name of the product.
    pub name: String,
    /// 成分名.
    pub ingredient: String,
    /// Amount a time.
    pub quantity: String,
    /// Unit of the amount.
    pub unit: String,
    /// 用法.
    #[serde(default)]
    pub usage: String,
    /// A special instruction.
    #[serde(default)]
    pub instruction: String,
    /// Days or times.
    pub times: String,
    /// 診療識別: 21 oral, 22 when needed, 23 external, 31 to 33 injection.
    #[serde(default = "oral")]
    pub class: u8,
}

fn oral() -> u8 {
    21
}

/// One item of treatment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Treatment {
    /// 診療識別: 50 to 59 is surgery.
    pub class: u8,
    /// 9 digits beginning with 1; made up.
    pub code: String,
    /// Name of the act.
    pub name: String,
    /// How often in the month.
    #[serde(default = "once")]
    pub times: String,
}

fn once() -> String {
    "1".into()
}

/// One health checkup; only the day is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkup {
    /// The day, counted back from today.
    pub days_ago: u32,
}
