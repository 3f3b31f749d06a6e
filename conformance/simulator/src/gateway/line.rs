//! One connection's bytes on their way: counted, delayed, throttled, cut.

mod meter;
mod said;
mod tunnel;
mod valve;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{
    AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use meter::Meter;
pub(super) use said::Said;
pub(super) use tunnel::Tunnel;
pub(super) use valve::Valve;

/// How long a line may be silent. A warm line waits for a case this long.
pub(super) const IDLE: Duration = Duration::from_secs(300);

/// As much as is read at a time.
const CHUNK: usize = 16 * 1024;
/// So many of these may be on their way in one direction.
const CHUNKS: usize = 64;

/// How fast bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How long bytes take, each way.
    pub(crate) each_way: Duration,
    /// How fast they leave the gateway, in kbit/s.
    pub(crate) kbit: Option<u32>,
}

/// What a connection is carried with.
pub(super) struct Carrier {
    pub(super) pace: Pace,
    pub(super) meter: Arc<Meter>,
    pub(super) tunnel: Arc<Tunnel>,
    pub(super) valve: Arc<Valve>,
    /// The connection ends when this many bytes have come in.
    pub(super) cut_incoming: Option<u64>,
}

/// The line is dead: what was still on its way is lost.
struct Cut;

/// Bytes on their way, and when they arrive.
type Chunk = (Instant, Vec<u8>);

impl Carrier {
    /// The gateway's end of a connection. Whoever drops it hangs up; everything written before still
    /// goes out.
    pub(super) fn carry(self, socket: TcpStream) -> DuplexStream {
        let (end, other) = duplex(CHUNK);
        tokio::spawn(async move {
            let (from_client, to_client) = socket.into_split();
            let (from_gateway, to_gateway) = split(other);
            tokio::select! {
                _ = self.incoming(from_client, to_gateway) => {}
                _ = self.outgoing(from_gateway, to_client) => {}
            }
        });
        end
    }

    /// Ends with the line; a client that says no more may still listen.
    async fn incoming(
        &self,
        from: OwnedReadHalf,
        mut to: WriteHalf<DuplexStream>,
    ) -> Result<Infallible, Cut> {
        let (put, mut take) = mpsc::channel::<Chunk>(CHUNKS);
        let deliver = async {
            while let Some((due, bytes)) = take.recv().await {
                self.arrive(due).await;
                to.write_all(&bytes).await.map_err(|_| Cut)?;
            }
            to.shutdown().await.map_err(|_| Cut)
        };
        let (end, ()) = tokio::try_join!(self.read_socket(from, put), deliver)?;
        end?;
        std::future::pending().await
    }

    /// Reads until the client says no more or has said enough; which of both is the answer.
    async fn read_socket(
        &self,
        from: OwnedReadHalf,
        put: mpsc::Sender<Chunk>,
    ) -> Result<Result<(), Cut>, Cut> {
        let mut buffer = vec![0; CHUNK];
        let mut left = self.cut_incoming.unwrap_or(u64::MAX);
        loop {
            if left == 0 {
                return Ok(Err(Cut));
            }
            timeout(IDLE, from.readable()).await.map_err(|_| Cut)?.map_err(|_| Cut)?;
            self.tunnel.passed().await;
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let count = match from.try_read(&mut buffer[..room]) {
                Ok(0) => return Ok(Ok(())),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(_) => return Err(Cut),
            };
            left -= count as u64;
            self.meter.count(count as u64);
            let chunk = (Instant::now() + self.pace.each_way, buffer[..count].to_vec());
            put.send(chunk).await.map_err(|_| Cut)?;
        }
    }

    /// Ends when the gateway has hung up and everything is out.
    async fn outgoing(
        &self,
        from: ReadHalf<DuplexStream>,
        mut to: OwnedWriteHalf,
    ) -> Result<(), Cut> {
        let (put, mut take) = mpsc::channel::<Chunk>(CHUNKS);
        let deliver = async {
            while let Some((due, bytes)) = take.recv().await {
                self.arrive(due).await;
                self.write_socket(&mut to, &bytes).await?;
            }
            to.shutdown().await.map_err(|_| Cut)
        };
        let (end, ()) = tokio::try_join!(self.read_gateway(from, put), deliver)?;
        end
    }

    /// Reads until the gateway hangs up or the valve closes; which of both is the answer.
    async fn read_gateway(
        &self,
        mut from: ReadHalf<DuplexStream>,
        put: mpsc::Sender<Chunk>,
    ) -> Result<Result<(), Cut>, Cut> {
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = match from.read(&mut buffer).await {
                Ok(0) | Err(_) => return Ok(Ok(())),
                Ok(count) => count,
            };
            let passed = self.valve.pass(count);
            let chunk = (Instant::now() + self.pace.each_way, buffer[..passed].to_vec());
            put.send(chunk).await.map_err(|_| Cut)?;
            if passed < count {
                return Ok(Err(Cut));
            }
        }
    }

    async fn write_socket(&self, to: &mut OwnedWriteHalf, bytes: &[u8]) -> Result<(), Cut> {
        let Some(kbit) = self.pace.kbit else {
            self.tunnel.passed().await;
            return write(to, bytes).await;
        };
        let a_byte = Duration::from_micros(8_000) / kbit.max(1);
        // Pieces of about 20 ms, so that a slow line trickles.
        let piece = usize::try_from(kbit / 8 * 20).unwrap_or(CHUNK).clamp(1, CHUNK);
        for piece in bytes.chunks(piece) {
            let out = Instant::now() + a_byte * u32::try_from(piece.len()).unwrap_or(u32::MAX);
            self.tunnel.passed().await;
            write(to, piece).await?;
            sleep_until(out).await;
        }
        Ok(())
    }

    async fn arrive(&self, due: Instant) {
        // Even a moment that has passed would be a tick of the timer.
        if due > Instant::now() {
            sleep_until(due).await;
        }
        self.tunnel.passed().await;
    }
}

async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Cut> {
    to.write_all(bytes).await.map_err(|_| Cut)
}
