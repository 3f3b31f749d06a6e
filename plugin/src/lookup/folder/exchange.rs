//! The files of one request. Their names are assumed (`ASSUMPTIONS.md`); nothing else knows them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use mynaq_interface::{Error, ErrorCode};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
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

/// How often an answer is looked for that nobody waits for any more.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// A terminal's folder.
#[derive(Debug)]
pub(super) struct Exchange {
    root: PathBuf,
    waiting: Arc<Waiting>,
}

/// The identifiers somebody waits for, and how many do: an attempt that hung on a share may end after
/// the next one has begun.
#[derive(Debug, Default)]
struct Waiting(Mutex<HashMap<String, usize>>);

impl Waiting {
    fn begins(&self, identifier: &str) {
        *self.lock().entry(identifier.to_owned()).or_default() += 1;
    }

    fn ends(&self, identifier: &str) {
        let mut waiting = self.lock();
        if let Some(count) = waiting.get_mut(identifier) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(identifier);
            }
        }
    }

    fn is_wanted(&self, identifier: &str) -> bool {
        self.lock().contains_key(identifier)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that has been handed in. Dropping it takes back what is left of it, and the answer that
/// may still come.
#[derive(Debug)]
pub(super) struct Placed {
    files: Files,
    waiting: Arc<Waiting>,
    /// How long an answer may still come.
    longest: Duration,
    is_answered: bool,
}

/// The files of one request.
#[derive(Debug, Clone)]
struct Files {
    identifier: String,
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
            _ => Ok(Exchange { root: root.to_owned(), waiting: Arc::default() }),
        }
    }

    /// Deletes files of ours that nobody waits for any more: they are older than any look-up, by the
    /// clock of whoever keeps the folder.
    pub(super) fn sweep(&self, oldest: Duration) {
        let Some(now) = self.time_there() else { return };
        for (part, beginning) in [("req", REQUEST), ("res", ANSWER), ("", REQUEST)] {
            let Ok(files) = fs::read_dir(self.root.join(part)) else { continue };
            for file in files.flatten() {
                if is_ours(&file.file_name().to_string_lossy(), beginning)
                    && age(&file.path(), now).is_some_and(|age| age > oldest)
                {
                    forget(&file.path());
                }
            }
        }
    }

    /// The time by the clock that stamps files there, which on a share is another machine's.
    fn time_there(&self) -> Option<SystemTime> {
        let probe = self.root.join(format!("{REQUEST}time.part"));
        let now = File::create(&probe).ok()?.metadata().ok()?.modified().ok();
        forget(&probe);
        now
    }

    /// Hands a request in; nothing where the terminal has no place for it. One that was handed in
    /// before, and whose answer has come meanwhile, is not handed in again.
    pub(super) fn place(
        &self,
        identifier: &str,
        bytes: &[u8],
        longest: Duration,
    ) -> io::Result<Option<Placed>> {
        let requests = self.root.join("req");
        let files = Files {
            identifier: identifier.to_owned(),
            request: requests.join(format!("{REQUEST}{identifier}.xml")),
            answers: ENDINGS.map(|ending| {
                let name = format!("{ANSWER}{identifier}.{ending}");
                (self.root.join("res").join(name), ending)
            }),
        };
        self.waiting.begins(identifier);
        let waiting = Arc::clone(&self.waiting);
        let placed = Placed { files, waiting, longest, is_answered: false };
        if placed.is_answered()? || placed.files.request.exists() {
            return Ok(Some(placed));
        }
        if fs::read_dir(&requests)?.count() >= MOST_WAITING {
            return Ok(None);
        }
        // Written elsewhere and moved: the terminal never sees half of it.
        let elsewhere = self.root.join(format!("{REQUEST}{identifier}.part"));
        let written =
            write(&elsewhere, bytes).and_then(|()| fs::rename(&elsewhere, &placed.files.request));
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
        Ok(self.files.answers.iter().any(|(answer, _)| is_file(answer)))
    }

    /// Takes the answer, if it is whole; if it has `settled`, however it is.
    pub(super) fn take(&mut self, settled: bool) -> io::Result<Taken> {
        let found = self.files.answers.iter().find(|(answer, _)| is_file(answer));
        let Some((answer, ending)) = found else { return Ok(Taken::NotYet(0)) };
        let Some(bytes) = read(answer)? else { return Ok(Taken::NotYet(0)) };
        self.is_answered = true;
        if bytes.len() as u64 <= LARGEST && !settled && !unpack::is_whole(&bytes, ending) {
            return Ok(Taken::NotYet(bytes.len() as u64));
        }
        let reply = match bytes.len() as u64 {
            ..=LARGEST => unpack::reply(bytes, ending).and_then(|reply| self.with_document(reply)),
            _ => Err(Error::new(ErrorCode::GatewayUnreadable)
                .detail(format_args!("an answer of more than {LARGEST} bytes"))),
        };
        self.files.forget();
        Ok(Taken::Whole(reply))
    }

    /// A document that lies beside the message is part of the answer.
    fn with_document(&self, mut reply: Reply) -> Result<Reply, Error> {
        let beside =
            self.files.answers.iter().find(|(file, ending)| *ending == "pdf" && is_file(file));
        if let (None, Some((file, ending))) = (&reply.pdf, beside)
            && let Ok(Some(bytes)) = read(file)
        {
            reply.pdf = unpack::reply(bytes, ending)?.pdf;
        }
        Ok(reply)
    }
}

impl Drop for Placed {
    /// On the disk, and so apart from the line: a share that hangs must not keep other cases.
    fn drop(&mut self) {
        self.waiting.ends(&self.files.identifier);
        let (files, waiting) = (self.files.clone(), Arc::clone(&self.waiting));
        let Ok(line) = Handle::try_current() else {
            files.forget();
            return;
        };
        let until = Instant::now() + self.longest;
        let is_answered = self.is_answered;
        line.spawn(async move {
            // An answer that comes when nobody waits any more must not lie there.
            loop {
                let (files, waiting) = (files.clone(), Arc::clone(&waiting));
                let over = spawn_blocking(move || files.forget_unless_wanted(&waiting)).await;
                if is_answered || over.unwrap_or(true) || Instant::now() > until {
                    return;
                }
                sleep(LOOK_AFTER).await;
            }
        });
    }
}

impl Files {
    /// What somebody waits for again is theirs, and not looked after any more.
    fn forget_unless_wanted(&self, waiting: &Waiting) -> bool {
        waiting.is_wanted(&self.identifier) || self.forget()
    }

    /// Deletes what is there; says whether nothing more can come: the request was still there, or an
    /// answer.
    fn forget(&self) -> bool {
        let mut is_over = forget(&self.request);
        for (answer, _) in &self.answers {
            is_over |= forget(answer);
        }
        is_over
    }
}

/// A file and nothing that only looks like one: reading a pipe would wait for ever.
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Deletes a file; whether it was there. What cannot be deleted now is swept later.
fn forget(file: &Path) -> bool {
    match fs::remove_file(file) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(%error, "a file of an exchange could not be deleted");
            false
        }
    }
}

/// The content, as far as it may be long; none where the terminal has the file open still, which on
/// Windows keeps others out.
fn read(file: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let Ok(file) = File::open(file) else { return Ok(None) };
    let size = usize::try_from(file.metadata()?.len().min(LARGEST)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
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

fn age(file: &Path, now: SystemTime) -> Option<Duration> {
    let written = fs::metadata(file).ok()?.modified().ok()?;
    now.duration_since(written).ok()
}
