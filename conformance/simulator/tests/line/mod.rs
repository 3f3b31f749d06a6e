//! A program that speaks to the card as the reader does.
#![allow(dead_code, unreachable_pub, reason = "each test needs a part of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use mynaq_simulator::{Options, Simulator, World};
use time::macros::date;

pub static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(date!(2026 - 11 - 23)).expect("a world")));

/// SELECT of the JPKI application.
pub const SELECT: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// The certificate in one extended READ BINARY.
pub const READ: &[u8] = &[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00];

/// A reader that fails a test rather than wait for ever.
pub struct Reader(pub TcpStream);

impl Reader {
    pub fn connect(simulator: &Simulator) -> Reader {
        Reader::at(simulator.drill())
    }

    pub fn at(drill: SocketAddr) -> Reader {
        Reader::on(TcpStream::connect(drill).expect("the drill listener"))
    }

    pub fn on(stream: TcpStream) -> Reader {
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        Reader(stream)
    }

    pub fn powered(simulator: &Simulator) -> Reader {
        let mut reader = Reader::connect(simulator);
        reader.say(&[1]);
        reader
    }

    pub fn say(&mut self, message: &[u8]) {
        let mut bytes = u16::try_from(message.len()).expect("short").to_be_bytes().to_vec();
        bytes.extend(message);
        // The other end may have hung up already; that shows when we listen.
        let _ = self.0.write_all(&bytes);
    }

    /// The next message; `None` when the card is gone.
    pub fn hear(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        if let Err(error) = self.0.read_exact(&mut length) {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "no answer, no end");
            return None;
        }
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut message).ok()?;
        Some(message)
    }

    pub fn ask(&mut self, apdu: &[u8]) -> Option<Vec<u8>> {
        self.say(apdu);
        self.hear()
    }
}

pub fn simulator(options: Options) -> Simulator {
    Simulator::start(Arc::clone(&WORLD), options).expect("a simulator")
}

pub fn with(card: &str) -> Simulator {
    simulator(Options { card: Some(card.into()), ..Options::default() })
}
