//! The line through a folder: a terminal of the national system takes requests out of `req` and puts
//! answers into `res`.
//!
//! `exchange` the files of one request · `unpack` what an answer's file holds.
//!
//! # What lies on a disk
//! P3 says that nothing of a patient reaches a disk, and this way cannot keep it: the certificate lies
//! in `req` until the terminal takes it, the answer in `res` until it is read here, which is some tens
//! of milliseconds. Both are deleted as soon as they have served, also when a look-up is given up and
//! the answer comes afterwards, and what a process that died has left is deleted by the next one. A
//! department that uses this way puts the folder in memory, or on a share nobody else can read.

mod exchange;
mod unpack;

use std::sync::Arc;
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode, LookUpPhase};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use self::exchange::{Exchange, Placed};
use super::transport::{Line, Message, News, Next, Pending, Reply, Setback, Transport};
use crate::config::{Folder, Mode, Times};

/// How often an answer is looked for. Notifications of changes do not come from every share; looking
/// for one name always works.
const LOOK: Duration = Duration::from_millis(40);

/// How long it takes until the terminal may have a place again.
const NO_PLACE: Duration = Duration::from_secs(1);

/// An answer that does not grow for so long is as whole as it will be.
const SETTLED: Duration = Duration::from_secs(5);

/// The gateway behind a terminal's folder.
#[derive(Debug)]
pub(super) struct FolderWay {
    exchange: Arc<Exchange>,
    times: Times,
}

impl FolderWay {
    /// Checks the folder, and deletes what a process that died has left there.
    pub(super) fn open(folder: &Folder, times: Times, mode: Mode) -> Result<Self, Error> {
        let exchange = Exchange::open(&folder.path, mode)
            .map_err(|why| Error::in_file(ErrorCode::ConfigInvalid, folder.fault(&why)))?;
        exchange.sweep(times.give_up);
        Ok(FolderWay { exchange: Arc::new(exchange), times })
    }
}

impl Transport for FolderWay {
    fn line(&self) -> Box<dyn Line> {
        Box::new(FolderLine { exchange: Arc::clone(&self.exchange), times: self.times })
    }
}

#[derive(Debug)]
struct FolderLine {
    exchange: Arc<Exchange>,
    times: Times,
}

impl Line for FolderLine {
    /// The terminal's own line is its own matter.
    fn warm(&self) -> Pending<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn exchange<'a>(
        &'a self,
        message: &'a Message,
        news: &'a (dyn News + Sync),
    ) -> Pending<'a, Result<Reply, Setback>> {
        Box::pin(async move { within(self.times.answer, self.attempt(message, news)).await })
    }
}

impl FolderLine {
    async fn attempt(&self, message: &Message, news: &(dyn News + Sync)) -> Result<Reply, Setback> {
        news.phase(LookUpPhase::Connecting);
        let placed = within(self.times.connect, self.place(message)).await?;
        news.phase(LookUpPhase::Asking);
        let placed = within(self.times.first_byte, appears(placed)).await?;
        news.phase(LookUpPhase::Receiving);
        whole(placed).await
    }

    async fn place(&self, message: &Message) -> Result<Placed, Setback> {
        let (exchange, bytes) = (Arc::clone(&self.exchange), message.bytes.clone());
        let (identifier, stale) = (message.identifier.clone(), self.times.give_up);
        let placed = on_disk(move || {
            exchange.sweep(stale);
            exchange.place(&identifier, &bytes, stale)
        });
        placed.await?.ok_or_else(|| Setback {
            error: Error::new(ErrorCode::GatewayBusy).detail("the terminal has 20 requests"),
            next: Next::After(NO_PLACE),
        })
    }
}

/// Waits until the answer's file is there.
async fn appears(mut placed: Placed) -> Result<Placed, Setback> {
    loop {
        let is_there;
        (placed, is_there) = on_disk(move || {
            let is_there = placed.is_answered()?;
            Ok((placed, is_there))
        })
        .await?;
        if is_there {
            return Ok(placed);
        }
        sleep(LOOK).await;
    }
}

/// Waits until it is whole, and takes it.
async fn whole(mut placed: Placed) -> Result<Reply, Setback> {
    let (mut size, mut still) = (0, Duration::ZERO);
    loop {
        let taken;
        let settled = still >= SETTLED;
        (placed, taken) = on_disk(move || {
            let taken = placed.take(settled)?;
            Ok((placed, taken))
        })
        .await?;
        match taken {
            exchange::Taken::Whole(reply) => return reply.map_err(Setback::from),
            exchange::Taken::NotYet(now) if now == size => still += LOOK,
            exchange::Taken::NotYet(now) => (size, still) = (now, Duration::ZERO),
        }
        sleep(LOOK).await;
    }
}

async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Setback>>,
) -> Result<T, Setback> {
    timeout(time, work).await.unwrap_or_else(|_| {
        let late = Error::new(ErrorCode::NetworkTimeout);
        Err(late.detail(format_args!("nothing in the folder after {time:?}")).into())
    })
}

/// Disks wait, and shares hang: never on the line's own thread.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Setback> {
    let fault = |what: &dyn std::fmt::Display| {
        Setback::from(Error::new(ErrorCode::NetworkFolder).detail(what))
    };
    match spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(fault(&error)),
        Err(ended) => Err(fault(&ended)),
    }
}
