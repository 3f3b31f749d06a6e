//! A drill shows only the simulator's certificates and believes only the simulator; production
//! neither (P10). So a real key cannot be practised with, and practice cannot pass for real.

use std::path::Path;

use mynaq_interface::{Error, ErrorCode};
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::config::Mode;

/// How the simulator marks every certificate of its line.
const SIMULATED: &str = "MYNAQ-SIMULATED";

/// Refuses certificates of the other mode.
pub(super) fn of_this_mode(
    mode: Mode,
    file: &Path,
    certificates: &[CertificateDer<'_>],
) -> Result<(), Error> {
    let message = match mode {
        Mode::Drill => "not the simulator's: a drill takes nothing that is real",
        Mode::Production => "the simulator's: production takes nothing of a drill",
    };
    let simulated = mode == Mode::Drill;
    if certificates.iter().all(|certificate| is_simulated(certificate) == simulated) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::ConfigCredentials)
        .detail(format_args!("{}: {message}", file.display())))
}

fn is_simulated(certificate: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| {
        [parsed.subject(), parsed.issuer()].into_iter().any(|name| {
            name.iter_organization().any(|organization| organization.as_str() == Ok(SIMULATED))
        })
    })
}
