//! Writing the ledger.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::entry::{Entry, Fact};
use crate::verify::{Broken, Chain, ENTRIES, hex, whole_lines};

const TORN: &str = "entries.torn";

/// An open ledger. One process at a time holds it; anybody may read it meanwhile.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    sequence: u64,
    previous: String,
    past: Past,
}

/// What a ledger held when it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// When somebody with a right to view last used the terminal, by the clock of then.
    pub last_use: Option<OffsetDateTime>,
    /// Whether a case of a drill stands in it.
    pub drills: bool,
    /// Whether a real case stands in it.
    pub real: bool,
}

impl Past {
    fn of(entries: &[Entry]) -> Self {
        let drill = |wanted| {
            let cases = entries.iter();
            cases
                .map(|entry| &entry.fact)
                .any(|fact| matches!(fact, Fact::Opened { drill, .. } if *drill == wanted))
        };
        let use_of = |entry: &Entry| match entry.fact {
            Fact::LoggedIn { .. } | Fact::Opened { .. } | Fact::Permit { .. } => {
                OffsetDateTime::parse(&entry.at, &Rfc3339).ok()
            }
            _ => None,
        };
        let last_use = entries.iter().rev().find_map(use_of);
        Past { last_use, drills: drill(true), real: drill(false) }
    }
}

impl Ledger {
    /// Opens the ledger in a directory, creating both when they are not there yet.
    ///
    /// Every line is checked. An incomplete last line, as a power cut leaves it, was never
    /// acknowledged: it is set aside and the setting aside is entered.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Disk { directory: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let Some(mut file) = open_alone(&mut options, &directory.join(ENTRIES)).map_err(failed)?
        else {
            return Err(OpenError::InUse(directory.to_owned()));
        };
        sync_directory(directory).map_err(failed)?;

        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (lines, torn) = whole_lines(&bytes);
        let mut chain = Chain::default();
        let past = Past::of(&chain.read(lines).map_err(OpenError::Broken)?);

        let mut ledger = Ledger { file, sequence: chain.length, previous: chain.last, past };
        if !torn.is_empty() {
            ledger.set_aside(directory, lines.len(), torn).map_err(failed)?;
        }
        ledger.file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(ledger)
    }

    /// What the ledger held when it was opened.
    pub fn past(&self) -> Past {
        self.past
    }

    /// Enters a fact and returns its sequence number once the line is on the disk.
    ///
    /// # Errors
    /// When the line could not be written and synced. The ledger is then as it was before.
    pub fn append(&mut self, case: &str, fact: Fact) -> io::Result<u64> {
        let entry = Entry {
            sequence: self.sequence + 1,
            previous: self.previous.clone(),
            at: now(),
            case: case.to_owned(),
            fact,
        };
        let mut line = serde_json::to_vec(&entry)?;
        let digest = hex(&Sha256::digest(&line));
        line.push(b'\n');
        let end = self.file.stream_position()?;
        if let Err(error) = self.file.write_all(&line).and_then(|()| self.file.sync_data()) {
            // Take back what may stand there half: it was not acknowledged.
            self.file.set_len(end)?;
            self.file.seek(SeekFrom::Start(end))?;
            return Err(error);
        }
        self.sequence = entry.sequence;
        self.previous = digest;
        Ok(entry.sequence)
    }

    fn set_aside(&mut self, directory: &Path, whole: usize, torn: &[u8]) -> io::Result<()> {
        let mut aside = OpenOptions::new().append(true).create(true).open(directory.join(TORN))?;
        aside.write_all(torn)?;
        aside.write_all(b"\n")?;
        aside.sync_all()?;
        self.file.set_len(whole as u64)?;
        self.file.seek(SeekFrom::End(0))?;
        self.append("", Fact::TornTail { bytes: torn.len() as u64 })?;
        Ok(())
    }
}

/// Why a ledger cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The disk refused.
    Disk {
        /// Where.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process writes this ledger.
    InUse(PathBuf),
    /// A line does not follow from the line before it.
    Broken(Broken),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OpenError::Disk { directory, source } => {
                write!(f, "the ledger in {} cannot be opened: {source}", directory.display())
            }
            OpenError::InUse(directory) => {
                write!(f, "the ledger in {} is in use by another process", directory.display())
            }
            OpenError::Broken(broken) => write!(f, "the ledger is damaged: {broken}"),
        }
    }
}

impl std::error::Error for OpenError {}

fn now() -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // A year beyond 9999 is the only thing that cannot be written.
    OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}

/// Opens a file that nobody else may write as long as this one is open. None: somebody else does.
#[cfg(not(windows))]
fn open_alone(options: &mut OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use std::fs::TryLockError;

    let file = options.open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A lock on Windows would keep readers out as well: a review could not be done, nor a copy made,
/// while the plugin runs. What the file is shared for says the same, and lets them read.
#[cfg(windows)]
fn open_alone(options: &mut OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const FILE_SHARE_READ: u32 = 1;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    match options.share_mode(FILE_SHARE_READ).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the names of a directory's files survive a power cut.
///
/// # Errors
/// When the disk refuses.
#[cfg(unix)]
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// NTFS journals names; a directory cannot be synced there.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
