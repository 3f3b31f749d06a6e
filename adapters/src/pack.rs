//! One vendor's pack.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use mynaq_interface::{
    Error, ErrorCode, FileFault, PackCapabilities, PackIdentity, Record, Summary,
};
use sha2::{Digest, Sha256};

use crate::mapping::{self, Mapping};
use crate::plan::Plan;
use crate::writer::Format;

/// A vendor's pack, checked and ready to fill records. Holds nothing about any patient; can be
/// used from several threads at once.
#[derive(Debug)]
pub struct Pack {
    identity: PackIdentity,
    plan: Plan,
}

impl Pack {
    /// The mapping's file in the pack's folder.
    pub const FILE: &str = "mapping.toml";
    /// The longest mapping that is read, in bytes.
    pub const LONGEST: u64 = 1 << 20;

    /// Loads the pack of a folder; the folder's name is the pack's.
    ///
    /// # Errors
    ///
    /// Every fault of the mapping at once, each with line, column and, where there is an obvious
    /// one, the remedy. A file that cannot be read is a fault at its first line.
    pub fn load(dir: &Path) -> Result<Pack, Vec<FileFault>> {
        let file = dir.join(Pack::FILE);
        let fault = |ja: &str, en: &str| vec![FileFault::at(&file, "", 0, format!("{ja} / {en}"))];
        let name = dir
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|name| is_name(name))
            .ok_or_else(|| {
                fault(
                    "フォルダ名に使えるのは英小文字、数字、ハイフン（64字まで）",
                    "a pack's folder is named with a-z, 0-9 and hyphens, at most 64",
                )
            })?;
        let mut bytes = vec![];
        read_start(&file, &mut bytes)
            .map_err(|error| fault("読み取れない", &format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > Pack::LONGEST {
            return Err(fault("長すぎる（1 MiB まで）", "longer than 1 MiB"));
        }
        let text =
            String::from_utf8(bytes).map_err(|_| fault("UTF-8 ではない", "is not UTF-8 text"))?;
        Pack::from_file_text(name, &file, &text)
    }

    /// The pack of a mapping that is already in memory, under the given name.
    ///
    /// # Errors
    ///
    /// Every fault of the mapping at once, as from [`Pack::load`].
    pub fn from_text(name: &str, text: &str) -> Result<Pack, Vec<FileFault>> {
        Pack::from_file_text(name, Path::new(Pack::FILE), text)
    }

    fn from_file_text(name: &str, file: &Path, text: &str) -> Result<Pack, Vec<FileFault>> {
        let Mapping { version, plan } = mapping::load(file, text)?;
        let identity = PackIdentity {
            name: name.to_owned(),
            version,
            mapping_sha256: hexadecimal_sha256(text),
        };
        Ok(Pack { identity, plan })
    }

    /// Name, version and the hash of the mapping that is in force.
    pub fn identity(&self) -> &PackIdentity {
        &self.identity
    }

    /// Fills the vendor's record. Every field of the pack is there, in the mapping's order, as an
    /// offer or with the reason why it has no value. Cannot fail and does no I/O.
    pub fn fill(&self, summary: &Summary) -> Record {
        Record { pack: self.identity.clone(), card: None, fields: self.plan.fill(summary) }
    }

    /// Writes what the crew accepted of a record, in one of the pack's formats.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::FormatUnknown`] names the formats there are.
    pub fn write(&self, record: &Record, format: &str) -> Result<Vec<u8>, Error> {
        let format = Format::from_name(format).ok_or_else(|| {
            let known: Vec<_> = Format::ALL.iter().map(|(name, _)| *name).collect();
            Error::new(ErrorCode::FormatUnknown)
                .detail(format_args!("there are: {}", known.join(", ")))
        })?;
        format.write(record)
    }

    /// What a host can know of the record before any patient: its fields and formats.
    pub fn capabilities(&self) -> PackCapabilities {
        let PackIdentity { name, version, mapping_sha256 } = self.identity.clone();
        PackCapabilities {
            name,
            version,
            mapping_sha256,
            max_chars_counts: self.plan.counting.name().to_owned(),
            formats: Format::ALL.iter().map(|(name, _)| (*name).to_owned()).collect(),
            fields: self.plan.capabilities(),
        }
    }
}

/// One byte more than allowed: a length asked for beforehand may be a lie. Only regular files, as
/// opening a pipe could wait for ever.
fn read_start(file: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(file)?.take(Pack::LONGEST + 1).read_to_end(bytes).map(drop)
}

/// Names travel in openings, logs and the ledger; what is not one of these letters is a mistake.
fn is_name(name: &str) -> bool {
    let letters = name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    letters && (1..=64).contains(&name.len())
}

fn hexadecimal_sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
