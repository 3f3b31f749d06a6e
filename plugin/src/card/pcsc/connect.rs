//! One conversation with one card.

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{Card, Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocols, ShareMode};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Living, is_gone};
use crate::card::link::{Connect, Link, LinkFault, Sharing, Turn};

/// Another program may hold the card for a moment after it was put down (Windows does so itself).
const BUSY_FOR: Duration = Duration::from_secs(2);
/// How long the first and every later breath between two tries is.
const BREATHS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

pub(crate) struct PcscConnect {
    living: Living,
    buffer: Zeroizing<Vec<u8>>,
}

impl PcscConnect {
    pub(crate) fn new() -> Self {
        let mut living = Living::default();
        // Before the first card, not with it. If the service is not there yet, the first card says so.
        let _ = living.get();
        // The service refuses a larger buffer; a smaller one would lose an answer the card gave.
        PcscConnect { living, buffer: Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]) }
    }
}

impl Connect for PcscConnect {
    fn talk(
        &mut self,
        reader: &str,
        sharing: Sharing,
        turn: &dyn Turn,
        talk: &mut dyn FnMut(&mut dyn Link),
    ) -> Result<(), LinkFault> {
        let talked = self.living.get().and_then(|context| {
            turn.waiting(true);
            let card = connect(&context, reader, sharing);
            turn.waiting(false);
            converse(card?, sharing, turn, &mut self.buffer, talk)
        });
        talked.map_err(|error| {
            self.living.drop_after(error);
            fault(error)
        })
    }
}

fn connect(context: &Context, reader: &str, sharing: Sharing) -> Result<Card, pcsc::Error> {
    let reader = CString::new(reader).map_err(|_| pcsc::Error::UnknownReader)?;
    let mode = match sharing {
        Sharing::Shared => ShareMode::Shared,
        Sharing::Exclusive => ShareMode::Exclusive,
    };
    let until = Instant::now() + BUSY_FOR;
    let [mut breath, longest] = BREATHS;
    loop {
        match context.connect(&reader, mode, Protocols::ANY) {
            Err(pcsc::Error::SharingViolation) if Instant::now() < until => {
                std::thread::sleep(breath);
                breath = (breath * 2).min(longest);
            }
            card => return card,
        }
    }
}

fn converse(
    mut card: Card,
    sharing: Sharing,
    turn: &dyn Turn,
    buffer: &mut [u8],
    talk: &mut dyn FnMut(&mut dyn Link),
) -> Result<(), pcsc::Error> {
    let disposition = match sharing {
        Sharing::Shared => {
            // Nobody selects another application between two commands of ours.
            turn.waiting(true);
            let transaction = card.transaction();
            turn.waiting(false);
            let transaction = transaction?;
            talk(&mut PcscLink { card: &transaction, buffer });
            // A card that is gone ends no transaction, and need not.
            let _ = transaction.end(Disposition::LeaveCard);
            Disposition::LeaveCard
        }
        Sharing::Exclusive => {
            talk(&mut PcscLink { card: &card, buffer });
            Disposition::UnpowerCard
        }
    };
    // Nor can it be disconnected.
    let _ = card.disconnect(disposition);
    Ok(())
}

struct PcscLink<'a> {
    card: &'a Card,
    buffer: &'a mut [u8],
}

impl Link for PcscLink<'_> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        let answer = self.card.transmit(apdu, self.buffer).map_err(fault)?;
        let length = answer.len();
        let answer = Zeroizing::new(answer.to_vec());
        self.buffer[..length].zeroize();
        Ok(answer)
    }
}

fn fault(error: pcsc::Error) -> LinkFault {
    use pcsc::Error as E;
    match error {
        E::RemovedCard | E::NoSmartcard | E::UnpoweredCard | E::UnresponsiveCard => {
            LinkFault::Removed
        }
        E::ResetCard => LinkFault::Reset,
        E::SharingViolation => LinkFault::Busy,
        E::ReaderUnavailable | E::UnknownReader | E::NoReadersAvailable => LinkFault::ReaderGone,
        error if is_gone(error) => LinkFault::ServiceGone,
        other => LinkFault::NotPassed(other.to_string()),
    }
}
