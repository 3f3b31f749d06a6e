//! `mynaq-simulator`: synthetic people, virtual cards and a gateway, for tests and training.

mod cli;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use mynaq_simulator::{Listing, Simulator, World, today};
use serde_json::json;

use cli::{Cli, Command, Run};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::World { dir } => write_world(&dir),
        Command::Run(run) => until_stopped(*run),
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

fn until_stopped(run: Run) -> Outcome {
    let signals = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Listening for signals starts before anybody is told that we are ready.
    let stop = {
        let _inside = signals.enter();
        stop_signal()?
    };
    let world = World::open(&run.world, today())?.with_population(run.population());
    let world = Arc::new(world);
    let simulator = Simulator::start(world, run.options())?;
    let mut ready = json!({
        "gateway": simulator.gateway().to_string(),
        "drill": simulator.drill().to_string(),
        "control": simulator.control().map(|address| address.to_string()),
    });
    if let Some(drill2) = simulator.drill2() {
        ready["drill2"] = drill2.to_string().into();
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    signals.block_on(stop);
    Ok(())
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
