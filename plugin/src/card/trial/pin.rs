//! A PIN check, whatever the card says.

use std::sync::{Arc, LazyLock};

use zeroize::Zeroizing;

use super::documented::Documented;
use super::{SIGNED, answers};
use crate::card::allow::Purpose;
use crate::card::certificate::Certificate;
use crate::card::channel::{Channel, MOST_COMMANDS};
use crate::card::command::{Application, Command, PIN};
use crate::card::link::{Link, LinkFault};
use crate::card::pin::{Digits, PinCheck};

static HOLDER: LazyLock<Arc<Certificate>> = LazyLock::new(|| {
    let der = Zeroizing::new(SIGNED[1].to_vec());
    Arc::new(Certificate::parse(der).expect("a certificate"))
});

/// A card that says what it was told to, and watches what it is asked.
struct Watchful<'a> {
    answers: std::slice::Iter<'a, &'a [u8]>,
    documented: Documented,
    last_try: bool,
    /// What was answered last to the question for the tries left, and whether it may go on.
    tries: Option<u16>,
    asked: bool,
    digits: u32,
    /// Whether the last command left the application.
    left: bool,
}

impl Link for Watchful<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        assert!(self.documented.has(command), "{command:02X?}");
        // The rest of an answer is asked for where the answer was given.
        if !command.starts_with(&[0x00, 0xC0]) {
            self.left = command == Command::Select(Application::CardManager).encode().as_slice();
        }
        if let [0x00, 0x20, 0x00, PIN, 4, ..] = command {
            self.digits += 1;
            let fewest = if self.last_try { 0x63C1 } else { 0x63C2 };
            let spare = self.tries.is_some_and(|tries| (fewest..=0x63CF).contains(&tries));
            assert!(spare, "digits after {:04X?}", self.tries);
        }
        let answer = *self.answers.next().ok_or(LinkFault::Removed)?;
        if let [.., high, low] = *answer {
            let status = u16::from_be_bytes([high, low]);
            self.documented.answered(command, status);
            // The question, and the rest of its answer.
            match command {
                [0x00, 0x20, 0x00, PIN] => (self.asked, self.tries) = (true, Some(status)),
                [0x00, 0xC0, ..] if self.asked => self.tries = Some(status),
                _ => self.asked = false,
            }
        }
        Ok(Zeroizing::new(answer.to_vec()))
    }
}

/// Digits are sent at most once, and only to a card that has just said that there are tries to spare;
/// after that the application is left; and no bytes prove possession of a key nobody has. The first
/// byte says whether the last try is allowed, a card's answers follow.
pub(crate) fn pin(bytes: &[u8]) {
    let Some((&last_try, bytes)) = bytes.split_first() else { return };
    let last_try = last_try % 2 == 1;
    let said = answers(bytes);
    // In the application, as after the certificate was read.
    let said: Vec<&[u8]> = [&[0x90, 0x00][..]].into_iter().chain(said).collect();
    let mut card = Watchful {
        answers: said.iter(),
        documented: Documented::new(Purpose::PinCheck),
        last_try,
        tries: None,
        asked: false,
        digits: 0,
        left: false,
    };
    let digits = Digits::parse("1234").expect("digits");
    let check = PinCheck::new(digits, last_try, Some(Arc::clone(&HOLDER)));
    let mut channel = Channel::new(&mut card, Purpose::PinCheck);
    let selected = channel.send(&Command::Select(Application::Jpki));
    assert!(selected.is_ok());
    let proven = check.run(&mut channel, &HOLDER, &|| false);
    let heard_out = channel.commands() < MOST_COMMANDS;
    assert!(proven.is_err(), "possession is proven with a signature that is made up");
    assert!(card.digits <= 1, "digits were sent {} times", card.digits);
    assert_eq!(card.digits == 1, check.is_spent());
    // One that keeps on talking only loses its power.
    assert!(card.digits == 0 || card.left || !heard_out, "the application was not left");
}
