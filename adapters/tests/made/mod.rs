//! Made-up summaries for the tests of this folder.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use mynaq_interface::{
    ClaimDate, Field, Institution, Medication, Patient, Procedure, Provenance, Record, Scope,
    Section, Sex, Source, Summary, Visit,
};

/// A person about whom nothing was asked.
pub(crate) fn nobody() -> Summary {
    Summary {
        scope: Scope::Summary,
        viewed_on: ClaimDate::day(2026, 10, 5).unwrap(),
        notice: None,
        patient: Patient {
            name: None,
            name_kana: None,
            birth_date: None,
            sex: Sex::NotStated,
            address: None,
        },
        visits: Section::NotAsked,
        medications: Section::NotAsked,
        prescriptions: Section::NotAsked,
        surgeries: Section::NotAsked,
        treatments: Section::NotAsked,
        dialysis: Section::NotAsked,
        checkups: Section::NotAsked,
        diseases: Section::NotAsked,
        allergies: Section::NotAsked,
        infections: Section::NotAsked,
        contraindications: Section::NotAsked,
        tests: Section::NotAsked,
        left_out: vec![],
    }
}

pub(crate) fn medication(name: &str, month: u8) -> Medication {
    Medication {
        name: name.into(),
        ingredient: None,
        code: None,
        quantity: None,
        unit: None,
        usage: None,
        instruction: None,
        times: None,
        date: ClaimDate::month(2026, month).unwrap(),
        dispensed_by: None,
        prescribed_by: None,
        provenance: vec![claim(month)],
    }
}

pub(crate) fn procedure(name: &str, month: u8) -> Procedure {
    Procedure {
        name: name.into(),
        code: None,
        date: ClaimDate::month(2026, month).unwrap(),
        institution: None,
        provenance: vec![claim(month)],
    }
}

pub(crate) fn visit(name: &str, month: u8) -> Visit {
    Visit {
        institution: Institution { name: name.into(), code: None },
        last: ClaimDate::month(2026, month).unwrap(),
        inpatient: None,
        provenance: vec![claim(month)],
    }
}

pub(crate) fn claim(month: u8) -> Provenance {
    Provenance { source: Source::Claim, date: ClaimDate::month(2026, month), age_days: Some(1) }
}

/// The field whose name ends so.
pub(crate) fn field<'a>(record: &'a Record, end: &str) -> &'a Field {
    record.fields.iter().find(|field| field.name.ends_with(end)).unwrap()
}
