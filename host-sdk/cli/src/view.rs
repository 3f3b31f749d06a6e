//! `mynaq view`: one case from the command line.

use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use mynaq_host_sdk::{
    Case, CaseOpening, Consent, DoorKind, Error, ErrorClass, Event, EventBody, GateState, Hooks,
    Identity, Level, Plugin, Quiet, ReaderFacts, ReaderService, ReaderState, Reason, Record, Scope,
    Session,
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{Failure, explain};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The plugin: libmynaq_plugin.so or mynaq_plugin.dll.
    #[arg(long, value_name = "FILE")]
    plugin: PathBuf,
    /// The configuration of this terminal.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Through which door to load the plugin.
    #[arg(long, value_enum, default_value_t = Door::Any)]
    door: Door,
    /// How identity was checked. For `pin`, the 4 digits are read from standard input.
    #[arg(long, value_name = "visual|pin|failed", value_parser = identity)]
    identity: Identity,
    /// What the patient said.
    #[arg(long, value_name = "given|unobtainable|refused", value_parser = consent)]
    consent: Consent,
    /// Why consent could not be had.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Option<Reason>,
    /// What to ask for.
    #[arg(long, value_name = "summary|full|full_with_prescriptions", value_parser = scope, default_value = "summary")]
    scope: Scope,
    /// The pack that fills the record.
    #[arg(long, default_value = "record-app")]
    pack: String,
    /// The incident number.
    #[arg(long, default_value = "CLI-0001")]
    incident: String,
    /// The unit.
    #[arg(long, default_value = "CLI")]
    unit: String,
    /// The terminal.
    #[arg(long, default_value = "CLI")]
    terminal: String,
    /// The crew member who views.
    #[arg(long, default_value = "CLI")]
    crew_member: String,
    /// Writes the events of the case there, one JSON line each, without the patient's data.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Writes the plugin's log there.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Gives up after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
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

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let pin = match arguments.identity {
        Identity::Pin => Some(read_pin()?),
        Identity::Visual | Identity::Failed => None,
    };
    let plugin = match arguments.door {
        Door::Any => Plugin::load(&arguments.plugin),
        Door::Rust => Plugin::load_by(&arguments.plugin, DoorKind::Rust),
        Door::C => Plugin::load_by(&arguments.plugin, DoorKind::C),
    }
    .map_err(Failure::unable)?;
    if let Some(reason) = plugin.fallback() {
        eprintln!("abi_stable の入口は使えません / the C door is used: {reason}");
    }
    let session = open(&plugin, &arguments).map_err(unable)?;
    let case = session
        .open_case(&CaseOpening {
            incident: arguments.incident.clone(),
            unit: arguments.unit.clone(),
            terminal: arguments.terminal.clone(),
            crew_member: arguments.crew_member.clone(),
            pack: arguments.pack.clone(),
        })
        .map_err(unable)?;
    let mut run = Run { case, arguments, log: None, readers: None };
    if let Some(path) = &run.arguments.events {
        run.log = Some(File::create(path).map_err(Failure::unable)?);
    }
    let record = run.record(pin)?;
    let json = serde_json::to_string_pretty(&record).map_err(Failure::unable)?;
    println!("{json}");
    run.case.close().map_err(unable)
}

struct Run {
    case: Case,
    arguments: Arguments,
    log: Option<File>,
    /// What was said last of the readers.
    readers: Option<String>,
}

impl Run {
    fn record(&mut self, pin: Option<Zeroizing<String>>) -> Result<Record, Failure> {
        match &pin {
            Some(digits) => self.case.identity_by_pin(digits),
            None => {
                self.case.identity(self.arguments.identity).and_then(|()| self.case.read_card())
            }
        }
        .map_err(Failure::no_record)?;
        self.case
            .consent(self.arguments.consent, self.arguments.reason)
            .map_err(Failure::no_record)?;

        let until = Instant::now() + Duration::from_secs(self.arguments.patience);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Some(event) = self.case.next_event(left).map_err(Failure::no_record)? else {
                return Err(Failure::no_record("時間切れ / no record in time (--patience)"));
            };
            self.write(&event)?;
            match event.body {
                EventBody::Readers { service, readers } => {
                    let wrong = reader_trouble(service, &readers);
                    if wrong != self.readers {
                        wrong.iter().for_each(|wrong| eprintln!("{wrong}"));
                        self.readers = wrong;
                    }
                }
                EventBody::CardAwaited { readers } => {
                    eprintln!(
                        "カードをかざしてください / present the card: {}",
                        readers.join(", ")
                    );
                }
                EventBody::CardFound { reader } => {
                    eprintln!("読み取り中。動かさないでください / reading, hold still: {reader}");
                }
                EventBody::Gate { state: GateState::Open, .. } => {
                    self.case.look_up(self.arguments.scope).map_err(Failure::no_record)?;
                }
                EventBody::Gate { state: GateState::Closed { error }, .. } => {
                    return Err(stop(&error));
                }
                EventBody::Trouble { error, goes_on: true } => eprintln!("{error}"),
                EventBody::Trouble { error, goes_on: false } => return Err(stop(&error)),
                EventBody::Record { record } => return Ok(*record),
                _ => {}
            }
        }
    }

    /// Everything but what was found out about the patient: that stays in memory.
    fn write(&mut self, event: &Event) -> Result<(), Failure> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let mut line = serde_json::to_value(event).map_err(Failure::unable)?;
        if let Value::Object(members) = &mut line {
            members.remove("summary");
            members.remove("record");
        }
        writeln!(log, "{line}").map_err(Failure::unable)
    }
}

/// What is wrong with the readers; nothing while they only come and go with their cards.
fn reader_trouble(service: ReaderService, readers: &[ReaderFacts]) -> Option<String> {
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

fn open(plugin: &Plugin, arguments: &Arguments) -> Result<Session, Error> {
    match &arguments.log {
        None => plugin.open(&arguments.config, Quiet),
        Some(path) => match File::create(path) {
            Ok(file) => plugin.open(&arguments.config, LogFile(file)),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                plugin.open(&arguments.config, Quiet)
            }
        },
    }
}

struct LogFile(File);

impl Hooks for LogFile {
    fn log(&self, level: Level, target: &str, message: &str) {
        // A full disk must not stop the case.
        let _ = writeln!(&self.0, "{level:?} {target} {message}");
    }
}

fn unable(error: Error) -> Failure {
    match error.class() {
        ErrorClass::Config | ErrorClass::Usage | ErrorClass::Internal | ErrorClass::Mapping => {
            Failure::unable(explain(&error))
        }
        _ => Failure::no_record(explain(&error)),
    }
}

fn stop(error: &Error) -> Failure {
    Failure::no_record(explain(error))
}

fn read_pin() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::unable)?;
    Ok(Zeroizing::new(line.trim_end().to_owned()))
}

fn identity(name: &str) -> Result<Identity, String> {
    Identity::from_name(name).ok_or_else(|| known(Identity::ALL.iter().map(|word| word.name())))
}

fn consent(name: &str) -> Result<Consent, String> {
    Consent::from_name(name).ok_or_else(|| known(Consent::ALL.iter().map(|word| word.name())))
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::from_name(name).ok_or_else(|| known(Scope::ALL.iter().map(|word| word.name())))
}

fn reason(name: &str) -> Result<Reason, String> {
    Reason::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Reason::ALL
            .iter()
            .map(|reason| format!("{} {}", reason.name(), reason.definition()))
            .collect();
        format!("known are: {}", known.join(", "))
    })
}

fn known<'a>(names: impl Iterator<Item = &'a str>) -> String {
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
