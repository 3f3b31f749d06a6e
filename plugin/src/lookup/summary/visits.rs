//! Where the patient was seen, each institution once with its last day.

use mynaq_interface::{Institution, LeftOut, Visit};
use time::Date;

use super::super::message::Month;
use super::{provenance, same_institution_as, tidy};

/// A pharmacy is not where a patient was seen; its prescriber is.
pub(super) fn collect(
    month: &Month,
    today: Date,
    visits: &mut Vec<Visit>,
    left_out: &mut Vec<LeftOut>,
) {
    let seen_at = match &month.treated_at {
        Some(institution) if !is_pharmacy(institution) => Some(institution),
        _ => month.prescribed_at.as_ref(),
    };
    let last = month.days.iter().filter_map(|day| day.date).max().or(month.month);
    let Some(institution) = seen_at else { return };
    let Some(last) = last else {
        return left_out.push(super::undated("visits", &institution.name));
    };
    let provenance = provenance(month.source, last, today);
    match visits.iter_mut().find(|known| same_institution_as(&known.institution, institution)) {
        Some(known) => {
            if last > known.last {
                known.last = last;
                known.inpatient = month.inpatient;
            }
            known.provenance.push(provenance);
            tidy(&mut known.provenance);
        }
        None => visits.push(Visit {
            institution: institution.clone(),
            last,
            inpatient: month.inpatient,
            provenance: vec![provenance],
        }),
    }
}

/// 医療機関コード: the third digit 4 is 調剤.
fn is_pharmacy(institution: &Institution) -> bool {
    institution.code.as_deref().is_some_and(|code| code.len() == 10 && code.as_bytes()[2] == b'4')
}
