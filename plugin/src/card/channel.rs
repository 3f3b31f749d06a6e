//! A conversation with one card: only what is allowed passes, every command is counted, and no answer
//! is believed beyond its cap.

use super::allow::{AllowList, Purpose};
use super::answer::{Answer, Malformed};
use super::command::Command;
use super::link::{Link, LinkFault};

/// In how many pieces (61xx) an answer may come: a file of 8 KiB in pieces of 256 bytes.
const MOST_PIECES: usize = 32;
/// How many commands there are with one card under power: 8 KiB in the smallest pieces, for each of
/// which a card wants another length and to be asked for the rest, and what is asked besides. More
/// would only keep the crew waiting.
pub(super) const MOST_COMMANDS: u32 = 3 * 35 + 23;

/// A link to a card that lets only permitted commands pass.
pub(crate) struct Channel<'a> {
    link: &'a mut dyn Link,
    allow: AllowList,
    commands: u32,
}

impl<'a> Channel<'a> {
    /// For a card that has just been connected.
    pub(crate) fn new(link: &'a mut dyn Link, purpose: Purpose) -> Self {
        Channel { link, allow: AllowList::new(purpose), commands: 0 }
    }

    /// How many commands went to the card.
    pub(crate) fn commands(&self) -> u32 {
        self.commands
    }

    /// Sends a command and returns the whole answer, also from a card that wants to be asked for
    /// another length (6Cxx) or gives it in pieces (61xx).
    pub(crate) fn send(&mut self, command: &Command) -> Result<Answer, LinkFault> {
        let mut answer = self.send_once(command)?;
        if let (0x6C, length) = split(answer.status())
            && let Some(again) = command.asking_for(length)
        {
            answer = self.send_once(&again)?;
        }
        for _ in 0..MOST_PIECES {
            let (0x61, length) = split(answer.status()) else { return Ok(answer) };
            let rest = self.send_once(&Command::Rest(length))?;
            answer = answer.continued(&rest).map_err(malformed)?;
        }
        Err(LinkFault::NotPassed("an answer that does not end".into()))
    }

    fn send_once(&mut self, command: &Command) -> Result<Answer, LinkFault> {
        let apdu = command.encode();
        if !self.allow.admits(&apdu) {
            return Err(LinkFault::NotPassed("a command that is not permitted was stopped".into()));
        }
        if self.commands == MOST_COMMANDS {
            return Err(LinkFault::NotPassed("a conversation that does not end".into()));
        }
        self.commands += 1;
        let answer = Answer::parse(self.link.transmit(&apdu)?).map_err(malformed)?;
        self.allow.follow(&apdu, answer.status());
        // Only what kind of command it was: data may be a PIN or a person's certificate.
        tracing::trace!(
            instruction = format_args!("{:02X}", apdu[1]),
            status = format_args!("{:04X}", answer.status()),
            "card"
        );
        Ok(answer)
    }
}

fn split(status: u16) -> (u8, u8) {
    let [high, low] = status.to_be_bytes();
    (high, low)
}

fn malformed(what: Malformed) -> LinkFault {
    match what {
        Malformed::Nothing => LinkFault::Removed,
        other => LinkFault::NotPassed(other.to_string()),
    }
}
