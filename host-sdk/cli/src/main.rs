//! The `mynaq` command. For a case it is a host like any other: it loads the plugin by path.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

mod opt_out;
mod review;
mod roster;
mod schemas;
mod terminal;
mod view;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mynaq_host_sdk::Error;

/// MynaQ from the command line.
#[derive(Parser)]
#[command(name = "mynaq", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one case: read the card, look up, print the filled record as JSON.
    View(Box<view::Arguments>),
    /// The roster of those who may view: who may today, whose term ends, what is wrong with it.
    #[command(subcommand)]
    Roster(roster::Command),
    /// The department's own list of people who do not want to be looked up.
    #[command(subcommand)]
    OptOut(opt_out::Command),
    /// Look again at who was viewed without consent.
    Review(review::Arguments),
    /// Write the JSON Schemas of every document that crosses the interface.
    Schemas(schemas::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::View(arguments) => view::run(*arguments),
        Command::Roster(command) => roster::run(command),
        Command::OptOut(command) => opt_out::run(command),
        Command::Review(arguments) => review::run(arguments),
        Command::Schemas(arguments) => schemas::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Why the command did not do what it was asked for.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The case ended without a record: an ordinary outcome.
    fn no_record(message: impl ToString) -> Self {
        Failure { code: 1, message: message.to_string() }
    }

    /// The answer is no, for the reason the error gives.
    fn refused(error: &Error) -> Self {
        Failure { code: 1, message: explain(error) }
    }

    /// The command could not work at all.
    fn unable(message: impl ToString) -> Self {
        Failure { code: 2, message: message.to_string() }
    }
}

/// What happened, and what to do now.
fn explain(error: &Error) -> String {
    format!("{error}\n{}", advice(error))
}

/// What to do now.
fn advice(error: &Error) -> String {
    format!("→ {} / {}", error.action_ja(), error.action_en())
}
