//! Reviews: whoever was viewed without consent is looked at again, by somebody who did not view.
//!
//! The terminal's ledger belongs to the plugin while it runs. Reviews are therefore kept in a
//! ledger of their own, in the folder [`FOLDER`] inside the terminal's, with the same lines and the
//! same chain; the first is only read, also while it is written, and also as a copy at headquarters.
//! Each review names the last line it has seen and its hash: what a case does after that makes it
//! open again, and a terminal's ledger that was rewritten or cut short since does not fit any more.

mod error;
mod person;
mod viewing;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

pub use error::{BookError, CloseError, Unfound};
pub use viewing::{Basis, Because, Mark, Review, Sample, Shown, State, Viewing};

use crate::entry::{Entry, Fact, Finding};
use crate::log::{Ledger, sync_directory};
use crate::verify::Lines;

/// The folder of the reviews, inside the ledger's.
pub const FOLDER: &str = "review";
/// A shorter beginning of a case's id could be another case's tomorrow.
const SHORTEST: usize = 6;
/// As long as the name of a crew member.
const LONGEST_NAME: usize = 64;

/// A terminal's ledger together with the reviews of its cases.
#[derive(Debug)]
pub struct Book {
    ledger: Lines,
    reviews: Lines,
    viewings: Vec<Viewing>,
    /// Every case, whether anybody was viewed in it or not.
    ids: BTreeSet<String>,
}

impl Book {
    /// Reads both. Where no review was done yet, there is no ledger of reviews.
    pub fn open(directory: &Path) -> Result<Self, BookError> {
        let folder = directory.join(FOLDER);
        // The reviews first: a line that one of them has seen is then there to be read.
        let reviews = match Lines::read(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Lines::default(),
            read => read.map_err(|error| BookError::reading(&folder, error))?,
        };
        let ledger =
            Lines::read(directory).map_err(|error| BookError::reading(directory, error))?;
        let mut viewings = viewing::cases(&ledger);
        let places: BTreeMap<_, _> =
            viewings.iter().enumerate().map(|(place, it)| (it.case.clone(), place)).collect();
        for entry in reviews.entries() {
            let Fact::Reviewed { of, reviewer, finding, seen, seen_sha256 } = &entry.fact else {
                continue;
            };
            let place = places.get(of).filter(|_| ledger.sha256(*seen) == Some(seen_sha256));
            let Some(&place) = place else {
                let (line, case, seen) = (entry.sequence, of.clone(), *seen);
                return Err(BookError::Changed { directory: directory.into(), line, case, seen });
            };
            viewings[place].review = Some(Review {
                finding: *finding,
                reviewer: reviewer.clone(),
                at: entry.at.clone(),
                seen: *seen,
            });
        }
        let ids = ledger.entries().iter().map(|entry| entry.case.as_str());
        let ids = ids.filter(|id| !id.is_empty()).map(str::to_owned).collect();
        Ok(Book { ledger, reviews, viewings, ids })
    }

    /// The cases in which somebody was viewed, oldest first.
    pub fn viewings(&self) -> &[Viewing] {
        &self.viewings
    }

    /// The viewing of a case; none if nobody was viewed in it.
    pub fn viewing(&self, case: &str) -> Option<&Viewing> {
        self.viewings.iter().find(|viewing| viewing.case == case)
    }

    /// How many bytes of the two ledgers stand after their last whole lines, and were not read.
    pub fn torn(&self) -> u64 {
        self.ledger.torn() + self.reviews.torn()
    }

    /// The case whose id begins so. Six characters are enough where they are one case's only.
    pub fn find(&self, beginning: &str) -> Result<&str, Unfound> {
        let beginning = beginning.trim().to_ascii_lowercase();
        if let Some(id) = self.ids.get(&beginning) {
            return Ok(id);
        }
        if beginning.chars().count() < SHORTEST {
            return Err(Unfound::TooShort);
        }
        let from = self.ids.range(beginning.clone()..);
        let mut ids = from.take_while(|id| id.starts_with(&beginning));
        match (ids.next(), ids.next()) {
            (Some(id), None) => Ok(id),
            (None, _) => Err(Unfound::Unknown),
            (Some(_), Some(_)) => Err(Unfound::Several),
        }
    }

    /// Every line of a case, with its reviews where they were done.
    pub fn timeline(&self, case: &str) -> Vec<&Entry> {
        let lines = self.ledger.entries().iter().filter(|entry| entry.case == case);
        let reviews = self.reviews.entries().iter().filter_map(|entry| match &entry.fact {
            Fact::Reviewed { of, seen, .. } if of == case => Some(((*seen, true), entry)),
            _ => None,
        });
        let mut timeline: Vec<_> =
            lines.map(|entry| ((entry.sequence, false), entry)).chain(reviews).collect();
        timeline.sort_by_key(|(place, _)| *place);
        timeline.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Whether this person may close this case now.
    fn closable(&self, case: &str, reviewer: &str, sample: Sample) -> Result<&Viewing, CloseError> {
        let Some(viewing) = self.viewing(case) else {
            let known = self.ids.contains(case);
            return Err(if known { CloseError::NotDue } else { CloseError::Unknown });
        };
        match viewing.state(sample) {
            State::NotDue => Err(CloseError::NotDue),
            State::Closed(review) => Err(CloseError::Closed(review.clone())),
            State::Open { .. } => match viewing.viewer(reviewer) {
                Some(viewer) => Err(CloseError::Viewer(viewer.to_owned())),
                None => Ok(viewing),
            },
        }
    }
}

/// Closes a case with what a reviewer found, and returns the case as far as the review holds for it.
/// It is on the disk when this returns.
///
/// # Errors
/// The case is not known, needs no review, or has one; the reviewer viewed in it; another review is
/// being entered at this moment; a ledger cannot be read or written. Nothing is entered then.
pub fn close(
    directory: &Path,
    case: &str,
    reviewer: &str,
    finding: Finding,
    sample: Sample,
) -> Result<Viewing, CloseError> {
    let reviewer = reviewer.trim();
    let seen = reviewer.chars().all(|char| !person::is_unseen(char));
    if person::key(reviewer).is_empty() || !seen || reviewer.chars().count() > LONGEST_NAME {
        return Err(CloseError::Name);
    }
    // Before the lock, so that a refusal leaves no trace; after it, because another reviewer may
    // have been first.
    Book::open(directory)?.closable(case, reviewer, sample)?;
    let mut reviews = Ledger::open(&directory.join(FOLDER)).map_err(CloseError::Locked)?;
    let book = Book::open(directory)?;
    let viewing = book.closable(case, reviewer, sample)?;
    let seen = viewing.last;
    let reviewed = Fact::Reviewed {
        of: case.to_owned(),
        reviewer: reviewer.to_owned(),
        finding,
        seen,
        seen_sha256: book.ledger.sha256(seen).unwrap_or_default().to_owned(),
    };
    // The folder may be new.
    sync_directory(directory)
        .and_then(|()| reviews.append("", reviewed))
        .map_err(CloseError::Disk)?;
    Ok(viewing.clone())
}
