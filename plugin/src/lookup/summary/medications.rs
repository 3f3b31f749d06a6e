//! Medicines: what several sources reported of one is one line, with every source.

use mynaq_interface::{ClaimDate, LeftOut, Medication};
use time::Date;

use super::super::message::{Drug, Month};
use super::{provenance, same_institution, same_name, tidy};

/// The same medicine from the same pharmacy is one medication, with every source that reported it
/// and the last date of them.
pub(super) fn collect(
    month: &Month,
    today: Date,
    medications: &mut Vec<Medication>,
    left_out: &mut Vec<LeftOut>,
    section: &str,
) {
    for day in &month.days {
        for drug in &day.drugs {
            let Some(date) = day.date.or(month.month) else {
                left_out.push(super::undated(section, &drug.name));
                continue;
            };
            let provenance = provenance(month.source, date, today);
            let same = medications.iter_mut().find(|known| {
                same_name(&known.name, &drug.name)
                    && same_institution(&known.dispensed_by, &month.treated_at)
            });
            match same {
                Some(known) if date > known.date => {
                    let mut newer = medication(drug, month, date);
                    newer.provenance = std::mem::take(&mut known.provenance);
                    newer.provenance.insert(0, provenance);
                    *known = newer;
                }
                Some(known) => known.provenance.push(provenance),
                None => {
                    let mut new = medication(drug, month, date);
                    new.provenance.push(provenance);
                    medications.push(new);
                }
            }
        }
    }
    for medication in medications {
        tidy(&mut medication.provenance);
    }
}

fn medication(drug: &Drug, month: &Month, date: ClaimDate) -> Medication {
    Medication {
        name: drug.name.clone(),
        ingredient: drug.ingredient.clone(),
        code: drug.code.clone(),
        quantity: drug.quantity.clone(),
        unit: drug.unit.clone(),
        usage: drug.usage.clone(),
        times: drug.times.clone(),
        date,
        dispensed_by: month.treated_at.clone(),
        prescribed_by: month.prescribed_at.clone(),
        provenance: Vec::new(),
    }
}
