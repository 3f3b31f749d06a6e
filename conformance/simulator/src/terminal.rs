//! A simulated terminal: takes requests out of a folder and puts answers into it.

mod faults;

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub use self::faults::{FolderFault, FolderFaults};
use crate::error::Error;
use crate::gateway::Gateway;

/// How often the terminal looks for requests.
const LOOK: Duration = Duration::from_millis(5);
/// What tells a simulated terminal's folder from a real one's.
const SIMULATED: &str = "MYNAQ-SIMULATED";
/// What a hospital would see, as far as anybody here does.
const PDF: &[u8] = b"%PDF-1.4\n% a synthetic summary\n%%EOF\n";

/// One terminal's folder.
pub(crate) struct Terminal {
    root: PathBuf,
    faults: Mutex<FolderFaults>,
}

impl Terminal {
    /// Makes the folder, if it is not there.
    pub(crate) fn at(root: &Path, faults: FolderFaults) -> Result<Terminal, Error> {
        let failed = |source| Error::Start { what: "the terminal's folder", source };
        for part in ["req", "res"] {
            fs::create_dir_all(root.join(part)).map_err(failed)?;
        }
        fs::write(root.join(SIMULATED), "").map_err(failed)?;
        Ok(Terminal { root: root.to_owned(), faults: Mutex::new(faults) })
    }

    /// Takes these faults in place of the ones before.
    pub(crate) fn set_faults(&self, faults: FolderFaults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Serves for ever, several requests at a time.
    pub(crate) async fn serve(self: Arc<Self>, gateway: Arc<Gateway>) {
        loop {
            for (name, request) in self.requests() {
                let (terminal, gateway) = (Arc::clone(&self), Arc::clone(&gateway));
                tokio::spawn(async move { terminal.answer(&gateway, &name, request).await });
            }
            sleep(LOOK).await;
        }
    }

    /// Takes what lies there: files that end in `.xml`, whoever put them there.
    fn requests(&self) -> Vec<(String, Vec<u8>)> {
        let files = fs::read_dir(self.root.join("req")).into_iter().flatten().flatten();
        let take = |file: fs::DirEntry| {
            let name = file.file_name().into_string().ok()?;
            let stem = name.strip_suffix(".xml")?.to_owned();
            let bytes = fs::read(file.path()).ok()?;
            fs::remove_file(file.path()).ok()?;
            Some((stem, bytes))
        };
        files.filter_map(take).collect()
    }

    async fn answer(self: Arc<Self>, gateway: &Arc<Gateway>, stem: &str, request: Vec<u8>) {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let turn = gateway.turn();
        let worker = Arc::clone(gateway);
        let message = turn.message;
        // The person's key may have to be made first, which takes a while.
        let answer = tokio::task::spawn_blocking(move || {
            worker.answer(&request, Some("terminal"), &message)
        });
        let Ok(Ok(answer)) = answer.await else { return };
        gateway.thinks().await;
        let mut name = stem.replace("req_", "res_");
        let (mut bytes, mut ending, mut halves) = (answer, "xml", None);
        for fault in faults.list {
            match fault {
                FolderFault::Zip => {
                    (bytes, ending) = (archive(&[("a.xml", &bytes), ("a.pdf", PDF)]), "zip")
                }
                FolderFault::Pdf => (bytes, ending) = (PDF.to_vec(), "pdf"),
                FolderFault::Late(time) => sleep(time).await,
                FolderFault::Halves(time) => halves = Some(time),
                FolderFault::Never => return,
                FolderFault::OtherName => name.push('X'),
                FolderFault::Foreign => self.put("somebody-elses.xml", b"<XmlMsg></XmlMsg>"),
                FolderFault::Bomb => {
                    (bytes, ending) = (archive(&[("a.xml", &vec![b' '; 12 << 20])]), "zip");
                }
                FolderFault::ManyParts => {
                    let parts: Vec<_> = (0..10_000).map(|n| format!("{n}.txt")).collect();
                    let parts: Vec<_> = parts.iter().map(|name| (&**name, &b""[..])).collect();
                    (bytes, ending) = (archive(&parts), "zip");
                }
                FolderFault::Climbing => {
                    (bytes, ending) = (archive(&[("../../a.xml", &bytes)]), "zip");
                }
                FolderFault::NoPdf => {
                    let parts = [("a.xml", &bytes[..]), ("a.pdf", b"MZ not a document")];
                    (bytes, ending) = (archive(&parts), "zip");
                }
            }
        }
        let name = format!("{name}.{ending}");
        match halves {
            None => self.put(&name, &bytes),
            Some(time) => {
                let middle = bytes.len() / 2;
                let _ = fs::write(self.root.join("res").join(&name), &bytes[..middle]);
                sleep(time).await;
                let _ = fs::write(self.root.join("res").join(&name), &bytes);
            }
        }
    }

    /// Written elsewhere and moved. A folder that is gone meanwhile gets no answer.
    fn put(&self, name: &str, bytes: &[u8]) {
        let elsewhere = self.root.join(format!("{name}.part"));
        let _ = fs::write(&elsewhere, bytes)
            .and_then(|()| fs::rename(&elsewhere, self.root.join("res").join(name)));
    }
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        let written = archive.start_file(*name, options).map(|()| archive.write_all(content));
        debug_assert!(written.is_ok_and(|written| written.is_ok()), "memory takes everything");
    }
    archive.finish().map(Cursor::into_inner).unwrap_or_default()
}
