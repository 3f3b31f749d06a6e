//! What hospitals share of their records (6情報): what claims never say.

use serde::Deserialize;

use super::InstitutionKey;

/// The parts of the records. A part that is absent here is absent in an answer: nobody shares it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// 傷病名.
    pub diagnoses: Option<Held<Diagnosis>>,
    /// アレルギー, of medicines and others.
    pub allergies: Option<Held<Allergy>>,
    /// 感染症.
    pub infections: Option<Held<Infection>>,
    /// 薬剤禁忌.
    pub contraindications: Option<Held<Contraindication>>,
    /// 検査.
    pub tests: Option<Held<Test>>,
}

/// What one part holds.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Held<T> {
    /// These; none of them means only that nobody wrote anything.
    Entries(Vec<T>),
    /// Somebody wrote that there is none.
    Stated(NoneStated),
}

/// The statement that there is none.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum NoneStated {
    /// There is none.
    NoneStated,
}

/// One disease.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// Name of the disease.
    pub name: String,
    /// A made-up code.
    pub code: String,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// Who says so.
    pub at: InstitutionKey,
    /// 未告知: the person was not told.
    #[serde(default)]
    pub undisclosed: bool,
}

/// One allergy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allergy {
    /// To what.
    pub name: String,
    /// A made-up code.
    pub code: String,
    /// Whether to a medicine.
    pub kind: AllergyKind,
    /// What happens.
    pub reaction: String,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// Who says so.
    pub at: InstitutionKey,
}

/// What an allergy is to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AllergyKind {
    /// 1: a medicine.
    Drug,
    /// 2: food or anything else.
    Other,
}

/// One infection that was looked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infection {
    /// Of what.
    pub name: String,
    /// A made-up code.
    pub code: String,
    /// What was found.
    pub result: String,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// Who says so.
    pub at: InstitutionKey,
}

/// One thing that must not be given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contraindication {
    /// What.
    pub name: String,
    /// A made-up code.
    pub code: String,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// Who says so.
    pub at: InstitutionKey,
}

/// One laboratory test.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Of what.
    pub name: String,
    /// A made-up code.
    pub code: String,
    /// What was measured.
    pub value: String,
    /// In what.
    pub unit: String,
    /// The day, counted back from today.
    pub days_ago: u32,
    /// Who says so.
    pub at: InstitutionKey,
}

impl<T> Held<T> {
    /// What is written down, if anything is.
    pub fn entries(&self) -> &[T] {
        match self {
            Held::Entries(entries) => entries,
            Held::Stated(NoneStated::NoneStated) => &[],
        }
    }
}

fn entries<T>(part: &Option<Held<T>>) -> &[T] {
    part.as_ref().map_or(&[], Held::entries)
}

impl Records {
    /// Every text in them that says something about the person.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let diagnoses = entries(&self.diagnoses).iter().flat_map(|it| [&it.name, &it.code]);
        let allergies =
            entries(&self.allergies).iter().flat_map(|it| [&it.name, &it.code, &it.reaction]);
        let infections = entries(&self.infections).iter().flat_map(|it| [&it.name, &it.code]);
        let contraindications =
            entries(&self.contraindications).iter().flat_map(|it| [&it.name, &it.code]);
        let tests = entries(&self.tests).iter().flat_map(|it| [&it.name, &it.code]);
        diagnoses.chain(allergies).chain(infections).chain(contraindications).chain(tests)
    }

    pub(super) fn institutions(&self) -> impl Iterator<Item = &InstitutionKey> {
        let diagnoses = entries(&self.diagnoses).iter().map(|it| &it.at);
        let allergies = entries(&self.allergies).iter().map(|it| &it.at);
        let infections = entries(&self.infections).iter().map(|it| &it.at);
        let contraindications = entries(&self.contraindications).iter().map(|it| &it.at);
        let tests = entries(&self.tests).iter().map(|it| &it.at);
        diagnoses.chain(allergies).chain(infections).chain(contraindications).chain(tests)
    }
}
