//! Whom an answer is about.

use mynaq_interface::{Patient, Sex};

use super::dates;
use crate::lookup::xml::Element;

/// Public sources spell one idea three ways; all are read.
pub(super) fn patient(person: &Element) -> Patient {
    let any = |names: &[&str]| names.iter().find_map(|name| person.text(name)).map(str::to_owned);
    Patient {
        name: any(&["Name"]),
        name_kana: any(&["NameKana", "KanaName", "KanasName"]),
        birth_date: any(&["Birthdate", "Birth", "Birthday"]).and_then(|text| dates::read(&text)),
        sex: match any(&["Sex1", "AdmGendCode", "AdministrativeGenderCode"]).as_deref() {
            Some("1") => Sex::Male,
            Some("2") => Sex::Female,
            _ => Sex::NotStated,
        },
        address: any(&["Address"]),
    }
}
