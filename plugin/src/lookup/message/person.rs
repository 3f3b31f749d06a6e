//! Whom an answer is about.

use mynaq_interface::{Error, Patient, Sex};

use super::{dates, one_of};
use crate::lookup::xml::Element;

/// Public sources spell one idea three ways; all are read. Two of them for one idea are not chosen
/// from.
pub(super) fn patient(person: &Element) -> Result<Patient, Error> {
    let one = |names: &[&str]| one_of(person, names);
    let owned = |names: &[&str]| one(names).map(|text| text.map(str::to_owned));
    Ok(Patient {
        name: owned(&["Name"])?,
        name_kana: owned(&["NameKana", "KanaName", "KanasName"])?,
        birth_date: one(&["Birthdate", "Birth", "Birthday"])?.and_then(dates::read),
        sex: match one(&["Sex1", "AdmGendCode", "AdministrativeGenderCode"])? {
            Some("1") => Sex::Male,
            Some("2") => Sex::Female,
            _ => Sex::NotStated,
        },
        address: owned(&["Address"])?,
    })
}
