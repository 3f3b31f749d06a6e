//! The card's side of the vpcd protocol: each message is a big-endian u16 length and a payload.
//!
//! The reader speaks first. One byte is about power (0 off, 1 on, 2 reset, 4 what is the ATR),
//! two and more are a command APDU. A connection that lives is a card that lies there.

pub(crate) mod drill;
pub(crate) mod vpcd;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::exchange::{Exchange, Reply};
use crate::slot::{Session, Slot};

/// Why a conversation ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The card was taken away, or torn away.
    Card,
    /// The reader hung up, or spoke nonsense.
    Reader,
}

/// What is said for a card that does not answer to power. An empty ATR would be an empty slot for pcscd's
/// virtual reader; one that is longer than any can be makes its powering up fail.
const MUTE: &[u8] = &[0; 34];

/// How long the rest of a message may take after its first byte.
const MESSAGE: Duration = Duration::from_secs(5);

/// Lets a reader talk to the card until either goes away.
async fn serve(mut reader: TcpStream, mut session: Session) -> End {
    let gone = session.gone();
    // Biased: a card that is gone does not read one more command.
    let end = tokio::select! {
        biased;
        () = gone => End::Card,
        end = converse(&mut reader, &mut session) => end,
    };
    // Says goodbye properly even if the reader's last words were not read.
    let _ = reader.shutdown().await;
    end
}

async fn converse(reader: &mut TcpStream, session: &mut Session) -> End {
    if reader.set_nodelay(true).is_err() {
        return End::Reader;
    }
    loop {
        let Ok(message) = receive(reader).await else { return End::Reader };
        let end = match message.as_slice() {
            [] | [0] => {
                session.power_off();
                None
            }
            [1] => {
                session.power_on();
                None
            }
            [2] => {
                session.reset();
                None
            }
            [4] => match session.atr() {
                Some(atr) if atr.is_empty() => said(send(reader, MUTE.len(), MUTE).await),
                Some(atr) => said(send(reader, atr.len(), &atr).await),
                None => Some(End::Card),
            },
            // vpcd has no other words of one byte.
            [_] => Some(End::Reader),
            apdu => {
                let exchange = session.begin(apdu);
                let end = pass_on(reader, &exchange).await;
                session.settle(&exchange);
                end
            }
        };
        if let Some(end) = end {
            return end;
        }
    }
}

/// Says what came of a command, when its time has come.
async fn pass_on(reader: &mut TcpStream, exchange: &Exchange) -> Option<End> {
    if exchange.delay > Duration::ZERO {
        tokio::time::sleep(exchange.delay).await;
    }
    match &exchange.reply {
        Reply::Answer(answer) => said(send(reader, answer.len(), answer).await),
        Reply::Torn { announced, heard } => {
            let _ = send(reader, *announced, heard).await;
            Some(End::Card)
        }
        Reply::Gone => Some(End::Card),
        Reply::Silence => {
            // Whatever the reader does now; only its hanging up is noticed.
            while receive(reader).await.is_ok() {}
            Some(End::Reader)
        }
    }
}

fn said(outcome: io::Result<()>) -> Option<End> {
    outcome.is_err().then_some(End::Reader)
}

/// Lays down the cards that come by themselves, for ever.
pub(crate) async fn lay_down(slot: Slot) {
    let mut due = slot.place().watch_due();
    loop {
        let at = due.borrow_and_update().as_ref().map(|due| due.at);
        let time = async {
            match at {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = time => slot.catch_up(),
            changed = due.changed() => if changed.is_err() { return },
        }
    }
}

async fn receive(reader: &mut TcpStream) -> io::Result<Vec<u8>> {
    acknowledge_at_once(reader);
    let mut length = [reader.read_u8().await?, 0];
    let rest = async {
        acknowledge_at_once(reader);
        reader.read_exact(&mut length[1..]).await?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        acknowledge_at_once(reader);
        reader.read_exact(&mut message).await?;
        Ok(message)
    };
    tokio::time::timeout(MESSAGE, rest).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// A message of this length, or the beginning of one.
async fn send(reader: &mut TcpStream, length: usize, answer: &[u8]) -> io::Result<()> {
    let length = u16::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut message = length.to_be_bytes().to_vec();
    message.extend(answer);
    tokio::time::timeout(MESSAGE, reader.write_all(&message))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?
}

/// vpcd sends length and payload in two pieces and, with Nagle's algorithm, holds the second back
/// until the first is acknowledged. The kernel forgets this wish, so it is repeated before each read;
/// without it every APDU costs 44 ms.
fn acknowledge_at_once(reader: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = reader.set_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = reader;
}
