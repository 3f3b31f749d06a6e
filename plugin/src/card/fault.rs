//! What goes wrong while talking to one card.

use mynaq_interface::{Error, ErrorCode};

use super::link::LinkFault;

/// What went wrong while talking to a card.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The link.
    Link(LinkFault),
    /// The card.
    Card(Error),
    /// The reader does not pass reads of this length on: connect again, and read in smaller pieces.
    Lengths(LinkFault),
}

impl From<LinkFault> for Fault {
    fn from(fault: LinkFault) -> Self {
        Fault::Link(fault)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Card(error)
    }
}

impl From<ErrorCode> for Fault {
    fn from(code: ErrorCode) -> Self {
        Fault::Card(code.into())
    }
}

impl Fault {
    /// Whether nobody can say that the card that lies there now is the one from before.
    pub(crate) fn may_be_another_card(&self) -> bool {
        match self {
            Fault::Link(_) => true,
            Fault::Lengths(fault) => matches!(fault, LinkFault::Removed | LinkFault::Reset),
            Fault::Card(_) => false,
        }
    }

    /// What the crew is told.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Fault::Link(fault) | Fault::Lengths(fault) => fault.into(),
            Fault::Card(error) => error,
        }
    }
}

/// A card answered what this command never gets.
pub(crate) fn unexpected(command: &str, status: u16) -> Error {
    Error::new(ErrorCode::CardUnreadable).detail(format_args!("{command} answered {status:04X}"))
}
