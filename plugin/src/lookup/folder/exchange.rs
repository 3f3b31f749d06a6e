//! The files of one request. Their names are assumed (`ASSUMPTIONS.md`); nothing else knows them.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mynaq_interface::{Error, ErrorCode};
use zeroize::Zeroizing;

use super::super::transport::Reply;
use super::unpack;
use crate::config::Mode;

/// How a request's name begins, and how an answer's does. The identifier follows.
const REQUEST: &str = "OQSsiemv01req_";
const ANSWER: &str = "OQSsiemv01res_";
/// How an answer's name may end, in the order in which they are looked for.
const ENDINGS: [&str; 3] = ["zip", "xml", "pdf"];
/// A file in the folder of a simulated terminal, and of no other.
const SIMULATED: &str = "MYNAQ-SIMULATED";
/// So many requests may wait at a terminal.
const MOST_WAITING: usize = 20;
/// No answer is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A terminal's folder.
#[derive(Debug)]
pub(super) struct Exchange {
    root: PathBuf,
}

/// A request that has been handed in. Dropping it takes back what is left of it.
#[derive(Debug)]
pub(super) struct Placed {
    request: PathBuf,
    answers: [(PathBuf, &'static str); ENDINGS.len()],
}

/// What came of looking at an answer.
pub(super) enum Taken {
    /// It is still being written; its size by now.
    NotYet(u64),
    /// It was taken, and is not there any more.
    Whole(Result<Reply, Error>),
}

impl Exchange {
    /// Looks whether this is a terminal's folder, of this mode.
    pub(super) fn open(root: &Path, mode: Mode) -> Result<Self, String> {
        for part in ["req", "res"] {
            if !root.join(part).is_dir() {
                return Err(format!("there is no folder `{part}` in it: is it the terminal's?"));
            }
        }
        match (mode, root.join(SIMULATED).exists()) {
            (Mode::Drill, false) => {
                Err("a drill takes the folder of a simulated terminal only".into())
            }
            (Mode::Production, true) => {
                Err("this is the folder of a simulated terminal: production takes none".into())
            }
            _ => Ok(Exchange { root: root.to_owned() }),
        }
    }

    /// Deletes files of ours that nobody waits for any more: they are older than any look-up.
    pub(super) fn sweep(&self, oldest: Duration) {
        for (part, beginning) in [("req", REQUEST), ("res", ANSWER), ("", REQUEST)] {
            let Ok(files) = fs::read_dir(self.root.join(part)) else { continue };
            for file in files.flatten() {
                if is_ours(&file.file_name().to_string_lossy(), beginning)
                    && age(&file.path()).is_some_and(|age| age > oldest)
                {
                    forget(&file.path());
                }
            }
        }
    }

    /// Hands a request in; nothing where the terminal has no place for it. One that was handed in
    /// before, and whose answer has come meanwhile, is not handed in again.
    pub(super) fn place(&self, identifier: &str, bytes: &[u8]) -> io::Result<Option<Placed>> {
        let requests = self.root.join("req");
        let placed = Placed {
            request: requests.join(format!("{REQUEST}{identifier}.xml")),
            answers: ENDINGS.map(|ending| {
                let name = format!("{ANSWER}{identifier}.{ending}");
                (self.root.join("res").join(name), ending)
            }),
        };
        if placed.is_answered()? || placed.request.exists() {
            return Ok(Some(placed));
        }
        if fs::read_dir(&requests)?.count() >= MOST_WAITING {
            return Ok(None);
        }
        // Written elsewhere and moved: the terminal never sees half of it.
        let elsewhere = self.root.join(format!("{REQUEST}{identifier}.part"));
        let written =
            write(&elsewhere, bytes).and_then(|()| fs::rename(&elsewhere, &placed.request));
        if let Err(error) = written {
            forget(&elsewhere);
            return Err(error);
        }
        Ok(Some(placed))
    }
}

impl Placed {
    /// Whether an answer is there, whole or not.
    pub(super) fn is_answered(&self) -> io::Result<bool> {
        for (answer, _) in &self.answers {
            if answer.try_exists()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes the answer, if it is whole; if it has `settled`, however it is.
    pub(super) fn take(&self, settled: bool) -> io::Result<Taken> {
        let found = self.answers.iter().find(|(answer, _)| answer.exists());
        let Some((answer, ending)) = found else { return Ok(Taken::NotYet(0)) };
        // The terminal may have it open still, which on Windows keeps others out.
        let Ok(file) = File::open(answer) else { return Ok(Taken::NotYet(0)) };
        let size = file.metadata()?.len();
        if size > LARGEST {
            forget(answer);
            let large = Error::new(ErrorCode::GatewayUnreadable);
            return Ok(Taken::Whole(Err(
                large.detail(format_args!("an answer of more than {LARGEST} bytes"))
            )));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if !settled && !unpack::is_whole(&bytes, ending) {
            return Ok(Taken::NotYet(bytes.len() as u64));
        }
        forget(answer);
        Ok(Taken::Whole(unpack::reply(bytes, ending)))
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        forget(&self.request);
        for (answer, _) in &self.answers {
            forget(answer);
        }
    }
}

/// What was never there, or is gone already, need not be deleted; what cannot be is swept later.
fn forget(file: &Path) {
    if let Err(error) = fs::remove_file(file)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file of an exchange could not be deleted");
    }
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// `MQ` and 24 hexadecimal digits behind the beginning, and an ending.
fn is_ours(name: &str, beginning: &str) -> bool {
    let identifier = name.strip_prefix(beginning).and_then(|rest| rest.split_once('.'));
    identifier.and_then(|(identifier, _)| identifier.strip_prefix("MQ")).is_some_and(|digits| {
        digits.len() == 24 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn age(file: &Path) -> Option<Duration> {
    let written = fs::metadata(file).ok()?.modified().ok()?;
    SystemTime::now().duration_since(written).ok()
}
