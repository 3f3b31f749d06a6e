//! Days as the patients live them: Japanese calendar days, and steps back from one.

use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

/// Today in Japan.
pub fn today() -> Date {
    now().date()
}

/// The present moment on a Japanese clock.
pub(crate) fn now() -> OffsetDateTime {
    // Nine hours always fit; Japan has no summer time.
    let japan = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::now_utc().to_offset(japan)
}

/// The day `days` before `day`.
pub(crate) fn days_before(day: Date, days: u32) -> Date {
    day.checked_sub(Duration::days(i64::from(days))).unwrap_or(Date::MIN)
}

/// The same day of the month, `months` earlier; the last day where that month is shorter.
pub(crate) fn months_before(day: Date, months: u32) -> Date {
    let count = day.year() * 12 + i32::from(u8::from(day.month()))
        - 1
        - i32::try_from(months).unwrap_or(i32::MAX / 2);
    on(count.div_euclid(12), count.rem_euclid(12), day.day())
}

/// The `nth` birthday after `day` of somebody born on `birth`.
pub(crate) fn birthday_after(day: Date, birth: Date, nth: i32) -> Date {
    let month = i32::from(u8::from(birth.month())) - 1;
    let this_year = on(day.year(), month, birth.day());
    let first = if this_year > day { day.year() } else { day.year() + 1 };
    on(first + nth - 1, month, birth.day())
}

/// The last day of the month that lies `months` after the month of `day`.
pub(crate) fn month_end_after(day: Date, months: i32) -> Date {
    let count = day.year() * 12 + i32::from(u8::from(day.month())) - 1 + months;
    on(count.div_euclid(12), count.rem_euclid(12), 31)
}

/// `yyyyMMdd`, as every message spells a day.
pub(crate) fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day())
}

/// A day of a year and a month counted from 0, held inside that month.
fn on(year: i32, month: i32, day: u8) -> Date {
    let month = u8::try_from(month + 1)
        .ok()
        .and_then(|number| Month::try_from(number).ok())
        .unwrap_or(Month::January);
    Date::from_calendar_date(year, month, day.min(month.length(year))).unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_step_of_months_stays_inside_the_month() {
        assert_eq!(months_before(date!(2026 - 03 - 31), 1), date!(2026 - 02 - 28));
        assert_eq!(months_before(date!(2026 - 01 - 15), 13), date!(2024 - 12 - 15));
        assert_eq!(month_end_after(date!(2026 - 11 - 05), 3), date!(2027 - 02 - 28));
    }

    #[test]
    fn the_fifth_birthday_is_counted_from_the_day_of_issue() {
        let birth = date!(1948 - 05 - 03);
        assert_eq!(birthday_after(date!(2025 - 11 - 22), birth, 5), date!(2030 - 05 - 03));
        assert_eq!(birthday_after(date!(2025 - 05 - 02), birth, 5), date!(2029 - 05 - 03));
        assert_eq!(birthday_after(date!(2025 - 05 - 03), birth, 5), date!(2030 - 05 - 03));
    }
}
