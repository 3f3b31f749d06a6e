//! 診療行為: surgeries, treatments, dialysis.

use mynaq_interface::{ClaimDate, LeftOut, Procedure};
use time::Date;

use super::super::message::{Act, ActKind, Month};
use super::{provenance, same_institution, same_name, tidy};

#[derive(Default)]
pub(super) struct Acts {
    pub(super) surgeries: Vec<Procedure>,
    pub(super) treatments: Vec<Procedure>,
    pub(super) dialysis: Vec<Procedure>,
}

impl Acts {
    pub(super) fn collect(&mut self, month: &Month, today: Date, left_out: &mut Vec<LeftOut>) {
        for day in &month.days {
            for act in &day.acts {
                let Some(date) = day.date.or(month.month) else {
                    left_out.push(super::undated(section(act.kind), &act.name));
                    continue;
                };
                let new = procedure(act, month, date, today);
                match act.kind {
                    ActKind::Surgery => add_apart(&mut self.surgeries, new),
                    ActKind::Dialysis => add_merged(&mut self.dialysis, new),
                    ActKind::Treatment => add_merged(&mut self.treatments, new),
                }
            }
        }
    }
}

fn section(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Surgery => "surgeries",
        ActKind::Dialysis => "dialysis",
        ActKind::Treatment => "treatments",
    }
}

fn procedure(act: &Act, month: &Month, date: ClaimDate, today: Date) -> Procedure {
    Procedure {
        name: act.name.clone(),
        code: act.code.clone(),
        date,
        institution: month.treated_at.clone(),
        provenance: vec![provenance(month.source, date, today)],
    }
}

/// Two operations of one name on two days are two.
fn add_apart(list: &mut Vec<Procedure>, new: Procedure) {
    if !list.iter().any(|known| known.date == new.date && is_same_act(known, &new)) {
        list.push(new);
        list.sort_by_key(|procedure| std::cmp::Reverse(procedure.date));
    }
}

/// Dialysis three times a week is one line with its last date.
fn add_merged(list: &mut Vec<Procedure>, new: Procedure) {
    match list.iter_mut().find(|known| is_same_act(known, &new)) {
        Some(known) => {
            known.date = known.date.max(new.date);
            known.provenance.extend(new.provenance);
            tidy(&mut known.provenance);
        }
        None => list.push(new),
    }
    list.sort_by_key(|procedure| std::cmp::Reverse(procedure.date));
}

fn is_same_act(a: &Procedure, b: &Procedure) -> bool {
    same_name(&a.name, &b.name) && same_institution(&a.institution, &b.institution)
}
