//! Checking the ledger, line by line.

use std::fmt;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::entry::Entry;

/// The file every line stands in.
pub(crate) const ENTRIES: &str = "entries.jsonl";

/// Reads a whole ledger and checks that every line follows from the one before it.
///
/// # Errors
/// The file cannot be read, or the first line that does not follow, as [`io::ErrorKind::InvalidData`].
pub fn verify(directory: &Path) -> io::Result<Vec<Entry>> {
    let bytes = std::fs::read(directory.join(ENTRIES))?;
    let mut chain = Chain::default();
    chain.read(&bytes).map_err(|broken| io::Error::new(io::ErrorKind::InvalidData, broken))
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
