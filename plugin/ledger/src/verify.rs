//! Checking the ledger, line by line.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::entry::Entry;

/// The file every line stands in.
pub(crate) const ENTRIES: &str = "entries.jsonl";
/// Three million lines or so: a busy unit writes them in fifty years.
const LARGEST: u64 = 1 << 30;

/// Reads a whole ledger and checks that every line follows from the one before it.
///
/// # Errors
/// The file cannot be read, or the first line that does not follow, as [`io::ErrorKind::InvalidData`].
pub fn verify(directory: &Path) -> io::Result<Vec<Entry>> {
    let bytes = std::fs::read(directory.join(ENTRIES))?;
    let mut chain = Chain::default();
    chain.read(&bytes).map_err(|broken| io::Error::new(io::ErrorKind::InvalidData, broken))
}

/// The whole lines of a ledger that somebody may be writing.
#[derive(Debug, Default)]
pub struct Lines {
    entries: Vec<Entry>,
    /// SHA-256 of the last one.
    last: String,
    torn: u64,
}

impl Lines {
    /// Reads every whole line and checks it as [`verify`] does. What stands after the last newline
    /// is a line that is being written, or one that a power cut left half: it is counted, not read.
    ///
    /// # Errors
    /// As [`verify`], and for a file larger than a terminal's ledger ever gets.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut file = File::open(directory.join(ENTRIES))?;
        let too_large = || {
            let message = format!("larger than {LARGEST} bytes, which no ledger gets");
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        };
        if file.metadata()?.len() > LARGEST {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        // It may grow meanwhile.
        if file.by_ref().take(LARGEST + 1).read_to_end(&mut bytes)? as u64 > LARGEST {
            return Err(too_large());
        }
        let (lines, torn) = whole_lines(&bytes);
        let mut chain = Chain::default();
        let entries = chain
            .read(lines)
            .map_err(|broken| io::Error::new(io::ErrorKind::InvalidData, broken))?;
        Ok(Lines { entries, last: chain.last, torn: torn.len() as u64 })
    }

    /// The entries, in order: the first has sequence number 1.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many bytes stand after the last whole line.
    pub fn torn(&self) -> u64 {
        self.torn
    }

    /// SHA-256 of a line without its newline, in hexadecimal.
    pub fn sha256(&self, sequence: u64) -> Option<&str> {
        let index = usize::try_from(sequence.checked_sub(1)?).ok()?;
        self.entries.get(index)?;
        // The line after it carries it.
        Some(self.entries.get(index + 1).map_or(&self.last, |next| &next.previous))
    }
}

/// What is acknowledged, and what is not, for want of a newline.
pub(crate) fn whole_lines(bytes: &[u8]) -> (&[u8], &[u8]) {
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    bytes.split_at(whole)
}

/// The first line that does not follow from the line before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub because: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.because)
    }
}

impl std::error::Error for Broken {}

/// How far the chain has been followed.
pub(crate) struct Chain {
    pub(crate) length: u64,
    pub(crate) last: String,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { length: 0, last: "0".repeat(64) }
    }
}

impl Chain {
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Vec<Entry>, Broken> {
        let mut entries = Vec::new();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let number = self.length + 1;
            let broken = |because: String| Broken { line: number, because };
            let Some(text) = line.strip_suffix(b"\n") else {
                return Err(broken("is incomplete".into()));
            };
            let entry: Entry = serde_json::from_slice(text)
                .map_err(|error| broken(format!("is not an entry: {error}")))?;
            if entry.sequence != number {
                return Err(broken(format!("has sequence number {}", entry.sequence)));
            }
            if entry.previous != self.last {
                return Err(broken("does not follow from the line before it".into()));
            }
            self.length = number;
            self.last = hex(&Sha256::digest(text));
            entries.push(entry);
        }
        Ok(entries)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
