//! When, as each language writes it.

use time::macros::{date, offset};
use time::{Date, OffsetDateTime};

use super::text::Clock;

/// The first day of 令和.
const REIWA: Date = date!(2019 - 05 - 01);

/// A moment in Japan's time.
#[derive(Clone, Copy)]
pub(super) struct Moment(OffsetDateTime);

impl Moment {
    pub(super) fn in_japan(instant: OffsetDateTime) -> Self {
        // The last hours before the year 10000 cannot be said in Japan's time.
        Moment(instant.checked_to_offset(offset!(+9)).unwrap_or(instant))
    }

    /// For people, in our notation.
    pub(super) fn written(self, clock: Clock) -> String {
        match clock {
            Clock::Japanese => self.japanese(),
            Clock::Iso { japan_time } => format!("{} {}{japan_time}", self.day(), self.clock()),
        }
    }

    fn day(self) -> String {
        format!("{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    fn clock(self) -> String {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute())
    }

    fn japanese(self) -> String {
        let half = if self.0.hour() < 12 { "{午前|ごぜん}" } else { "{午後|ごご}" };
        format!(
            "{year}{month}{{月|がつ}}{day} {half}{hour}{{時|じ}}{minute}{{分|{minutes}}}",
            year = year(self.0.date()),
            month = u8::from(self.0.month()),
            day = day_of_month(self.0.day()),
            hour = self.0.hour() % 12,
            minute = self.0.minute(),
            minutes = minutes(self.0.minute()),
        )
    }
}

fn year(date: Date) -> String {
    let western = format!("{}{{年|ねん}}", date.year());
    if date < REIWA {
        // A clock that is wrong by years: no era of the past is worth a table here.
        return western;
    }
    match date.year() - 2018 {
        1 => format!("{{令和|れいわ}}{{元年|がんねん}}（{western}）"),
        year => format!("{{令和|れいわ}}{year}{{年|ねん}}（{western}）"),
    }
}

/// The days that are not read as their number have the reading over the number too.
fn day_of_month(day: u8) -> String {
    let reading = match day {
        1 => "ついたち",
        2 => "ふつか",
        3 => "みっか",
        4 => "よっか",
        5 => "いつか",
        6 => "むいか",
        7 => "なのか",
        8 => "ようか",
        9 => "ここのか",
        10 => "とおか",
        14 => "じゅうよっか",
        20 => "はつか",
        24 => "にじゅうよっか",
        _ => return format!("{day}{{日|にち}}"),
    };
    format!("{{{day}日|{reading}}}")
}

/// 分 after this number.
fn minutes(minute: u8) -> &'static str {
    match (minute, minute % 10) {
        (0, _) | (_, 2 | 5 | 7 | 9) => "ふん",
        _ => "ぷん",
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::super::notation::{Piece, pieces};
    use super::*;

    fn japanese(instant: OffsetDateTime) -> String {
        Moment::in_japan(instant).written(Clock::Japanese)
    }

    fn without_readings(text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Japanese(text) => text,
                Piece::Read { word, .. } => word,
            })
            .collect()
    }

    fn readings(text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Japanese(text) => text,
                Piece::Read { reading, .. } => reading,
            })
            .collect()
    }

    #[test]
    fn a_moment_is_told_in_japans_time_with_era_and_western_year() {
        for (instant, written) in [
            // The day changes at three in the afternoon of UTC.
            (datetime!(2026-11-23 14:59:59 UTC), "令和8年（2026年）11月23日 午後11時59分"),
            (datetime!(2026-11-23 15:00 UTC), "令和8年（2026年）11月24日 午前0時0分"),
            (datetime!(2026-11-24 03:05 UTC), "令和8年（2026年）11月24日 午後0時5分"),
            (datetime!(2026-11-24 02:59 UTC), "令和8年（2026年）11月24日 午前11時59分"),
            (datetime!(2027-12-31 15:00 UTC), "令和10年（2028年）1月1日 午前0時0分"),
            // 令和 begins at midnight in Japan, and its first year has a name instead of a number.
            (datetime!(2019-04-30 14:59 UTC), "2019年4月30日 午後11時59分"),
            (datetime!(2019-04-30 15:00 UTC), "令和元年（2019年）5月1日 午前0時0分"),
            (datetime!(2019-12-31 15:00 UTC), "令和2年（2020年）1月1日 午前0時0分"),
            // A clock that was never set.
            (datetime!(1970-01-01 0:00 UTC), "1970年1月1日 午前9時0分"),
            // The moment counts, not where it was taken.
            (datetime!(2026-11-23 10:00 -5), "令和8年（2026年）11月24日 午前0時0分"),
        ] {
            assert_eq!(without_readings(&japanese(instant)), written);
        }
    }

    #[test]
    fn other_languages_have_an_unmistakable_date() {
        let instant = datetime!(2026-03-04 20:07 UTC);
        let written = Moment::in_japan(instant).written(Clock::Iso { japan_time: " (Japan time)" });
        assert_eq!(written, "2026-03-05 05:07 (Japan time)");
    }

    #[test]
    fn a_date_is_read_as_people_say_it() {
        for (instant, read) in [
            (datetime!(2026-09-01 0:01 +9), "れいわ8ねん（2026ねん）9がつついたち ごぜん0じ1ぷん"),
            (datetime!(2026-09-20 13:02 +9), "れいわ8ねん（2026ねん）9がつはつか ごご1じ2ふん"),
            (
                datetime!(2019-05-14 0:30 +9),
                "れいわがんねん（2019ねん）5がつじゅうよっか ごぜん0じ30ぷん",
            ),
            (datetime!(2026-09-15 4:44 +9), "れいわ8ねん（2026ねん）9がつ15にち ごぜん4じ44ぷん"),
            (datetime!(2026-09-30 4:09 +9), "れいわ8ねん（2026ねん）9がつ30にち ごぜん4じ9ふん"),
        ] {
            assert_eq!(readings(&japanese(instant)), read);
        }
    }

    #[test]
    fn no_moment_is_beyond_words() {
        for instant in [
            OffsetDateTime::new_utc(Date::MIN, time::Time::MIDNIGHT),
            datetime!(9999-12-31 23:59 UTC),
        ] {
            assert!(!japanese(instant).is_empty());
        }
    }
}
