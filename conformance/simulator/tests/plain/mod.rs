//! A plain client of the gateway: whatever it gets, it says what it saw.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use mynaq_simulator::{Options, Simulator, World, today};
use reqwest::header::HeaderMap;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::generate(today()).expect("a world")));

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Seen {
    /// No whole answer, and why.
    Nothing(String),
    /// An answer.
    Answer { status: u16, headers: HeaderMap, body: Vec<u8> },
}

impl Seen {
    /// The answer's text.
    pub(crate) fn xml(self) -> String {
        match self {
            Seen::Answer { body, .. } => {
                let text = String::from_utf8(body);
                text.unwrap_or_else(|error| {
                    encoding_rs::SHIFT_JIS.decode(error.as_bytes()).0.into_owned()
                })
            }
            Seen::Nothing(why) => panic!("no answer: {why}"),
        }
    }
}

pub(crate) fn simulator(options: Options) -> Simulator {
    Simulator::start(Arc::clone(&WORLD), options).expect("a simulator")
}

/// Asks for a person, on a connection of its own.
pub(crate) fn ask(simulator: &Simulator, id: &str) -> Seen {
    let address = simulator.gateway();
    let asked = async {
        let sent = client()
            .post(format!("https://{address}/"))
            .header("content-type", "application/xml; charset=Shift_JIS")
            .body(request(id))
            .send()
            .await;
        let response = sent.map_err(|error| format!("{error:?}"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| format!("{error:?}"))?.to_vec();
        Ok(Seen::Answer { status, headers, body })
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(asked).unwrap_or_else(Seen::Nothing)
}

fn client() -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(WORLD.gateway_ca().as_bytes()).expect("a certificate");
    roots.add(ca).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (certificate, key) = WORLD.crew();
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("one")],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
        )
        .expect("a client certificate");
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
        .expect("a client")
}

fn request(id: &str) -> String {
    let der = WORLD.certificate(id).expect("a certificate");
    let certificate = base64::engine::general_purpose::STANDARD.encode(der);
    format!(
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>9910000001</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>MQ-{id}</ArbitraryFileIdentifier>\
         <ReferenceClassification>1</ReferenceClassification></MessageHeader><MessageBody>\
         <ConsentClassification>1</ConsentClassification>\
         <MedicalTreatmentFlag>4</MedicalTreatmentFlag>\
         <InformationRequestPattern>1</InformationRequestPattern>\
         <EmergencyViewingRight>1</EmergencyViewingRight>\
         <UserCertificate>{certificate}</UserCertificate></MessageBody></XmlMsg>"
    )
}
