//! A connection kept ready before there is anything to send.
//!
//! The client opens connections only for requests. So the connector is wrapped: under [`Errand::Park`]
//! it opens a connection as ever (name, proxy, TCP, TLS), puts it aside in the case's [`Lot`] and lets
//! the request that asked for it fail before a byte of it is written; under [`Errand::Ask`] it hands
//! that connection out, if it is there and fresh, before it opens another.

use std::any::Any;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tower::{BoxError, Layer, Service};

/// Gateways and what stands before them close connections on which nothing was asked, many after a
/// minute. One that old is not used.
const FRESH: Duration = Duration::from_secs(45);

tokio::task_local! {
    /// What the connector is called for: it runs in the task of the request.
    pub(super) static ERRAND: (Errand, Arc<Lot>);
}

#[derive(Debug, Clone)]
pub(super) enum Errand {
    /// Open a connection and put it aside.
    Park,
    /// Hand one out for a request.
    Ask(Arc<Ask>),
}

/// What a request hears of its connection.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// It has one.
    pub(super) connected: Notify,
    had_waited: AtomicBool,
}

impl Ask {
    /// Whether its connection had been kept ready, and so may have been dead.
    pub(super) fn had_waited(&self) -> bool {
        self.had_waited.load(Ordering::SeqCst)
    }
}

/// One case's place for one connection.
#[derive(Debug, Default)]
pub(super) struct Lot {
    parked: Mutex<Option<Parked>>,
    opening: AtomicBool,
    /// Nobody opens one any more.
    opened: Notify,
}

#[derive(Debug)]
struct Parked {
    /// The client's connection; its type cannot be named.
    connection: Box<dyn Any + Send>,
    since: Instant,
}

impl Lot {
    /// Takes the task of opening one, where none is fresh and nobody is at it.
    pub(super) fn wants_one(self: &Arc<Self>) -> Option<Opening> {
        if self.is_ready() || self.opening.swap(true, Ordering::SeqCst) {
            return None;
        }
        Some(Opening(Arc::clone(self)))
    }

    /// Waits for one that is being opened: it is further than another would be.
    pub(super) async fn settled(&self) {
        let opened = self.opened.notified();
        tokio::pin!(opened);
        // Before looking: what ends in between is heard.
        opened.as_mut().enable();
        if self.opening.load(Ordering::SeqCst) {
            opened.await;
        }
    }

    /// Whether a request would leave at once.
    pub(super) fn is_ready(&self) -> bool {
        let mut parked = self.lock();
        // An old one is closed here, not by the next request.
        parked.take_if(|parked| parked.since.elapsed() >= FRESH);
        parked.is_some()
    }

    fn park<C: Send + 'static>(&self, connection: C) {
        let parked = Parked { connection: Box::new(connection), since: Instant::now() };
        *self.lock() = Some(parked);
    }

    fn take<C: Send + 'static>(&self) -> Option<C> {
        let parked = self.lock().take().filter(|parked| parked.since.elapsed() < FRESH)?;
        parked.connection.downcast().ok().map(|connection| *connection)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Parked>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held while somebody opens one.
#[derive(Debug)]
pub(super) struct Opening(Arc<Lot>);

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.opening.store(false, Ordering::SeqCst);
        self.0.opened.notify_waiters();
    }
}

/// Wraps the client's connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parking;

impl<S> Layer<S> for Parking {
    type Service = Attendant<S>;

    fn layer(&self, connector: S) -> Attendant<S> {
        Attendant { connector }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Attendant<S> {
    connector: S,
}

impl<S, R> Service<R> for Attendant<S>
where
    S: Service<R, Error = BoxError>,
    S::Response: Send + 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let Ok((errand, lot)) = ERRAND.try_with(Clone::clone) else {
            return Box::pin(self.connector.call(to));
        };
        match errand {
            Errand::Park => {
                let opening = self.connector.call(to);
                Box::pin(async move {
                    lot.park(opening.await?);
                    Err(BoxError::from("parked"))
                })
            }
            Errand::Ask(ask) => match lot.take() {
                Some(connection) => {
                    ask.had_waited.store(true, Ordering::SeqCst);
                    ask.connected.notify_one();
                    Box::pin(std::future::ready(Ok(connection)))
                }
                None => {
                    let opening = self.connector.call(to);
                    Box::pin(async move {
                        let connection = opening.await?;
                        ask.connected.notify_one();
                        Ok(connection)
                    })
                }
            },
        }
    }
}
