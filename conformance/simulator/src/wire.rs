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

use crate::slot::{self, Insertion, Slot};

/// Why a conversation ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The card was taken away, or torn away.
    Card,
    /// The reader hung up, or spoke nonsense.
    Reader,
}

/// How long the rest of a message may take after its first byte.
const MESSAGE: Duration = Duration::from_secs(5);

/// Lets a reader talk to the card until either goes away.
async fn serve(mut reader: TcpStream, slot: &Slot, insertion: &Insertion) -> End {
    let mut view = slot.watch();
    // Biased: a card that is gone does not read one more command.
    let end = tokio::select! {
        biased;
        () = slot::gone(insertion, &mut view) => End::Card,
        end = converse(&mut reader, slot, insertion) => end,
    };
    // Says goodbye properly even if the reader's last words were not read.
    let _ = reader.shutdown().await;
    end
}

async fn converse(reader: &mut TcpStream, slot: &Slot, insertion: &Insertion) -> End {
    let mut card = insertion.card();
    if reader.set_nodelay(true).is_err() {
        return End::Reader;
    }
    loop {
        let Ok(message) = receive(reader).await else { return End::Reader };
        let answer = match message.as_slice() {
            [] | [0] => {
                card.power_off();
                continue;
            }
            [1] => {
                card.power_on();
                continue;
            }
            [2] => {
                card.reset();
                continue;
            }
            [4] => card.atr().to_vec(),
            // vpcd has no other words of one byte.
            [_] => return End::Reader,
            apdu => match slot.exchange(insertion, &mut card, apdu) {
                Some(answer) => answer,
                None => return End::Card,
            },
        };
        if send(reader, &answer).await.is_err() {
            return End::Reader;
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

async fn send(reader: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
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
