//! The tries left to the cards' PINs, kept in a file if somebody wants that.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::listing::Listing;
use crate::world::put;

/// The tries left to the two PINs of a card.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tries {
    pub(crate) authentication: u8,
    pub(crate) signature: u8,
}

impl Tries {
    /// As many as there can be.
    pub(crate) const FULL: Tries = Tries { authentication: 3, signature: 5 };
    /// None: PINs that are not in use.
    pub(crate) const LOCKED: Tries = Tries { authentication: 0, signature: 0 };
}

/// How many tries the cards of a desk begin with, and where the numbers are kept.
///
/// The file is one line of JSON for each card whose numbers ever changed; it is written whole at each
/// change, and read only here.
#[derive(Debug, Default)]
pub struct TriesBook {
    file: Option<PathBuf>,
    kept: BTreeMap<String, Tries>,
    started: BTreeMap<String, u8>,
}

impl TriesBook {
    /// Cards begin as they left the factory, and forget everything with the desk.
    pub fn new() -> Self {
        TriesBook::default()
    }

    /// Cards begin as `file` says, which is made at the first change if it is not there.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read, [`Error::Data`] when it is not such a file.
    pub fn kept_in(file: impl Into<PathBuf>) -> Result<Self, Error> {
        let file = file.into();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => "{}".into(),
            Err(source) if source.kind() == ErrorKind::InvalidData => {
                return Err(Error::Data(format!("{}: not text", file.display())));
            }
            Err(source) => return Err(Error::File { path: file, source }),
        };
        let broken = |what: String| {
            Error::Data(format!(
                "{}: {what}; these are not tries this program kept, remove the file to begin anew",
                file.display()
            ))
        };
        let kept: BTreeMap<String, Tries> =
            serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        for (id, tries) in &kept {
            known(id).map_err(|error| broken(error.to_string()))?;
            let most = Tries::FULL;
            if tries.authentication > most.authentication || tries.signature > most.signature {
                return Err(broken(format!("{id} has more tries than a card can have")));
            }
        }
        Ok(TriesBook { file: Some(file), kept, started: BTreeMap::new() })
    }

    /// The same, and this card begins with so many tries left to its authentication PIN.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id, [`Error::Data`] for more than 3.
    pub fn with(mut self, id: &str, tries: u8) -> Result<Self, Error> {
        known(id)?;
        if tries > Tries::FULL.authentication {
            return Err(Error::Data(format!("{id}: a card has at most 3 tries, not {tries}")));
        }
        self.started.insert(id.into(), tries);
        Ok(self)
    }
}

fn known(id: &str) -> Result<(), Error> {
    if Listing::all()?.iter().any(|card| card.id == id) {
        Ok(())
    } else {
        Err(Error::UnknownCard(id.into()))
    }
}

/// The book while it is in use.
pub(crate) struct Keeper(Mutex<TriesBook>);

impl Keeper {
    pub(crate) fn new(book: TriesBook) -> Self {
        Keeper(Mutex::new(book))
    }

    /// What a card begins with.
    pub(crate) fn of(&self, id: &str, factory: Tries) -> Tries {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = book.kept.get(id).copied().unwrap_or(factory);
        let authentication = book.started.get(id).copied().unwrap_or(kept.authentication);
        Tries { authentication, ..kept }
    }

    /// Writes down what changed.
    pub(crate) fn keep(&self, id: &str, tries: Tries) -> Result<(), Error> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.kept.insert(id.into(), tries);
        let Some(file) = &book.file else { return Ok(()) };
        let lines: Result<Vec<_>, serde_json::Error> = book
            .kept
            .iter()
            .map(|(id, tries)| Ok(format!("{id:?}:{}", serde_json::to_string(tries)?)))
            .collect();
        let lines = lines.map_err(|error| Error::Data(error.to_string()))?;
        put(file, format!("{{\n{}\n}}\n", lines.join(",\n")).as_bytes())
    }
}
