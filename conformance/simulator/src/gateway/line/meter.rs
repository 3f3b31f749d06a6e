//! What came in, over all lines, before any TLS: the handshake counts as well.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Meter {
    connections: AtomicU64,
    bytes: AtomicU64,
    said: AtomicU64,
}

impl Meter {
    /// A connection was accepted.
    pub(in crate::gateway) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    /// Bytes were read.
    pub(super) fn count(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
    }

    /// Something was said inside of TLS.
    pub(super) fn hear(&self, bytes: u64) {
        self.said.fetch_add(bytes, Ordering::SeqCst);
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    /// What was said inside of TLS: requests and what belongs to them, no handshakes.
    pub(crate) fn said(&self) -> u64 {
        self.said.load(Ordering::SeqCst)
    }
}
