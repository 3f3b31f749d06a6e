//! Which cards are taken.

use std::sync::Arc;

use mynaq_interface::{Error, ErrorCode};

use super::authority::Authorities;
use super::certificate::Certificate;
use crate::config::Mode;

/// Which cards are taken.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// Simulated ones or real ones.
    pub(crate) mode: Mode,
    /// Signed by whom.
    pub(crate) authorities: Arc<Authorities>,
}

impl Trust {
    /// A drill never holds a real card's data, production never a simulated card's (P10); and
    /// somebody must have signed it, where the department has said who.
    pub(crate) fn admit(&self, certificate: &Certificate) -> Result<(), Error> {
        match (self.mode, certificate.is_simulated()) {
            (Mode::Drill, true) | (Mode::Production, false) => {}
            (Mode::Drill, false) => return Err(ErrorCode::CardReal.into()),
            (Mode::Production, true) => return Err(ErrorCode::CardSimulated.into()),
        }
        if self.authorities.vouch_for(certificate.der()) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::CardUnreadable).detail("no known authority has signed it"))
    }
}
