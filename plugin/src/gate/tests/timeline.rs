//! P11: what was said counts as it was said, and the last word of each column counts.

use mynaq_interface::{CardForm, CardKind, ErrorCode, Identity, Observation, Reason};

use super::super::{Basis, Word};

fn jcs(jcs: u16) -> Observation {
    Observation { jcs: Some(jcs), ..Observation::default() }
}

/// A card was read and the face compared.
fn checked() -> Basis {
    let mut basis = Basis::default();
    basis.read(CardKind::MyNumber);
    basis.check(Identity::Visual);
    basis
}

fn closed(basis: &Basis) -> ErrorCode {
    basis.ready().unwrap_err().code()
}

#[test]
fn consent_that_was_given_stays_given_when_the_patient_loses_consciousness() {
    let mut basis = checked();
    basis.see(jcs(0));
    basis.hear(Word::Given);
    basis.see(jcs(300));
    assert!(basis.ready().is_ok());
    // Said again now, it cannot be true.
    basis.hear(Word::Given);
    assert_eq!(closed(&basis), ErrorCode::GateConsentImpossible);
    basis.hear(Word::Unobtainable(Reason::Unconscious));
    assert!(basis.ready().is_ok());
}

#[test]
fn a_patient_who_wakes_up_is_asked() {
    let mut basis = checked();
    basis.see(jcs(200));
    basis.hear(Word::Unobtainable(Reason::Unconscious));
    assert!(basis.ready().is_ok());
    basis.see(jcs(1));
    assert_eq!(closed(&basis), ErrorCode::GateReasonUnfit);
    let mut given = basis.clone();
    given.hear(Word::Given);
    assert!(given.ready().is_ok());
    basis.hear(Word::Refused);
    assert_eq!(
        (closed(&basis), basis.is_over()),
        (ErrorCode::GateRefused, Some(ErrorCode::GateRefused))
    );
}

#[test]
fn a_reason_covers_what_is_worse_than_it_names() {
    for (reason, lightest) in [
        (Reason::CannotCommunicate, 0),
        (Reason::ImpairedConsciousness, 1),
        (Reason::Unconscious, 100),
    ] {
        let mut basis = checked();
        basis.hear(Word::Unobtainable(reason));
        for level in [0, 1, 2, 3, 10, 20, 30, 100, 200, 300] {
            basis.see(jcs(level));
            assert_eq!(basis.ready().is_ok(), level >= lightest, "{reason:?} at JCS {level}");
        }
    }
}

#[test]
fn what_the_card_looks_like_counts_whenever_it_is_said() {
    let form = |form| Observation { card_form: Some(form), ..Observation::default() };
    let mut basis = checked();
    basis.hear(Word::Given);
    basis.see(form(CardForm::WithoutPhoto));
    assert_eq!(closed(&basis), ErrorCode::GateNoPhoto);
    basis.check(Identity::Pin);
    assert!(basis.ready().is_ok());
    basis.see(form(CardForm::FaceAuthentication));
    assert_eq!(closed(&basis), ErrorCode::CardNoPin);
    basis.check(Identity::Visual);
    assert!(basis.ready().is_ok());
}

#[test]
fn another_card_takes_back_what_was_said_of_the_one_before_and_nothing_of_the_patient() {
    let mut basis = checked();
    basis.see(Observation {
        jcs: Some(200),
        card_form: Some(CardForm::WithoutPhoto),
        cpa: Some(true),
        ..Observation::default()
    });
    basis.hear(Word::Unobtainable(Reason::Unconscious));
    let _ = basis.begin_anew();
    assert_eq!(closed(&basis), ErrorCode::GateNotReady);
    assert!(basis.cpa() && basis.level().is_some());
    basis.read(CardKind::MyNumber);
    basis.check(Identity::Visual);
    basis.hear(Word::Unobtainable(Reason::Unconscious));
    assert!(basis.ready().is_ok(), "the photo was missing on the other card");
}

#[test]
fn opting_out_outlives_the_card() {
    let mut basis = checked();
    basis.opted_out();
    basis.forget_card();
    assert_eq!(basis.is_over(), Some(ErrorCode::GateOptedOut));
}
