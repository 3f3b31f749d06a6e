//! A card's answer: data and a status word, neither believed further than it goes.

use zeroize::Zeroizing;

/// The longest answer a card of this family gives: a file of at most 8 KiB and a status word.
const LONGEST: usize = 8 * 1024 + 2;

pub(crate) const DONE: u16 = 0x9000;
/// The end of the file came before the length that was asked for.
pub(crate) const WARNED: u16 = 0x6282;
pub(crate) const WRONG_LENGTH: u16 = 0x6700;
pub(crate) const SECURITY_NOT_SATISFIED: u16 = 0x6982;
pub(crate) const CONDITIONS_NOT_SATISFIED: u16 = 0x6985;
pub(crate) const FILE_NOT_FOUND: u16 = 0x6A82;
pub(crate) const BEYOND_END: u16 = 0x6B00;
pub(crate) const UNKNOWN_INSTRUCTION: u16 = 0x6D00;
pub(crate) const NO_DIAGNOSIS: u16 = 0x6F00;

/// An answer that is one. Wiped on drop.
#[derive(Debug)]
pub(crate) struct Answer {
    data: Zeroizing<Vec<u8>>,
    status: u16,
}

/// What no card answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// No bytes at all: the service says so when the card goes away in the middle of a command.
    Nothing,
    /// One byte.
    OneByte,
    /// More than the longest file.
    TooLong(usize),
}

impl Answer {
    /// Takes an answer apart.
    pub(crate) fn parse(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, Malformed> {
        match bytes.len() {
            0 => return Err(Malformed::Nothing),
            1 => return Err(Malformed::OneByte),
            length if length > LONGEST => return Err(Malformed::TooLong(length)),
            _ => {}
        }
        let (low, high) = (bytes.pop().unwrap_or(0), bytes.pop().unwrap_or(0));
        Ok(Answer { data: bytes, status: u16::from_be_bytes([high, low]) })
    }

    /// The status word.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// The data before the status word.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// This answer and the rest of it, which came in pieces.
    pub(crate) fn continued(mut self, rest: &Self) -> Result<Self, Malformed> {
        let whole = self.data.len() + rest.data.len();
        if whole > LONGEST {
            return Err(Malformed::TooLong(whole));
        }
        // Reserving first: a vector that grows by itself leaves a copy behind.
        let mut data = Zeroizing::new(Vec::with_capacity(whole));
        data.extend_from_slice(&self.data);
        data.extend_from_slice(&rest.data);
        self.data = data;
        self.status = rest.status;
        Ok(self)
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Malformed::Nothing => f.write_str("an answer of no bytes"),
            Malformed::OneByte => f.write_str("an answer of one byte"),
            Malformed::TooLong(length) => write!(f, "an answer of {length} bytes"),
        }
    }
}
