//! The gate: the one place that decides whether a patient may be looked up.
//!
//! | identity | consent | verdict | 同意区分 |
//! |---|---|---|---|
//! | failed | any | closed: `gate.identity_failed` | – |
//! | any | refused | closed for ever: `gate.refused` | – |
//! | visual, pin | given | open | 1 |
//! | visual, pin | unobtainable + reason | open | 3 |
//! | – | – or no card yet | waiting for what is missing | – |

mod permit;

use mynaq_interface::{Consent, Error, ErrorCode, GateState, Identity, Lack, Reason, Scope};

use crate::defect::{self, Room};

pub(crate) use self::permit::{EnteredPermit, ViewingPermit, random_id};

/// What the crew has established so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Basis {
    pub(crate) card: bool,
    pub(crate) identity: Option<Identity>,
    pub(crate) consent: Option<Word>,
}

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

impl Basis {
    /// Where the gate stands.
    pub(crate) fn state(&self) -> GateState {
        match self.verdict() {
            Verdict::Open { .. } => GateState::Open,
            Verdict::Closed(error) => GateState::Closed { error },
            Verdict::Waiting(missing) => GateState::Waiting { missing },
        }
    }

    /// Issues the permit for one look-up, or says why not.
    pub(crate) fn permit(&self, scope: Scope) -> Result<ViewingPermit, Error> {
        defect::may_be_here(Room::Gate);
        match self.verdict() {
            Verdict::Open { identity, consent_class, reason } => {
                ViewingPermit::issue(identity, consent_class, reason, scope)
            }
            Verdict::Closed(error) => Err(error),
            Verdict::Waiting(missing) => {
                let missing: Vec<_> = missing.iter().map(|lack| format!("{lack:?}")).collect();
                Err(Error::new(ErrorCode::GateNotReady)
                    .detail(format_args!("missing: {}", missing.join(", ").to_lowercase())))
            }
        }
    }

    fn verdict(&self) -> Verdict {
        match (self.identity, self.consent) {
            (_, Some(Word::Refused)) => Verdict::Closed(ErrorCode::GateRefused.into()),
            (Some(Identity::Failed), _) => Verdict::Closed(ErrorCode::GateIdentityFailed.into()),
            (Some(identity), Some(word)) if self.card => Verdict::Open {
                identity,
                consent_class: if word == Word::Given { 1 } else { 3 },
                reason: word.reason(),
            },
            (identity, consent) => Verdict::Waiting(
                [
                    (!self.card).then_some(Lack::Card),
                    identity.is_none().then_some(Lack::Identity),
                    consent.is_none().then_some(Lack::Consent),
                ]
                .into_iter()
                .flatten()
                .collect(),
            ),
        }
    }
}

enum Verdict {
    Open { identity: Identity, consent_class: u8, reason: Option<Reason> },
    Closed(Error),
    Waiting(Vec<Lack>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basis(card: bool, identity: Option<Identity>, consent: Option<Word>) -> Basis {
        Basis { card, identity, consent }
    }

    #[test]
    fn only_a_checked_identity_with_a_word_or_a_reason_opens_the_gate() {
        let identities =
            [None, Some(Identity::Visual), Some(Identity::Pin), Some(Identity::Failed)];
        let mut words = vec![None, Some(Word::Given), Some(Word::Refused)];
        words.extend(Reason::ALL.iter().map(|&reason| Some(Word::Unobtainable(reason))));
        for card in [false, true] {
            for identity in identities {
                for &word in &words {
                    let open = card
                        && matches!(identity, Some(Identity::Visual | Identity::Pin))
                        && matches!(word, Some(Word::Given | Word::Unobtainable(_)));
                    let basis = basis(card, identity, word);
                    assert_eq!(basis.permit(Scope::Summary).is_ok(), open, "{basis:?}");
                    assert_eq!(basis.state() == GateState::Open, open, "{basis:?}");
                }
            }
        }
    }

    #[test]
    fn the_consent_class_follows_from_the_word() {
        let class = |word| {
            let basis = basis(true, Some(Identity::Visual), Some(word));
            basis.permit(Scope::Summary).unwrap().consent_class()
        };
        assert_eq!(class(Word::Given), 1);
        assert_eq!(class(Word::Unobtainable(Reason::Unconscious)), 3);
    }

    #[test]
    fn refusal_wins_over_everything_missing() {
        let GateState::Closed { error } = basis(false, None, Some(Word::Refused)).state() else {
            panic!("not closed");
        };
        assert_eq!(error.code(), ErrorCode::GateRefused);
    }

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

    #[test]
    fn what_is_missing_is_named() {
        let error = basis(false, Some(Identity::Visual), None).permit(Scope::Full).unwrap_err();
        assert_eq!(error.code(), ErrorCode::GateNotReady);
        assert_eq!(error.technical(), Some("missing: card, consent"));
    }
}
