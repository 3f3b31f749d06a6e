//! `mynaq view`: one case from the command line.

use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mynaq_host_sdk::{
    CardForm, Case, Consent, Event, EventBody, GateState, Identity, Observation, Reason, Record,
    Scope,
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Failure;
use crate::terminal::{Terminal, known, reader_trouble, unable};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    terminal: Terminal,
    /// How identity was checked. For `pin`, the 4 digits are read from standard input.
    #[arg(long, value_name = "visual|pin|failed", value_parser = identity)]
    identity: Identity,
    /// What the patient said.
    #[arg(long, value_name = "given|unobtainable|refused", value_parser = consent)]
    consent: Consent,
    /// Why consent could not be had.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Option<Reason>,
    /// How awake the patient is: JCS 0, 1, 2, 3, 10, 20, 30, 100, 200 or 300.
    #[arg(long, value_name = "JCS")]
    jcs: Option<u16>,
    /// What the card looks like, where it is not an ordinary one.
    #[arg(long, value_name = "face_authentication|without_photo", value_parser = card_form)]
    card_form: Option<CardForm>,
    /// What to ask for.
    #[arg(long, value_name = "summary|full|full_with_prescriptions", value_parser = scope, default_value = "summary")]
    scope: Scope,
    /// The pack that fills the record.
    #[arg(long, default_value = "record-app")]
    pack: String,
    /// The incident number.
    #[arg(long, default_value = "CLI-0001")]
    incident: String,
    /// Writes the events of the case there, one JSON line each, without the patient's data.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Gives up after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let pin = match arguments.identity {
        Identity::Pin => Some(read_pin()?),
        Identity::Visual | Identity::Failed => None,
    };
    let session = arguments.terminal.session()?;
    let case = arguments.terminal.case(&session, &arguments.incident, &arguments.pack)?;
    if arguments.jcs.is_some() || arguments.card_form.is_some() {
        let Arguments { jcs, card_form, .. } = arguments;
        let seen = Observation { jcs, card_form, ..Observation::default() };
        case.observe(&seen).map_err(unable)?;
    }
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
                    return Err(Failure::refused(&error));
                }
                EventBody::Trouble { error, goes_on: true, .. } => eprintln!("{error}"),
                EventBody::Trouble { error, goes_on: false, .. } => {
                    return Err(Failure::refused(&error));
                }
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
            for of_the_patient in ["summary", "record", "observation", "consciousness"] {
                members.remove(of_the_patient);
            }
        }
        writeln!(log, "{line}").map_err(Failure::unable)
    }
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

fn card_form(name: &str) -> Result<CardForm, String> {
    CardForm::from_name(name).ok_or_else(|| known(CardForm::ALL.iter().map(|word| word.name())))
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
