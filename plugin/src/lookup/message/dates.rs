//! Days and months, in every way public sources write them.

use mynaq_interface::ClaimDate;

/// The Japanese eras of people who are alive: how they are written, and the year before their first.
const ERAS: [(&str, u16); 8] = [
    ("令和", 2018),
    ("R", 2018),
    ("平成", 1988),
    ("H", 1988),
    ("昭和", 1925),
    ("S", 1925),
    ("大正", 1911),
    ("T", 1911),
];

/// A day or month: `20261105`, `202611`, `2026-11-05`, `2026/11/5`, `R08/11/05`, `令和8年11月5日`.
pub(super) fn read(text: &str) -> Option<ClaimDate> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).filter_map(plain).collect();
    let era = ERAS.iter().find_map(|(name, before)| Some((plain.strip_prefix(name)?, *before)));
    match era {
        Some((rest, before)) => {
            let [year, month, day] = parts(rest, 2)?;
            let year = before.checked_add(year.filter(|year| (1..=99).contains(year))?)?;
            date(year, month?, day)
        }
        None => {
            let [year, month, day] = parts(&plain, 4)?;
            date(year.filter(|year| *year >= 1000)?, month?, day)
        }
    }
}

/// Digits of every width, and one separator for all there are.
fn plain(letter: char) -> Option<char> {
    match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        '/' | '.' | '／' | '年' | '月' => Some('-'),
        '元' => Some('1'),
        '日' => None,
        other => Some(other),
    }
}

/// Year, month and day: with separators, or as digits behind each other.
fn parts(text: &str, year_digits: usize) -> Option<[Option<u16>; 3]> {
    let text = text.strip_suffix('-').unwrap_or(text);
    let number = |text: &str| {
        let digits =
            !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    if text.contains('-') {
        let mut parts = text.split('-');
        let [year, month, day] = [(); 3].map(|()| parts.next());
        let right = parts.next().is_none() && day.is_none_or(|day| number(day).is_some());
        return right.then(|| [year, month, day].map(|part| part.and_then(number)));
    }
    let (year, rest) = text.split_at_checked(year_digits)?;
    let (month, day) = rest.split_at_checked(2)?;
    let right = day.is_empty() || day.len() == 2;
    right
        .then(|| [number(year), number(month), number(day)])
        .filter(|parts| day.is_empty() || parts[2].is_some())
}

fn date(year: u16, month: u16, day: Option<u16>) -> Option<ClaimDate> {
    let month = u8::try_from(month).ok()?;
    match day {
        Some(day) => ClaimDate::day(year, month, u8::try_from(day).ok()?),
        None => ClaimDate::month(year, month),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_day_is_read_in_every_way_it_is_written() {
        for text in [
            "20261105",
            "2026-11-05",
            "2026/11/5",
            "2026年11月5日",
            "R08/11/05",
            "R8.11.5",
            "R081105",
            "令和08年11月05日",
            "令和８年１１月５日",
            " 20261105 ",
        ] {
            assert_eq!(read(text), ClaimDate::day(2026, 11, 5), "{text}");
        }
        for (text, expected) in [
            ("202611", ClaimDate::month(2026, 11)),
            ("2026年11月", ClaimDate::month(2026, 11)),
            ("R0811", ClaimDate::month(2026, 11)),
            ("平成元年1月8日", ClaimDate::day(1989, 1, 8)),
            ("S64/01/07", ClaimDate::day(1989, 1, 7)),
            ("大正15年12月24日", ClaimDate::day(1926, 12, 24)),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_not_made_one() {
        for text in [
            "",
            "0",
            "00000000",
            "20261301",
            "20260230",
            "2026",
            "R00/11/05",
            "X08/11/05",
            "-",
            "--",
            "2026--05",
            "2026-11-05-01",
            "2026-11-x",
            "99999999",
            "R8年13月1日",
            "12026-11-05",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_there_is_a_day_or_none(text in "\\PC{0,12}") {
            let _ = read(&text);
        }
    }
}
