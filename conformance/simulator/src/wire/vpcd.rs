//! Plugs the card into pcscd: while a card lies there, a connection to its virtual reader is open.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{End, serve};
use crate::slot::{Session, Slot};

/// pcscd may start later than the card, or start again.
const RETRY: Duration = Duration::from_millis(100);

/// pcscd looks every 400 ms. A shorter gap between two cards would look like one card.
const GAP: Duration = Duration::from_millis(600);

/// Plugs and unplugs for ever.
pub(crate) async fn plug(pcscd: SocketAddr, slot: Slot) {
    let mut view = slot.place().watch();
    loop {
        if view.wait_for(Option::is_some).await.is_err() {
            return;
        }
        let Some(session) = slot.connect() else { continue };
        sleep(match hold(pcscd, session).await {
            End::Card => GAP,
            End::Reader => RETRY,
        })
        .await;
    }
}

async fn hold(pcscd: SocketAddr, session: Session) -> End {
    match timeout(Duration::from_secs(2), TcpStream::connect(pcscd)).await {
        Ok(Ok(reader)) => serve(reader, session).await,
        _ => End::Reader,
    }
}
