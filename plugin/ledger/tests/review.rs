//! Reviews on a real disk: what must be looked at, by whom it may be, and what a review holds for.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mynaq_interface::{
    Consciousness, Decision, ErrorCode, Identity, Notice, Reason, Scope, Validity,
};
use mynaq_ledger::review::{
    Because, Book, BookError, CloseError, FOLDER, Sample, Shown, State, Unfound, Viewing, close,
};
use mynaq_ledger::{Fact, Finding, Ledger, Lines, OpenError, verify};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const CASE: &str = "0a1b2c3d4e5f60718293a4b5";
const ALL: Sample = Sample::percent(100).unwrap();
const NONE: Sample = Sample::percent(0).unwrap();

/// A terminal whose plugin is running, until it is stopped.
struct Terminal {
    folder: TempDir,
    ledger: Option<Ledger>,
}

impl Terminal {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Some(Ledger::open(folder.path()).unwrap());
        Terminal { folder, ledger }
    }

    /// Nobody else can write to the file before that.
    fn stop(&mut self) {
        self.ledger = None;
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn enter(&mut self, case: &str, fact: Fact) -> u64 {
        self.ledger.as_mut().unwrap().append(case, fact).unwrap()
    }

    fn open(&mut self, case: &str) {
        self.enter(case, opened("C-07", false));
    }

    /// A case from its opening to its end, with one look-up.
    fn case(&mut self, case: &str, consent_class: u8, answer: Option<Option<ErrorCode>>) {
        self.open(case);
        self.enter(case, permit(consent_class, case, "C-07"));
        if let Some(error) = answer {
            self.enter(case, Fact::Answer { request: case.into(), error });
        }
        self.enter(case, Fact::Closed);
    }

    fn book(&self) -> Book {
        Book::open(self.path()).unwrap()
    }

    fn viewing(&self, case: &str) -> Viewing {
        self.book().viewing(case).unwrap().clone()
    }

    fn close(&self, case: &str, reviewer: &str) -> Result<Viewing, CloseError> {
        close(self.path(), case, reviewer, Finding::Justified, NONE)
    }
}

fn opened(crew_member: &str, drill: bool) -> Fact {
    Fact::Opened {
        incident: "2026-000123".into(),
        unit: "救急1".into(),
        terminal: "T-01".into(),
        crew_member: crew_member.into(),
        pack: "record-app".into(),
        mapping_sha256: "0".repeat(64),
        drill,
    }
}

fn permit(consent_class: u8, request: &str, crew_member: &str) -> Fact {
    Fact::Permit {
        identity: Identity::Visual,
        consent_class,
        reason: (consent_class == 3).then_some(Reason::Unconscious),
        scope: Scope::Summary,
        row: "G-12".into(),
        reasons_version: Reason::VERSION,
        consciousness: Some(Consciousness::Unrousable),
        crew_member: crew_member.into(),
        request: request.into(),
    }
}

fn answer(request: &str) -> Fact {
    Fact::Answer { request: request.into(), error: None }
}

fn state_name(viewing: &Viewing, sample: Sample) -> &'static str {
    match viewing.state(sample) {
        State::NotDue => "not due",
        State::Open { .. } => "open",
        State::Closed(review) => review.finding.name(),
    }
}

/// The lines as they stand, without their newlines.
fn lines(directory: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(directory.join("entries.jsonl")).unwrap();
    bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_case_is_told_with_everything_a_reviewer_weighs() {
    let mut terminal = Terminal::new();
    let take = |field: &str, decision| Fact::Decided { field: field.into(), decision };
    terminal.enter(CASE, opened("C-07", true));
    let first = terminal.enter(CASE, permit(3, "one", "C-07"));
    // Another case in between, whose id comes first.
    terminal.case("000000000000000000000000", 1, Some(None));
    terminal.enter(CASE, answer("one"));
    terminal.enter(CASE, take("Name", Decision::Accept));
    terminal.enter(CASE, take("Allergy", Decision::Accept));
    terminal.enter(CASE, take("Allergy", Decision::Reject));
    terminal.enter(CASE, permit(1, "two", "C-08"));
    let error = Some(ErrorCode::NetworkTimeout);
    terminal.enter(CASE, Fact::Answer { request: "two".into(), error });
    terminal.enter(CASE, Fact::Exported { format: "json".into(), fields: vec!["Kana".into()] });
    terminal.enter(CASE, Fact::Notice { notice: Notice::NotHandedOver });
    terminal.enter(CASE, Fact::Notice { notice: Notice::HandedOver });
    let last = terminal.enter(CASE, Fact::Closed);

    let book = terminal.book();
    let [viewing, other] = book.viewings() else { panic!("{book:#?}") };
    assert_eq!((viewing.case.as_str(), viewing.incident.as_str()), (CASE, "2026-000123"));
    assert_eq!((viewing.unit.as_str(), viewing.terminal.as_str()), ("救急1", "T-01"));
    assert_eq!(viewing.viewers, ["C-07", "C-08"]);
    assert!(viewing.drill && !other.drill);
    let [one, two] = viewing.bases.as_slice() else { panic!("{viewing:#?}") };
    assert_eq!((one.permit.sequence, one.consent_class, one.shown), (first, 3, Shown::Yes));
    assert_eq!((one.reason, one.identity), (Some(Reason::Unconscious), Identity::Visual));
    assert_eq!((one.consciousness, one.row.as_str()), (Some(Consciousness::Unrousable), "G-12"));
    assert_eq!((two.consent_class, two.shown), (1, Shown::No(ErrorCode::NetworkTimeout)));
    let entries = verify(terminal.path()).unwrap();
    assert_eq!(viewing.when(), (entries[1].at.as_str(), two.permit.at.as_str()));
    assert!(viewing.wrong_patient.is_empty());
    assert_eq!(viewing.notice, Some(Notice::HandedOver), "the last word counts");
    let taken_over: Vec<_> = viewing.taken_over.iter().map(String::as_str).collect();
    assert_eq!(taken_over, ["Kana", "Name"], "what was rejected in the end was not taken over");
    assert_eq!((viewing.last, &viewing.review), (last, &None));
}

#[test]
fn what_was_shown_without_consent_must_be_reviewed_and_unknown_counts_as_shown() {
    let failed = Some(Some(ErrorCode::NetworkTimeout));
    // Consent class, how the look-up ended, the share that is drawn, and what must come out.
    let table: [(u8, _, Sample, Option<Because>); 10] = [
        (3, Some(None), NONE, Some(Because::WithoutConsent)),
        (3, None, NONE, Some(Because::WithoutConsent)),
        (3, failed, ALL, None),
        (1, Some(None), NONE, None),
        (1, None, NONE, None),
        (1, Some(None), ALL, Some(Because::Drawn)),
        (1, None, ALL, Some(Because::Drawn)),
        (1, failed, ALL, None),
        // A class this version does not know is not consent.
        (2, Some(None), NONE, Some(Because::WithoutConsent)),
        (0, None, NONE, Some(Because::WithoutConsent)),
    ];
    for (consent_class, answer, sample, because) in table {
        let mut terminal = Terminal::new();
        terminal.case(CASE, consent_class, answer);
        let viewing = terminal.viewing(CASE);
        let given = format!("{consent_class} {answer:?} {sample:?}");
        assert_eq!(viewing.because(sample), BTreeSet::from_iter(because), "{given}");
        let state = if because.is_some() { "open" } else { "not due" };
        assert_eq!(state_name(&viewing, sample), state, "{given}");
    }
}

#[test]
fn another_persons_card_must_be_reviewed_also_when_nothing_was_shown() {
    let mut terminal = Terminal::new();
    terminal.open(CASE);
    terminal.enter(CASE, Fact::WrongPatient { fields: vec!["Name".into()] });
    terminal.case("refused", 1, Some(Some(ErrorCode::NetworkTimeout)));
    terminal.enter("refused", Fact::WrongPatient { fields: Vec::new() });
    for (case, fields) in [(CASE, 1), ("refused", 0)] {
        let viewing = terminal.viewing(case);
        assert_eq!(viewing.because(NONE), [Because::WrongPatient].into());
        assert_eq!(viewing.taken_over.len(), fields, "what is to be taken out again");
        assert!(viewing.when().0.starts_with("20"), "{viewing:?}");
    }
}

#[test]
fn a_case_in_which_nobody_was_viewed_is_none_of_a_reviewers_business() {
    let mut terminal = Terminal::new();
    terminal.open(CASE);
    terminal.enter(CASE, Fact::GateClosed { because: ErrorCode::GateRefused });
    terminal.enter(CASE, Fact::Closed);
    assert!(terminal.book().viewings().is_empty());
    assert!(matches!(terminal.close(CASE, "R-01"), Err(CloseError::NotDue)));
}

/// By hand: the first 8 digits of the SHA-256 of the line of the answer (of the permit while there
/// is none), below so many hundredths of 2^32.
#[test]
fn anybody_can_draw_the_sample_again_from_the_file_alone() {
    let mut terminal = Terminal::new();
    let mut deciding = Vec::new();
    for number in 0..300_u64 {
        let case = format!("{number:024x}");
        terminal.case(&case, 1, (number % 3 != 0).then_some(None));
        // Opened, permit and, in two of three, answer; then closed.
        let length = lines(terminal.path()).len();
        deciding.push((case, length - 2));
    }
    let lines = lines(terminal.path());
    let book = terminal.book();
    let mut before = 0;
    for percent in [0_u8, 1, 5, 20, 50, 99, 100] {
        let mut drawn = 0;
        for (case, line) in &deciding {
            let first = u64::from_str_radix(&sha256(&lines[*line])[..8], 16).unwrap();
            let expected = first * 100 < u64::from(percent) * (1 << 32);
            let sample = Sample::percent(percent).unwrap();
            let viewing = book.viewing(case).unwrap();
            assert_eq!(!viewing.because(sample).is_empty(), expected, "{case} at {percent} %");
            drawn += usize::from(expected);
        }
        assert!(drawn >= before, "a larger share draws the same ones and more");
        before = drawn;
        match percent {
            0 => assert_eq!(drawn, 0),
            100 => assert_eq!(drawn, deciding.len()),
            _ => {}
        }
    }
    assert!(Sample::percent(101).is_none());
}

#[test]
fn each_viewing_of_a_case_is_drawn_for_itself() {
    let half = Sample::percent(50).unwrap();
    let mut terminal = Terminal::new();
    terminal.open(CASE);
    let mut drawn = false;
    for number in 0..64 {
        let request = number.to_string();
        terminal.enter(CASE, permit(1, &request, "C-07"));
        let line = terminal.enter(CASE, answer(&request));
        let first = sha256(&lines(terminal.path())[line as usize - 1]).remove(0);
        drawn |= first < '8';
        assert_eq!(!terminal.viewing(CASE).because(half).is_empty(), drawn, "{number}");
    }
    assert!(drawn);
}

#[test]
fn a_reader_takes_whole_lines_beside_the_writer_and_counts_the_rest() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    // The writer holds its lock and is in the middle of a line.
    let whole = fs::read(terminal.path().join("entries.jsonl")).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
    for length in last..whole.len() {
        let copy = tempfile::tempdir().unwrap();
        fs::write(copy.path().join("entries.jsonl"), &whole[..length]).unwrap();
        let read = Lines::read(copy.path()).unwrap();
        assert_eq!((read.entries().len(), read.torn()), (3, (length - last) as u64));
        assert_eq!(Book::open(copy.path()).unwrap().torn(), (length - last) as u64);
        assert_eq!(verify(copy.path()).is_err(), length > last, "for `verify` it stays damage");
    }
    let read = Lines::read(terminal.path()).unwrap();
    assert_eq!(read.entries(), verify(terminal.path()).unwrap());
    for (index, line) in lines(terminal.path()).iter().enumerate() {
        assert_eq!(read.sha256(index as u64 + 1), Some(sha256(line).as_str()));
    }
    assert_eq!((read.sha256(0), read.sha256(5), read.sha256(u64::MAX)), (None, None, None));
}

#[test]
fn a_whole_line_that_is_not_right_is_damage_for_a_reader_too() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    terminal.close(CASE, "R-01").unwrap();
    terminal.stop();
    for folder in [terminal.path().to_owned(), terminal.path().join(FOLDER)] {
        let file = folder.join("entries.jsonl");
        let good = fs::read(&file).unwrap();
        fs::write(&file, [&good[..], b"{}\n"].concat()).unwrap();
        let error = Book::open(terminal.path()).unwrap_err();
        let BookError::Damaged { directory, broken } = &error else { panic!("{error}") };
        let lines = good.iter().filter(|&&byte| byte == b'\n').count() as u64;
        assert_eq!((directory, broken.line), (&folder, lines + 1));
        fs::write(&file, good).unwrap();
    }
    terminal.book();
    let nowhere = terminal.path().join("nowhere");
    assert!(matches!(Book::open(&nowhere), Err(BookError::Disk { .. })));
    assert!(!nowhere.exists(), "reading makes nothing");
}

#[test]
fn a_file_larger_than_any_ledger_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("entries.jsonl")).unwrap();
    file.set_len((1 << 30) + 1).unwrap();
    let error = Lines::read(folder.path()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge, "{error}");
}

#[test]
fn a_review_is_on_the_disk_with_the_line_it_has_seen() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    terminal.case("ffffffffffffffffffffffff", 3, Some(None));
    close(terminal.path(), CASE, "  R-01 ", Finding::Questioned, NONE).unwrap();

    let reviews = verify(&terminal.path().join(FOLDER)).unwrap();
    let lines = lines(terminal.path());
    let expected = Fact::Reviewed {
        of: CASE.into(),
        reviewer: "R-01".into(),
        finding: Finding::Questioned,
        seen: 4,
        seen_sha256: sha256(&lines[3]),
    };
    assert_eq!((reviews.len(), &reviews[0].fact, reviews[0].case.as_str()), (1, &expected, ""));
    assert_eq!(lines.len(), 8, "the terminal's ledger is only read");
    let viewing = terminal.viewing(CASE);
    assert_eq!(state_name(&viewing, NONE), "questioned");
    assert_eq!(viewing.review.unwrap().at, reviews[0].at);
    assert_eq!(state_name(&terminal.viewing("ffffffffffffffffffffffff"), NONE), "open");
    let facts: Vec<_> =
        terminal.book().timeline(CASE).iter().map(|entry| entry.fact.clone()).collect();
    assert_eq!((facts.len(), &facts[4]), (5, &expected));
}

#[test]
fn who_viewed_does_not_review_under_whatever_spelling() {
    let mut terminal = Terminal::new();
    terminal.open(CASE);
    terminal.enter(CASE, permit(3, "one", "山田 太郎"));
    terminal.enter(CASE, answer("one"));
    for (reviewer, viewer) in [
        ("C-07", "C-07"),
        (" c-07\t", "C-07"),
        ("Ｃ－０７", "C-07"),
        ("ｃ−07", "C-07"),
        ("山田　太郎", "山田 太郎"),
    ] {
        match terminal.close(CASE, reviewer) {
            Err(CloseError::Viewer(known)) => assert_eq!(known, viewer),
            other => panic!("{reviewer}: {other:?}"),
        }
    }
    assert!(!terminal.path().join(FOLDER).exists(), "a refusal leaves nothing");
    terminal.close(CASE, "C-08").unwrap();
}

#[test]
fn what_cannot_be_reviewed_is_refused_and_leaves_nothing() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 1, Some(None));
    terminal.case("failed", 3, Some(Some(ErrorCode::NetworkTimeout)));
    let refused = |case, reviewer, sample| {
        close(terminal.path(), case, reviewer, Finding::Justified, sample).unwrap_err()
    };
    assert!(matches!(refused("nobody", "R-01", ALL), CloseError::Unknown));
    assert!(matches!(refused("", "R-01", ALL), CloseError::Unknown));
    assert!(matches!(refused("failed", "R-01", ALL), CloseError::NotDue));
    assert!(matches!(refused(CASE, "R-01", NONE), CloseError::NotDue));
    for name in ["", " 　", "\u{200b}", "R\u{1b}[2J", "R-\u{202e}10", "R\n01", &"R".repeat(65)] {
        assert!(matches!(refused(CASE, name, ALL), CloseError::Name), "{name:?}");
    }
    assert!(!terminal.path().join(FOLDER).exists());
    // With the share at which it is drawn, the same case can be closed.
    close(terminal.path(), CASE, &"隊".repeat(64), Finding::Justified, ALL).unwrap();
    assert_eq!(state_name(&terminal.viewing(CASE), NONE), "justified");
}

#[test]
fn a_closed_case_says_who_closed_it() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    close(terminal.path(), CASE, "R-01", Finding::Questioned, NONE).unwrap();
    let error = terminal.close(CASE, "R-02").unwrap_err();
    let CloseError::Closed(review) = &error else { panic!("{error}") };
    assert_eq!((review.reviewer.as_str(), review.finding), ("R-01", Finding::Questioned));
    assert_eq!(verify(&terminal.path().join(FOLDER)).unwrap().len(), 1);
}

#[test]
fn of_two_reviewers_at_once_one_is_told_to_wait() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    let other = Ledger::open(&terminal.path().join(FOLDER)).unwrap();
    let error = terminal.close(CASE, "R-02").unwrap_err();
    assert!(matches!(error, CloseError::Locked(OpenError::InUse(_))), "{error}");
    assert_eq!(terminal.book().viewings().len(), 1, "looking needs no lock");
    drop(other);

    let cases: Vec<_> = (0..40).map(|number| format!("{number:024x}")).collect();
    for case in &cases {
        terminal.case(case, 3, Some(None));
    }
    let closed: Vec<usize> = std::thread::scope(|scope| {
        let reviewers: Vec<_> = (0..3)
            .map(|number| {
                let (terminal, cases) = (&terminal, &cases);
                scope.spawn(move || {
                    let reviewer = format!("R-{number}");
                    let mine = |case: &&String| loop {
                        match terminal.close(case, &reviewer) {
                            Ok(_) => return true,
                            Err(CloseError::Locked(OpenError::InUse(_))) => {}
                            Err(CloseError::Closed(review)) => {
                                assert_ne!(review.reviewer, reviewer);
                                return false;
                            }
                            Err(error) => panic!("{error}"),
                        }
                    };
                    cases.iter().filter(mine).count()
                })
            })
            .collect();
        reviewers.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let reviews = verify(&terminal.path().join(FOLDER)).unwrap();
    assert_eq!(closed.iter().sum::<usize>(), cases.len(), "{closed:?}");
    assert_eq!(reviews.len(), cases.len(), "one review for each case");
}

#[test]
fn what_a_case_does_after_its_review_makes_it_open_again() {
    let mut terminal = Terminal::new();
    terminal.open(CASE);
    terminal.enter(CASE, permit(3, "one", "C-07"));
    terminal.close(CASE, "R-01").unwrap();
    // The answer to a viewing that was seen, and a viewing that asks for no review.
    terminal.enter(CASE, answer("one"));
    terminal.enter(CASE, permit(1, "two", "C-07"));
    assert_eq!(state_name(&terminal.viewing(CASE), NONE), "justified");

    let third = terminal.enter(CASE, permit(3, "three", "C-08"));
    let viewing = terminal.viewing(CASE);
    let at = &verify(terminal.path()).unwrap()[third as usize - 1].at;
    assert_eq!(viewing.state(NONE), State::Open { since: at });
    assert!(matches!(terminal.close(CASE, "C-08"), Err(CloseError::Viewer(_))));
    assert_eq!(terminal.close(CASE, "R-02").unwrap().bases.len(), 3, "what the review holds for");
    assert_eq!(terminal.viewing(CASE).review.unwrap().reviewer, "R-02");

    terminal.enter(CASE, Fact::WrongPatient { fields: Vec::new() });
    assert_eq!(state_name(&terminal.viewing(CASE), NONE), "open");
}

#[test]
fn a_ledger_cut_short_or_rewritten_after_a_review_no_longer_fits() {
    let mut terminal = Terminal::new();
    terminal.case(CASE, 3, Some(None));
    terminal.close(CASE, "R-01").unwrap();
    terminal.stop();
    let file = terminal.path().join("entries.jsonl");
    let good = fs::read(&file).unwrap();

    // Cut short: still a chain, as far as it goes.
    let lines = lines(terminal.path());
    fs::write(&file, [lines[..3].join(&b'\n'), b"\n".to_vec()].concat()).unwrap();
    verify(terminal.path()).unwrap();
    let error = Book::open(terminal.path()).unwrap_err();
    assert!(matches!(&error, BookError::Changed { line: 1, seen: 4, .. }), "{error}");

    // Rewritten from the beginning, with consent: a chain as well.
    let mut forged = Terminal::new();
    forged.case(CASE, 1, Some(None));
    fs::copy(forged.path().join("entries.jsonl"), &file).unwrap();
    verify(terminal.path()).unwrap();
    let error = Book::open(terminal.path()).unwrap_err();
    assert!(matches!(&error, BookError::Changed { line: 1, seen: 4, .. }), "{error}");
    assert!(matches!(terminal.close(CASE, "R-02"), Err(CloseError::Book(_))));

    fs::write(&file, good).unwrap();
    assert_eq!(state_name(&terminal.viewing(CASE), NONE), "justified");
}

#[test]
fn a_case_is_named_by_the_beginning_of_its_id() {
    let mut terminal = Terminal::new();
    for case in ["abcdef00", "abcdef11", "abcdef", "123456ff", "short"] {
        let kind = mynaq_interface::CardKind::MyNumber;
        let validity = Validity::Valid;
        terminal.enter(case, Fact::CardRead { kind, validity, possession_proven: false });
    }
    let book = terminal.book();
    assert_eq!(book.find("123456"), Ok("123456ff"));
    assert_eq!(book.find(" 123456FF\n"), Ok("123456ff"));
    assert_eq!(book.find("12345"), Err(Unfound::TooShort));
    assert_eq!(book.find(""), Err(Unfound::TooShort));
    assert_eq!(book.find("short"), Ok("short"), "a whole id is enough");
    assert_eq!(book.find("abcdef"), Ok("abcdef"), "a whole id is nobody else's beginning");
    assert_eq!(book.find("abcdef0"), Ok("abcdef00"));
    assert_eq!(book.find("abcdef2"), Err(Unfound::Unknown));
    drop(book);
    terminal.enter("123456aa", Fact::Closed);
    assert_eq!(terminal.book().find("123456"), Err(Unfound::Several));
}
