//! Programs that read the certificate, each as a whole process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mynaq_conformance::{Stage, parts};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    program: PathBuf,
    arguments: Vec<PathBuf>,
    prints: Prints,
}

/// What a program says of what it has read.
#[derive(Clone, Copy)]
enum Prints {
    /// Nothing: the certificate is never handed out. The program succeeds when it was read.
    Nothing,
    Der,
    Pem,
}

/// One whole process.
pub(crate) struct Race {
    /// Milliseconds.
    pub(crate) time: f64,
    /// How many commands reached the card.
    pub(crate) commands: usize,
    /// How many of them said what the one before had just said.
    pub(crate) repeated: usize,
}

impl Contender {
    /// Loads the plugin by the C door, opens a case and reads the card.
    pub(crate) fn ours(stage: &Stage) -> Self {
        let arguments = vec!["read-once".into(), parts().plugin.clone(), stage.config()];
        Contender { name: "ours", program: this(), arguments, prints: Prints::Nothing }
    }

    /// Connects and sends the two commands without which nothing can be read.
    pub(crate) fn floor() -> Self {
        let arguments = vec!["floor".into()];
        Contender { name: "floor", program: this(), arguments, prints: Prints::Der }
    }

    pub(crate) fn opensc() -> Self {
        Contender {
            name: "OpenSC pkcs15-tool --read-certificate 1",
            program: "pkcs15-tool".into(),
            arguments: vec!["--read-certificate".into(), "1".into()],
            prints: Prints::Pem,
        }
    }

    pub(crate) fn jpki(program: &Path) -> Self {
        Contender {
            name: "jpki 0.4.3, its PC/SC client",
            program: program.to_owned(),
            arguments: Vec::new(),
            prints: Prints::Der,
        }
    }

    /// Runs it once. What it has read must be this certificate.
    pub(crate) fn race(&self, stage: &Stage, certificate: &[u8]) -> Race {
        let before = stage.simulator.first().commands();
        let begun = Instant::now();
        let output = Command::new(&self.program).args(&self.arguments).output();
        let time = begun.elapsed().as_secs_f64() * 1000.0;
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {}\n{said}", self.name, output.status);
        let read = match self.prints {
            Prints::Nothing => None,
            Prints::Der => Some(CertificateDer::from(output.stdout)),
            Prints::Pem => {
                Some(CertificateDer::from_pem_slice(&output.stdout).expect("a certificate in PEM"))
            }
        };
        let is_it = read.is_none_or(|read| read.as_ref() == certificate);
        assert!(is_it, "{} has read another certificate", self.name);
        let commands = stage.simulator.first().commands() - before;
        let commands = usize::try_from(commands).expect("some commands");
        let log = stage.simulator.apdus();
        let said = &log[log.len() - commands..];
        let repeated = said.windows(2).filter(|pair| pair[0].apdu == pair[1].apdu).count();
        Race { time, commands, repeated }
    }
}

fn this() -> PathBuf {
    std::env::current_exe().expect("this program")
}
