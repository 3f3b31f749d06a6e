//! The list of viewings, aligned on a terminal that gives 漢字 two columns.

use mynaq_host_sdk::Notice;
use mynaq_ledger::review::{Book, Sample, Shown, State, Viewing};
use time::OffsetDateTime;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::words;

/// As wide as a cell of the host's own words may get, in columns.
const WIDEST: usize = 20;
/// As long as the beginning of an id is that names a case, where no other begins so.
const ID: usize = 8;

const COLUMNS: usize = 12;
type Row = [String; COLUMNS];

const JAPANESE: [&str; COLUMNS] = [
    "事案ID",
    "事案番号",
    "隊",
    "閲覧者",
    "閲覧日時",
    "日数",
    "確認の理由",
    "閲覧の根拠",
    "表示",
    "説明書",
    "取込",
    "状態",
];
const ENGLISH: [&str; COLUMNS] = [
    "CASE",
    "INCIDENT",
    "UNIT",
    "VIEWERS",
    "VIEWED (JST)",
    "DAYS",
    "BECAUSE",
    "BASIS",
    "SHOWN",
    "NOTICE",
    "TAKEN",
    "STATE",
];

/// The viewings in lines of equal columns, under headings in both languages.
pub(super) fn of(
    book: &Book,
    viewings: &[&Viewing],
    sample: Sample,
    now: OffsetDateTime,
) -> String {
    let headings = [JAPANESE, ENGLISH].map(|row| row.map(str::to_owned));
    let rows = viewings.iter().map(|viewing| row(book, viewing, sample, now));
    let rows: Vec<Row> = headings.into_iter().chain(rows).collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line += cell;
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// The same of one case, one thing a line.
pub(super) fn head(viewing: &Viewing, sample: Sample, now: OffsetDateTime) -> String {
    let state = viewing.state(sample);
    let (ja, en) = words::state(state);
    let mut stands = format!("{ja} / {en}");
    if let State::Open { since } = state {
        let days = words::days(since, now).unwrap_or_default();
        stands += &format!("、{days}日 / days {days}");
    }
    let because: Vec<_> =
        viewing.because(sample).into_iter().map(|it| both(words::because(it))).collect();
    let lines = [
        ("事案ID / case", words::plain(&viewing.case)),
        ("事案番号 / incident", words::plain(&viewing.incident)),
        ("隊と端末 / unit, terminal", joined([&viewing.unit, &viewing.terminal])),
        ("閲覧者 / viewers", joined(&viewing.viewers)),
        ("状態 / state", stands),
        ("確認の理由 / because", because.join("、")),
        ("説明書 / notice", notice(viewing).to_owned()),
        ("取り込んだ項目 / fields taken over", viewing.taken_over.len().to_string()),
    ];
    let widest = lines.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in lines {
        let space = " ".repeat(widest - name.width() + 2);
        text += &format!("{name}{space}{value}\n");
    }
    text
}

fn row(book: &Book, viewing: &Viewing, sample: Sample, now: OffsetDateTime) -> Row {
    let state = viewing.state(sample);
    let days = match state {
        State::Open { since } => words::days(since, now).map(|days| days.to_string()),
        State::NotDue | State::Closed(_) => None,
    };
    let because: Vec<_> =
        viewing.because(sample).into_iter().map(|it| words::because(it).0).collect();
    [
        short_id(book, &viewing.case),
        fit(&words::plain(&viewing.incident)),
        fit(&words::plain(&viewing.unit)),
        fit(&joined(&viewing.viewers)),
        words::when(viewing.when().0),
        days.unwrap_or_default(),
        because.join("、"),
        basis(viewing),
        shown(viewing).to_owned(),
        notice(viewing).to_owned(),
        viewing.taken_over.len().to_string(),
        both(words::state(state)),
    ]
}

fn both((ja, en): words::Both) -> String {
    format!("{ja} {en}")
}

/// As much of the id as names this case and no other.
fn short_id(book: &Book, case: &str) -> String {
    let beginnings = case.char_indices().map(|(end, _)| &case[..end]).skip(ID);
    let short = beginnings.into_iter().find(|short| book.find(short) == Ok(case));
    words::plain(short.unwrap_or(case))
}

/// The basis of the first viewing that was not with consent, or of the first.
fn basis(viewing: &Viewing) -> String {
    let without = viewing.bases.iter().find(|basis| basis.consent_class != 1);
    let Some(first) = without.or(viewing.bases.first()) else { return "閲覧なし".to_owned() };
    match viewing.bases.len() - 1 {
        0 => words::basis(first),
        more => format!("{}（ほか{more}回）", words::basis(first)),
    }
}

fn shown(viewing: &Viewing) -> &'static str {
    let any = |wanted| viewing.bases.iter().any(|basis| basis.shown == wanted);
    if any(Shown::Yes) {
        "あり"
    } else if any(Shown::Unknown) {
        "不明"
    } else {
        "なし"
    }
}

fn notice(viewing: &Viewing) -> &'static str {
    // It is owed to whoever was viewed without having been asked.
    let owed = viewing
        .bases
        .iter()
        .any(|basis| basis.consent_class != 1 && !matches!(basis.shown, Shown::No(_)));
    match viewing.notice {
        Some(Notice::HandedOver) => "手渡し",
        Some(Notice::NotHandedOver) => "手渡せず",
        None if owed => "記録なし",
        None => "不要",
    }
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    texts.into_iter().map(|text| words::plain(text)).collect::<Vec<_>>().join("、")
}

/// The beginning of a text that is too wide for its cell.
fn fit(text: &str) -> String {
    if text.width() <= WIDEST {
        return text.to_owned();
    }
    let mut fitting = String::new();
    let mut width = 0;
    for char in text.chars() {
        width += char.width().unwrap_or_default();
        if width > WIDEST - 2 {
            break;
        }
        fitting.push(char);
    }
    fitting + ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_wider_than_its_column() {
        for text in [
            "",
            "救急1",
            &"救".repeat(10),
            &"救".repeat(11),
            &"x".repeat(21),
            "救急隊第一小隊あいうx",
        ] {
            let cell = fit(text);
            assert!(cell.width() <= WIDEST, "{cell}");
            assert_eq!(cell == text, text.width() <= WIDEST, "{text}");
        }
    }
}
