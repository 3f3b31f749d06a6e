//! The line to the gateway: one authority for its server, one for the crew, one for a stranger.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::authority::pki;
use crate::error::Error;

/// A certificate and its key, both PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Everything the mutual TLS of the gateway needs, on both sides.
#[derive(Clone)]
pub(crate) struct Tls {
    /// What a client must trust to talk to the gateway, PEM.
    pub(crate) gateway_ca: String,
    pub(crate) server: Pair,
    /// What the gateway trusts in a client, PEM.
    pub(crate) crew_ca: String,
    pub(crate) crew: Pair,
    /// A well-formed client whose issuer the gateway does not know.
    pub(crate) stranger: Pair,
}

impl Tls {
    /// Makes new keys and certificates.
    pub(crate) fn generate() -> Result<Self, Error> {
        let gateway = Ca::new("Simulated gateway CA")?;
        let crew = Ca::new("Simulated crew CA")?;
        let stranger = Ca::new("Simulated CA of strangers")?;
        let names = ["127.0.0.1", "::1", "localhost"].map(String::from);
        Ok(Tls {
            server: gateway.issue(
                "Simulated gateway",
                CertificateParams::new(names).map_err(pki)?,
                ExtendedKeyUsagePurpose::ServerAuth,
            )?,
            crew: crew.client("Simulated crew 1")?,
            stranger: stranger.client("Stranger")?,
            gateway_ca: gateway.certificate,
            crew_ca: crew.certificate,
        })
    }
}

/// Stands in every certificate of the simulated line, so that nobody takes one for real.
const SIMULATED: &str = "MYNAQ-SIMULATED";

struct Ca {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Ca {
    fn new(name: &str) -> Result<Self, Error> {
        let mut params = dated(CertificateParams::default());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(pki)?;
        let certificate = params.self_signed(&key).map_err(pki)?.pem();
        Ok(Ca { certificate, issuer: Issuer::new(params, key) })
    }

    fn client(&self, name: &str) -> Result<Pair, Error> {
        self.issue(name, CertificateParams::default(), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(
        &self,
        name: &str,
        params: CertificateParams,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<Pair, Error> {
        let mut params = dated(params);
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(pki)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(pki)?.pem();
        Ok(Pair { certificate, key: key.serialize_pem() })
    }
}

/// A validity no test will outlive, and no default name.
fn dated(mut params: CertificateParams) -> CertificateParams {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, SIMULATED);
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2060, 1, 1);
    params
}
