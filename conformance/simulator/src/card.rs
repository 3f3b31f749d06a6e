//! A virtual card: APDU in, APDU out, and nothing else.
//!
//! [`Plastic`] is what somebody holds in the hand: files, a key, and tries that are left.
//! [`Card`] is that plastic under power: which application and file are selected, which PIN was
//! right. Taking the power away forgets the second and keeps the first.

mod apdu;
mod application;
mod atr;
mod commands;
mod factory;
mod habits;
mod jpki;
mod plastic;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use apdu::{Command, Refused};
use application::{Application, PinName};
pub use atr::Atr;
pub use habits::{BeyondEnd, Extended, Habits, OnReselect, OnReset, Uid, Verified};
pub use plastic::Plastic;
use rsa::sha2::{Digest, Sha256};

/// The answer's last two bytes.
pub type StatusWord = u16;

pub(crate) const OK: StatusWord = 0x9000;

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
    /// PINs of the JPKI application that were right.
    verified: Vec<PinName>,
    /// No command since the power came.
    cold: bool,
    /// The number it made up for this activation.
    uid: [u8; 4],
}

impl State {
    fn new() -> Self {
        State {
            application: Application::Manager,
            file: None,
            verified: Vec::new(),
            cold: true,
            uid: uid(),
        }
    }
}

impl Card {
    /// Lays the plastic on a reader; it has no power yet.
    pub fn new(plastic: Arc<Plastic>) -> Self {
        Card { plastic, state: None }
    }

    /// Gives it power. The card manager is selected. A mute card stays as it was.
    pub fn power_on(&mut self) {
        self.state = self.plastic.atr().map(|_| State::new());
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.state = None;
    }

    /// A warm reset. What it does to a verified PIN is a matter of habit.
    pub fn reset(&mut self, habits: Habits) {
        let Some(before) = self.state.take() else { return self.power_on() };
        let verified = match habits.on_reset {
            OnReset::Forgets => Vec::new(),
            OnReset::Keeps => before.verified,
        };
        self.state = Some(State { verified, cold: false, ..State::new() });
    }

    /// The answer to reset, as a reader makes it up; empty of a mute card.
    pub fn atr(&self, habits: Habits) -> &'static [u8] {
        self.plastic.atr().map_or(&[], |usual| habits.atr.unwrap_or(usual).bytes())
    }

    /// Executes one command APDU and returns the response: data, then two bytes of status.
    ///
    /// Every input gets an answer, without a status word only with [`Extended::Lost`]. A card without
    /// power answers 6F00.
    pub fn transmit(&mut self, apdu: &[u8], habits: Habits) -> Vec<u8> {
        let command = Command::parse(apdu);
        let extended = command.as_ref().is_ok_and(|command| command.extended);
        if extended && habits.extended == Extended::Lost {
            return vec![0x90];
        }
        let Some(state) = &mut self.state else { return status(0x6F00) };
        // The reader answers this one by itself.
        if habits.uid == Uid::Random && apdu == GET_UID {
            return answer(state.uid.to_vec(), OK);
        }
        if std::mem::take(&mut state.cold) && habits.first_6f00 {
            return status(0x6F00);
        }
        let (mut data, word) = match command {
            Ok(_) if extended && habits.extended == Extended::Refused => (Vec::new(), 0x6700),
            Ok(command) => match commands::execute(&self.plastic, state, &command, habits) {
                Ok(answered) => answered,
                Err(Refused(word)) => (Vec::new(), word),
            },
            Err(Refused(word)) => (Vec::new(), word),
        };
        if let (true, Extended::Cut(most)) = (extended, habits.extended) {
            data.truncate(usize::from(most));
        }
        answer(data, word)
    }
}

/// GET DATA of PC/SC part 3: what the card's number is.
const GET_UID: &[u8] = &[0xFF, 0xCA, 0x00, 0x00, 0x00];

/// A number like the ones Type B cards make up at each activation: never the same twice.
fn uid() -> [u8; 4] {
    static ACTIVATIONS: AtomicU64 = AtomicU64::new(0);
    let number = ACTIVATIONS.fetch_add(1, Ordering::Relaxed);
    let digest = Sha256::digest(number.to_be_bytes());
    [digest[0], digest[1], digest[2], digest[3]]
}

fn answer(mut data: Vec<u8>, word: StatusWord) -> Vec<u8> {
    data.extend(word.to_be_bytes());
    data
}

fn status(word: StatusWord) -> Vec<u8> {
    answer(Vec::new(), word)
}
