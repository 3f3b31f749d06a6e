//! The way to the gateway: over HTTPS, or through the folder of the official terminal.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mynaq_interface::FileFault;
use reqwest::Url;
use toml::Spanned;

use super::check::Check;
use super::{Folder, Mode, file};

/// Where and as whom to look up, and how long that may take.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) way: Way,
    pub(crate) times: Times,
}

/// How requests travel.
#[derive(Debug)]
pub(crate) enum Way {
    /// Over the closed line.
    Https(Https),
    /// Through the folder a terminal of the national system watches.
    Folder(Folder),
}

/// An address, whom to believe, and who we are.
#[derive(Debug)]
pub(crate) struct Https {
    pub(crate) url: Url,
    /// PEM: the one authority whose gateway is believed.
    pub(crate) authority: PathBuf,
    pub(crate) identity: Identity,
    pub(crate) proxy: Option<Url>,
}

/// Where the crew's client certificate and key are.
#[derive(Debug)]
pub(crate) enum Identity {
    /// Two PEM files.
    Pem { certificate: PathBuf, key: PathBuf },
    /// One file with both, and one with its password; an empty password without it.
    Pkcs12 { file: PathBuf, password: Option<PathBuf> },
    /// The certificate store of Windows, by SHA-1 thumbprint. The key stays in the store.
    WindowsStore { thumbprint: [u8; 20] },
}

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// To open a connection: name, TCP, TLS.
    pub(crate) connect: Duration,
    /// From the request to the first byte of its answer.
    pub(crate) first_byte: Duration,
    /// One attempt as a whole.
    pub(crate) answer: Duration,
    /// All attempts together.
    pub(crate) give_up: Duration,
}

impl Check<'_> {
    pub(super) fn gateway(
        &self,
        written: Spanned<file::Gateway>,
        folder: &Path,
    ) -> Result<Gateway, FileFault> {
        let start = written.span().start;
        let written = written.into_inner();
        let times = self.times(&written)?;
        let part = Part { check: self, start, folder };
        let way = match written.transport {
            file::TransportWord::Https => Way::Https(part.https(written)?),
            file::TransportWord::Folder => Way::Folder(part.exchange(written)?),
        };
        Ok(Gateway { way, times })
    }

    fn times(&self, written: &file::Gateway) -> Result<Times, FileFault> {
        let times = Times {
            connect: self.seconds(&written.connect_seconds)?,
            first_byte: self.seconds(&written.first_byte_seconds)?,
            answer: self.seconds(&written.answer_seconds)?,
            give_up: self.seconds(&written.give_up_seconds)?,
        };
        if times.answer > times.give_up {
            return Err(self.fault(
                &written.give_up_seconds,
                "give_up_seconds must not be shorter than answer_seconds: one attempt has to fit",
            ));
        }
        Ok(times)
    }
}

/// The table `[gateway]` of a file.
struct Part<'a> {
    check: &'a Check<'a>,
    start: usize,
    folder: &'a Path,
}

impl Part<'_> {
    fn https(&self, written: file::Gateway) -> Result<Https, FileFault> {
        self.not_with(&written.directory, "`directory` goes with transport = \"folder\"")?;
        let identity = self.identity(&written)?;
        let url = self.needed(written.url, "url")?;
        Ok(Https {
            url: self.url(&url)?,
            authority: self.folder.join(self.needed(written.authority, "authority")?.into_inner()),
            identity,
            proxy: written.proxy.map(|proxy| self.proxy(&proxy)).transpose()?,
        })
    }

    fn exchange(&self, written: file::Gateway) -> Result<Folder, FileFault> {
        let only =
            "goes with transport = \"https\": the terminal behind the folder has its own line";
        self.not_with(&written.url, &format!("`url` {only}"))?;
        self.not_with(&written.authority, &format!("`authority` {only}"))?;
        self.not_with(&written.certificate, &format!("`certificate` {only}"))?;
        self.not_with(&written.key, &format!("`key` {only}"))?;
        self.not_with(&written.pkcs12, &format!("`pkcs12` {only}"))?;
        self.not_with(&written.pkcs12_password_file, &format!("`pkcs12_password_file` {only}"))?;
        self.not_with(&written.windows_certificate, &format!("`windows_certificate` {only}"))?;
        self.not_with(&written.proxy, &format!("`proxy` {only}"))?;
        let directory = self.needed(written.directory, "directory")?;
        Ok(Folder {
            place: self.check.fault(&directory, ""),
            path: self.folder.join(directory.into_inner()),
        })
    }

    /// Exactly one of the three ways to say who we are.
    fn identity(&self, written: &file::Gateway) -> Result<Identity, FileFault> {
        let path = |file: &Spanned<PathBuf>| self.folder.join(file.as_ref());
        let file::Gateway { certificate, key, pkcs12, windows_certificate, .. } = written;
        if pkcs12.is_none() {
            let why = "`pkcs12_password_file` goes with `pkcs12`";
            self.not_with(&written.pkcs12_password_file, why)?;
        }
        match (certificate, key, pkcs12, windows_certificate) {
            (Some(certificate), Some(key), None, None) => {
                Ok(Identity::Pem { certificate: path(certificate), key: path(key) })
            }
            (None, None, Some(file), None) => Ok(Identity::Pkcs12 {
                file: path(file),
                password: written.pkcs12_password_file.as_ref().map(path),
            }),
            (None, None, None, Some(thumbprint)) => self.windows_store(thumbprint),
            _ => Err(self.fault(
                "the client certificate is `certificate` with `key`, or `pkcs12`, or \
                 `windows_certificate`: give one of the three",
            )),
        }
    }

    fn windows_store(&self, written: &Spanned<String>) -> Result<Identity, FileFault> {
        if !cfg!(windows) {
            let why = "`windows_certificate` is for Windows: this machine has no such store";
            return Err(self.check.fault(written, why));
        }
        let digits: String = written.as_ref().chars().filter(|c| !matches!(c, ' ' | ':')).collect();
        let thumbprint = digits.as_bytes().as_chunks::<2>();
        let octets = thumbprint.0.iter().map(|pair| {
            std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        });
        match octets.collect::<Option<Vec<u8>>>().map(<[u8; 20]>::try_from) {
            Some(Ok(thumbprint)) if digits.len() == 40 => Ok(Identity::WindowsStore { thumbprint }),
            _ => Err(self.check.fault(
                written,
                "windows_certificate is a SHA-1 thumbprint: 40 hexadecimal digits",
            )),
        }
    }

    fn url(&self, written: &Spanned<String>) -> Result<Url, FileFault> {
        let url = self.address(written, "url")?;
        if url.scheme() != "https" {
            return Err(self.check.fault(written, "url must begin with https://"));
        }
        Ok(url)
    }

    fn proxy(&self, written: &Spanned<String>) -> Result<Url, FileFault> {
        let url = self.address(written, "proxy")?;
        if url.scheme() != "http" {
            return Err(self.check.fault(written, "proxy must begin with http://"));
        }
        Ok(url)
    }

    /// An address with a host, and without a name and password that would lie open in the file.
    fn address(&self, written: &Spanned<String>, key: &str) -> Result<Url, FileFault> {
        let fault = |what: &str| self.check.fault(written, what);
        let url = Url::parse(written.as_ref())
            .map_err(|error| fault(&format!("{key} is not an address: {error}")))?;
        if url.host().is_none() {
            return Err(fault(&format!("{key} names no host")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fault(&format!("{key} must hold no user name or password")));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.check.mode == Mode::Drill && !loopback {
            return Err(fault(
                "a drill reaches this machine only: give a loopback address such as 127.0.0.1",
            ));
        }
        Ok(url)
    }

    fn needed<T>(&self, written: Option<Spanned<T>>, key: &str) -> Result<Spanned<T>, FileFault> {
        written.ok_or_else(|| self.fault(&format!("[gateway] needs `{key}`")))
    }

    fn not_with<T>(&self, written: &Option<Spanned<T>>, why: &str) -> Result<(), FileFault> {
        match written {
            Some(written) => Err(self.check.fault(written, why)),
            None => Ok(()),
        }
    }

    /// A fault of the table as a whole.
    fn fault(&self, why: &str) -> FileFault {
        FileFault::at(self.check.path, self.check.text, self.start, why)
    }
}
