//! The configuration of one terminal: one TOML file.
//!
//! `file` what may stand in it · `check` what else must hold, each fault with its place · `gateway` the
//! same of the way to the gateway.

mod check;
mod file;
mod gateway;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode, FileFault};
use serde::Deserialize;

use self::check::Check;
use self::file::File;
pub(crate) use self::gateway::{Gateway, Https, Identity, Times, Way};
use crate::gate::{LogInRule, TranscriptionRules};
use crate::notice::Department;

/// A checked configuration. Relative paths have been resolved against the file's folder.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) mode: Mode,
    /// The department as the national system knows it: 10 digits.
    pub(crate) facility_code: String,
    /// The department as the notice names it.
    pub(crate) department: Department,
    pub(crate) reader: ReaderChoice,
    pub(crate) card_wait: Duration,
    pub(crate) card_authorities: Vec<PathBuf>,
    pub(crate) gateway: Gateway,
    pub(crate) ledger: Folder,
    pub(crate) packs: PathBuf,
    pub(crate) log_in: LogInRule,
    pub(crate) opt_out: Option<PathBuf>,
    pub(crate) transcription: TranscriptionRules,
}

/// A folder, and what to say when it holds something it must not.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    place: FileFault,
}

impl Folder {
    /// The fault of what lies there.
    pub(crate) fn fault(&self, message: &str) -> FileFault {
        FileFault { message: message.to_owned(), ..self.place.clone() }
    }
}

/// Whether patients are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Synthetic cards and the simulated gateway on this machine, and nothing else.
    Drill,
    /// Real cards and the configured gateway, and nothing else.
    Production,
}

/// Where cards are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReaderChoice {
    /// The smart card service of the operating system.
    Pcsc,
    /// The simulator's card, reached directly. Drill only.
    Drill(SocketAddr),
}

impl Config {
    /// Reads and checks the file.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::new(ErrorCode::ConfigUnreadable)
                .detail(format_args!("{}: {error}", path.display()))
        })?;
        Self::parse(path, &text).map_err(|fault| Error::in_file(ErrorCode::ConfigInvalid, fault))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, FileFault> {
        let file: File =
            toml::from_str(text).map_err(|error| FileFault::from_toml(path, text, &error))?;
        let check = Check { path, text, mode: *file.mode.as_ref() };
        let folder = path.parent().unwrap_or(Path::new(""));
        check.percent(file.review.consented_percent.as_ref())?;
        Ok(Config {
            mode: check.mode,
            reader: check.reader(&file.card)?,
            facility_code: check.facility_code(&file.department.as_ref().facility_code)?,
            department: check.department(file.department)?,
            card_wait: check.seconds(&file.card.wait_seconds)?,
            card_authorities: file.card.authorities.iter().map(|file| folder.join(file)).collect(),
            gateway: check.gateway(file.gateway, folder)?,
            ledger: Folder {
                place: check.fault(&file.ledger.directory, ""),
                path: folder.join(file.ledger.directory.into_inner()),
            },
            packs: folder.join(file.packs.directory.into_inner()),
            log_in: check.log_in(file.roster, &file.mode, folder)?,
            opt_out: file.opt_out.map(|list| folder.join(list.file)),
            transcription: file.transcription.into(),
        })
    }
}
