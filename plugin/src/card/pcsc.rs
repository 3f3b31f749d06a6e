//! Cards through the smart card service of the operating system (PC/SC).

use std::ffi::{CStr, CString};
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode};
use pcsc::{
    Card, Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, PNP_NOTIFICATION, Protocols, ReaderState,
    Scope, ShareMode, State,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::link::{Link, LinkFault, Readers, Sharing, Sight};

/// Another program may hold the card for a moment after it was put down (Windows does so itself).
const BUSY_FOR: Duration = Duration::from_secs(2);
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// Every reader of the service.
#[derive(Default)]
pub(crate) struct PcscReaders {
    context: Option<Context>,
}

impl PcscReaders {
    /// A context that lives. After the service was restarted the old one is dead for ever, whatever
    /// it says of itself, so every such failure drops it.
    fn context(&mut self) -> Result<Context, Error> {
        if self.context.is_none() {
            let context = Context::establish(Scope::User)
                .map_err(|error| Error::new(ErrorCode::NoReaderService).detail(error))?;
            self.context = Some(context);
        }
        self.context.clone().ok_or_else(|| ErrorCode::NoReaderService.into())
    }

    fn gone(&mut self, error: pcsc::Error) -> Error {
        self.context = None;
        Error::new(ErrorCode::NoReaderService).detail(error)
    }
}

impl Readers for PcscReaders {
    fn await_card(&mut self, patience: Duration) -> Result<Sight, Error> {
        let context = self.context()?;
        let names = match context.list_readers_owned() {
            Ok(names) => names,
            Err(pcsc::Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(self.gone(error)),
        };
        let readers: Vec<CString> = names.into_iter().filter(|name| !is_sam(name)).collect();
        let mut states: Vec<ReaderState> =
            readers.iter().map(|name| ReaderState::new(name.clone(), State::UNAWARE)).collect();
        // First a look without waiting, then a wait for any change of what was seen.
        if !states.is_empty() {
            match context.get_status_change(Duration::ZERO, &mut states) {
                Ok(()) | Err(pcsc::Error::Timeout) => {}
                Err(error) => return Err(self.gone(error)),
            }
        }
        if let Some(reader) = with_card(&states) {
            return Ok(Sight::Card(reader));
        }
        for state in &mut states {
            state.sync_current_state();
        }
        states.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        match context.get_status_change(patience, &mut states) {
            Ok(()) | Err(pcsc::Error::Timeout | pcsc::Error::UnknownReader) => {}
            Err(error) => return Err(self.gone(error)),
        }
        Ok(match with_card(&states) {
            Some(reader) => Sight::Card(reader),
            None => Sight::Nothing(readers.iter().map(|name| display(name)).collect()),
        })
    }

    fn connect(&mut self, reader: &str, sharing: Sharing) -> Result<Box<dyn Link + '_>, LinkFault> {
        let context = self.context().map_err(|_| LinkFault::ServiceGone)?;
        let reader = CString::new(reader).map_err(|_| LinkFault::ServiceGone)?;
        let mode = match sharing {
            Sharing::Shared => ShareMode::Shared,
            Sharing::Exclusive => ShareMode::Exclusive,
        };
        let mut left = BUSY_FOR;
        loop {
            match context.connect(&reader, mode, Protocols::ANY) {
                Ok(card) => return Ok(Box::new(PcscLink::new(card))),
                Err(pcsc::Error::SharingViolation) if !left.is_zero() => {
                    std::thread::sleep(BUSY_PAUSE);
                    left = left.saturating_sub(BUSY_PAUSE);
                }
                Err(error) => return Err(fault(error)),
            }
        }
    }
}

struct PcscLink {
    card: Option<Card>,
    buffer: Zeroizing<Vec<u8>>,
    disposition: Disposition,
}

impl PcscLink {
    fn new(card: Card) -> Self {
        // The service refuses a larger buffer; a smaller one would lose an answer the card gave.
        let buffer = Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]);
        PcscLink { card: Some(card), buffer, disposition: Disposition::LeaveCard }
    }
}

impl Link for PcscLink {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        let card = self.card.as_ref().ok_or(LinkFault::Removed)?;
        let answer = card.transmit(apdu, &mut self.buffer).map_err(fault)?;
        let answer = Zeroizing::new(answer.to_vec());
        self.buffer[..answer.len()].zeroize();
        Ok(answer)
    }

    fn unpower(&mut self) {
        self.disposition = Disposition::UnpowerCard;
    }
}

impl Drop for PcscLink {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // A card that is gone cannot be disconnected, and need not be.
            let _ = card.disconnect(self.disposition);
        }
    }
}

fn fault(error: pcsc::Error) -> LinkFault {
    match error {
        pcsc::Error::RemovedCard
        | pcsc::Error::NoSmartcard
        | pcsc::Error::UnpoweredCard
        | pcsc::Error::UnresponsiveCard => LinkFault::Removed,
        pcsc::Error::ResetCard => LinkFault::Reset,
        pcsc::Error::SharingViolation => LinkFault::Busy,
        pcsc::Error::NoService
        | pcsc::Error::ServiceStopped
        | pcsc::Error::InvalidHandle
        | pcsc::Error::ReaderUnavailable
        | pcsc::Error::UnknownReader
        | pcsc::Error::NoReadersAvailable => LinkFault::ServiceGone,
        other => LinkFault::NotPassed(other.to_string()),
    }
}

fn with_card(states: &[ReaderState]) -> Option<String> {
    states
        .iter()
        .filter(|state| state.name() != PNP_NOTIFICATION())
        .find(|state| {
            let seen = state.event_state();
            seen.contains(State::PRESENT) && !seen.contains(State::MUTE)
        })
        .map(|state| display(state.name()))
}

/// The slot for a reader's own secure module shows up as a reader with a card that never leaves.
fn is_sam(name: &CStr) -> bool {
    let name = display(name).to_ascii_uppercase();
    name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ').ends_with("SAM")
}

fn display(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sam_slots_are_not_readers_for_patients() {
        assert!(is_sam(c"ACS ACR1252 Dual Reader SAM 01 00"));
        assert!(is_sam(c"Some Reader SAM 0"));
        assert!(!is_sam(c"Virtual PCD 00 00"));
        assert!(!is_sam(c"Samhwa Reader 00 00"));
    }
}
