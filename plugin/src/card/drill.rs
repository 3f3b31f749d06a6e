//! The simulator's card, reached directly: vpcd framing over loopback TCP, spoken as the reader.
//!
//! A connection that stays open is a card on the reader; one that is closed at once is none.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mynaq_interface::Error;
use zeroize::Zeroizing;

use super::link::{Link, LinkFault, Readers, Sharing, Sight};

const READER: &str = "MynaQ Drill Reader 00 00";
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const GET_ATR: u8 = 4;

/// The one drill reader.
pub(crate) struct DrillReaders {
    address: SocketAddr,
    card: Option<TcpStream>,
}

impl DrillReaders {
    pub(crate) fn new(address: SocketAddr) -> Self {
        DrillReaders { address, card: None }
    }

    fn attach(&mut self, patience: Duration) -> Option<()> {
        self.card = None;
        let mut card =
            TcpStream::connect_timeout(&self.address, patience.max(Duration::from_millis(1)))
                .ok()?;
        card.set_nodelay(true).ok()?;
        card.set_read_timeout(Some(ANSWER_DEADLINE)).ok()?;
        card.set_write_timeout(Some(ANSWER_DEADLINE)).ok()?;
        send(&mut card, &[POWER_ON]).ok()?;
        send(&mut card, &[GET_ATR]).ok()?;
        // The answer to reset tells nothing about the card; that it comes at all is what counts.
        let answer_to_reset = receive(&mut card).ok()?;
        (!answer_to_reset.is_empty()).then(|| self.card = Some(card))
    }
}

impl Readers for DrillReaders {
    fn await_card(&mut self, patience: Duration) -> Result<Sight, Error> {
        if self.attach(patience).is_some() {
            return Ok(Sight::Card(READER.into()));
        }
        std::thread::sleep(patience);
        Ok(Sight::Nothing(vec![READER.into()]))
    }

    fn connect(&mut self, _: &str, _: Sharing) -> Result<Box<dyn Link + '_>, LinkFault> {
        if self.card.is_none() {
            self.attach(Duration::from_millis(200)).ok_or(LinkFault::Removed)?;
        }
        let card = self.card.take().ok_or(LinkFault::Removed)?;
        Ok(Box::new(DrillLink { card }))
    }
}

struct DrillLink {
    card: TcpStream,
}

impl Link for DrillLink {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        send(&mut self.card, apdu)
            .and_then(|()| receive(&mut self.card))
            .map_err(|_| LinkFault::Removed)
    }

    fn unpower(&mut self) {
        // A card that is gone has no power either.
        let _ = send(&mut self.card, &[POWER_OFF]);
    }
}

fn send(card: &mut TcpStream, payload: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(std::io::Error::other)?;
    // One write, so that the frame leaves as one segment.
    let frame = Zeroizing::new([&length.to_be_bytes(), payload].concat());
    card.write_all(&frame)
}

fn receive(card: &mut TcpStream) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut length = [0; 2];
    card.read_exact(&mut length)?;
    let mut payload = Zeroizing::new(vec![0; usize::from(u16::from_be_bytes(length))]);
    card.read_exact(&mut payload)?;
    Ok(payload)
}
