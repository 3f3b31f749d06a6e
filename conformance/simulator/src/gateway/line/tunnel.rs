//! A tunnel: for some time nothing gets through, on any line; then all goes on.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

pub(in crate::gateway) struct Tunnel(watch::Sender<Option<Instant>>);

impl Tunnel {
    /// Daylight.
    pub(in crate::gateway) fn new() -> Self {
        Tunnel(watch::Sender::new(None))
    }

    /// Everybody is in it for so long from now on; without a time, everybody is out.
    pub(in crate::gateway) fn enter(&self, time: Option<Duration>) {
        self.0.send_replace(time.map(|time| Instant::now() + time));
    }

    /// Waits for its end; does not wait in daylight.
    pub(super) async fn passed(&self) {
        let mut view = self.0.subscribe();
        loop {
            let end = *view.borrow_and_update();
            match end {
                Some(end) if end > Instant::now() => tokio::select! {
                    () = sleep_until(end) => {}
                    _ = view.changed() => {}
                },
                _ => return,
            }
        }
    }
}
