//! What a failed attempt means for the crew.

use std::error::Error as StdError;

use mynaq_interface::{Error, ErrorCode};
use rustls::{AlertDescription, CertificateError};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::super::transport::{Next, Setback};
use super::chain;
use super::name::NameUnknown;

/// What has to be known to tell failures apart.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) by_proxy: bool,
    /// The last moment of the crew's own certificate.
    pub(super) own_certificate_ends: Option<OffsetDateTime>,
}

/// When the crew's own certificate ends, the first of those shown.
pub(super) fn ends(shown: &[CertificateDer<'_>]) -> Option<OffsetDateTime> {
    let (_, own) = X509Certificate::from_der(shown.first()?).ok()?;
    OffsetDateTime::from_unix_timestamp(own.validity().not_after.timestamp()).ok()
}

impl Trouble {
    /// The setback of a request that got no answer. `had_waited`: its connection had been kept ready,
    /// so that it may have been dead for a while.
    pub(super) fn of(&self, error: &reqwest::Error, had_waited: bool) -> Setback {
        let (code, next) = self.judge(error, had_waited);
        Setback { error: Error::new(code).detail(chain(error)), next }
    }

    fn judge(&self, error: &reqwest::Error, had_waited: bool) -> (ErrorCode, Next) {
        let by_code = |code| (code, Next::ByCode);
        if let Some(tls) = find::<rustls::Error>(error) {
            return by_code(self.of_tls(tls));
        }
        if find::<NameUnknown>(error).is_some() {
            return by_code(ErrorCode::NetworkNameUnknown);
        }
        if error.is_timeout() {
            return by_code(ErrorCode::NetworkTimeout);
        }
        if error.is_connect() && self.by_proxy {
            return by_code(ErrorCode::NetworkProxy);
        }
        if error.is_connect() {
            return by_code(ErrorCode::NetworkUnreachable);
        }
        if had_waited {
            return (ErrorCode::NetworkLost, Next::AtOnce);
        }
        // Under TLS 1.3 a gateway that refuses our certificate may just close a new connection before
        // it answers; a line that breaks looks the same.
        (ErrorCode::NetworkLost, Next::Doubtful)
    }

    fn of_tls(&self, error: &rustls::Error) -> ErrorCode {
        use rustls::Error as Tls;
        match error {
            Tls::InvalidCertificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            ) => ErrorCode::NetworkClockWrong,
            Tls::InvalidCertificate(_) | Tls::NoCertificatesPresented => {
                ErrorCode::GatewayUntrusted
            }
            // What speaks here does not speak TLS.
            Tls::InvalidMessage(_) => ErrorCode::NetworkIntercepted,
            Tls::AlertReceived(alert) if is_about_certificates(*alert) => self.refused(),
            _ => ErrorCode::GatewayFault,
        }
    }

    /// The gateway does not take our certificate: because its time is over, if it is.
    fn refused(&self) -> ErrorCode {
        match self.own_certificate_ends {
            Some(ends) if ends < OffsetDateTime::now_utc() => {
                ErrorCode::GatewayOwnCertificateExpired
            }
            _ => ErrorCode::GatewayCertificateRefused,
        }
    }
}

fn is_about_certificates(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied
    )
}

/// The first cause of a type.
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
