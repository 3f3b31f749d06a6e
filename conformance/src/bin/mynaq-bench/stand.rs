//! A stage whose simulator is another process, and whose ledger stands in memory: what is measured
//! is the plugin's own work.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mynaq_conformance::parts;
use mynaq_host_sdk::{Case, EventBody, ReaderState};
use tempfile::TempDir;

/// The card that lies there.
pub(crate) const CARD: &str = "P05";

pub(crate) struct Stand {
    simulator: Child,
    hand: Hand,
    /// `ADDRESS:PORT`.
    pub(crate) gateway: String,
    folder: TempDir,
}

/// Lays the card down for the next case, by the simulator's control page.
#[derive(Clone, Copy)]
pub(crate) struct Hand(pub(crate) SocketAddr);

impl Hand {
    /// Lifts the card and lays it down again, and returns when this case has seen that. What else it
    /// had to hear is lost.
    pub(crate) fn lay_anew(self, watching: &Case) {
        while watching.next_event(Duration::ZERO).expect("events").is_some() {}
        let mut page = TcpStream::connect(self.0).expect("the control page");
        let asked =
            format!("POST /tap/{CARD} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.0);
        page.write_all(asked.as_bytes()).expect("the control page");
        let mut answer = String::new();
        page.read_to_string(&mut answer).expect("the control page");
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        loop {
            let event = watching.next_event(Duration::from_secs(20)).expect("events");
            if let EventBody::Readers { readers, .. } = event.expect("the card").body
                && readers.iter().any(|reader| reader.state == ReaderState::Card)
            {
                return;
            }
        }
    }
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// One whose simulator is told more on its command line.
    pub(crate) fn with(more: &[&str]) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).expect("/dev/shm");
        let mut simulator = Command::new(&parts().simulator)
            .args(["run", "--card", CARD, "--world"])
            .arg(folder.path().join("world"))
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulator");
        let mut line = String::new();
        let output = simulator.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its addresses");
        let addresses: serde_json::Value = serde_json::from_str(&line).expect("its addresses");
        let text = |name: &str| addresses[name].as_str().expect("an address").to_owned();
        let packs = parts().root.join("adapters/packs");
        let config = format!(
            "mode = \"drill\"\n[department]\nfacility_code = \"9910000001\"\n\
             [card]\nreader = \"drill\"\ndrill_address = \"{}\"\n\
             [gateway]\nurl = \"https://{}/\"\nauthority = \"world/gateway/ca.pem\"\n\
             certificate = \"world/crew/client.pem\"\nkey = \"world/crew/client.key\"\n\
             [ledger]\ndirectory = \"ledger\"\n[packs]\ndirectory = {packs:?}\n",
            text("drill"),
            text("gateway"),
        );
        let hand = Hand(text("control").parse().expect("an address"));
        let gateway = text("gateway");
        let stand = Stand { simulator, hand, gateway, folder };
        std::fs::write(stand.config(), config).expect("a configuration");
        stand
    }

    pub(crate) fn hand(&self) -> Hand {
        self.hand
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("mynaq.toml")
    }

    /// A file of the stand.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.simulator.kill();
        let _ = self.simulator.wait();
    }
}
