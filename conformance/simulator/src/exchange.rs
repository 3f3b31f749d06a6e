//! What comes of one command.

use std::time::Duration;

/// What came of one command, and how long that takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Exchange {
    /// What the reader hears.
    pub reply: Reply,
    /// How long it takes until then; nobody has slept it yet.
    pub delay: Duration,
    /// The card goes as soon as the reply is heard.
    pub(crate) leaves: bool,
}

/// What a reader hears of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The answer: data and two bytes of status, unless a fault wants something else.
    Answer(Vec<u8>),
    /// The card was torn away while it answered.
    Torn {
        /// How many bytes the answer would have had.
        announced: usize,
        /// Those that were heard.
        heard: Vec<u8>,
    },
    /// The card is not there any more.
    Gone,
    /// The card lies there and says nothing, now and for ever.
    Silence,
}

impl Exchange {
    pub(crate) fn without_answer(reply: Reply) -> Self {
        Exchange { reply, delay: Duration::ZERO, leaves: false }
    }

    /// The whole answer; `None` when the card was gone before its end or says nothing.
    pub fn answer(&self) -> Option<&[u8]> {
        match &self.reply {
            Reply::Answer(answer) => Some(answer),
            Reply::Torn { .. } | Reply::Gone | Reply::Silence => None,
        }
    }

    /// As [`Exchange::answer`], given away.
    pub fn into_answer(self) -> Option<Vec<u8>> {
        match self.reply {
            Reply::Answer(answer) => Some(answer),
            Reply::Torn { .. } | Reply::Gone | Reply::Silence => None,
        }
    }
}
