//! The drill listener: a program connects as the reader, without any reader software between.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::serve;
use crate::slot::Slot;

/// Readers at a time; more are turned away.
const READERS: usize = 32;

/// Accepts readers for ever. With no card there, a connection is closed at once.
pub(crate) async fn listen(listener: TcpListener, slot: Slot) {
    let seats = Arc::new(Semaphore::new(READERS));
    loop {
        let Ok((reader, _)) = listener.accept().await else {
            // Out of file descriptors, most likely; others may hang up meanwhile.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(session) = slot.connect() else { continue };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else { continue };
        tokio::spawn(async move {
            serve(reader, session).await;
            drop(seat);
        });
    }
}
