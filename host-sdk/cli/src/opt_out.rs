//! `mynaq opt-out`: somebody at the department's counter, with their own card, who does not want to
//! be looked up, or does again.

use std::time::{Duration, Instant};

use clap::Subcommand;
use mynaq_host_sdk::{Case, EventBody, OptOut};

use crate::Failure;
use crate::terminal::{Terminal, unable};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The holder of the card does not want to be looked up. The list keeps a salted hash of the card
    /// and nothing else; a renewed card has to be entered again: tell its holder.
    Add(Arguments),
    /// The holder of the card may be looked up again.
    Remove(Arguments),
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    terminal: Terminal,
    /// What the ledger calls the occasion.
    #[arg(long, default_value = "OPT-OUT")]
    incident: String,
    /// Gives up after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let (arguments, opt_out) = match command {
        Command::Add(arguments) => (arguments, OptOut::Add),
        Command::Remove(arguments) => (arguments, OptOut::Remove),
    };
    let session = arguments.terminal.session()?;
    let packs = session.capabilities().map_err(unable)?.packs;
    // Nothing is looked up: any pack will do.
    let pack = packs.first().ok_or_else(|| {
        Failure::unable("様式が入っていません / no pack is installed: see `pack_faults`")
    })?;
    let case = arguments.terminal.case(&session, &arguments.incident, &pack.name)?;
    let until = Instant::now() + Duration::from_secs(arguments.patience);
    case.read_card().map_err(unable)?;
    wait(&case, until, |body| matches!(body, EventBody::CardRead { .. }))?;
    case.opt_out(opt_out).map_err(unable)?;
    wait(&case, until, |body| *body == EventBody::OptOutRecorded { opt_out })?;
    println!(
        "{}",
        match opt_out {
            OptOut::Add => {
                "閲覧しない方の一覧に登録しました。カードを更新したときは登録し直しが必要です / \
                 entered; a renewed card has to be entered again"
            }
            OptOut::Remove => "一覧から外しました / taken off the list",
        }
    );
    case.close().map_err(unable)
}

fn wait(case: &Case, until: Instant, wanted: impl Fn(&EventBody) -> bool) -> Result<(), Failure> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let Some(event) = case.next_event(left).map_err(unable)? else {
            return Err(Failure::no_record("時間切れ / no card in time (--patience)"));
        };
        match event.body {
            body if wanted(&body) => return Ok(()),
            EventBody::CardAwaited { readers } => {
                eprintln!("カードをかざしてください / present the card: {}", readers.join(", "));
            }
            EventBody::Trouble { error, goes_on: true, .. } => eprintln!("{error}"),
            EventBody::Trouble { error, goes_on: false, .. } => {
                return Err(Failure::refused(&error));
            }
            _ => {}
        }
    }
}
