//! A TCP stream that counts what it receives, and ends when nothing comes any more.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// How long a line may be silent. A warm line waits for a case this long.
pub(super) const IDLE: Duration = Duration::from_secs(300);

/// What came in, over all lines, before any TLS: the handshake counts as well.
#[derive(Default)]
pub(crate) struct Meter {
    connections: AtomicU64,
    bytes: AtomicU64,
    said: AtomicU64,
}

impl Meter {
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    pub(super) fn hear(&self, bytes: u64) {
        self.said.fetch_add(bytes, Ordering::SeqCst);
    }

    /// What was said inside of TLS: requests and what belongs to them, no handshakes.
    pub(crate) fn said(&self) -> u64 {
        self.said.load(Ordering::SeqCst)
    }
}

pub(super) struct Metered {
    stream: TcpStream,
    meter: Arc<Meter>,
    patience: Pin<Box<Sleep>>,
}

impl Metered {
    pub(super) fn new(stream: TcpStream, meter: Arc<Meter>) -> Self {
        meter.connections.fetch_add(1, Ordering::SeqCst);
        Metered { stream, meter, patience: Box::pin(tokio::time::sleep(IDLE)) }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                let received = (buffer.filled().len() - before) as u64;
                self.meter.bytes.fetch_add(received, Ordering::SeqCst);
                self.patience.as_mut().reset(Instant::now() + IDLE);
                Poll::Ready(result)
            }
            Poll::Pending => match self.patience.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
