//! The simulator's card, reached directly: vpcd framing over loopback TCP, spoken as the reader.
//!
//! A connection that stays open is a card on the reader; one that is closed at once is none.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use super::link::{Connect, Count, Link, LinkFault, Lying, Seen, Sharing, Sight, Turn, Watch};

const READER: &str = "MynaQ Drill Reader 00 00";
const CONNECT_DEADLINE: Duration = Duration::from_millis(200);
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// How often an empty reader is asked.
const BETWEEN_ASKING: Duration = Duration::from_millis(50);

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const GET_ATR: u8 = 4;

/// Sees the card come and go on the one drill reader.
pub(crate) struct DrillWatch {
    address: SocketAddr,
    /// Nothing is said on it: it lives as long as the card lies there.
    presence: Option<TcpStream>,
    waiting: Arc<Mutex<Option<TcpStream>>>,
    changes: u32,
    looked: bool,
}

impl DrillWatch {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let waiting = Arc::default();
        DrillWatch { address, presence: None, waiting, changes: 0, looked: false }
    }

    fn seen(&self) -> Sight {
        let lying = if self.presence.is_some() { Lying::Card } else { Lying::Nothing };
        // It never goes away.
        let count = Count { arrival: 0, changes: self.changes };
        Sight::Readers(vec![Seen { reader: READER.into(), lying, count }])
    }

    fn set_presence(&mut self, presence: Option<TcpStream>) {
        let copy = presence.as_ref().and_then(|stream| stream.try_clone().ok());
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = copy;
        if presence.is_some() != self.presence.is_some() {
            self.changes += 1;
        }
        self.presence = presence;
    }
}

impl Watch for DrillWatch {
    fn look(&mut self, patience: Duration) -> Sight {
        let first = !std::mem::replace(&mut self.looked, true);
        match &mut self.presence {
            Some(card) if !first => {
                let waited =
                    card.set_read_timeout(Some(patience)).and_then(|()| card.read(&mut [0]));
                match waited {
                    Err(error) if is_timeout(&error) => {}
                    _ => self.set_presence(None),
                }
            }
            _ => {
                let card = attach(self.address).ok();
                if card.is_none() && !first {
                    std::thread::sleep(patience.min(BETWEEN_ASKING));
                }
                self.set_presence(card);
            }
        }
        self.seen()
    }

    fn interrupter(&self) -> Box<dyn Fn() + Send> {
        let waiting = Arc::clone(&self.waiting);
        Box::new(move || {
            if let Some(card) = &*waiting.lock().unwrap_or_else(PoisonError::into_inner) {
                // One that is closed already waits for nothing.
                let _ = card.shutdown(Shutdown::Both);
            }
        })
    }
}

/// Talks to the card on the one drill reader.
pub(crate) struct DrillConnect {
    address: SocketAddr,
}

impl DrillConnect {
    pub(crate) fn new(address: SocketAddr) -> Self {
        DrillConnect { address }
    }
}

impl Connect for DrillConnect {
    fn talk(
        &mut self,
        _: &str,
        sharing: Sharing,
        _: &dyn Turn,
        talk: &mut dyn FnMut(&mut dyn Link),
    ) -> Result<(), LinkFault> {
        let card = attach(self.address).map_err(|_| LinkFault::Removed)?;
        let mut link = DrillLink { card };
        talk(&mut link);
        if sharing == Sharing::Exclusive {
            // A card that is gone has no power either.
            let _ = send(&mut link.card, &[POWER_OFF]);
        }
        Ok(())
    }
}

struct DrillLink {
    card: TcpStream,
}

impl Link for DrillLink {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        send(&mut self.card, apdu).and_then(|()| receive(&mut self.card)).map_err(|error| {
            if is_timeout(&error) {
                LinkFault::NotPassed("the drill reader does not answer".into())
            } else {
                LinkFault::Removed
            }
        })
    }
}

/// Connects and gives power. The answer to reset tells nothing about the card; that it comes at all is
/// what counts.
fn attach(address: SocketAddr) -> io::Result<TcpStream> {
    let mut card = TcpStream::connect_timeout(&address, CONNECT_DEADLINE)?;
    card.set_nodelay(true)?;
    card.set_read_timeout(Some(ANSWER_DEADLINE))?;
    card.set_write_timeout(Some(ANSWER_DEADLINE))?;
    send(&mut card, &[POWER_ON])?;
    send(&mut card, &[GET_ATR])?;
    if receive(&mut card)?.is_empty() {
        return Err(ErrorKind::InvalidData.into());
    }
    Ok(card)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn send(card: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(io::Error::other)?;
    // One write, so that the frame leaves as one segment.
    let frame = Zeroizing::new([&length.to_be_bytes(), payload].concat());
    card.write_all(&frame)
}

fn receive(card: &mut TcpStream) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut length = [0; 2];
    card.read_exact(&mut length)?;
    let mut payload = Zeroizing::new(vec![0; usize::from(u16::from_be_bytes(length))]);
    card.read_exact(&mut payload)?;
    Ok(payload)
}
