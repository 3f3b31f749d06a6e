//! The line: HTTPS with the crew's client certificate, to the configured gateway and nowhere else.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mynaq_interface::{Error, ErrorCode};
use reqwest::{Client, Url, redirect};
use rustls::crypto::ring;
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::sealed::of_this_mode;
use crate::config::{Https, Identity, Mode, Times};

/// An answer of a whole life's data fits well below this.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Line {
    client: Client,
    url: Url,
    answer: Duration,
}

impl Line {
    pub(crate) fn new(gateway: &Https, times: Times, mode: Mode) -> Result<Self, Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(gateway, mode)?)
            // One endpoint: no redirect, no proxy from the environment leads elsewhere.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .https_only(true)
            .connect_timeout(times.connect)
            // What waits for the next look-up keeps the last answer in its buffers (P3): each has a
            // connection of its own, and the TLS session is resumed.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| Error::new(ErrorCode::ConfigCredentials).detail(chain(&error)))?;
        Ok(Line { client, url: gateway.url.clone(), answer: times.answer })
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.answer
    }

    /// Sends a request and returns the whole answer, within the deadline.
    pub(crate) async fn exchange(&self, request: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        tokio::time::timeout(self.answer, self.exchange_unbounded(request))
            .await
            .unwrap_or_else(|_| Err(ErrorCode::NetworkTimeout.into()))
    }

    async fn exchange_unbounded(&self, request: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut response = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/xml; charset=Shift_JIS")
            .body(request.to_vec())
            .send()
            .await
            .map_err(|error| classify(&error))?;
        if !response.status().is_success() {
            return Err(Error::new(ErrorCode::GatewayFault)
                .detail(format_args!("the gateway answered {}", response.status())));
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) =
            response.chunk().await.map_err(|_| Error::new(ErrorCode::NetworkLost))?
        {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Error::new(ErrorCode::GatewayUnreadable)
                    .detail(format_args!("an answer of more than {LARGEST_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// The one place that chooses the TLS provider.
fn tls(gateway: &Https, mode: Mode) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let authorities = certificates(&gateway.authority)?;
    of_this_mode(mode, &gateway.authority, &authorities)?;
    for authority in authorities {
        roots.add(authority).map_err(|error| unusable(&gateway.authority, error))?;
    }
    let Identity::Pem { certificate, key: key_file } = &gateway.identity else {
        return Err(Error::new(ErrorCode::ConfigCredentials).detail("PEM files only so far"));
    };
    let identity = certificates(certificate)?;
    of_this_mode(mode, certificate, &identity)?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| unusable(key_file, error))?;
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorCode::ConfigCredentials).detail(error))?
        .with_root_certificates(roots)
        .with_client_auth_cert(identity, key)
        .map_err(|error| unusable(certificate, error))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(|pems| pems.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unusable(file, error))?;
    if certificates.is_empty() {
        return Err(unusable(file, "no certificate in it"));
    }
    Ok(certificates)
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ConfigCredentials).detail(format_args!("{}: {why}", file.display()))
}

/// What a failed exchange means for the crew.
///
/// A gateway that refuses our certificate under TLS 1.3 may answer with an alert or simply close
/// the new connection before the first answer; both mean "possibly the certificate".
fn classify(error: &reqwest::Error) -> Error {
    let detail = chain(error);
    let code = match find::<rustls::Error>(error) {
        Some(rustls::Error::InvalidCertificate(_)) => ErrorCode::GatewayUntrusted,
        Some(rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied,
        )) => ErrorCode::GatewayCertificateRefused,
        Some(_) => ErrorCode::GatewayFault,
        None if error.is_timeout() => ErrorCode::NetworkTimeout,
        None if error.is_connect() => ErrorCode::NetworkUnreachable,
        None => ErrorCode::GatewayCertificateRefused,
    };
    Error::new(code).detail(detail)
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<E>() {
            return Some(found);
        }
        // io::Error carries its cause inside, not behind `source`.
        let inner = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .map(|inner| inner as &(dyn StdError + 'static));
        next = inner.or_else(|| cause.source());
    }
    None
}

fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
