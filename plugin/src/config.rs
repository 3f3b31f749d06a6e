//! The configuration of one terminal: one TOML file.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode, FileFault};
use reqwest::Url;
use serde::Deserialize;
use toml::Spanned;

/// A checked configuration. Relative paths have been resolved against the file's folder.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) mode: Mode,
    pub(crate) facility_code: String,
    pub(crate) reader: ReaderChoice,
    pub(crate) card_wait: Duration,
    pub(crate) card_authorities: Vec<PathBuf>,
    pub(crate) gateway: Gateway,
    pub(crate) ledger: PathBuf,
    pub(crate) packs: PathBuf,
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

/// Where and as whom to look up.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) url: Url,
    pub(crate) authority: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) connect: Duration,
    pub(crate) answer: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mode: Mode,
    department: Department,
    card: Card,
    gateway: GatewayTable,
    ledger: Folder,
    packs: Folder,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Department {
    facility_code: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    reader: Spanned<ReaderWord>,
    drill_address: Option<Spanned<SocketAddr>>,
    #[serde(default = "default_wait")]
    wait_seconds: Spanned<u64>,
    #[serde(default)]
    authorities: Vec<PathBuf>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReaderWord {
    Pcsc,
    Drill,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewayTable {
    url: Spanned<String>,
    authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    #[serde(default = "default_connect")]
    connect_seconds: Spanned<u64>,
    #[serde(default = "default_answer")]
    answer_seconds: Spanned<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    directory: PathBuf,
}

fn default_wait() -> Spanned<u64> {
    Spanned::new(0..0, 60)
}

fn default_connect() -> Spanned<u64> {
    Spanned::new(0..0, 5)
}

fn default_answer() -> Spanned<u64> {
    Spanned::new(0..0, 20)
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
        let check = Check { path, text, mode: file.mode };
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Config {
            mode: file.mode,
            facility_code: check.facility_code(file.department.facility_code)?,
            reader: check.reader(&file.card)?,
            card_wait: check.seconds(&file.card.wait_seconds)?,
            card_authorities: file.card.authorities.iter().map(|file| folder.join(file)).collect(),
            gateway: Gateway {
                url: check.url(&file.gateway.url)?,
                authority: folder.join(file.gateway.authority),
                certificate: folder.join(file.gateway.certificate),
                key: folder.join(file.gateway.key),
                connect: check.seconds(&file.gateway.connect_seconds)?,
                answer: check.seconds(&file.gateway.answer_seconds)?,
            },
            ledger: folder.join(file.ledger.directory),
            packs: folder.join(file.packs.directory),
        })
    }
}

/// Checks that need to name the place of a value.
struct Check<'a> {
    path: &'a Path,
    text: &'a str,
    mode: Mode,
}

impl Check<'_> {
    fn fault<T>(&self, at: &Spanned<T>, message: &str) -> FileFault {
        FileFault::at(self.path, self.text, at.span().start, message)
    }

    fn facility_code(&self, code: Spanned<String>) -> Result<String, FileFault> {
        if code.as_ref().len() == 10 && code.as_ref().bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(code.into_inner())
        } else {
            Err(self.fault(&code, "facility_code is the department's 10 digits"))
        }
    }

    fn reader(&self, card: &Card) -> Result<ReaderChoice, FileFault> {
        match (card.reader.as_ref(), self.mode, &card.drill_address) {
            (ReaderWord::Pcsc, _, None) => Ok(ReaderChoice::Pcsc),
            (ReaderWord::Pcsc, _, Some(address)) => {
                Err(self.fault(address, "drill_address goes with reader = \"drill\""))
            }
            (ReaderWord::Drill, Mode::Production, _) => {
                Err(self.fault(&card.reader, "production reads cards through reader = \"pcsc\""))
            }
            (ReaderWord::Drill, Mode::Drill, Some(address))
                if address.as_ref().ip().is_loopback() =>
            {
                Ok(ReaderChoice::Drill(*address.as_ref()))
            }
            (ReaderWord::Drill, Mode::Drill, Some(address)) => {
                Err(self
                    .fault(address, "a drill reaches this machine only: give a loopback address"))
            }
            (ReaderWord::Drill, Mode::Drill, None) => {
                Err(self.fault(&card.reader, "reader = \"drill\" needs drill_address"))
            }
        }
    }

    fn url(&self, written: &Spanned<String>) -> Result<Url, FileFault> {
        let url = Url::parse(written.as_ref())
            .map_err(|error| self.fault(written, &format!("url is not an address: {error}")))?;
        if url.scheme() != "https" || url.host().is_none() {
            return Err(self.fault(written, "url must begin with https://"));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.mode == Mode::Drill && !loopback {
            return Err(self.fault(
                written,
                "a drill reaches this machine only: give a loopback address such as 127.0.0.1",
            ));
        }
        Ok(url)
    }

    fn seconds(&self, written: &Spanned<u64>) -> Result<Duration, FileFault> {
        match *written.as_ref() {
            seconds @ 1..=600 => Ok(Duration::from_secs(seconds)),
            _ => Err(self.fault(written, "a time limit is 1 to 600 seconds")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"mode = "drill"
[department]
facility_code = "9910000001"
[card]
reader = "drill"
drill_address = "127.0.0.1:4001"
[gateway]
url = "https://127.0.0.1:4443/"
authority = "ca.pem"
certificate = "client.pem"
key = "client.key"
[ledger]
directory = "ledger"
[packs]
directory = "packs"
"#;

    fn fault(from: &str, to: &str) -> FileFault {
        assert!(GOOD.contains(from));
        Config::parse(Path::new("etc/mynaq.toml"), &GOOD.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn the_configurations_of_the_manual_are_right() {
        let manual = include_str!("../../host-sdk/INTERFACE.md");
        let blocks: Vec<_> = manual.split("```toml\n").skip(1).collect();
        assert_eq!(blocks.len(), 2);
        for (block, mode) in blocks.iter().zip([Mode::Production, Mode::Drill]) {
            let text = block.split("```").next().unwrap();
            let config = Config::parse(Path::new("mynaq.toml"), text).unwrap();
            assert_eq!(config.mode, mode);
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = Config::parse(Path::new("etc/mynaq.toml"), GOOD).unwrap();
        assert_eq!(config.ledger, Path::new("etc/ledger"));
        assert_eq!(config.gateway.key, Path::new("etc/client.key"));
        assert_eq!(config.card_wait, Duration::from_secs(60));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_key_meant() {
        let fault = fault("drill_address", "dril_adress");
        assert_eq!((fault.line, fault.column), (6, 1));
        assert_eq!(fault.suggestion.as_deref(), Some("drill_address"));
    }

    #[test]
    fn a_drill_reaches_nothing_but_this_machine() {
        assert_eq!(fault("https://127.0.0.1:4443/", "https://192.0.2.1/").line, 8);
        assert_eq!(fault("https://127.0.0.1:4443/", "https://localhost.example/").line, 8);
        assert_eq!(fault("127.0.0.1:4001", "192.0.2.1:4001").line, 6);
    }

    #[test]
    fn production_has_no_simulated_reader() {
        let fault = fault("mode = \"drill\"", "mode = \"production\"");
        assert_eq!((fault.line, fault.column), (5, 10));
    }

    #[test]
    fn values_out_of_range_are_refused_where_they_stand() {
        assert_eq!(fault("9910000001", "99100").line, 3);
        assert_eq!(fault("https://127.0.0.1:4443/", "http://127.0.0.1/").line, 8);
        assert_eq!(fault("[card]", "[card]\nwait_seconds = 0").line, 5);
        assert_eq!(fault("\"drill\"", "\"dril\"").suggestion.as_deref(), Some("drill"));
    }
}
