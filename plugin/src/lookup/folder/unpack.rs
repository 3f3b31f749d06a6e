//! What an answer's file holds: a message, a document for the eye, or both in an archive. Names in an
//! archive say what a part is and nothing else; everything is bounded while it is unpacked.

use std::io::{Cursor, Read as _};

use mynaq_interface::{Error, ErrorCode};
use zeroize::Zeroizing;
use zip::ZipArchive;

use super::super::transport::Reply;

/// An archive has no more parts, each of them no larger.
const MOST_PARTS: usize = 16;
const LARGEST_PART: u64 = 8 * 1024 * 1024;

/// Whether a file is written to its end.
pub(super) fn is_whole(bytes: &[u8], ending: &str) -> bool {
    match ending {
        "zip" => ZipArchive::new(Cursor::new(bytes)).is_ok(),
        "pdf" => last(bytes, 1024).windows(5).any(|window| window == b"%%EOF"),
        _ => bytes.trim_ascii_end().ends_with(b"</XmlMsg>"),
    }
}

fn last(bytes: &[u8], count: usize) -> &[u8] {
    &bytes[bytes.len().saturating_sub(count)..]
}

/// The reply of a whole file.
pub(super) fn reply(bytes: Zeroizing<Vec<u8>>, ending: &str) -> Result<Reply, Error> {
    match ending {
        "zip" => archive(&bytes),
        "pdf" => Ok(Reply { xml: None, pdf: Some(document(bytes)?) }),
        _ => Ok(Reply { xml: Some(bytes), pdf: None }),
    }
}

fn archive(bytes: &[u8]) -> Result<Reply, Error> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error.to_string()))?;
    if archive.len() > MOST_PARTS {
        return Err(unreadable(&format!("an archive of more than {MOST_PARTS} parts")));
    }
    let mut reply = Reply::default();
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| unreadable(&error.to_string()))?;
        let Ok(name) = part.name().map(|name| name.to_ascii_lowercase()) else { continue };
        let place = match name.rsplit_once('.') {
            Some((_, "xml")) => &mut reply.xml,
            Some((_, "pdf")) => &mut reply.pdf,
            _ => continue,
        };
        if place.is_some() {
            return Err(unreadable("an archive with two parts of one kind"));
        }
        let mut content = Zeroizing::new(Vec::new());
        part.take(LARGEST_PART + 1)
            .read_to_end(&mut content)
            .map_err(|error| unreadable(&error.to_string()))?;
        if content.len() as u64 > LARGEST_PART {
            return Err(unreadable(&format!("a part of more than {LARGEST_PART} bytes")));
        }
        *place = Some(content);
    }
    if let Some(pdf) = reply.pdf.take() {
        reply.pdf = Some(document(pdf)?);
    }
    if reply.xml.is_none() && reply.pdf.is_none() {
        return Err(unreadable("an archive without a message"));
    }
    Ok(reply)
}

fn document(bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Error> {
    if bytes.starts_with(b"%PDF-") {
        Ok(bytes)
    } else {
        Err(unreadable("a document that is no PDF"))
    }
}

fn unreadable(what: &str) -> Error {
    Error::new(ErrorCode::GatewayUnreadable).detail(what)
}
