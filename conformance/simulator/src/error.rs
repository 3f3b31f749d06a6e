//! What can go wrong before the simulator runs. Afterwards it answers in the protocols it speaks.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a world could not be made or a simulator could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No person and no other card has this id.
    UnknownCard(String),
    /// An address that other machines could reach, or lies on one.
    NotLoopback {
        /// Which address it is, as the command line calls it.
        what: &'static str,
        /// The refused address.
        address: SocketAddr,
    },
    /// A listener could not be opened, or a thread not started.
    Start {
        /// What was to be started.
        what: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of the world could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A person's file or a world on disk says something that cannot be.
    Data(String),
    /// A key or a certificate could not be made.
    Pki(String),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::UnknownCard(id) => {
                write!(out, "no card is called {id:?}; `mynaq-simulator people` lists all")
            }
            Error::NotLoopback { what, address } => write!(
                out,
                "{what} {address} is not a loopback address; the simulator is test equipment and \
                 only works on this machine: use 127.0.0.1 or [::1]"
            ),
            Error::Start { what, source } => write!(out, "cannot start {what}: {source}"),
            Error::File { path, source } => write!(out, "{}: {source}", path.display()),
            Error::Data(what) => out.write_str(what),
            Error::Pki(what) => write!(out, "cannot make a key or certificate: {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Start { source, .. } | Error::File { source, .. } => Some(source),
            _ => None,
        }
    }
}
