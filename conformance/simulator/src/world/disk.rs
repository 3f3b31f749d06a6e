//! A world as files, for programs that are configured with paths.
//!
//! ```text
//! gateway/ca.pem server.pem server.key ca.key   crew/ca.pem client.pem client.key
//! stranger/client.pem client.key           people/P01/auth.der …
//! ```

use std::fs;
use std::path::Path;
use std::time::Duration;

use time::Date;

use super::{OtherCard, World};
use crate::error::Error;
use crate::pki::tls::{Pair, Tls};

impl World {
    /// The world whose files are in `dir`, as it is on `today`.
    ///
    /// The keys of the TLS line are taken from `dir` if they are there, so that a program that was
    /// configured yesterday still gets in today. The cards' certificates are always written anew:
    /// their dates belong to the day.
    ///
    /// # Errors
    /// [`Error::File`] when a file cannot be read or written.
    pub fn open(dir: &Path, today: Date) -> Result<World, Error> {
        if !dir.join("gateway/ca.key").exists() {
            let world = World::generate(today)?;
            world.write(dir)?;
            return Ok(world);
        }
        let world = World::around(today, read_tls(dir)?)?;
        world.write_cards(dir)?;
        Ok(world)
    }

    /// Writes all files into `dir`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::File`] when a file cannot be written, [`Error::Pki`] when a key cannot be made.
    pub fn write(&self, dir: &Path) -> Result<(), Error> {
        let tls = self.tls();
        put(&dir.join("gateway/ca.pem"), tls.gateway_ca.as_bytes())?;
        put(&dir.join("crew/ca.pem"), tls.crew_ca.as_bytes())?;
        put_pair(&dir.join("crew"), "client", &tls.crew)?;
        put_pair(&dir.join("stranger"), "client", &tls.stranger)?;
        put_pair(&dir.join("gateway"), "server", &tls.server)?;
        // Last, because its presence says that the others are there.
        put(&dir.join("gateway/ca.key"), tls.gateway_ca_key.as_bytes())?;
        self.write_cards(dir)
    }

    fn write_cards(&self, dir: &Path) -> Result<(), Error> {
        self.ids_with_certificate().into_iter().try_for_each(|id| {
            put(&dir.join("people").join(id).join("auth.der"), self.certificate(id)?)
        })
    }

    fn ids_with_certificate(&self) -> Vec<&'static str> {
        let others = OtherCard::ALL.iter().filter(|card| card.has_identity()).map(|card| card.id());
        self.people().iter().map(|person| person.id.as_str()).chain(others).collect()
    }
}

fn read_tls(dir: &Path) -> Result<Tls, Error> {
    Ok(Tls {
        gateway_ca: get(&dir.join("gateway/ca.pem"))?,
        gateway_ca_key: get(&dir.join("gateway/ca.key"))?,
        server: get_pair(&dir.join("gateway"), "server")?,
        crew_ca: get(&dir.join("crew/ca.pem"))?,
        crew: get_pair(&dir.join("crew"), "client")?,
        stranger: get_pair(&dir.join("stranger"), "client")?,
    })
}

fn get_pair(dir: &Path, name: &str) -> Result<Pair, Error> {
    Ok(Pair {
        certificate: get(&dir.join(format!("{name}.pem")))?,
        key: get(&dir.join(format!("{name}.key")))?,
    })
}

fn put_pair(dir: &Path, name: &str, pair: &Pair) -> Result<(), Error> {
    put(&dir.join(format!("{name}.pem")), pair.certificate.as_bytes())?;
    put(&dir.join(format!("{name}.key")), pair.key.as_bytes())
}

fn get(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File { path: path.into(), source })
}

/// Writes a file whole or not at all: another program may be reading the old one.
pub(crate) fn put(path: &Path, content: &[u8]) -> Result<(), Error> {
    let write = || {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let nonce = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
        let beside = path.with_extension(format!("new-{}", nonce.as_nanos()));
        fs::write(&beside, content)?;
        fs::rename(&beside, path)
    };
    write().map_err(|source| Error::File { path: path.into(), source })
}
