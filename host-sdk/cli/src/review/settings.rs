//! Which ledger, and how many of the consented viewings: from the command line, or from the
//! terminal's configuration.

use std::fs;
use std::path::{Path, PathBuf};

use mynaq_host_sdk::{Error, ErrorCode, FileFault};
use mynaq_ledger::review::Sample;
use serde::Deserialize;
use toml::Spanned;

use crate::Failure;

/// Where to look, as it stands on the command line.
#[derive(clap::Args)]
pub(super) struct Place {
    /// The terminal's ledger, or a copy of it: a folder.
    #[arg(long, value_name = "DIR", conflicts_with = "config", required_unless_present = "config")]
    ledger: Option<PathBuf>,
    /// The terminal's configuration, which names its ledger.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How many of a hundred viewings with consent are drawn for a review, 0 to 100. 5, or what the
    /// configuration says, if not given.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    sample: Option<u8>,
}

/// Where to look, and at what.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) ledger: PathBuf,
    pub(super) sample: Sample,
    /// The department's roster, where the configuration names one.
    pub(super) roster: Option<PathBuf>,
}

impl Place {
    pub(super) fn settings(self) -> Result<Settings, Failure> {
        let mut settings = match (self.config, self.ledger) {
            (Some(config), _) => Settings::load(&config)?,
            (None, ledger) => Settings {
                // clap has seen to it that there is one.
                ledger: ledger.unwrap_or_default(),
                sample: Sample::DEFAULT,
                roster: None,
            },
        };
        if let Some(sample) = self.sample.and_then(Sample::percent) {
            settings.sample = sample;
        }
        Ok(settings)
    }
}

/// What a review needs of the terminal's configuration. The rest is the plugin's business.
#[derive(Deserialize)]
struct File {
    ledger: Ledger,
    #[serde(default)]
    review: Review,
    roster: Option<Roster>,
}

#[derive(Deserialize)]
struct Ledger {
    directory: PathBuf,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Review {
    consented_percent: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
struct Roster {
    file: Option<PathBuf>,
}

impl Settings {
    fn load(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| {
            let detail = format!("{}: {error}", path.display());
            unable(&Error::new(ErrorCode::ConfigUnreadable).detail(detail))
        })?;
        Self::parse(path, &text)
            .map_err(|fault| unable(&Error::in_file(ErrorCode::ConfigInvalid, fault)))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, FileFault> {
        let file: File =
            toml::from_str(text).map_err(|error| FileFault::from_toml(path, text, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let sample = match file.review.consented_percent {
            None => Sample::DEFAULT,
            Some(percent) => {
                u8::try_from(*percent.as_ref()).ok().and_then(Sample::percent).ok_or_else(|| {
                    let at = percent.span().start;
                    FileFault::at(path, text, at, "consented_percent is a whole number, 0 to 100")
                })?
            }
        };
        Ok(Settings {
            ledger: folder.join(file.ledger.directory),
            sample,
            roster: file.roster.and_then(|roster| roster.file).map(|file| folder.join(file)),
        })
    }
}

fn unable(error: &Error) -> Failure {
    Failure::unable(crate::explain(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, FileFault> {
        Settings::parse(Path::new("etc/mynaq.toml"), text)
    }

    #[test]
    fn only_what_a_review_needs_is_read_and_paths_are_relative_to_the_file() {
        let text = "mode = 7\n[ledger]\ndirectory = \"ledger\"\n[gateway]\nurl = 3\n";
        let settings = parse(text).unwrap();
        assert_eq!(settings.ledger, Path::new("etc/ledger"));
        assert_eq!((settings.sample, settings.roster), (Sample::DEFAULT, None));

        let more = format!("{text}[review]\nconsented_percent = 20\n[roster]\nfile = \"r.toml\"\n");
        let settings = parse(&more).unwrap();
        assert_eq!(Some(settings.sample), Sample::percent(20));
        assert_eq!(settings.roster.as_deref(), Some(Path::new("etc/r.toml")));
    }

    #[test]
    fn a_share_that_is_none_is_refused_where_it_stands() {
        for share in ["101", "-1", "999999999999", "5.5", "\"5\""] {
            let fault = parse(&format!(
                "[ledger]\ndirectory = \"l\"\n[review]\nconsented_percent = {share}\n"
            ));
            assert_eq!(fault.unwrap_err().line, 4, "{share}");
        }
        let fault = parse("[ledger]\ndirectory = \"l\"\n[review]\nconsented_precent = 5\n");
        assert_eq!(fault.unwrap_err().suggestion.as_deref(), Some("consented_percent"));
        assert!(parse("mode = \"drill\"\n").is_err(), "there must be a ledger");
    }
}
