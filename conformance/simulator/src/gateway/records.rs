//! What hospitals share of their records. The layout is ours: the real one is not public.
//!
//! A part that is absent was not asked or not given; an empty one was asked, and nobody wrote
//! anything; with `NoneStated` somebody wrote that there is none.

use time::Date;

use super::history::five_years;
use super::xml::Xml;
use crate::day::{compact, days_before};
use crate::people::{
    Allergy, AllergyKind, Contraindication, Diagnosis, Held, Infection, InstitutionKey, NoneStated,
    Person, Test,
};

/// One entry of a part.
trait Written {
    /// Names of the part and of an entry in it.
    const PART: &'static str;
    const ENTRY: &'static str;

    fn days_ago(&self) -> u32;
    fn at(&self) -> &InstitutionKey;
    /// Writes everything but the institution; and what comes after it.
    fn before(&self, xml: &mut Xml, day: &str);
    fn after(&self, _xml: &mut Xml) {}
}

/// Writes the parts that there are, five years back.
pub(super) fn write(xml: &mut Xml, person: &Person, today: Date) {
    let records = &person.records;
    part(xml, person, &records.diagnoses, today);
    part(xml, person, &records.allergies, today);
    part(xml, person, &records.infections, today);
    part(xml, person, &records.contraindications, today);
    part(xml, person, &records.tests, today);
}

fn part<T: Written>(xml: &mut Xml, person: &Person, part: &Option<Held<T>>, today: Date) {
    let Some(held) = part else { return };
    xml.nest(T::PART, |xml| match held {
        Held::Stated(NoneStated::NoneStated) => xml.leaf("NoneStated", "1"),
        Held::Entries(entries) => {
            for entry in entries {
                let day = days_before(today, entry.days_ago());
                if day >= five_years(today) {
                    xml.nest(T::ENTRY, |xml| write_entry(xml, person, entry, day));
                }
            }
        }
    });
}

fn write_entry(xml: &mut Xml, person: &Person, entry: &impl Written, day: Date) {
    entry.before(xml, &compact(day));
    let institution = person.institutions.get(entry.at());
    xml.leaf("MedInstNm", institution.map_or("", |it| &it.name));
    xml.leaf("MedInstCd", institution.map_or("", |it| &it.code));
    entry.after(xml);
}

impl Written for Diagnosis {
    const PART: &'static str = "DiagnosisNameInfo";
    const ENTRY: &'static str = "DiagnosisNameInf";

    fn days_ago(&self) -> u32 {
        self.days_ago
    }

    fn at(&self) -> &InstitutionKey {
        &self.at
    }

    fn before(&self, xml: &mut Xml, day: &str) {
        xml.leaf("DiagnosisName", &self.name);
        xml.leaf("DiagnosisCd", &self.code);
        xml.leaf("DiagnosisDate", day);
    }

    fn after(&self, xml: &mut Xml) {
        xml.leaf("UndisclosedFlag", if self.undisclosed { "1" } else { "0" });
    }
}

impl Written for Allergy {
    const PART: &'static str = "AllergyInfo";
    const ENTRY: &'static str = "AllergyInf";

    fn days_ago(&self) -> u32 {
        self.days_ago
    }

    fn at(&self) -> &InstitutionKey {
        &self.at
    }

    fn before(&self, xml: &mut Xml, day: &str) {
        xml.leaf("AllergyName", &self.name);
        xml.leaf("AllergyCd", &self.code);
        let kind = match self.kind {
            AllergyKind::Drug => "1",
            AllergyKind::Other => "2",
        };
        xml.leaf("AllergyKind", kind);
        xml.leaf("Reaction", &self.reaction);
        xml.leaf("ConfirmedDate", day);
    }
}

impl Written for Infection {
    const PART: &'static str = "InfectiousInfo";
    const ENTRY: &'static str = "InfectiousInf";

    fn days_ago(&self) -> u32 {
        self.days_ago
    }

    fn at(&self) -> &InstitutionKey {
        &self.at
    }

    fn before(&self, xml: &mut Xml, day: &str) {
        xml.leaf("InfectiousName", &self.name);
        xml.leaf("InfectiousCd", &self.code);
        xml.leaf("Result", &self.result);
        xml.leaf("ConfirmedDate", day);
    }
}

impl Written for Contraindication {
    const PART: &'static str = "ContraindicationInfo";
    const ENTRY: &'static str = "ContraindicationInf";

    fn days_ago(&self) -> u32 {
        self.days_ago
    }

    fn at(&self) -> &InstitutionKey {
        &self.at
    }

    fn before(&self, xml: &mut Xml, day: &str) {
        xml.leaf("ContraindicationName", &self.name);
        xml.leaf("ContraindicationCd", &self.code);
        xml.leaf("ConfirmedDate", day);
    }
}

impl Written for Test {
    const PART: &'static str = "TestInfo";
    const ENTRY: &'static str = "TestInf";

    fn days_ago(&self) -> u32 {
        self.days_ago
    }

    fn at(&self) -> &InstitutionKey {
        &self.at
    }

    fn before(&self, xml: &mut Xml, day: &str) {
        xml.leaf("TestName", &self.name);
        xml.leaf("TestCd", &self.code);
        xml.leaf("TestValue", &self.value);
        xml.leaf("TestUnit", &self.unit);
        xml.leaf("TestDate", day);
    }
}
