//! The viewing permit: without one nothing is looked up.
//!
//! The way is fixed by types. Only the gate can make a [`ViewingPermit`]; only the journal turns it
//! into an [`EnteredPermit`], by putting it on the disk; only an `EnteredPermit` makes the client
//! send anything. Neither can be copied, so one permit is one look-up.

use mynaq_interface::{Error, ErrorCode, Identity, Reason, Scope};
use mynaq_ledger::Fact;
use ring::rand::{SecureRandom as _, SystemRandom};

/// Issued by the gate for one look-up of one case.
#[derive(Debug)]
pub(crate) struct ViewingPermit {
    identity: Identity,
    consent_class: u8,
    reason: Option<Reason>,
    scope: Scope,
    request: String,
}

impl ViewingPermit {
    /// For the gate alone: `Basis::permit` is the one caller.
    pub(super) fn issue(
        identity: Identity,
        consent_class: u8,
        reason: Option<Reason>,
        scope: Scope,
    ) -> Result<Self, Error> {
        let request = format!("MQ{}", random_id()?);
        Ok(ViewingPermit { identity, consent_class, reason, scope, request })
    }

    /// Why there is no consent, when there is none.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// What will be asked for.
    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// The identifier the answer must echo.
    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    /// What the ledger says of it.
    pub(crate) fn fact(&self) -> Fact {
        Fact::Permit {
            identity: self.identity,
            consent_class: self.consent_class,
            reason: self.reason,
            scope: self.scope,
            row: String::new(),
            reasons_version: Reason::VERSION,
            consciousness: None,
            crew_member: String::new(),
            request: self.request.clone(),
        }
    }

    /// For the journal alone, once [`Self::fact`] is on the disk.
    pub(crate) fn entered(self) -> EnteredPermit {
        EnteredPermit(self)
    }

    #[cfg(test)]
    pub(super) fn consent_class(&self) -> u8 {
        self.consent_class
    }
}

/// A permit whose ledger entry is on the disk. Consumed by one look-up.
#[derive(Debug)]
pub(crate) struct EnteredPermit(ViewingPermit);

impl EnteredPermit {
    /// 同意区分 (OQSCD016).
    pub(crate) fn consent_class(&self) -> u8 {
        self.0.consent_class
    }

    /// What is asked for.
    pub(crate) fn scope(&self) -> Scope {
        self.0.scope()
    }

    /// The identifier the answer must echo.
    pub(crate) fn request(&self) -> &str {
        self.0.request()
    }
}

/// 96 random bits in hexadecimal: no two requests or cases of a department ever collide.
pub(crate) fn random_id() -> Result<String, Error> {
    let mut bytes = [0; 12];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(ErrorCode::Panic).detail("the system gives no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
