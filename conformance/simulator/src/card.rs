//! A virtual card: APDU in, APDU out, and nothing else.
//!
//! [`Plastic`] is what somebody holds in the hand: files, a key, and tries that are left.
//! [`Card`] is that plastic under power: which application and file are selected, which PIN was
//! right. Taking the power away forgets the second and keeps the first.

mod apdu;
mod application;
mod commands;
mod plastic;

use std::sync::Arc;

use apdu::{Command, Refused};
use application::{Application, PinName};
pub use plastic::Plastic;

/// The answer's last two bytes.
pub type StatusWord = u16;

pub(crate) const OK: StatusWord = 0x9000;

/// How the card behaves where real cards and readers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Extended APDUs are refused with 6700.
    pub short_only: bool,
}

/// A card in a reader.
pub struct Card {
    plastic: Arc<Plastic>,
    state: Option<State>,
}

/// What a powered card remembers.
struct State {
    application: Application,
    /// The current elementary file of the current application.
    file: Option<u16>,
    verified: Vec<PinName>,
}

impl State {
    fn new() -> Self {
        State { application: Application::Manager, file: None, verified: Vec::new() }
    }
}

impl Card {
    /// Lays the plastic on a reader; it has no power yet.
    pub fn new(plastic: Arc<Plastic>) -> Self {
        Card { plastic, state: None }
    }

    /// Gives it power. The card manager is selected.
    pub fn power_on(&mut self) {
        self.state = Some(State::new());
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.state = None;
    }

    /// A reset: like power off and on, as ISO 7816 has it.
    pub fn reset(&mut self) {
        self.power_on();
    }

    /// The answer to reset, as a contactless reader makes it up.
    pub fn atr(&self) -> &[u8] {
        self.plastic.atr()
    }

    /// Executes one command APDU and returns the response: data, then two bytes of status.
    ///
    /// Every input gets an answer. A card without power answers 6F00.
    pub fn transmit(&mut self, apdu: &[u8], habits: Habits) -> Vec<u8> {
        let Some(state) = &mut self.state else { return status(0x6F00) };
        let command = match Command::parse(apdu) {
            Ok(command) if command.extended && habits.short_only => return status(0x6700),
            Ok(command) => command,
            Err(refused) => return status(refused.0),
        };
        match commands::execute(&self.plastic, state, &command) {
            Ok(mut data) => {
                data.extend(OK.to_be_bytes());
                data
            }
            Err(Refused(word)) => status(word),
        }
    }
}

fn status(word: StatusWord) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}
