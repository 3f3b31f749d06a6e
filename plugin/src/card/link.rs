//! The way to a card: transport apart from protocol.

use std::time::Duration;

use mynaq_interface::{Error, ErrorCode};
use zeroize::Zeroizing;

use super::apdu::{Command, permitted};

/// The longest answer a card of this family gives: a file of at most 8 KiB and a status word.
const LONGEST_ANSWER: usize = 8 * 1024 + 2;

/// Readers, and whether a card lies on one of them.
pub(crate) trait Readers: Send {
    /// Waits at most `patience` for a card on any reader.
    fn await_card(&mut self, patience: Duration) -> Result<Sight, Error>;

    /// Connects to the card on a reader.
    fn connect(&mut self, reader: &str, sharing: Sharing) -> Result<Box<dyn Link + '_>, LinkFault>;
}

/// What the readers see.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// A card lies on this reader.
    Card(String),
    /// No card; these are the readers.
    Nothing(Vec<String>),
}

/// Whether another program may talk to the card meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Reading needs no secret.
    Shared,
    /// A PIN is involved: what is unlocked is unlocked for every program.
    Exclusive,
}

/// A connected card.
pub(crate) trait Link {
    /// Sends a command and receives the answer, status word included.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault>;

    /// Takes the power away, so that nothing stays unlocked.
    fn unpower(&mut self);
}

/// What can happen to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkFault {
    /// The card was taken away.
    Removed,
    /// Another program or the system reset the card: what was selected is forgotten.
    Reset,
    /// Another program holds the card.
    Busy,
    /// The reader or its service is gone.
    ServiceGone,
    /// The reader could not pass this command on.
    NotPassed(String),
}

impl From<LinkFault> for Error {
    fn from(fault: LinkFault) -> Self {
        match fault {
            LinkFault::Removed => ErrorCode::CardRemoved.into(),
            LinkFault::Reset => Error::new(ErrorCode::CardRemoved).detail("the card was reset"),
            LinkFault::Busy => ErrorCode::ReaderBusy.into(),
            LinkFault::ServiceGone => ErrorCode::NoReaderService.into(),
            LinkFault::NotPassed(why) => Error::new(ErrorCode::CardUnreadable).detail(why),
        }
    }
}

/// An answer: data and status word.
pub(crate) struct Answer {
    bytes: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The status word.
    pub(crate) fn status(&self) -> u16 {
        match self.bytes.as_slice() {
            [.., high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        }
    }

    /// The data before the status word.
    pub(crate) fn data(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().saturating_sub(2)]
    }
}

/// A link that lets only permitted commands pass, counts them, and believes no answer's length.
pub(crate) struct Channel<'a> {
    link: Box<dyn Link + 'a>,
    commands: u32,
}

impl<'a> Channel<'a> {
    pub(crate) fn new(link: Box<dyn Link + 'a>) -> Self {
        Channel { link, commands: 0 }
    }

    /// How many commands went to the card.
    pub(crate) fn commands(&self) -> u32 {
        self.commands
    }

    pub(crate) fn send(&mut self, command: &Command) -> Result<Answer, LinkFault> {
        let apdu = command.encode();
        if !permitted(&apdu) {
            return Err(LinkFault::NotPassed("a command that is not permitted was stopped".into()));
        }
        self.commands += 1;
        let bytes = self.link.transmit(&apdu)?;
        // pcscd answers "success" with no bytes when the card goes away in the middle.
        match bytes.len() {
            0 => Err(LinkFault::Removed),
            1 => Err(LinkFault::NotPassed("an answer of one byte".into())),
            length if length > LONGEST_ANSWER => {
                Err(LinkFault::NotPassed(format!("an answer of {length} bytes")))
            }
            _ => {
                let answer = Answer { bytes };
                // Only what kind of command it was: data may be a PIN or a person's certificate.
                tracing::trace!(
                    instruction = format_args!("{:02X}", apdu[1]),
                    status = format_args!("{:04X}", answer.status()),
                    "card"
                );
                Ok(answer)
            }
        }
    }

    pub(crate) fn unpower(&mut self) {
        self.link.unpower();
    }
}
