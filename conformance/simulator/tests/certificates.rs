//! The certificates, read by a parser and a verifier that had no part in making them.

use ::time::macros::date;
use mynaq_simulator::{World, people};
use x509_parser::prelude::*;

const TODAY: ::time::Date = date!(2026 - 11 - 23);

fn world() -> World {
    World::generate(TODAY).expect("a world")
}

#[test]
fn every_certificate_verifies_under_the_authority_with_ring() {
    let world = world();
    let ca = world.authority_certificate().expect("an authority").to_vec();
    let (_, ca) = X509Certificate::from_der(&ca).expect("the authority's certificate");
    let key = &ca.public_key().subject_public_key.data;
    for person in world.people() {
        let der = world.certificate(&person.id).expect("a certificate").to_vec();
        let (rest, certificate) = X509Certificate::from_der(&der).expect("a certificate");
        assert!(rest.is_empty());
        ring::signature::UnparsedPublicKey::new(&ring::signature::RSA_PKCS1_2048_8192_SHA256, key)
            .verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data)
            .unwrap_or_else(|_| panic!("{}", person.id));
    }
}

#[test]
fn a_certificate_has_the_profile_of_the_real_ones() {
    let world = world();
    let der = world.certificate("P02").expect("a certificate").to_vec();
    assert!((1500..1700).contains(&der.len()), "{} bytes", der.len());
    let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
    assert_eq!(certificate.version(), X509Version::V3);
    assert_eq!(certificate.raw_serial(), [0x01, 0x4D, 0x51, 0x02]);
    let organization = certificate.issuer().iter_organization().next().expect("an organization");
    assert_eq!(organization.as_str().ok(), Some("JPKI-SIMULATED"));
    let name = certificate.subject().iter_common_name().next().expect("a common name");
    assert_eq!(name.as_str().expect("text").len(), 23);
    assert_eq!(name.as_str().ok(), Some("SIMULATED00000P0299201A"));
    let usage = certificate.key_usage().expect("one").expect("a key usage");
    assert!(usage.critical && usage.value.flags == 1, "digitalSignature alone");
    let purpose = certificate.extended_key_usage().expect("one").expect("a purpose");
    assert!(!purpose.critical && purpose.value.client_auth && !purpose.value.server_auth);
    let text = certificate.validity().not_after.to_string();
    // Born on 30 November, issued a year ago today: the fifth birthday is in 2029… plus one week.
    assert_eq!(text, "Nov 30 14:59:59 2029 +00:00");
    let policies = certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::CertificatePolicies(policies) => Some((extension.critical, policies)),
            _ => None,
        })
        .expect("policies");
    assert!(policies.0);
    assert_eq!(policies.1[0].policy_id.to_id_string(), "1.2.392.200149.8.5.1.0.30");
}

#[test]
fn expired_cards_are_expired_by_the_calendar_of_the_day() {
    let world = world();
    for (id, day) in [("P05", "Oct 23 14:59:59 2026"), ("P06", "May 23 14:59:59 2026")] {
        let der = world.certificate(id).expect("a certificate").to_vec();
        let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
        assert_eq!(certificate.validity().not_after.to_string(), format!("{day} +00:00"), "{id}");
    }
}

#[test]
fn the_card_without_the_mark_names_another_issuer() {
    let world = world();
    let der = world.certificate("X05").expect("a certificate").to_vec();
    let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
    let issuer = certificate.issuer().to_string();
    assert!(issuer.contains("JPKI-UNMARKED") && !issuer.contains("SIMULATED"), "{issuer}");
}

#[test]
fn keys_are_the_same_in_every_world_and_serials_are_nobody_elses() {
    let (one, other) = (world(), world());
    assert_eq!(one.certificate("P03").ok(), other.certificate("P03").ok());
    let mut serials = std::collections::BTreeSet::new();
    for person in people::all().expect("people") {
        let der = one.certificate(&person.id).expect("a certificate").to_vec();
        let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
        assert!(serials.insert(certificate.raw_serial().to_vec()), "{}", person.id);
        assert_ne!(certificate.raw_serial()[0] & 0x80, 0x80, "positive");
    }
    assert!(serials.len() >= 14);
}

#[test]
fn a_world_on_disk_keeps_its_line_and_renews_its_cards() {
    let dir = std::env::temp_dir().join(format!("mynaq-simulator-world-{}", std::process::id()));
    let first = World::open(&dir, TODAY).expect("a new world");
    let read = |path: &str| std::fs::read(dir.join(path)).expect("a file");
    assert_eq!(read("crew/client.pem"), first.crew().0.as_bytes());
    assert_eq!(read("people/P05/auth.der"), first.certificate("P05").expect("a certificate"));

    let next = World::open(&dir, date!(2026 - 11 - 24)).expect("the world of the next day");
    assert_eq!(next.crew(), first.crew());
    assert_ne!(next.certificate("P05").ok(), first.certificate("P05").ok());
    assert_eq!(read("people/P05/auth.der"), next.certificate("P05").expect("a certificate"));
    std::fs::remove_dir_all(&dir).expect("to tidy up");
}

#[test]
fn a_card_of_an_unknown_generation_has_a_certificate_without_policies() {
    let world = world();
    let der = world.certificate("X13").expect("a certificate").to_vec();
    let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
    let organization = certificate.issuer().iter_organization().next().expect("an organization");
    assert_eq!(organization.as_str().ok(), Some("JPKI-SIMULATED"));
    assert!(certificate.extended_key_usage().expect("one").is_some());
    let has_policies = certificate.extensions().iter().any(|extension| {
        matches!(extension.parsed_extension(), ParsedExtension::CertificatePolicies(_))
    });
    assert!(!has_policies);
    let other = world.certificate("P01").expect("a certificate");
    assert!(other.len() - der.len() > 50, "P01 has them");
}
