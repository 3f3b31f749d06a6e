//! Loading the plugin by path, through either of its doors.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mynaq_interface::Error;

use crate::door::{CDoor, Door, RustDoor};
use crate::hooks::Hooks;
use crate::session::Session;

/// The loaded plugin. It stays loaded until the process ends: libraries with threads of their own
/// must never be unloaded.
#[derive(Clone)]
pub struct Plugin {
    door: Arc<dyn Door>,
    kind: DoorKind,
    refused: Option<String>,
}

/// Which of the plugin's two doors is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorKind {
    /// The abi_stable root module: layouts are checked at load.
    Rust,
    /// The C function table: the one with the compatibility promise.
    C,
}

impl Plugin {
    /// Loads the plugin through the abi_stable door; where that one is refused, through the C door.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        match Self::load_by(path, DoorKind::Rust) {
            Ok(plugin) => Ok(plugin),
            Err(refused) => {
                let mut plugin = Self::load_by(path, DoorKind::C)?;
                plugin.refused = Some(refused.reason);
                Ok(plugin)
            }
        }
    }

    /// Loads the plugin through one door and no other.
    pub fn load_by(path: impl AsRef<Path>, kind: DoorKind) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let door: Result<Arc<dyn Door>, String> = match kind {
            DoorKind::Rust => RustDoor::load(path).map(|door| Arc::new(door) as _),
            DoorKind::C => CDoor::load(path).map(|door| Arc::new(door) as _),
        };
        match door {
            Ok(door) => Ok(Plugin { door, kind, refused: None }),
            Err(reason) => Err(LoadError { path: path.to_owned(), reason }),
        }
    }

    /// The door in use.
    pub fn door(&self) -> DoorKind {
        self.kind
    }

    /// Why [`Plugin::load`] had to fall back to the C door, if it had to. Worth a line in the log.
    pub fn fallback(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// The product's version, for people.
    pub fn product_version(&self) -> String {
        self.door.product_version()
    }

    /// Ends everything of the plugin in this process, whoever opened it: for the one place that ends
    /// the process. Sessions and cases that are dropped later are simply gone already.
    pub fn shutdown(&self) -> Result<(), Error> {
        self.door.shutdown()
    }

    /// Opens a session on a configuration file. Sessions on the same file share one engine.
    pub fn open(&self, config: impl AsRef<Path>, hooks: impl Hooks) -> Result<Session, Error> {
        Session::open(Arc::clone(&self.door), config.as_ref(), Arc::new(hooks))
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").field("door", &self.kind).finish_non_exhaustive()
    }
}

/// The file is not a plugin this host can use.
#[derive(Debug)]
pub struct LoadError {
    path: PathBuf,
    reason: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} を読み込めません / {} cannot be loaded: {}",
            self.path.display(),
            self.path.display(),
            self.reason
        )
    }
}

impl std::error::Error for LoadError {}
