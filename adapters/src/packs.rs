//! Every pack of a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mynaq_interface::{Error, ErrorCode, FileFault};

use crate::Pack;

/// The packs of a directory, by name. A faulty pack is kept as its faults: it must not take the
/// others with it, and whoever asks for it has to learn what is wrong with it.
#[derive(Debug)]
pub struct Packs {
    by_name: BTreeMap<String, Result<Pack, Vec<FileFault>>>,
}

impl Packs {
    /// Loads every folder of a directory as a pack. Files and hidden folders are passed over.
    ///
    /// # Errors
    ///
    /// Only if the directory itself cannot be read. Faulty packs are in [`Packs::faults`].
    pub fn load(dir: &Path) -> Result<Packs, FileFault> {
        let unreadable = |error: std::io::Error| {
            let message = format!("様式のフォルダを読み取れない / cannot be read: {error}");
            FileFault::at(dir, "", 0, message)
        };
        let mut by_name = BTreeMap::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') {
                by_name.insert(name, Pack::load(&path));
            }
        }
        Ok(Packs { by_name })
    }

    /// The pack of a name.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::PackUnknown`] names the packs there are; [`ErrorCode::PackInvalid`] carries
    /// the first fault.
    pub fn get(&self, name: &str) -> Result<&Pack, Error> {
        match self.by_name.get(name) {
            Some(Ok(pack)) => Ok(pack),
            Some(Err(faults)) => Err(match faults.first() {
                Some(first) => Error::in_file(ErrorCode::PackInvalid, first.clone()),
                None => ErrorCode::PackInvalid.into(),
            }),
            None => {
                let known: Vec<_> = self.iter().map(|pack| pack.identity().name.as_str()).collect();
                Err(Error::new(ErrorCode::PackUnknown)
                    .detail(format_args!("installed: {}", known.join(", "))))
            }
        }
    }

    /// The packs that can be used, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Pack> {
        self.by_name.values().filter_map(|loaded| loaded.as_ref().ok())
    }

    /// Every fault of every pack that cannot be used.
    pub fn faults(&self) -> impl Iterator<Item = &FileFault> {
        self.by_name.values().filter_map(|loaded| loaded.as_ref().err()).flatten()
    }
}
