//! What goes wrong, and at which command.

mod garbage;
mod text;

use std::time::Duration;

pub use garbage::Garbage;

/// Faults to come. Each happens once: at the `n`th command, counted from 1 since a card was laid
/// down, over all readers of the slot.
///
/// As text: `2=tear-inside 3=reset then=P02:300`; entries are separated by spaces, commas or lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Commands and what happens at them. Several things may happen at one.
    pub faults: Vec<(u64, Fault)>,
    /// Cards that are laid down by themselves, one after each tear.
    pub then: Vec<Next>,
}

/// What goes wrong at one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The card is torn away.
    Tear(Tear),
    /// The command is executed, and something else is answered.
    Garbage(Garbage),
    /// The card is reset before the command; the connection lives.
    Reset,
    /// The command takes so much longer.
    Spike(Duration),
    /// The command is not executed, and the card says nothing any more while it lies there.
    Stuck,
}

/// When, around a command, a card is torn away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tear {
    /// The command is not executed.
    Before,
    /// The command is executed; about half of the answer is heard.
    Inside,
    /// The command is executed and answered in full.
    After,
}

/// A card that is laid down by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// `P01` and so on.
    pub card: String,
    /// How long after the tear.
    pub after: Duration,
}

impl Script {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Script::default()
    }

    /// The same, and this fault at the `n`th command.
    #[must_use]
    pub fn at(mut self, n: u64, fault: Fault) -> Self {
        self.faults.push((n, fault));
        self
    }

    /// The same, and this card after the first tear that has none yet.
    #[must_use]
    pub fn then(mut self, card: impl Into<String>, after: Duration) -> Self {
        self.then.push(Next { card: card.into(), after });
        self
    }
}

/// All that happens at one command.
#[derive(Default)]
pub(crate) struct Happening {
    pub(crate) tear: Option<Tear>,
    pub(crate) garbage: Option<Garbage>,
    pub(crate) reset: bool,
    pub(crate) spike: Duration,
    pub(crate) stuck: bool,
}

/// Takes out of the list what happens at the `n`th command.
pub(crate) fn fire(faults: &mut Vec<(u64, Fault)>, n: u64) -> Happening {
    let mut happening = Happening::default();
    for (_, fault) in faults.extract_if(.., |(at, _)| *at == n) {
        match fault {
            Fault::Tear(tear) => happening.tear = Some(tear),
            Fault::Garbage(garbage) => happening.garbage = Some(garbage),
            Fault::Reset => happening.reset = true,
            Fault::Spike(spike) => happening.spike += spike,
            Fault::Stuck => happening.stuck = true,
        }
    }
    happening
}
