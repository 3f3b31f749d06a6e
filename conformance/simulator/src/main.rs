//! `mynaq-simulator`: synthetic people, virtual cards and a gateway, for tests and training.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use mynaq_simulator::{
    Extended, Fault, Habits, Listing, Options, Script, Simulator, Tear, World, today,
};
use serde_json::json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Synthetic people with virtual cards, and a gateway that demands the crew's certificate.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write keys and certificates of cards, crew and gateway into a folder.
    World {
        /// The folder.
        dir: PathBuf,
    },
    /// Run until SIGINT or SIGTERM; prints one line of JSON with the addresses when ready.
    Run(Run),
    /// List the cards: id, name, why.
    People,
}

#[derive(Args)]
struct Run {
    /// The folder of keys and certificates; made if it is not there.
    #[arg(long)]
    world: PathBuf,
    /// Where the gateway listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    gateway: SocketAddr,
    /// Where a program may connect as the reader.
    #[arg(long, default_value = "127.0.0.1:0")]
    drill: SocketAddr,
    /// Where the control page is.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Plug the card into pcscd's virtual reader (its port is 35963).
    #[arg(long)]
    vpcd: Option<SocketAddr>,
    /// The card that lies there from the start.
    #[arg(long)]
    card: Option<String>,
    /// Tear the card away instead of answering its N-th command.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    tear_at: Option<u64>,
    /// Refuse extended APDUs.
    #[arg(long)]
    short_only: bool,
    /// How long the gateway thinks before it answers, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=600_000))]
    answer_delay: u64,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::World { dir } => write_world(&dir),
        Command::Run(run) => run.until_stopped(),
        Command::People => list(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "mynaq-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_world(dir: &std::path::Path) -> Outcome {
    World::open(dir, today())?;
    Ok(())
}

fn list() -> Outcome {
    let mut out = std::io::stdout().lock();
    for card in Listing::all()? {
        writeln!(out, "{}\t{}\t{}", card.id, card.name, card.why)?;
    }
    Ok(())
}

impl Run {
    fn until_stopped(self) -> Outcome {
        let signals = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // Listening for signals starts before anybody is told that we are ready.
        let stop = {
            let _inside = signals.enter();
            stop_signal()?
        };
        let world = Arc::new(World::open(&self.world, today())?);
        let simulator = Simulator::start(
            world,
            Options {
                gateway: self.gateway,
                drill: self.drill,
                control: Some(self.control),
                vpcd: self.vpcd,
                card: self.card,
                habits: Habits {
                    extended: if self.short_only { Extended::Refused } else { Extended::Answered },
                    ..Habits::default()
                },
                script: Script {
                    faults: self
                        .tear_at
                        .map(|n| (n, Fault::Tear(Tear::Before)))
                        .into_iter()
                        .collect(),
                    ..Script::default()
                },
                answer_delay: Duration::from_millis(self.answer_delay),
                ..Options::default()
            },
        )?;
        let ready = json!({
            "gateway": simulator.gateway().to_string(),
            "drill": simulator.drill().to_string(),
            "control": simulator.control().map(|address| address.to_string()),
        });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{ready}")?;
        out.flush()?;
        signals.block_on(stop);
        Ok(())
    }
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
