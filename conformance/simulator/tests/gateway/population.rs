//! People by the thousand, and what hospitals share of some.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use mynaq_simulator::people::{Population, Registration};
use mynaq_simulator::{Options, Outcome, Simulator, World, today};

use crate::client::{WORLD, ask, client_of, crew, first, request, request_with, simulator};

#[tokio::test]
async fn one_of_thousands_is_tapped_and_looked_up() {
    let population = Population { people: 20_000, seed: 5 };
    let world = World::generate(today()).expect("a world").with_population(population);
    let world = Arc::new(world);
    let simulator = Simulator::start(Arc::clone(&world), Options::default()).expect("a simulator");
    assert_eq!(world.population().count(), 20_000);
    simulator.tap("G20000").expect("the last of them");
    assert!(simulator.tap("G20001").is_err());
    let crew = client_of(&world, Some(world.crew()));
    let known: Vec<_> = world
        .population()
        .filter(|person| person.registration == Registration::Once)
        .filter(|person| person.card.expired_months_ago.is_none())
        .take(40)
        .collect();
    let mut certificates = BTreeSet::new();
    for person in &known {
        let der = world.certificate(&person.id).expect("a certificate");
        assert!(certificates.insert(der.to_vec()), "{}", person.id);
        let encoded = base64::engine::general_purpose::STANDARD.encode(der);
        let answer = ask(&crew, &simulator, request_with(&person.id, 1, &encoded)).await;
        assert_eq!(first(&answer, "Name"), Some(person.name.as_str()), "{}", person.id);
    }
    let viewings = simulator.viewings();
    assert_eq!(viewings.len(), 40);
    assert!(viewings.iter().all(|viewing| viewing.outcome == Outcome::Answered));
}

#[tokio::test]
async fn shared_records_are_told_in_full_and_not_in_summary() {
    let (simulator, crew) = (simulator(), crew());
    let parts =
        ["DiagnosisNameInfo", "AllergyInfo", "InfectiousInfo", "ContraindicationInfo", "TestInfo"];
    let summary = ask(&crew, &simulator, request("P15", 1)).await;
    for part in parts {
        assert!(!summary.contains(part), "{part}");
    }
    for pattern in [2, 3] {
        let answer = ask(&crew, &simulator, request("P15", pattern)).await;
        let untold = answer.split("<DiagnosisNameInf>").find(|entry| entry.contains("膵頭部癌"));
        assert_eq!(first(untold.expect("the disease"), "UndisclosedFlag"), Some("1"));
        assert_eq!(answer.matches("<UndisclosedFlag>1<").count(), 1);
        let allergies = first(&answer, "AllergyInfo").expect("allergies");
        assert_eq!(first(allergies, "AllergyName"), Some("セフトリアキソンナトリウム"));
        assert_eq!(first(allergies, "AllergyKind"), Some("1"));
        assert_eq!(first(allergies, "Reaction"), Some("アナフィラキシー"));
        assert_eq!(first(allergies, "MedInstNm"), Some("模擬県立記録病院（架空）"));
        assert_eq!(first(&answer, "Result"), Some("陽性"));
        assert_eq!(first(&answer, "ContraindicationName"), Some("ヨード造影剤"));
        assert_eq!(first(&answer, "TestUnit"), Some("mg/dL"));
    }
}

#[tokio::test]
async fn absence_has_three_forms() {
    let (simulator, crew) = (simulator(), crew());
    let stated = ask(&crew, &simulator, request("P16", 2)).await;
    assert_eq!(first(&stated, "AllergyInfo").map(str::trim), Some("<NoneStated>1</NoneStated>"));
    assert!(stated.contains("<DiagnosisNameInfo/>") && !stated.contains("TestInfo"));
    let empty = ask(&crew, &simulator, request("P17", 2)).await;
    assert!(empty.contains("<AllergyInfo/>") && !empty.contains("NoneStated"));
    let absent = ask(&crew, &simulator, request("P01", 3)).await;
    assert!(!absent.contains("AllergyInfo"), "nobody shares anything of P01");
    assert!(WORLD.people().iter().any(|person| person.id == "P17"));
}
