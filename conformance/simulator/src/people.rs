//! The synthetic people: who they are, what is on their cards and what the gateway knows of them.
//!
//! Each person is one file in `people/`, except a [`Population`], which is made up by the thousand. Nothing in them ages: days of care and of certificates
//! count back from today; only birth dates are fixed, except an infant's.

mod history;
mod population;
mod records;

use std::sync::OnceLock;

use serde::Deserialize;
use time::Date;

pub use history::{Checkup, Drug, Entry, Institution, InstitutionKey, Treatment};
pub use population::Population;
pub use records::{
    Allergy, AllergyKind, Contraindication, Diagnosis, Held, Infection, NoneStated, Records, Test,
};

use crate::day;
use crate::error::Error;

/// One synthetic person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// `P01` and so on, also the name of the file; `G00001` and so on of the population.
    pub id: String,
    /// What makes this person hurt.
    pub why: String,
    /// The name as the national system sends it.
    pub name: String,
    /// The name in half-width kana, as the national system sends it.
    pub kana: String,
    /// As registered.
    pub sex: Sex,
    /// Date of birth.
    pub birth: Birth,
    /// Address as registered.
    pub address: String,
    /// `nnn-nnnn`.
    pub post_number: String,
    /// What the gateway finds.
    #[serde(default)]
    pub registration: Registration,
    /// The person's card.
    pub card: CardData,
    /// The institutions named by the entries below.
    #[serde(default)]
    pub institutions: std::collections::BTreeMap<InstitutionKey, Institution>,
    /// Receipts: what was treated and dispensed.
    #[serde(default)]
    pub claims: Vec<Entry>,
    /// E-prescriptions that were dispensed.
    #[serde(default)]
    pub dispensed: Vec<Entry>,
    /// E-prescriptions that were written.
    #[serde(default)]
    pub prescribed: Vec<Entry>,
    /// Health checkups.
    #[serde(default)]
    pub checkups: Vec<Checkup>,
    /// What hospitals share of their records.
    #[serde(default)]
    pub records: Records,
}

/// Sex as registered (OQSCD007).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 1
    Male,
    /// 2
    Female,
    /// 3
    Unset,
}

impl Sex {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
            Sex::Unset => "3",
        }
    }
}

/// A date of birth: a day, or for somebody who must stay young, an age.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Birth {
    /// A calendar day.
    On(toml::value::Datetime),
    /// So many months before today.
    Ago(MonthsAgo),
}

/// A number of months before today.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthsAgo {
    /// The number.
    pub months_ago: u32,
}

/// What the gateway finds when it is asked for the person.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The person.
    #[default]
    Once,
    /// The person, and somebody of the same name.
    Twice,
    /// Nobody: the card is not in use as an insurance card.
    None,
    /// The person, who does not want to be looked up.
    OptedOut,
}

/// The person's card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardData {
    /// The certificate's serial number in hexadecimal, unique among all cards.
    pub serial: String,
    /// The certificate's age.
    #[serde(default = "one_year")]
    pub issued_months_ago: u32,
    /// When the certificate ended; otherwise it lasts to the fifth birthday after its issue.
    pub expired_months_ago: Option<u32>,
    /// Whether PINs are in use.
    #[serde(default)]
    pub pins: PinData,
    /// Whether there is a certificate for signing.
    #[serde(default)]
    pub signing: SigningData,
}

fn one_year() -> u32 {
    12
}

/// Whether the card's PINs can be used.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PinData {
    /// 1234, three tries.
    #[default]
    Set,
    /// A card without PIN (顔認証マイナンバーカード).
    Locked,
}

/// Whether the card has a certificate for signing. Nobody can read it without its PIN.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SigningData {
    /// It has, as adults' cards do.
    #[default]
    Issued,
    /// It has not: a child's card, or one without PIN.
    None,
}

impl Person {
    /// Date of birth, seen from `today`.
    pub fn birth_date(&self, today: Date) -> Date {
        match &self.birth {
            Birth::Ago(ago) => day::months_before(today, ago.months_ago),
            Birth::On(date) => calendar_day(date).unwrap_or(Date::MIN),
        }
    }

    /// First and last day of the certificate's validity, seen from `today`.
    pub fn certificate_days(&self, today: Date) -> (Date, Date) {
        let issued = day::months_before(today, self.card.issued_months_ago);
        let expires = match self.card.expired_months_ago {
            Some(months) => day::months_before(today, months),
            None => day::birthday_after(issued, self.birth_date(today), 5),
        };
        (issued, expires)
    }

    /// The octets of the certificate's serial number.
    pub(crate) fn serial(&self) -> Vec<u8> {
        octets(&self.card.serial).unwrap_or_default()
    }

    fn check(&self) -> Result<(), String> {
        let Some(serial) = octets(&self.card.serial) else {
            return Err(format!("card.serial {:?} is not hexadecimal", self.card.serial));
        };
        if !(3..=4).contains(&serial.len()) || serial[0] == 0 {
            return Err("card.serial must have 3 or 4 octets, the first not 00".into());
        }
        if let Birth::On(date) = &self.birth
            && calendar_day(date).is_none()
        {
            return Err(format!("birth {date} is not a day"));
        }
        let entries = self.claims.iter().chain(&self.dispensed).chain(&self.prescribed);
        let named = entries.flat_map(|entry| std::iter::once(&entry.at).chain(&entry.prescriber));
        for key in named.chain(self.records.institutions()) {
            if !self.institutions.contains_key(key) {
                return Err(format!("institution {key:?} is not described"));
            }
        }
        Ok(())
    }
}

fn calendar_day(date: &toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    let month = time::Month::try_from(date.month).ok()?;
    Date::from_calendar_date(i32::from(date.year), month, date.day).ok()
}

fn octets(hexadecimal: &str) -> Option<Vec<u8>> {
    let (pairs, []) = hexadecimal.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// All people, in the order of their ids.
///
/// # Errors
/// [`Error::Data`] names the file that is wrong; the files are part of the program, so this
/// happens only while somebody is writing one.
pub fn all() -> Result<&'static [Person], Error> {
    static ALL: OnceLock<Result<Vec<Person>, String>> = OnceLock::new();
    match ALL.get_or_init(|| FILES.iter().map(|(id, text)| read(id, text)).collect()) {
        Ok(people) => Ok(people),
        Err(what) => Err(Error::Data(what.clone())),
    }
}

fn read(id: &str, text: &str) -> Result<Person, String> {
    let person: Person =
        toml::from_str(text).map_err(|error| format!("people/{id}.toml: {error}"))?;
    if person.id != id {
        return Err(format!("people/{id}.toml: id is {:?}, expected {id:?}", person.id));
    }
    person.check().map_err(|what| format!("people/{id}.toml: {what}"))?;
    Ok(person)
}

macro_rules! files {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!("../people/", $id, ".toml")))),*]
    };
}

const FILES: &[(&str, &str)] = files!(
    "P01" "P02" "P03" "P04" "P05" "P06" "P07" "P08" "P09" "P10" "P11" "P12" "P13" "P14"
    "P15" "P16" "P17"
);
