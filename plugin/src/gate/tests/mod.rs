//! The gate against the law, point by point; its table on paper; and the timeline of a case.

mod opt_out;
mod page;
mod rights;
mod timeline;
mod transcription;

use std::sync::{Arc, LazyLock};

use mynaq_interface::{
    CardForm, CardKind, Consciousness, ErrorCode, GateState, Gcs, Identity, Observation, Reason,
    Scope,
};
use mynaq_simulator::World;
use zeroize::Zeroizing;

use super::table::{Card, Point, Row, TABLE, Verdict, decide, request_pattern};
use super::*;
use crate::card::Certificate;

/// A card of the simulator. Its keys cost time: one for all tests.
pub(super) fn card() -> Arc<Certificate> {
    static CARD: LazyLock<Arc<Certificate>> = LazyLock::new(|| {
        let world = World::generate(mynaq_simulator::today()).unwrap();
        let der = Zeroizing::new(world.certificate("P01").unwrap().to_vec());
        Arc::new(Certificate::parse(der).unwrap())
    });
    Arc::clone(&CARD)
}

/// A look-up somebody wants.
pub(super) fn wanted(scope: Scope) -> Wanted {
    let crew = Crew { member: "C-07".into(), unit: "救急1".into(), factors: [].into() };
    Wanted { case: "case".into(), crew, card: card(), scope }
}

const IDENTITIES: [Option<Identity>; 4] =
    [None, Some(Identity::Visual), Some(Identity::Pin), Some(Identity::Failed)];

const CARDS: [Option<Card>; 8] = [
    None,
    Some(Card::Ordinary),
    Some(Card::NewerGeneration),
    Some(Card::FaceAuthentication),
    Some(Card::WithoutPhoto),
    Some(Card::BasicResident),
    Some(Card::Phone),
    Some(Card::OptedOut),
];

fn words() -> Vec<Option<Word>> {
    let mut words = vec![None, Some(Word::Given)];
    words.extend(Reason::ALL.iter().map(|&reason| Some(Word::Unobtainable(reason))));
    words.push(Some(Word::Refused));
    words
}

fn levels() -> Vec<Option<Consciousness>> {
    std::iter::once(None).chain(Consciousness::ALL.map(Some)).collect()
}

fn points() -> Vec<Point> {
    let mut points = Vec::new();
    for identity in IDENTITIES {
        for consent in words() {
            for card in CARDS {
                for level in levels() {
                    points.push(Point { identity, consent, card, level });
                }
            }
        }
    }
    points
}

/// A basis that stands at a point, the way a case gets there.
fn standing_at(point: &Point, table: &'static [Row]) -> Basis {
    let mut basis = Basis { table, ..Basis::default() };
    let jcs = point.level.map(|level| match level {
        Consciousness::Alert => 0,
        Consciousness::Awake => 2,
        Consciousness::Rousable => 20,
        Consciousness::Unrousable => 200,
    });
    let card_form = match point.card {
        Some(Card::FaceAuthentication) => Some(CardForm::FaceAuthentication),
        Some(Card::WithoutPhoto) => Some(CardForm::WithoutPhoto),
        _ => None,
    };
    basis.see(Observation { jcs, card_form, ..Observation::default() });
    match point.card {
        None => {}
        Some(Card::OptedOut) => basis.opted_out(),
        Some(Card::BasicResident) => basis.read(CardKind::BasicResident),
        Some(Card::Phone) => basis.read(CardKind::Iphone),
        Some(Card::NewerGeneration) => basis.read(CardKind::Unknown),
        Some(Card::Ordinary | Card::FaceAuthentication | Card::WithoutPhoto) => {
            basis.read(CardKind::MyNumber);
        }
    }
    if let Some(identity) = point.identity {
        basis.check(identity);
    }
    if let Some(word) = point.consent {
        basis.hear(word);
    }
    assert_eq!(basis.point(), *point);
    basis
}

#[test]
fn every_point_has_a_rule_and_every_rule_a_point() {
    let points = points();
    assert_eq!(points.len(), 4 * 6 * 8 * 5);
    let rows: Vec<_> = points.iter().map(|point| decide(TABLE, point)).collect();
    assert!(rows.iter().all(Option::is_some));
    for row in TABLE {
        let decides = rows.iter().flatten().filter(|decided| decided.name == row.name).count();
        assert!(decides > 0, "{} decides nothing: it stands behind rules that cover it", row.name);
        assert_eq!(TABLE.iter().filter(|other| other.name == row.name).count(), 1);
    }
}

/// What the law and the design say, written down without a look at the table.
#[test]
fn the_gate_opens_at_exactly_the_points_the_law_allows() {
    for point in points() {
        let Point { identity, consent, card, level } = point;
        let plastic =
            !matches!(card, None | Some(Card::Phone | Card::BasicResident | Card::OptedOut));
        let checked = match identity {
            Some(Identity::Visual) => card != Some(Card::WithoutPhoto),
            Some(Identity::Pin) => card != Some(Card::FaceAuthentication),
            Some(Identity::Failed) | None => false,
        };
        let jcs = level.map(|level| level as u8);
        let allowed = match consent {
            Some(Word::Given) => jcs != Some(3),
            Some(Word::Unobtainable(Reason::Unconscious)) => jcs.is_none_or(|jcs| jcs == 3),
            Some(Word::Unobtainable(Reason::ImpairedConsciousness)) => {
                jcs.is_none_or(|jcs| jcs > 0)
            }
            Some(Word::Unobtainable(Reason::CannotCommunicate)) => true,
            Some(Word::Refused) | None => false,
        };
        let basis = standing_at(&point, TABLE);
        let open = plastic && checked && allowed;
        assert_eq!(basis.state().0 == GateState::Open, open, "{point:?}");
        let permit = basis.permit(wanted(Scope::Summary));
        assert_eq!(permit.is_ok(), open, "{point:?}");
        if let Ok(permit) = permit {
            let viewing = permit.entered().spend(Instant::now()).unwrap();
            let class = if consent == Some(Word::Given) { 1 } else { 3 };
            assert_eq!(viewing.consent_class(), class, "{point:?}");
        }
        let over = consent == Some(Word::Refused) || card == Some(Card::OptedOut);
        assert_eq!(basis.is_over().is_some(), over, "{point:?}");
    }
}

/// Nothing behind the table decides a second time: another verdict in a row is another behaviour at
/// the points of that row, and at no other.
#[test]
fn whatever_a_row_says_is_what_happens() {
    let others = [
        Verdict::Open { consent_class: 3 },
        Verdict::Open { consent_class: 1 },
        Verdict::Waiting,
        Verdict::Closed(ErrorCode::GateNoPhoto),
        Verdict::Over(ErrorCode::GateOptedOut),
    ];
    let seen = |point: &Point, table: &'static [Row]| {
        let basis = standing_at(point, table);
        let class = basis
            .permit(wanted(Scope::Full))
            .map(|permit| permit.entered().spend(Instant::now()).unwrap().consent_class());
        (basis.state().0, basis.is_over(), class.map_err(|error| error.code()))
    };
    for (index, row) in TABLE.iter().enumerate() {
        let other = others.iter().find(|other| !same_kind(other, &row.verdict)).unwrap();
        let mut table = TABLE.to_vec();
        table[index].verdict = *other;
        let table: &'static [Row] = table.leak();
        for point in points() {
            // Without an identity check there is nothing a permit could name.
            let decides = decide(TABLE, &point).is_some_and(|decided| decided.name == row.name);
            let (before, after) = (seen(&point, TABLE), seen(&point, table));
            assert_eq!(before != after, decides, "{} at {point:?}", row.name);
        }
    }
}

fn same_kind(one: &Verdict, other: &Verdict) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[test]
fn a_table_with_a_hole_stays_shut_there() {
    let holes: Vec<Row> = TABLE.iter().filter(|row| row.name != "G-14").copied().collect();
    let holes: &'static [Row] = holes.leak();
    let point = Point {
        identity: Some(Identity::Visual),
        consent: Some(Word::Given),
        card: Some(Card::Ordinary),
        level: None,
    };
    let basis = standing_at(&point, holes);
    assert!(matches!(basis.state(), (GateState::Closed { .. }, None)));
    let error = basis.permit(wanted(Scope::Summary)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateNotReady);
}

#[test]
fn the_codes_of_a_request_are_those_of_the_code_lists() {
    assert_eq!(
        Scope::ALL.iter().map(|&scope| request_pattern(scope)).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!((table::TREATMENT_CLASS, table::VIEWING_RIGHT), (4, 1));
}

#[test]
fn what_is_missing_is_named() {
    let mut basis = Basis::default();
    basis.check(Identity::Visual);
    let error = basis.permit(wanted(Scope::Full)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateNotReady);
    assert_eq!(error.technical(), Some("missing: card, consent"));
}

#[test]
fn either_coma_scale_reaches_the_gate() {
    let mut basis = Basis::default();
    basis.read(CardKind::MyNumber);
    basis.check(Identity::Visual);
    basis.hear(Word::Unobtainable(Reason::Unconscious));
    let gcs = |eye, verbal, motor| Observation {
        gcs: Some(Gcs { eye, verbal, motor }),
        ..Observation::default()
    };
    basis.see(gcs(1, 1, 1));
    assert!(basis.ready().is_ok());
    basis.see(gcs(4, 5, 6));
    assert_eq!(basis.ready().unwrap_err().code(), ErrorCode::GateReasonUnfit);
}
