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
    /// Its key, PEM: for certificates of the server that are wrong.
    pub(crate) gateway_ca_key: String,
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
        let gateway = Ca::new(GATEWAY_CA)?;
        let crew = Ca::new("Simulated crew CA")?;
        let stranger = Ca::new("Simulated CA of strangers")?;
        Ok(Tls {
            server: gateway.server(&NAMES, YEARS)?,
            crew: crew.client("Simulated crew 1")?,
            stranger: stranger.client("Stranger")?,
            gateway_ca: gateway.certificate,
            gateway_ca_key: gateway.issuer.key().serialize_pem(),
            crew_ca: crew.certificate,
        })
    }

    /// A certificate of the gateway's server that no client should accept.
    ///
    /// # Errors
    /// [`Error::Pki`] when the authority's key is none.
    pub(crate) fn wrong_server(&self, wrong: WrongServer) -> Result<Pair, Error> {
        let key = KeyPair::from_pem(&self.gateway_ca_key).map_err(pki)?;
        let gateway = Ca::with_key(GATEWAY_CA, key)?;
        match wrong {
            WrongServer::Expired => gateway.server(&NAMES, (2025, 2026)),
            WrongServer::NotYetValid => gateway.server(&NAMES, (2059, 2060)),
            WrongServer::OtherName => gateway.server(&["gateway.simulated.invalid"], YEARS),
            WrongServer::OtherAuthority => Ca::new("Simulated CA of nobody")?.server(&NAMES, YEARS),
        }
    }
}

/// What is wrong with a certificate of the gateway's server.
#[derive(Clone, Copy)]
pub(crate) enum WrongServer {
    Expired,
    NotYetValid,
    OtherName,
    OtherAuthority,
}

const GATEWAY_CA: &str = "Simulated gateway CA";
/// Where the gateway is.
const NAMES: [&str; 3] = ["127.0.0.1", "::1", "localhost"];
/// From New Year to New Year: a validity no test will outlive.
const YEARS: (i32, i32) = (2025, 2060);

/// Stands in every certificate of the simulated line, so that nobody takes one for real.
const SIMULATED: &str = "MYNAQ-SIMULATED";

struct Ca {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Ca {
    fn new(name: &str) -> Result<Self, Error> {
        Ca::with_key(name, KeyPair::generate().map_err(pki)?)
    }

    fn with_key(name: &str, key: KeyPair) -> Result<Self, Error> {
        let mut params = dated(CertificateParams::default(), YEARS);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(pki)?.pem();
        Ok(Ca { certificate, issuer: Issuer::new(params, key) })
    }

    fn client(&self, name: &str) -> Result<Pair, Error> {
        let params = dated(CertificateParams::default(), YEARS);
        self.issue(name, params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn server(&self, names: &[&str], years: (i32, i32)) -> Result<Pair, Error> {
        let names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
        let params = dated(CertificateParams::new(names).map_err(pki)?, years);
        self.issue("Simulated gateway", params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn issue(
        &self,
        name: &str,
        mut params: CertificateParams,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<Pair, Error> {
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(pki)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(pki)?.pem();
        Ok(Pair { certificate, key: key.serialize_pem() })
    }
}

/// Valid from New Year to New Year, and no default name.
fn dated(mut params: CertificateParams, (from, to): (i32, i32)) -> CertificateParams {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, SIMULATED);
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(to, 1, 1);
    params
}
