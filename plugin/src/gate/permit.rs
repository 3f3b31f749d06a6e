//! The viewing permit: without one nothing is looked up.
//!
//! The way is fixed by types. Only the gate can make a [`ViewingPermit`]; only the journal turns it
//! into an [`EnteredPermit`], by putting it on the disk; only an `EnteredPermit` can be spent, and
//! only what comes of that, a [`Viewing`], makes the client send anything. None of them can be
//! copied, so one permit is one look-up. The permit carries the card it was issued for: nobody else
//! can be looked up with it. `must_fail.rs` holds what must not compile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mynaq_interface::{Consciousness, Error, ErrorCode, Identity, Reason, Scope};
use mynaq_ledger::Fact;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::rights::Crew;
use super::table;
use crate::card::Certificate;

/// How long a permit is good for. It is spent as soon as it is on the disk; what takes longer than
/// this was held up, and the patient may have woken up since.
const LIFE: Duration = Duration::from_secs(30);

/// Issued by the gate for one look-up of one card in one case by one crew member.
#[derive(Debug)]
pub(crate) struct ViewingPermit {
    basis: Grounds,
    case: Arc<str>,
    crew: Crew,
    card: Arc<Certificate>,
    scope: Scope,
    request: String,
    expires: Instant,
}

/// What the gate decided by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grounds {
    pub(super) row: &'static str,
    pub(super) identity: Identity,
    pub(super) consent_class: u8,
    pub(super) reason: Option<Reason>,
    pub(super) level: Option<Consciousness>,
}

/// What a look-up is wanted for.
pub(crate) struct Wanted {
    /// What the ledger calls the case.
    pub(crate) case: Arc<str>,
    /// Who views.
    pub(crate) crew: Crew,
    /// Whom.
    pub(crate) card: Arc<Certificate>,
    /// What.
    pub(crate) scope: Scope,
}

impl ViewingPermit {
    /// For the gate alone: `Basis::permit` is the one caller.
    pub(super) fn issue(basis: Grounds, wanted: Wanted, now: Instant) -> Result<Self, Error> {
        let Wanted { case, crew, card, scope } = wanted;
        let request = format!("MQ{}", random_id()?);
        Ok(ViewingPermit { basis, case, crew, card, scope, request, expires: now + LIFE })
    }

    /// What the ledger calls the case.
    pub(crate) fn case(&self) -> &Arc<str> {
        &self.case
    }

    /// Who views.
    pub(crate) fn crew(&self) -> &Crew {
        &self.crew
    }

    /// The identity check that opened the gate.
    pub(crate) fn identity(&self) -> Identity {
        self.basis.identity
    }

    /// Why there is no consent, when there is none.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.basis.reason
    }

    /// The identifier the answer must echo.
    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    /// What the ledger says of it.
    pub(crate) fn fact(&self) -> Fact {
        Fact::Permit {
            identity: self.basis.identity,
            consent_class: self.basis.consent_class,
            reason: self.basis.reason,
            scope: self.scope,
            row: self.basis.row.to_owned(),
            reasons_version: Reason::VERSION,
            consciousness: self.basis.level,
            crew_member: self.crew.member.to_string(),
            request: self.request.clone(),
        }
    }

    /// For the journal alone, once [`Self::fact`] is on the disk.
    pub(crate) fn entered(self) -> EnteredPermit {
        EnteredPermit(self)
    }
}

/// A permit whose ledger entry is on the disk.
#[derive(Debug)]
pub(crate) struct EnteredPermit(ViewingPermit);

impl EnteredPermit {
    /// What is asked for.
    pub(crate) fn scope(&self) -> Scope {
        self.0.scope
    }

    /// Uses the permit up, in time.
    pub(crate) fn spend(self, now: Instant) -> Result<Viewing, Error> {
        if now < self.0.expires {
            Ok(Viewing(self.0))
        } else {
            Err(ErrorCode::GatePermitExpired.into())
        }
    }
}

/// One look-up that may leave now.
#[derive(Debug)]
pub(crate) struct Viewing(ViewingPermit);

impl Viewing {
    /// Whom to look up.
    pub(crate) fn card(&self) -> &Certificate {
        &self.0.card
    }

    /// What is asked for.
    pub(crate) fn scope(&self) -> Scope {
        self.0.scope
    }

    /// The identifier the answer must echo.
    pub(crate) fn request(&self) -> &str {
        &self.0.request
    }

    /// Who views.
    pub(crate) fn crew(&self) -> &Crew {
        &self.0.crew
    }

    /// 同意区分 (OQSCD016).
    pub(crate) fn consent_class(&self) -> u8 {
        self.0.basis.consent_class
    }

    /// 診療区分 (OQSCD028).
    pub(crate) fn treatment_class(&self) -> u8 {
        table::TREATMENT_CLASS
    }

    /// 情報要求パターン (OQSCD040).
    pub(crate) fn request_pattern(&self) -> u8 {
        table::request_pattern(self.0.scope)
    }

    /// 救急時閲覧権限有無 (OQSCD043).
    pub(crate) fn viewing_right(&self) -> u8 {
        table::VIEWING_RIGHT
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

#[cfg(test)]
mod tests {
    use super::super::tests::wanted;
    use super::*;

    #[test]
    fn a_permit_is_good_for_half_a_minute_and_for_what_it_was_issued_for() {
        let grounds = Grounds {
            row: "G-15",
            identity: Identity::Visual,
            consent_class: 3,
            reason: Some(Reason::Unconscious),
            level: Some(Consciousness::Unrousable),
        };
        let now = Instant::now();
        let permit = || ViewingPermit::issue(grounds, wanted(Scope::Full), now).unwrap();
        let in_time = permit().entered().spend(now + LIFE - Duration::from_millis(1)).unwrap();
        assert_eq!((in_time.consent_class(), in_time.request_pattern()), (3, 2));
        assert_eq!((in_time.treatment_class(), in_time.viewing_right()), (4, 1));
        assert!(in_time.card().is_same_as(&wanted(Scope::Full).card));
        let late = permit().entered().spend(now + LIFE).unwrap_err();
        assert_eq!(late.code(), ErrorCode::GatePermitExpired);
        assert_ne!(permit().request(), permit().request(), "each is a look-up of its own");
    }
}
