//! Bodies that come in pieces.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

const MIB: u64 = 1 << 20;

/// One byte at a time, each so long after the one before.
pub(super) fn dripping(body: Body, time: Duration) -> Body {
    let bytes = body.into_data_stream().flat_map(|piece| {
        let piece = piece.unwrap_or_default();
        stream::iter((0..piece.len()).map(move |at| piece.slice(at..=at)))
    });
    let slow = bytes.then(move |byte| async move {
        sleep(time).await;
        Ok::<_, Infallible>(byte)
    });
    Body::from_stream(slow)
}

/// A body whose length nobody can see beforehand. It ends a moment after its bytes, so that they are
/// out by then.
pub(super) fn of_unknown_length(bytes: Vec<u8>) -> Body {
    let bytes = stream::once(async { Ok::<_, Infallible>(Bytes::from(bytes)) });
    let moment = stream::once(async {
        sleep(Duration::from_millis(20)).await;
        Ok(Bytes::new())
    });
    Body::from_stream(bytes.chain(moment))
}

/// The beginning of an answer, and months without end: so many MiB of them.
pub(super) fn endless(mib: u32) -> Body {
    const START: &str = "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\r\n<XmlMsg>\
        <MessageBody>";
    let month = Bytes::from("<MeTrMonthInf/>\r\n".repeat(4096));
    let pieces = u64::from(mib) * MIB / month.len() as u64 + 1;
    let months = (0..pieces).map(move |_| month.clone());
    let pieces = std::iter::once(Bytes::from(START)).chain(months);
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

/// So many MiB of zeros in some KiB of gzip (RFC 1952, 1951): 13 bytes are 2,064 zeros. Its checksum
/// is wrong, which only those find out who have unpacked everything.
pub(super) fn zeros_in_gzip(mib: u32) -> Body {
    const HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    /// A last block with fixed codes, and one zero (00110000).
    const START: [u8; 11] = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    /// "258 bytes from one byte back": length code 285 (11000101), distance code 0 (00000).
    const RUN: [u8; 13] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    // Both end at a byte's edge: 24 and 104 bits.
    let start = packed(&[&START[..], &RUN].concat());
    let runs = packed(&RUN.repeat(8));
    let times = u64::from(mib) * MIB / 2064 + 1;
    let many = Bytes::from(runs.repeat(1024));
    let end = [0; 9];
    let pieces = [HEADER.to_vec(), start].into_iter().map(Bytes::from);
    let pieces = pieces.chain((0..times.div_ceil(1024)).map(move |_| many.clone()));
    let pieces = pieces.chain(std::iter::once(Bytes::copy_from_slice(&end)));
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

/// Bits to bytes, the first bit lowest.
fn packed(bits: &[u8]) -> Vec<u8> {
    let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit);
    bits.chunks(8).map(byte).collect()
}
