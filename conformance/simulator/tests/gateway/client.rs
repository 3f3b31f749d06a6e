//! A plain client that has nothing to do with the plugin.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use encoding_rs::SHIFT_JIS;
use mynaq_simulator::{Options, Simulator, World, today};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(today()).expect("a world")));

pub(crate) fn simulator() -> Simulator {
    Simulator::start(Arc::clone(&WORLD), Options::default()).expect("a simulator")
}

/// A client with this certificate and key, or without any.
pub(crate) fn client(pair: Option<(&str, &str)>) -> reqwest::Client {
    client_of(&WORLD, pair)
}

/// The same, which trusts the gateway of this world.
pub(crate) fn client_of(world: &World, pair: Option<(&str, &str)>) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(world.gateway_ca().as_bytes()).expect("a certificate");
    roots.add(ca).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let config = match pair {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("one")],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
            )
            .expect("a client certificate"),
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(20))
        .build()
        .expect("a client")
}

/// A request as it should be, for a person's card.
pub(crate) fn request(id: &str, pattern: u8) -> String {
    let der = WORLD.certificate(id).expect("a certificate");
    request_with(id, pattern, &base64::engine::general_purpose::STANDARD.encode(der))
}

/// The same with this certificate, base64.
pub(crate) fn request_with(id: &str, pattern: u8, certificate: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>9910000001</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>MQ-{id}-{pattern}</ArbitraryFileIdentifier>\
         <ReferenceClassification>1</ReferenceClassification></MessageHeader><MessageBody>\
         <ConsentClassification>1</ConsentClassification>\
         <MedicalTreatmentFlag>4</MedicalTreatmentFlag>\
         <InformationRequestPattern>{pattern}</InformationRequestPattern>\
         <EmergencyViewingRight>1</EmergencyViewingRight>\
         <UserCertificate>{certificate}</UserCertificate></MessageBody></XmlMsg>"
    )
}

pub(crate) async fn post(
    client: &reqwest::Client,
    simulator: &Simulator,
    body: impl Into<Vec<u8>>,
) -> reqwest::Result<reqwest::Response> {
    client
        .post(format!("https://{}/", simulator.gateway()))
        .header("Content-Type", "application/xml")
        .body(body.into())
        .send()
        .await
}

/// The text of an answer, decoded as its declaration says.
pub(crate) async fn ask(
    client: &reqwest::Client,
    simulator: &Simulator,
    body: impl Into<Vec<u8>>,
) -> String {
    let response = post(client, simulator, body).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let bytes = response.bytes().await.expect("a body");
    if bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>") {
        SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .expect("Shift_JIS")
            .into_owned()
    } else {
        assert!(bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>"));
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }
}

/// What stands in the first element of this name; `None` where there is none.
pub(crate) fn first<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    if answer.contains(&format!("<{name}/>")) {
        return Some("");
    }
    let (_, rest) = answer.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(content, _)| content)
}

/// A simulator at which these things go wrong.
pub(crate) fn with_faults(faults: &str) -> Simulator {
    let options = Options { faults: faults.parse().expect("faults"), ..Options::default() };
    Simulator::start(Arc::clone(&WORLD), options).expect("a simulator")
}

pub(crate) fn crew() -> reqwest::Client {
    client(Some(WORLD.crew()))
}
