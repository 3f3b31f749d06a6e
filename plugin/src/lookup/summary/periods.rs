//! How far back each source tells, by scope, as the ministry has published it (medical insurance
//! council, 189th meeting, document 3, page 18; records: five years).

use mynaq_interface::{Asked, ClaimDate, Period, Scope, Source};
use time::{Date, Duration, Month};

use super::claim_date;

/// What a section of the summary is about, where that makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Surgery,
    Else,
}

/// A source that was asked on a day.
pub(super) fn asked(source: Source, about: About, scope: Scope, today: Date) -> Asked {
    let period = period(source, about, scope);
    Asked { source, period, since: period.and_then(|period| back(today, period)) }
}

fn period(source: Source, about: About, scope: Scope) -> Option<Period> {
    Some(match (source, scope) {
        (Source::Claim, Scope::Summary) if about == About::Else => Period::Months(3),
        (Source::Claim | Source::Checkup | Source::MedicalRecord, _) => Period::Years(5),
        (Source::Dispensing | Source::Prescribing, Scope::Summary) => Period::Days(45),
        (Source::Dispensing | Source::Prescribing, _) => Period::Days(100),
        _ => return None,
    })
}

/// The first day of a period that ends today. A month without such a day gives its last.
fn back(today: Date, period: Period) -> Option<ClaimDate> {
    let months = match period {
        Period::Days(days) => {
            return today.checked_sub(Duration::days(days.into())).map(claim_date);
        }
        Period::Months(months) => i32::from(months),
        Period::Years(years) => 12 * i32::from(years),
    };
    let counted = today.year() * 12 + i32::from(u8::from(today.month())) - 1 - months;
    let year = counted.div_euclid(12);
    let month = Month::try_from(u8::try_from(counted.rem_euclid(12)).ok()? + 1).ok()?;
    let day = today.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).ok().map(claim_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_today_and_begins_on_a_day_there_is() {
        let on = |year, month, day| Date::from_calendar_date(year, month, day).unwrap();
        let day = |year, month, day| ClaimDate::day(year, month, day);
        let today = on(2026, Month::November, 25);
        assert_eq!(back(today, Period::Months(3)), day(2026, 8, 25));
        assert_eq!(back(today, Period::Days(45)), day(2026, 10, 11));
        assert_eq!(back(today, Period::Days(100)), day(2026, 8, 17));
        assert_eq!(back(today, Period::Years(5)), day(2021, 11, 25));
        assert_eq!(back(on(2026, Month::May, 31), Period::Months(3)), day(2026, 2, 28));
        assert_eq!(back(on(2024, Month::February, 29), Period::Years(5)), day(2019, 2, 28));
        assert_eq!(back(on(2026, Month::January, 15), Period::Months(3)), day(2025, 10, 15));
    }

    #[test]
    fn surgeries_reach_back_further_than_the_rest_of_a_summary() {
        let of = |source, about, scope| period(source, about, scope);
        assert_eq!(of(Source::Claim, About::Else, Scope::Summary), Some(Period::Months(3)));
        assert_eq!(of(Source::Claim, About::Surgery, Scope::Summary), Some(Period::Years(5)));
        assert_eq!(of(Source::Claim, About::Else, Scope::Full), Some(Period::Years(5)));
        assert_eq!(of(Source::Dispensing, About::Else, Scope::Summary), Some(Period::Days(45)));
        assert_eq!(of(Source::Prescribing, About::Else, Scope::Full), Some(Period::Days(100)));
        assert_eq!(of(Source::Eligibility, About::Else, Scope::Full), None);
    }
}
