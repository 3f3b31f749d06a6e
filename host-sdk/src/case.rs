//! A case: one patient contact.

use std::time::Duration;

use mynaq_interface::{
    CaseOpening, Consent, Decision, Error, ErrorCode, Event, Identity, Notice, NoticeLanguage,
    Observation, OptOut, Reason, Record, Scope,
};
use zeroize::Zeroizing;

use crate::door::unreadable;
use crate::session::Session;

/// One patient contact. Every command returns at once; what comes of it arrives as events.
/// Dropping the case closes it, and everything of the patient is wiped.
#[derive(Debug)]
pub struct Case {
    session: Session,
    handle: u64,
}

impl Session {
    /// Opens a case.
    pub fn open_case(&self, opening: &CaseOpening) -> Result<Case, Error> {
        let json = serde_json::to_string(opening).map_err(|_| ErrorCode::BadDocument)?;
        let handle = self.door().case_open(self.handle(), &json)?;
        Ok(Case { session: self.clone(), handle })
    }
}

impl Case {
    /// The number [`crate::Hooks::wake`] names this case with.
    pub fn id(&self) -> u64 {
        self.handle
    }

    /// Starts waiting for a card and reading it. May be called while the crew still asks.
    pub fn read_card(&self) -> Result<(), Error> {
        self.session.door().case_read_card(self.handle)
    }

    /// Records the identity check. For [`Identity::Pin`] use [`Case::identity_by_pin`].
    pub fn identity(&self, identity: Identity) -> Result<(), Error> {
        self.session.door().case_identity(self.handle, identity.number(), "")
    }

    /// Lets the card check the patient's own 4 digits, typed just now.
    pub fn identity_by_pin(&self, digits: &Zeroizing<String>) -> Result<(), Error> {
        self.session.door().case_identity(self.handle, Identity::Pin.number(), digits)
    }

    /// Allows the last try of the PIN to be spent, after a check that ended with
    /// [`ErrorCode::CardPinLastTry`]: the next [`Case::identity_by_pin`] spends it. A wrong PIN then
    /// locks the card for good. [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn allow_last_try(&self) -> Result<(), Error> {
        self.session.door().case_allow_last_try(self.handle)
    }

    /// Records what the crew sees of patient and card: level of consciousness, the card's form,
    /// cardiopulmonary arrest. [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn observe(&self, observation: &Observation) -> Result<(), Error> {
        let json = serde_json::to_string(observation).map_err(|_| ErrorCode::BadDocument)?;
        self.session.door().case_observe(self.handle, &json)
    }

    /// The card was another person's: everything of it is wiped and withdrawn, and the case goes on
    /// without it. [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn wrong_patient(&self) -> Result<(), Error> {
        self.session.door().case_wrong_patient(self.handle)
    }

    /// Puts the holder of the card that was read on the department's list of people not to be looked
    /// up, or takes them off it. [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn opt_out(&self, opt_out: OptOut) -> Result<(), Error> {
        self.session.door().case_opt_out(self.handle, opt_out.number())
    }

    /// Records the patient's word; `reason` is needed when it is unobtainable.
    pub fn consent(&self, consent: Consent, reason: Option<Reason>) -> Result<(), Error> {
        let reason = reason.map_or("", Reason::name);
        self.session.door().case_consent(self.handle, consent.number(), reason)
    }

    /// Starts the look-up. The gate must be open.
    pub fn look_up(&self, scope: Scope) -> Result<(), Error> {
        self.session.door().case_look_up(self.handle, scope.number())
    }

    /// Cancels the reading or look-up under way, if any.
    pub fn cancel(&self) -> Result<(), Error> {
        self.session.door().case_cancel(self.handle)
    }

    /// Accepts or rejects the offer in a field of the record.
    pub fn decide(&self, field: &str, decision: Decision) -> Result<(), Error> {
        self.session.door().case_decide(self.handle, field, decision.number())
    }

    /// Accepts or rejects every offer nobody has decided about, or with a section of the summary
    /// (`medications`, …) those that come from it. [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn decide_all(&self, section: Option<&str>, decision: Decision) -> Result<(), Error> {
        let section = section.unwrap_or_default();
        self.session.door().case_decide_all(self.handle, section, decision.number())
    }

    /// The record as it stands.
    pub fn record(&self) -> Result<Record, Error> {
        let json = Zeroizing::new(self.session.door().case_record(self.handle)?);
        serde_json::from_str(&json).map_err(unreadable)
    }

    /// What the crew accepted, in a format of the pack: the bytes to store.
    /// [`Session::capabilities`] names the formats; every pack has `json`.
    pub fn export(&self, format: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.session.door().case_export(self.handle, format).map(Zeroizing::new)
    }

    /// Records what became of the notice after a viewing without consent.
    pub fn notice(&self, notice: Notice) -> Result<(), Error> {
        self.session.door().case_notice(self.handle, notice.number())
    }

    /// The notice as a page to print: HTML that needs nothing else. It says nothing medical.
    /// [`ErrorCode::Incompatible`] where the plugin is older than 1.1.
    pub fn notice_page(&self, language: NoticeLanguage) -> Result<String, Error> {
        self.session.door().case_notice_page(self.handle, language.number())
    }

    /// Waits for the next event; none if nothing happened in time. Never call it on a thread that
    /// draws a screen, except with a timeout of zero.
    pub fn next_event(&self, timeout: Duration) -> Result<Option<Event>, Error> {
        let timeout = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        match self.session.door().next_event(self.handle, timeout)? {
            Some(json) => serde_json::from_str(&Zeroizing::new(json)).map(Some).map_err(unreadable),
            None => Ok(None),
        }
    }

    /// Closes the case and says whether that went well; dropping it does the same silently.
    pub fn close(self) -> Result<(), Error> {
        self.session.door().case_close(self.handle)
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        // After `close` the handle is stale and the plugin says so; that is the wanted end.
        let _ = self.session.door().case_close(self.handle);
    }
}
