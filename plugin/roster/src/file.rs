//! The file, from the disk to its text.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use mynaq_interface::{Error, ErrorCode, FileFault};

/// Larger files are no rosters, and not read any further.
pub const MAX_BYTES: u64 = 1 << 20;

/// Reads the text of a roster, without the byte order mark an editor may have put before it.
///
/// # Errors
/// [`ErrorCode::GateRosterUnreadable`] when there is no such file, it may not be read, it is larger
/// than [`MAX_BYTES`], or it is not UTF-8; the last with the place of the first wrong character.
pub fn read(path: &Path) -> Result<String, Error> {
    let unable = |ja: &str, en: &str| {
        Error::new(ErrorCode::GateRosterUnreadable)
            .detail(format_args!("{}: {ja} / {en}", path.display()))
    };
    let failed = |error: std::io::Error| {
        unable(
            &format!("開けない（{error}）。場所と読み取りの権限を確かめる"),
            &format!("it cannot be read ({error}); check where it is and who may read it"),
        )
    };
    // Asked before opening: a pipe in its place would keep whoever opens it waiting.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(unable("ファイルではない", "it is not a file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unable(
            "1 MiB を超えている。名簿ではない",
            "it is larger than 1 MiB: not a roster",
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        }),
        Err(error) => Err(Error::in_file(
            ErrorCode::GateRosterUnreadable,
            not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to()),
        )),
    }
}

/// Editors on Windows offer several encodings, and what was written with another one than UTF-8
/// looks right on the screen of whoever wrote it.
fn not_utf8(path: &Path, bytes: &[u8], good: usize) -> FileFault {
    let before = String::from_utf8_lossy(&bytes[..good]);
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    FileFault::at(
        path,
        before,
        before.len(),
        "UTF-8 ではない。文字コードに UTF-8 を選んで保存し直す / not UTF-8: save it again as UTF-8",
    )
}
