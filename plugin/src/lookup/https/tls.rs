//! Whom we believe on the line, and who we are. The one place that chooses the TLS provider.

use std::path::Path;
use std::sync::Arc;

use mynaq_interface::{Error, ErrorCode};
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::{ConfigBuilder, RootCertStore, client::WantsClientCert};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::identity;
use super::sealed::of_this_mode;
use crate::config::{Https, Mode};

/// What the gateway may speak; the first it knows is spoken.
const SPOKEN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The line's TLS. Clones share the sessions to resume. No early data: a request that can be played
/// again by whoever stands on the way is not sent.
pub(in crate::lookup) fn tls(https: &Https, mode: Mode) -> Result<ClientConfig, Error> {
    let authorities = certificates(&https.authority)?;
    of_this_mode(mode, &https.authority, &authorities)?;
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(|error| unusable(&https.authority, error))?;
    }
    let builder = believing(roots)?;
    let mut config = identity::present(builder, &https.identity, mode)?;
    config.alpn_protocols = SPOKEN.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

fn believing(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorCode::ConfigCredentials).detail(error))?
        .with_root_certificates(roots))
}

/// The certificates of a PEM file, at least one.
pub(in crate::lookup) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(|pems| pems.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unusable(file, error))?;
    if certificates.is_empty() {
        return Err(unusable(file, "no certificate in it"));
    }
    Ok(certificates)
}

/// A file of certificates or keys is at fault.
pub(super) fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ConfigCredentials).detail(format_args!("{}: {why}", file.display()))
}
