//! A sample host: one screen per case, and the patient form fills itself.
//!
//! It is a host like any vendor's: it knows the plugin by the path of a file and talks to it
//! through `mynaq-host-sdk` alone. See the README for which file does what.

mod args;
mod desk;
mod drill;
mod japanese;
mod pump;
mod screen;
mod token;
mod view;
mod web;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use mynaq_host_sdk::Plugin;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::args::Args;
use crate::desk::Desk;
use crate::pump::Bell;
use crate::web::Console;

/// How long a connection that is still open may keep the program from ending.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "mynaq-console: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let listen = args.listen()?;
    let card_table = args.card_table()?;

    let (bell, rung) = Bell::new();
    let plugin = Plugin::load(&args.plugin)?;
    if let Some(reason) = plugin.fallback() {
        writeln!(std::io::stderr(), "the C door is used: {reason}")?;
    }
    let session = plugin.open(&args.config, bell.clone())?;
    let desk = Arc::new(Desk::new(session, bell)?);
    pump::start(&desk, rung)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let console = Console::new(Arc::clone(&desk), card_table, args.pack.clone());
        let ready = serde_json::json!({ "address": format!("http://{address}/") });
        let mut out = std::io::stdout();
        writeln!(out, "{ready}")?;
        out.flush()?;
        let (stopping, stopped) = oneshot::channel();
        let serving = axum::serve(listener, web::router(console))
            .with_graceful_shutdown(async {
                told_to_stop(desk).await;
                let _ = stopping.send(());
            })
            .into_future();
        let out_of_patience = async {
            let _ = stopped.await;
            tokio::time::sleep(LAST_ANSWERS).await;
        };
        tokio::select! {
            served = serving => served,
            () = out_of_patience => Ok(()),
        }
    })?;
    Ok(())
}

/// Ends when the process is told to. Closing the cases wipes them and ends the live streams, which
/// would otherwise keep the server from stopping.
async fn told_to_stop(desk: Arc<Desk>) {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
    desk.close_all();
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => drop(terminated.recv().await),
        // Then Ctrl-C is the one way to stop.
        Err(_) => std::future::pending().await,
    }
}

/// Windows has no such signal.
#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
