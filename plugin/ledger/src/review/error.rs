//! Why a review cannot be done.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::Review;
use crate::log::OpenError;
use crate::verify::Broken;

/// Why the ledger, or the reviews beside it, cannot be relied on.
#[derive(Debug)]
pub enum BookError {
    /// The disk refused, or there is no ledger.
    Disk {
        /// The folder.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line does not follow from the line before it.
    Damaged {
        /// The folder.
        directory: PathBuf,
        /// Which line.
        broken: Broken,
    },
    /// A line that a review has seen is not there any more.
    Changed {
        /// The folder of the terminal's ledger.
        directory: PathBuf,
        /// The review's line in the ledger of reviews.
        line: u64,
        /// The case it is about.
        case: String,
        /// The line it has seen.
        seen: u64,
    },
}

impl BookError {
    pub(super) fn reading(directory: &Path, source: io::Error) -> Self {
        let directory = directory.to_owned();
        match source.get_ref().and_then(|inner| inner.downcast_ref::<Broken>()) {
            Some(broken) => BookError::Damaged { directory, broken: broken.clone() },
            None => BookError::Disk { directory, source },
        }
    }
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BookError::Disk { directory, source } => {
                write!(f, "the ledger in {} cannot be read: {source}", directory.display())
            }
            BookError::Damaged { directory, broken } => {
                write!(f, "the ledger in {} is damaged: {broken}", directory.display())
            }
            BookError::Changed { directory, line, case, seen } => write!(
                f,
                "the ledger in {} has changed: line {seen} is not the one that line {line} of the \
                 reviews saw of case {case}",
                directory.display()
            ),
        }
    }
}

impl std::error::Error for BookError {}

/// Why a case is not found by the beginning of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfound {
    /// Fewer than six characters, and not the whole id.
    TooShort,
    /// No case has an id like that.
    Unknown,
    /// More than one has.
    Several,
}

/// Why a case was not closed.
#[derive(Debug)]
pub enum CloseError {
    /// The reviewer's name is not 1 to 64 characters that can be seen.
    Name,
    /// The ledger does not know the case.
    Unknown,
    /// Nobody has to look at it.
    NotDue,
    /// Somebody has looked at it.
    Closed(Review),
    /// The reviewer viewed in it, under this name.
    Viewer(String),
    /// What is to be reviewed cannot be relied on.
    Book(BookError),
    /// The ledger of reviews cannot be opened, or another review is being entered.
    Locked(OpenError),
    /// The review could not be written.
    Disk(io::Error),
}

impl From<BookError> for CloseError {
    fn from(error: BookError) -> Self {
        CloseError::Book(error)
    }
}

impl fmt::Display for CloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseError::Name => {
                f.write_str("a reviewer is named with 1 to 64 characters that can be seen")
            }
            CloseError::Unknown => f.write_str("the ledger does not know the case"),
            CloseError::NotDue => f.write_str("the case needs no review"),
            CloseError::Closed(review) => {
                let (finding, reviewer) = (review.finding.name(), &review.reviewer);
                write!(f, "{reviewer} found the case {finding} on {}", review.at)
            }
            CloseError::Viewer(viewer) => write!(f, "{viewer} viewed in this case"),
            CloseError::Book(error) => error.fmt(f),
            CloseError::Locked(error) => error.fmt(f),
            CloseError::Disk(error) => write!(f, "the review cannot be written: {error}"),
        }
    }
}

impl std::error::Error for CloseError {}
