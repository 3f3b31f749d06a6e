//! The terminal a command works on: which plugin, which configuration, and who is at it.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use mynaq_host_sdk::{
    Case, CaseOpening, DoorKind, Error, ErrorClass, Factor, Hooks, Level, LogIn, Plugin, Quiet,
    ReaderFacts, ReaderService, ReaderState, Session,
};

use crate::{Failure, explain};

#[derive(clap::Args)]
pub(crate) struct Terminal {
    /// The plugin: libmynaq_plugin.so or mynaq_plugin.dll.
    #[arg(long, value_name = "FILE")]
    plugin: PathBuf,
    /// The configuration of this terminal.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Through which door to load the plugin.
    #[arg(long, value_enum, default_value_t = Door::Any)]
    door: Door,
    /// The unit.
    #[arg(long, default_value = "CLI")]
    unit: String,
    /// The terminal.
    #[arg(long, default_value = "CLI")]
    terminal: String,
    /// The crew member who views. Where the department has a roster they are logged in for as long
    /// as the command runs.
    #[arg(long, default_value = "CLI")]
    crew_member: String,
    /// How you made sure that it is them, where a log-in is asked for; once for each factor.
    #[arg(long = "factor", value_name = "FACTOR", value_parser = factor)]
    factors: Vec<Factor>,
    /// Writes the plugin's log there.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Door {
    /// The abi_stable door, or the C door where that one is refused.
    Any,
    /// The abi_stable door.
    Rust,
    /// The C door.
    C,
}

impl Terminal {
    /// Opens a session, and logs the crew member in where that is asked for.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        let plugin = match self.door {
            Door::Any => Plugin::load(&self.plugin),
            Door::Rust => Plugin::load_by(&self.plugin, DoorKind::Rust),
            Door::C => Plugin::load_by(&self.plugin, DoorKind::C),
        }
        .map_err(Failure::unable)?;
        if let Some(reason) = plugin.fallback() {
            eprintln!("abi_stable の入口は使えません / the C door is used: {reason}");
        }
        let session = self.open(&plugin).map_err(unable)?;
        if session.capabilities().map_err(unable)?.log_in_required {
            session.log_in(&self.log_in()).map_err(unable)?;
        }
        Ok(session)
    }

    /// Opens a case for the crew member.
    pub(crate) fn case(
        &self,
        session: &Session,
        incident: &str,
        pack: &str,
    ) -> Result<Case, Failure> {
        session
            .open_case(&CaseOpening {
                incident: incident.to_owned(),
                unit: self.unit.clone(),
                terminal: self.terminal.clone(),
                crew_member: self.crew_member.clone(),
                pack: pack.to_owned(),
            })
            .map_err(unable)
    }

    fn log_in(&self) -> LogIn {
        LogIn {
            crew_member: self.crew_member.clone(),
            unit: self.unit.clone(),
            terminal: self.terminal.clone(),
            factors: self.factors.clone(),
        }
    }

    fn open(&self, plugin: &Plugin) -> Result<Session, Error> {
        let Some(path) = &self.log else { return plugin.open(&self.config, Quiet) };
        match File::create(path) {
            Ok(file) => plugin.open(&self.config, LogFile(file)),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                plugin.open(&self.config, Quiet)
            }
        }
    }
}

struct LogFile(File);

impl Hooks for LogFile {
    fn log(&self, level: Level, target: &str, message: &str) {
        // A full disk must not stop the case.
        let _ = writeln!(&self.0, "{level:?} {target} {message}");
    }
}

/// What is wrong with the readers; nothing while they only come and go with their cards.
pub(crate) fn reader_trouble(service: ReaderService, readers: &[ReaderFacts]) -> Option<String> {
    if service == ReaderService::Absent {
        return Some(
            "カードのサービスが動いていません / the smart card service does not run".to_owned(),
        );
    }
    let wrong = readers.iter().filter_map(|reader| {
        let what = match reader.state {
            ReaderState::Mute => "カードが応答しません / what lies there does not answer",
            ReaderState::NotAnswering => "リーダーが応答しません / the reader does not answer",
            ReaderState::Empty | ReaderState::Card | ReaderState::Unknown => return None,
        };
        Some(format!("{what}: {}", reader.name))
    });
    let wrong: Vec<_> = wrong.collect();
    (!wrong.is_empty()).then(|| wrong.join("\n"))
}

/// An error of a call: what the terminal is wrong about is one thing, what the case is another.
pub(crate) fn unable(error: Error) -> Failure {
    match error.class() {
        ErrorClass::Config | ErrorClass::Usage | ErrorClass::Internal | ErrorClass::Mapping => {
            Failure::unable(explain(&error))
        }
        _ => Failure::no_record(explain(&error)),
    }
}

fn factor(name: &str) -> Result<Factor, String> {
    Factor::from_name(name).ok_or_else(|| known(Factor::ALL.iter().map(|word| word.name())))
}

/// The words an argument takes.
pub(crate) fn known<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("known are: {}", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_spoken_of_only_when_something_is_wrong() {
        let reader = |state| ReaderFacts { name: "R".into(), state };
        let said = |service, states: &[ReaderState]| {
            let readers: Vec<_> = states.iter().copied().map(reader).collect();
            reader_trouble(service, &readers)
        };
        let running = ReaderService::Running;
        let well = [ReaderState::Empty, ReaderState::Card, ReaderState::Unknown];
        assert_eq!(said(running, &well), None);
        // That none is connected says `card_awaited`, once a card is asked for.
        assert_eq!(said(running, &[]), None);
        assert!(said(ReaderService::Absent, &[]).is_some_and(|it| it.contains("does not run")));
        let both =
            said(running, &[ReaderState::Mute, ReaderState::Card, ReaderState::NotAnswering]);
        assert_eq!(both.unwrap_or_default().lines().count(), 2);
    }
}
