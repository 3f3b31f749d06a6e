//! One stage: a simulator, a configuration that points to it, a ledger of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use mynaq_host_sdk::{
    Case, CaseOpening, Consent, DoorKind, Error, EventBody, GateState, Hooks, Identity, Level,
    Plugin, Session,
};
use mynaq_simulator::{Options, Simulator, World};
use tempfile::TempDir;

use crate::built::parts;
#[cfg(unix)]
use crate::daemon;
use crate::drama::{Outcome, Script, until};

/// The simulated world, made once a process: its keys cost time.
///
/// # Panics
/// When it cannot be made.
pub fn world() -> Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    Arc::clone(WORLD.get_or_init(|| {
        Arc::new(World::generate(mynaq_simulator::today()).expect("a simulated world"))
    }))
}

/// Everything one case needs. Dropping it ends the simulator and removes the folder.
pub struct Stage {
    /// The simulated cards and gateway.
    pub simulator: Simulator,
    folder: TempDir,
}

impl Stage {
    /// A stage with a card on the reader, or with none.
    pub fn new(card: Option<&str>) -> Self {
        Self::with(Options { card: card.map(str::to_owned), ..Options::default() })
    }

    /// A stage with a simulator of these options.
    ///
    /// # Panics
    /// When the simulator does not start or the disk refuses.
    pub fn with(options: Options) -> Self {
        Self::of(&world(), options)
    }

    /// A stage in a world of its own.
    ///
    /// # Panics
    /// As [`Stage::with`].
    pub fn of(world: &Arc<World>, options: Options) -> Self {
        let simulator = Simulator::start(Arc::clone(world), options).expect("a simulator");
        Self::around(world, simulator, tempfile::tempdir().expect("a folder"))
    }

    fn around(world: &World, simulator: Simulator, folder: TempDir) -> Self {
        let stage = Stage { simulator, folder };
        stage.write("authority.pem", world.gateway_ca());
        stage.write("client.pem", world.crew().0);
        stage.write("client.key", world.crew().1);
        let packs = parts().root.join("adapters/packs");
        stage.write(
            "mynaq.toml",
            &format!(
                "mode = \"drill\"\n\
             [department]\nfacility_code = \"9910000001\"\n\
             [card]\nreader = \"drill\"\ndrill_address = \"{drill}\"\nwait_seconds = 30\n\
             [gateway]\nurl = \"https://{gateway}/\"\nauthority = \"authority.pem\"\n\
             certificate = \"client.pem\"\nkey = \"client.key\"\n\
             [ledger]\ndirectory = \"ledger\"\n\
             [packs]\ndirectory = {packs:?}\n",
                drill = stage.simulator.drill(),
                gateway = stage.simulator.gateway(),
            ),
        );
        stage
    }

    /// A stage whose gateway is reached through a terminal's folder, `exchange`.
    ///
    /// # Panics
    /// As [`Stage::with`].
    pub fn with_folder(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let exchange = folder.path().join("exchange");
        let simulator = Simulator::start(world(), Options { folder: Some(exchange), ..options });
        let stage = Self::around(&world(), simulator.expect("a simulator"), folder);
        let text = fs::read_to_string(stage.config()).expect("the configuration");
        let (before, rest) = text.split_once("[gateway]").expect("a gateway");
        let (_, after) = rest.split_once("[ledger]").expect("a ledger");
        let gateway = "[gateway]\ntransport = \"folder\"\ndirectory = \"exchange\"\n[ledger]";
        stage.write("mynaq.toml", &format!("{before}{gateway}{after}"));
        stage
    }

    /// A stage whose cards lie on the readers of pcscd: the first slot's and the second's.
    ///
    /// # Panics
    /// As [`Stage::with`].
    #[cfg(unix)]
    pub fn with_pcscd(options: Options) -> Self {
        let [vpcd, vpcd2] =
            daemon::PORTS.map(|port| Some((std::net::Ipv4Addr::LOCALHOST, port).into()));
        let stage = Stage::with(Options { vpcd, vpcd2, ..options });
        let drill = format!("\"drill\"\ndrill_address = \"{}\"", stage.simulator.drill());
        stage.reconfigure(&drill, "\"pcsc\"");
        stage
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.path("mynaq.toml")
    }

    /// The ledger's folder.
    pub fn ledger(&self) -> PathBuf {
        self.path("ledger")
    }

    /// A file of the stage.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the stage.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// Changes the configuration.
    ///
    /// # Panics
    /// When `from` does not stand in it.
    pub fn reconfigure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).expect("the configuration");
        assert!(text.contains(from), "{from:?} is not in the configuration");
        self.write("mynaq.toml", &text.replacen(from, to, 1));
    }

    /// Adds to the end of the configuration.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn configure(&self, more: &str) {
        let text = fs::read_to_string(self.config()).expect("the configuration");
        self.write("mynaq.toml", &format!("{text}{more}"));
    }

    /// Opens a session through a door.
    pub fn session(&self, door: DoorKind, log: LogBook) -> Result<Session, Error> {
        plugin(door).open(self.config(), log)
    }

    /// Opens a case through the abi_stable door.
    ///
    /// # Panics
    /// When the plugin refuses.
    pub fn case(&self) -> Case {
        self.case_by(DoorKind::Rust)
    }

    /// A case whose gate is open: by a look, with the patient's consent.
    ///
    /// # Panics
    /// When it does not open.
    pub fn at_the_open_gate(&self) -> Case {
        let case = self.case();
        case.read_card().expect("a command that works");
        case.identity(Identity::Visual).expect("a command that works");
        case.consent(Consent::Given, None).expect("a command that works");
        until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
        case
    }

    /// Opens a case through a door.
    ///
    /// # Panics
    /// When the plugin refuses.
    pub fn case_by(&self, door: DoorKind) -> Case {
        let session = self.session(door, LogBook::default()).expect("a session");
        session.open_case(&opening()).expect("a case")
    }

    /// Lifts the card on the reader and lays it down again: one laying serves one case.
    ///
    /// # Panics
    /// When none lies there.
    pub fn tap_again(&self) {
        let card = self.simulator.card().expect("a card on the reader");
        self.simulator.tap(&card).expect("a known card");
    }

    /// Plays a case among others, by a crew that lays the card down for the next one as soon as it has
    /// been read.
    ///
    /// # Errors
    /// As [`Script::play`].
    ///
    /// # Panics
    /// As [`Script::play`].
    pub fn play(&self, script: &Script, case: &Case) -> Result<Outcome, Error> {
        script.play_and(case, || self.tap_again())
    }

    /// How often a PIN's digits reached a card on the first reader, after so many commands.
    pub fn digits_sent_after(&self, commands: usize) -> usize {
        let apdus = self.simulator.apdus();
        let is_verify = |apdu: &[u8]| apdu[1] == 0x20 && apdu.len() > 4;
        apdus[commands..].iter().filter(|logged| is_verify(&logged.apdu)).count()
    }

    /// The facts of the ledger so far, in order, each as one line of JSON.
    ///
    /// # Panics
    /// When the ledger does not verify.
    pub fn facts(&self) -> Vec<mynaq_ledger::Fact> {
        let entries = mynaq_ledger::verify(&self.ledger()).expect("a ledger that verifies");
        entries.into_iter().map(|entry| entry.fact).collect()
    }
}

/// The opening every staged case uses.
pub fn opening() -> CaseOpening {
    CaseOpening {
        incident: "2026-000123".into(),
        unit: "救急1".into(),
        terminal: "T-01".into(),
        crew_member: "C-07".into(),
        pack: "record-app".into(),
    }
}

/// Loads the plugin through one door.
///
/// # Panics
/// When it refuses.
pub fn plugin(door: DoorKind) -> Plugin {
    let path: &Path = &parts().plugin;
    Plugin::load_by(path, door).expect("the plugin")
}

/// Hooks that keep every line of the log.
#[derive(Clone, Debug, Default)]
pub struct LogBook(Arc<Mutex<Vec<String>>>);

impl LogBook {
    /// The lines so far.
    ///
    /// # Panics
    /// When a thread died while writing one.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("a log").clone()
    }
}

impl Hooks for LogBook {
    fn log(&self, level: Level, target: &str, message: &str) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push(format!("{level:?} {target} {message}"));
        }
    }
}
