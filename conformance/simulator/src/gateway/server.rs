//! The server's side of TLS, as it should be and as it should not.

use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::faults::TlsFault;
use crate::error::Error;
use crate::pki::tls::{Tls, WrongServer};

/// What accepts handshakes, with this fault.
///
/// # Errors
/// [`Error::Data`] when the world's files are no certificates and keys.
pub(super) fn acceptor(tls: &Tls, fault: Option<TlsFault>) -> Result<TlsAcceptor, Error> {
    let config = config(tls, fault).map_err(|what| Error::Data(format!("TLS files: {what}")))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn config(
    tls: &Tls,
    fault: Option<TlsFault>,
) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let wrong = match fault {
        Some(TlsFault::Expired) => Some(WrongServer::Expired),
        Some(TlsFault::NotYetValid) => Some(WrongServer::NotYetValid),
        Some(TlsFault::OtherAuthority) => Some(WrongServer::OtherAuthority),
        Some(TlsFault::OtherName) => Some(WrongServer::OtherName),
        Some(TlsFault::ClientAlert | TlsFault::ClientClose) | None => None,
    };
    let server = wrong.map_or_else(|| Ok(tls.server.clone()), |wrong| tls.wrong_server(wrong))?;
    // Who knows only its own authority refuses every crew.
    let alert = fault == Some(TlsFault::ClientAlert);
    let crews = if alert { &tls.gateway_ca } else { &tls.crew_ca };

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(crews.as_bytes())?)?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()?;
    let certificate = CertificateDer::from_pem_slice(server.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes())?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
