//! `mynaq review`: who was viewed without consent is looked at again by somebody else.

mod settings;
mod table;
mod words;

use std::io::{self, Write as _};
use std::path::Path;

use clap::{Subcommand, ValueEnum};
use mynaq_ledger::review::{self, Book, BookError, CloseError, Sample, State, Unfound, Viewing};
use mynaq_ledger::{Finding, OpenError};
use mynaq_roster::Roster;
use serde_json::{Value, json};
use time::OffsetDateTime;

use self::settings::{Place, Settings};
use crate::{Failure, explain};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// What waits for a review, oldest first. Exits with 0, also when something waits.
    List {
        #[command(flatten)]
        place: Place,
        /// Every viewing: also what is closed, and what needs no review.
        #[arg(long)]
        all: bool,
        /// Drills too.
        #[arg(long)]
        drills: bool,
        /// As a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// What happened in one case, line by line.
    Show {
        /// The case: the beginning of its id, six characters or more.
        case: String,
        #[command(flatten)]
        place: Place,
    },
    /// Enters what the review of a case has found. Exits with 1 if the case cannot be closed, or not
    /// by this person.
    Close {
        /// The case: the beginning of its id, six characters or more.
        case: String,
        #[command(flatten)]
        place: Place,
        /// What was found.
        #[arg(long, value_enum)]
        finding: Found,
        /// Who looked at it: not a viewer of the case.
        #[arg(long, value_name = "ID")]
        reviewer: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Found {
    /// 適正: the basis holds.
    Justified,
    /// 要検討: it does not, or not plainly, and the department takes it up.
    Questioned,
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.verb {
        Verb::List { place, all, drills, json } => list(&place.settings()?, all, drills, json),
        Verb::Show { case, place } => show(&place.settings()?, &case),
        Verb::Close { case, place, finding, reviewer } => {
            close(&place.settings()?, &case, finding, &reviewer)
        }
    }
}

fn list(settings: &Settings, all: bool, drills: bool, json: bool) -> Result<(), Failure> {
    let book = open(&settings.ledger)?;
    let now = OffsetDateTime::now_utc();
    let is_open = |viewing: &Viewing| matches!(viewing.state(settings.sample), State::Open { .. });
    let wanted = |viewing: &&Viewing| (drills || !viewing.drill) && (all || is_open(viewing));
    let viewings: Vec<_> = book.viewings().iter().filter(wanted).collect();
    if json {
        let items = viewings.iter().map(|viewing| document(viewing, settings.sample, now));
        let items = Value::Array(items.collect());
        let text = serde_json::to_string_pretty(&items).map_err(Failure::unable)?;
        return print(&format!("{text}\n"));
    }
    let open = viewings.iter().filter(|viewing| is_open(viewing)).count();
    let mut text = String::new();
    if !viewings.is_empty() {
        text += &table::of(&book, &viewings, settings.sample, now);
        text.push('\n');
    }
    text += &match open {
        0 => "確認待ちの閲覧はありません / nothing waits for a review\n".to_owned(),
        open => format!("確認待ち {open}件 / waiting for a review: {open}\n"),
    };
    print(&text)
}

fn show(settings: &Settings, case: &str) -> Result<(), Failure> {
    let book = open(&settings.ledger)?;
    let case = find(&book, case)?;
    let mut text = String::new();
    if let Some(viewing) = book.viewing(case) {
        text += &table::head(viewing, settings.sample, OffsetDateTime::now_utc());
        text.push('\n');
    }
    for entry in book.timeline(case) {
        text += &words::line(entry);
        text.push('\n');
    }
    print(&text)
}

fn close(settings: &Settings, case: &str, found: Found, reviewer: &str) -> Result<(), Failure> {
    let book = open(&settings.ledger)?;
    let case = find(&book, case)?;
    may_review(settings, reviewer)?;
    let finding = match found {
        Found::Justified => Finding::Justified,
        Found::Questioned => Finding::Questioned,
    };
    let viewing = review::close(&settings.ledger, case, reviewer, finding, settings.sample)
        .map_err(|error| not_closed(&error))?;
    let (ja, en) = words::finding(finding);
    // A case may have gone on while somebody looked: this is what the review holds for.
    let (count, last) = (viewing.bases.len(), words::when(viewing.when().1));
    print(&format!(
        "確認を記録しました: {id}、{ja}、閲覧{count}回（最後は{last}） / \
         closed: {id}, {en}, viewings {count} (last {last} JST)\n",
        id = words::plain(case)
    ))
}

/// Whether a person has the role of a reviewer is for the department's roster to say. That a
/// reviewer did not view in the case is asked elsewhere, by the ledger itself and of everybody.
fn may_review(settings: &Settings, reviewer: &str) -> Result<(), Failure> {
    let Some(file) = &settings.roster else { return Ok(()) };
    let roster = Roster::load(file).map_err(|error| Failure::unable(explain(&error)))?;
    roster
        .may_review(reviewer.trim(), OffsetDateTime::now_utc())
        .map_err(|error| Failure::refused(&error))
}

/// Reads the ledger, and says so if its last line is not whole.
fn open(directory: &Path) -> Result<Book, Failure> {
    let book = Book::open(directory).map_err(|error| unreadable(&error))?;
    if book.torn() > 0 {
        eprintln!(
            "書き込み途中の行（{bytes}バイト）は読んでいません / a line that is not whole was not read \
             ({bytes} bytes)",
            bytes = book.torn()
        );
    }
    Ok(book)
}

fn find<'a>(book: &'a Book, beginning: &str) -> Result<&'a str, Failure> {
    book.find(beginning).map_err(|unfound| {
        let (ja, en) = match unfound {
            Unfound::TooShort => ("事案IDが短すぎます", "the case's id is too short"),
            Unfound::Unknown => ("その事案IDはありません", "no case has this id"),
            Unfound::Several => {
                ("その文字で始まる事案が複数あります", "more than one case's id begins so")
            }
        };
        refusal(
            &format!("{ja}: {}", words::plain(beginning)),
            en,
            "list --all に出る事案IDの先頭6文字以上を指定してください",
            "give the first 6 characters or more of an id that `list --all` shows",
        )
    })
}

/// One item of `list --json`.
fn document(viewing: &Viewing, sample: Sample, now: OffsetDateTime) -> Value {
    let state = viewing.state(sample);
    let since = match state {
        State::Open { since } => Some(since),
        State::NotDue | State::Closed(_) => None,
    };
    let (first, last) = viewing.when();
    let viewings: Vec<_> = viewing
        .bases
        .iter()
        .map(|basis| {
            json!({
                "at": basis.permit.at,
                "identity": basis.identity,
                "consent_class": basis.consent_class,
                "reason": basis.reason,
                "consciousness": basis.consciousness,
                "row": basis.row,
                "scope": basis.scope,
                "shown": words::shown_name(basis.shown),
                "error": words::shown_error(basis.shown),
            })
        })
        .collect();
    json!({
        "case": viewing.case,
        "incident": viewing.incident,
        "unit": viewing.unit,
        "terminal": viewing.terminal,
        "drill": viewing.drill,
        "viewers": viewing.viewers,
        "first_at": first,
        "last_at": last,
        "state": words::state_name(state),
        "because": viewing.because(sample).iter().map(|it| it.name()).collect::<Vec<_>>(),
        "open_since": since,
        "open_days": since.and_then(|since| words::days(since, now)),
        "review": viewing.review.as_ref().map(|review| json!({
            "finding": review.finding,
            "reviewer": review.reviewer,
            "at": review.at,
        })),
        "viewings": viewings,
        "wrong_patient": !viewing.wrong_patient.is_empty(),
        "notice": viewing.notice,
        "fields_taken_over": viewing.taken_over.len(),
    })
}

/// Whoever reads only the beginning has read enough.
fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unable(error)),
        _ => Ok(()),
    }
}

fn refusal(ja: &str, en: &str, do_ja: &str, do_en: &str) -> Failure {
    Failure::no_record(said(ja, en, do_ja, do_en))
}

fn said(ja: &str, en: &str, do_ja: &str, do_en: &str) -> String {
    format!("{ja} / {en}\n→ {do_ja} / {do_en}")
}

fn unreadable(error: &BookError) -> Failure {
    let (ja, do_ja, do_en) = match error {
        BookError::Disk { directory, .. } => (
            format!("台帳を読めません: {}", directory.display()),
            "フォルダの場所と読み取りの権限を確認してください",
            "check the folder and the right to read it",
        ),
        BookError::Damaged { directory, broken } => (
            format!("台帳が壊れています: {} の{}行目", directory.display(), broken.line),
            "何も書き換えずに写しを取り、管理者に連絡してください",
            "change nothing, make a copy, and call the administrator",
        ),
        BookError::Changed { directory, seen, line, .. } => (
            format!(
                "台帳が確認後に変わっています: {} の{seen}行目（確認の記録の{line}行目が見たもの）",
                directory.display()
            ),
            "別の端末や古い写しの台帳でないか確かめ、そうでなければ管理者に連絡してください",
            "make sure it is not another terminal's ledger or an older copy; if not, call the \
             administrator",
        ),
    };
    Failure::unable(said(&ja, &words::plain(&error.to_string()), do_ja, do_en))
}

fn not_closed(error: &CloseError) -> Failure {
    let english = words::plain(&error.to_string());
    match error {
        CloseError::Book(error) => unreadable(error),
        CloseError::Name => refusal(
            "確認者は、見える文字1〜64字で指定してください",
            &english,
            "--reviewer を直してください",
            "mend --reviewer",
        ),
        CloseError::Unknown => refusal(
            "その事案IDはありません",
            &english,
            "list --all で事案を確かめてください",
            "look for the case with `list --all`",
        ),
        CloseError::NotDue => refusal(
            "確認の要らない事案です",
            &english,
            "抽出の割合を変えて確認するときは --sample を付けてください",
            "to review it all the same, draw more with --sample",
        ),
        CloseError::Closed(review) => {
            let (ja, _) = words::finding(review.finding);
            let (who, when) = (words::plain(&review.reviewer), words::when(&review.at));
            refusal(
                &format!("すでに確認済みです: {who}、{when}、{ja}"),
                &english,
                "show で経過を確かめてください",
                "see what happened with `show`",
            )
        }
        CloseError::Viewer(viewer) => refusal(
            &format!("閲覧した本人は確認できません: {}", words::plain(viewer)),
            &english,
            "閲覧していない人が確認してください",
            "let somebody review it who did not view",
        ),
        CloseError::Locked(OpenError::InUse(_)) => Failure::unable(said(
            "ほかの人が確認を記録しているところです",
            &english,
            "少し待ってから、list で見直してやり直してください",
            "wait a moment, look at `list` again, and try again",
        )),
        CloseError::Locked(OpenError::Broken(_) | OpenError::Disk { .. }) | CloseError::Disk(_) => {
            Failure::unable(said(
                "確認を記録できません",
                &english,
                "台帳のフォルダに書き込む権限と空き容量を確かめてください",
                "check the right to write to the ledger's folder, and its free space",
            ))
        }
    }
}
