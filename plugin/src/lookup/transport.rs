//! What every way to the gateway offers, so that the look-up above it knows of none.
//!
//! An engine has one [`Transport`], a case one [`Line`]. A line is opened with its case and ends with
//! it: nothing of one patient waits in the buffers of a connection when the next one is looked up.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use mynaq_interface::{Error, LookUpPhase};
use zeroize::Zeroizing;

/// Work that is waited for.
pub(super) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to the gateway.
pub(super) trait Transport: fmt::Debug + Send + Sync {
    /// A line for one case. Nothing is opened yet.
    fn line(&self) -> Box<dyn Line>;
}

/// One case's line.
pub(super) trait Line: fmt::Debug + Send + Sync {
    /// Gets ready for a look-up that will probably come. Nothing about anybody leaves, and what goes
    /// wrong is left to the look-up to find out.
    fn warm(&self) -> Pending<'_, ()>;

    /// One attempt: the request there, the whole answer back. Each step within its own time; dropping
    /// the future ends the attempt.
    fn exchange<'a>(
        &'a self,
        message: &'a Message,
        news: &'a (dyn News + Sync),
    ) -> Pending<'a, Result<Reply, Setback>>;
}

/// Hears how far an attempt is.
pub(super) trait News {
    /// Something else happens now.
    fn phase(&self, phase: LookUpPhase);

    /// The answer so far, from its beginning, where more of it is taking its time.
    fn so_far(&self, answer: &[u8]);
}

/// A request, as it travels.
#[derive(Debug)]
pub(super) struct Message {
    /// ArbitraryFileIdentifier: every attempt has the same, so that the gateway counts one viewing.
    pub(super) identifier: String,
    /// The XML.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// What came back. One of the two at least.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The message.
    pub(super) xml: Option<Zeroizing<Vec<u8>>>,
    /// The same for the eye, as hospitals see it.
    pub(super) pdf: Option<Zeroizing<Vec<u8>>>,
}

/// Why an attempt came to nothing.
#[derive(Debug)]
pub(super) struct Setback {
    /// What the crew hears.
    pub(super) error: Error,
    /// What is known of the next attempt.
    pub(super) next: Next,
}

/// When another attempt makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// As the error's code has it.
    ByCode,
    /// At once: a connection kept ready had gone stale, and the request never arrived.
    AtOnce,
    /// Not before this has passed: the gateway said so.
    After(Duration),
    /// Closed before an answer began: the line, or a gateway that does not take our certificate. Only
    /// its happening again and again tells them apart.
    Doubtful,
}

impl From<Error> for Setback {
    fn from(error: Error) -> Self {
        Setback { error, next: Next::ByCode }
    }
}
