//! The patient's word, or why it cannot be had.

use mynaq_interface::{Consent, Error, ErrorCode, Reason};

/// The patient's word. That it cannot be had always comes with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Given,
    Unobtainable(Reason),
    Refused,
}

impl Word {
    /// What a host says: the reason as it was written, empty for none.
    pub(crate) fn from_host(consent: Consent, reason: &str) -> Result<Self, Error> {
        match (consent, reason) {
            (Consent::Given, "") => Ok(Word::Given),
            (Consent::Refused, "") => Ok(Word::Refused),
            (Consent::Unobtainable, "") => Err(ErrorCode::GateReasonRequired.into()),
            (Consent::Unobtainable, reason) => Reason::from_name(reason)
                .map(Word::Unobtainable)
                .ok_or_else(|| ErrorCode::GateReasonUnknown.into()),
            (Consent::Given | Consent::Refused, _) => Err(Error::new(ErrorCode::GateReasonUnknown)
                .detail("a reason goes with unobtainable consent only")),
        }
    }

    pub(crate) fn consent(self) -> Consent {
        match self {
            Word::Given => Consent::Given,
            Word::Unobtainable(_) => Consent::Unobtainable,
            Word::Refused => Consent::Refused,
        }
    }

    pub(crate) fn reason(self) -> Option<Reason> {
        match self {
            Word::Unobtainable(reason) => Some(reason),
            Word::Given | Word::Refused => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_there_must_be_a_reason_from_the_list() {
        let code = |consent, reason| Word::from_host(consent, reason).unwrap_err().code();
        assert_eq!(code(Consent::Unobtainable, ""), ErrorCode::GateReasonRequired);
        assert_eq!(code(Consent::Unobtainable, "busy"), ErrorCode::GateReasonUnknown);
        assert_eq!(code(Consent::Given, "unconscious"), ErrorCode::GateReasonUnknown);
        assert_eq!(
            Word::from_host(Consent::Unobtainable, "unconscious").unwrap(),
            Word::Unobtainable(Reason::Unconscious)
        );
    }
}
