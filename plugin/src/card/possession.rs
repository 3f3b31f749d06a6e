//! What the card has proved about itself.
//!
//! A certificate that was read without a PIN identifies a person and proves nothing: whoever has once
//! read it can play it back. That the card on the reader holds the key behind it is shown in one of
//! two ways, of which one is public.

use std::convert::Infallible;

/// Whether the card on the reader holds the key of the certificate that was read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Possession {
    /// Nobody has asked for a proof: what makes the card the patient's is the crew's look at its photo.
    Unproven,
    /// It has signed a fresh challenge after the patient's PIN.
    ByPin,
    /// It has signed for a terminal it knows. Empty until that can be done: see [`Terminal`].
    #[expect(dead_code, reason = "the slot for the authentication without PIN is empty")]
    ByTerminal(Terminal),
}

impl Possession {
    /// Whether there is a proof at all.
    pub(crate) fn is_proven(self) -> bool {
        match self {
            Possession::Unproven => false,
            Possession::ByPin => true,
            Possession::ByTerminal(Terminal(never)) => match never {},
        }
    }
}

/// The slot for the authentication without PIN (公的個人認証法 38条の2, 38条の4).
///
/// The card then asks for no PIN but for a terminal that proves itself with a certificate chain under
/// approval. Neither its commands nor the certificates' format and enrolment are public; a fragment is
/// (`80 A2` takes a card-verifiable certificate), which is too little to build on and is not on the
/// list of what may be sent. So no value of this type exists, and nothing here pretends to one.
///
/// On the day the specification is at hand, it goes in here:
/// 1. the terminal's credential comes from the configuration, beside the crew's client certificate;
/// 2. its commands become values in `command.rs`, lines in `allow.rs` and in `ALLOWED.md`;
/// 3. a module beside `pin.rs` runs them after the certificate has been read, on the same link, and
///    makes this value;
/// 4. `card_read` and the record then say `possession_proven` without a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terminal(Infallible);
