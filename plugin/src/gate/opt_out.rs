//! The department's own list of people who do not want to be looked up.
//!
//! It holds no identifier: an entry is HMAC-SHA-256 of the card's certificate under a salt of the
//! list. A certificate holds a random 2048-bit key, so nobody can find out by trying whose entry it
//! is; and lists of two departments cannot be compared. A renewed card has another certificate and
//! has to be entered again, which whoever keeps the list tells its holder.
//!
//! The file is small, is read again whenever somebody else has changed it, and is written whole to
//! a new file that takes the old one's place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mynaq_interface::{Error, ErrorCode, FileFault, OptOut};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;
use toml::Spanned;

use crate::card::Certificate;
use crate::config::Mode;
use crate::wipe;

/// A hundred thousand entries fit.
const LARGEST_FILE: u64 = 8 << 20;
const HASH: usize = 32;
const SALT: usize = 32;

/// One card as the list knows it: a hash under the list's salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListEntry {
    salt: [u8; SALT],
    hash: [u8; HASH],
}

/// The list of one terminal's configuration; none where none is configured.
#[derive(Debug)]
pub(crate) struct OptOutList {
    file: Option<PathBuf>,
    mode: Mode,
    /// Held only to look: whoever reads a card never waits for the disk.
    now: Mutex<Contents>,
    /// Held while the file is changed: one change after the other.
    changing: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Contents {
    /// None until the first entry is made.
    salt: Option<[u8; SALT]>,
    entries: BTreeSet<[u8; HASH]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    mode: Spanned<Mode>,
    salt: Spanned<String>,
    #[serde(default)]
    entries: Vec<Spanned<String>>,
}

impl OptOutList {
    /// Reads the list. One that is not there yet is empty.
    ///
    /// # Errors
    /// A list that cannot be read stops the engine: whoever is on it must not be looked up.
    pub(crate) fn open(file: Option<PathBuf>, mode: Mode) -> Result<Self, Error> {
        let now = match &file {
            Some(file) => read(file, mode)?,
            None => Contents { salt: None, entries: BTreeSet::new() },
        };
        Ok(OptOutList { file, mode, now: Mutex::new(now), changing: Mutex::default() })
    }

    /// Reads the file again, on a thread that may wait for the disk. A list that has become
    /// unreadable, or is gone, leaves the last one in force, and says so.
    pub(crate) fn refresh(&self) {
        let Some(file) = &self.file else { return };
        match self.read_again(file) {
            Ok(contents) => *self.lock() = contents,
            Err(error) => tracing::error!(%error, "the opt-out list cannot be read again"),
        }
    }

    /// The entry a card would have, and whether it is on the list.
    pub(crate) fn find(&self, card: &Certificate) -> (Option<ListEntry>, bool) {
        let contents = self.lock();
        let entry = contents.salt.map(|salt| entry(&salt, card));
        (entry, entry.is_some_and(|entry| contents.entries.contains(&entry.hash)))
    }

    /// The entry a card has from now on, whether or not it is on the list.
    pub(crate) fn entry(&self, card: &Certificate) -> Result<ListEntry, Error> {
        self.file.as_ref().ok_or_else(not_configured)?;
        let mut contents = self.lock();
        let salt = match contents.salt {
            Some(salt) => salt,
            None => {
                let mut salt = [0; SALT];
                SystemRandom::new().fill(&mut salt).map_err(|_| {
                    Error::new(ErrorCode::Panic).detail("the system gives no random numbers")
                })?;
                *contents.salt.insert(salt)
            }
        };
        Ok(entry(&salt, card))
    }

    /// Enters or removes one, durably, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// When the file could not be written: the list is then as it was before.
    pub(crate) fn change(&self, entry: ListEntry, opt_out: OptOut) -> Result<(), Error> {
        let file = self.file.as_ref().ok_or_else(not_configured)?;
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // What other terminals have entered meanwhile stays.
        let mut changed = self.read_again(file)?;
        if *changed.salt.get_or_insert(entry.salt) != entry.salt {
            *self.lock() = changed;
            return Err(unusable(file, "the list was replaced meanwhile: read the card again"));
        }
        match opt_out {
            OptOut::Add => changed.entries.insert(entry.hash),
            OptOut::Remove => changed.entries.remove(&entry.hash),
        };
        write(file, self.mode, &changed).map_err(|error| unusable(file, error))?;
        *self.lock() = changed;
        Ok(())
    }

    fn read_again(&self, file: &Path) -> Result<Contents, Error> {
        let read = read(file, self.mode)?;
        if read.salt.is_none() && !self.lock().entries.is_empty() {
            return Err(unusable(file, "the list is gone: put it back"));
        }
        Ok(read)
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(salt: &[u8; SALT], card: &Certificate) -> ListEntry {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt);
    let tag = wipe::shallow_after(|| hmac::sign(&key, card.der()));
    let mut hash = [0; HASH];
    hash.copy_from_slice(tag.as_ref());
    ListEntry { salt: *salt, hash }
}

fn read(file: &Path, mode: Mode) -> Result<Contents, Error> {
    let size = match fs::metadata(file) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Contents { salt: None, entries: BTreeSet::new() });
        }
        Err(error) => return Err(unusable(file, error)),
    };
    if size > LARGEST_FILE {
        return Err(unusable(file, "larger than an opt-out list can be"));
    }
    let text = fs::read_to_string(file).map_err(|error| unusable(file, error))?;
    parse(file, &text, mode).map_err(|fault| Error::in_file(ErrorCode::ConfigInvalid, fault))
}

fn parse(file: &Path, text: &str, mode: Mode) -> Result<Contents, FileFault> {
    let written: Written =
        toml::from_str(text).map_err(|error| FileFault::from_toml(file, text, &error))?;
    let fault = |at: usize, message: &str| FileFault::at(file, text, at, message);
    if *written.mode.as_ref() != mode {
        return Err(fault(
            written.mode.span().start,
            "a drill's list is not production's, and production's not a drill's",
        ));
    }
    let salt = bytes::<SALT>(written.salt.as_ref())
        .ok_or_else(|| fault(written.salt.span().start, "the salt is 64 hexadecimal digits"))?;
    let mut entries = BTreeSet::new();
    for line in &written.entries {
        let hash = bytes::<HASH>(line.as_ref())
            .ok_or_else(|| fault(line.span().start, "an entry is 64 hexadecimal digits"))?;
        entries.insert(hash);
    }
    Ok(Contents { salt: Some(salt), entries })
}

/// Whole, beside the old one, and then in its place: a power cut leaves one or the other.
fn write(file: &Path, mode: Mode, contents: &Contents) -> io::Result<()> {
    let mode = match mode {
        Mode::Drill => "drill",
        Mode::Production => "production",
    };
    let salt = contents.salt.as_ref().map(|salt| hex(salt)).unwrap_or_default();
    let mut text = format!(
        "# People who do not want to be looked up, as salted hashes of their cards. Made by MynaQ.\n\
         mode = \"{mode}\"\nsalt = \"{salt}\"\nentries = [\n"
    );
    for hash in &contents.entries {
        text.push_str(&format!("    \"{}\",\n", hex(hash)));
    }
    text.push_str("]\n");
    let new = file.with_extension("new");
    let mut written = File::create(&new)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    drop(written);
    fs::rename(&new, file)?;
    mynaq_ledger::sync_directory(file.parent().unwrap_or(Path::new(".")))
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    if hex.len() != 2 * N || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn not_configured() -> Error {
    Error::new(ErrorCode::ConfigInvalid).detail("no `file` under [opt_out] in the configuration")
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ConfigInvalid).detail(format_args!("{}: {why}", file.display()))
}
