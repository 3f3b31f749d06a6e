//! The way to readers and cards, apart from what is said on it.

use std::time::Duration;

use mynaq_interface::{Error, ErrorCode};
use zeroize::Zeroizing;

/// Sees readers and cards come and go. Lives on the watching thread.
pub(crate) trait Watch: Send {
    /// What there is now. Returns at once when that differs from the last look, otherwise after
    /// `patience`, or when interrupted.
    fn look(&mut self, patience: Duration) -> Sight;

    /// Something that ends a [`look`](Self::look) under way, from another thread. A call that comes
    /// just before the look begins may be lost: repeat it.
    fn interrupter(&self) -> Box<dyn Fn() + Send>;
}

/// Talks to cards. Lives on the reading thread.
pub(crate) trait Connect: Send {
    /// Connects to the card on a reader, lets `talk` talk to it, and lets it go in every case.
    ///
    /// May wait for other programs, and for the card: as long as those like. Only the desk has a
    /// deadline, and leaves this thread alone when it has passed.
    fn talk(
        &mut self,
        reader: &str,
        sharing: Sharing,
        turn: &dyn Turn,
        talk: &mut dyn FnMut(&mut dyn Link),
    ) -> Result<(), LinkFault>;
}

/// Is told whether we wait for another program, or for the card.
pub(crate) trait Turn {
    /// Waiting for another program to let go of the card, or no longer.
    fn waiting(&self, waiting: bool);
}

/// Whether another program may talk to the card meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Others may be connected, and take turns with us.
    Shared,
    /// A PIN is involved: what is unlocked is unlocked for every program. Nobody else is connected,
    /// and the card loses its power when we leave.
    Exclusive,
}

/// What the readers see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// There is nobody to ask; why.
    Absent(String),
    /// These are the readers for patients' cards.
    Readers(Vec<Seen>),
}

/// One reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) reader: String,
    pub(crate) lying: Lying,
    pub(crate) count: Count,
}

/// Which of the cards that one reader has seen it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// Greater for each reader that comes or comes back, and when nobody has looked for a while: what
    /// lies there was not watched meanwhile.
    pub(crate) arrival: u32,
    /// Grows by one whenever a card is laid down or taken away, also between two looks.
    pub(crate) changes: u32,
}

/// What lies on a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lying {
    Nothing,
    Card,
    /// Something that does not answer to power.
    Mute,
}

/// A connected card.
pub(crate) trait Link {
    /// Sends a command and receives the answer, status word included.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault>;
}

/// What can happen to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkFault {
    /// The card was taken away.
    Removed,
    /// Another program or the system reset the card: what was selected is forgotten, and another
    /// card may lie there.
    Reset,
    /// Another program holds the card.
    Busy,
    /// The reader is gone.
    ReaderGone,
    /// The readers' service is gone.
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
            LinkFault::ReaderGone => ErrorCode::NoReader.into(),
            LinkFault::ServiceGone => ErrorCode::NoReaderService.into(),
            LinkFault::NotPassed(why) => Error::new(ErrorCode::CardUnreadable).detail(why),
        }
    }
}
