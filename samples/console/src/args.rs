//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::drill::CardTable;

/// A sample host of MynaQ: one screen per case, and the patient form fills itself.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// The plugin file, such as libmynaq_plugin.so
    #[arg(long)]
    pub(crate) plugin: PathBuf,
    /// The plugin's configuration file
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// Address and port of the page; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Allow --listen on an address other machines can reach. The line is not encrypted
    #[arg(long)]
    allow_remote: bool,
    /// The pack whose fields the form shows
    #[arg(long, default_value = "record-app")]
    pub(crate) pack: String,
    /// The simulator's control page on this machine, such as http://127.0.0.1:8090/
    #[arg(long, value_name = "URL")]
    drill_table: Option<String>,
}

impl Args {
    pub(crate) fn listen(&self) -> Result<SocketAddr, String> {
        if self.listen.ip().is_loopback() || self.allow_remote {
            return Ok(self.listen);
        }
        Err(format!(
            "--listen {}: other machines could reach the patient's data there without encryption; \
             use a loopback address such as 127.0.0.1:8080, or add --allow-remote to accept that",
            self.listen
        ))
    }

    pub(crate) fn card_table(&self) -> Result<Option<CardTable>, String> {
        self.drill_table.as_deref().map(CardTable::at).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(more: &[&str]) -> Args {
        let fixed = ["mynaq-console", "--plugin", "p.so", "--config", "c.toml"];
        Args::parse_from(fixed.iter().chain(more))
    }

    #[test]
    fn the_page_is_only_for_this_machine_unless_told_otherwise() {
        assert!(parse(&[]).listen().is_ok_and(|address| address.ip().is_loopback()));
        assert!(parse(&["--listen", "0.0.0.0:8080"]).listen().is_err());
        assert!(parse(&["--listen", "0.0.0.0:8080", "--allow-remote"]).listen().is_ok());
    }
}
