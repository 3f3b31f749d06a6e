//! A stage whose simulator is another process, and whose ledger stands in memory: what is measured
//! is the plugin's own work.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mynaq_conformance::parts;
use tempfile::TempDir;

pub(crate) struct Stand {
    simulator: Child,
    folder: TempDir,
}

impl Stand {
    pub(crate) fn new(card: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).expect("/dev/shm");
        let mut simulator = Command::new(&parts().simulator)
            .args(["run", "--card", card, "--world"])
            .arg(folder.path().join("world"))
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
        let stand = Stand { simulator, folder };
        std::fs::write(stand.config(), config).expect("a configuration");
        stand
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("mynaq.toml")
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.simulator.kill();
        let _ = self.simulator.wait();
    }
}
