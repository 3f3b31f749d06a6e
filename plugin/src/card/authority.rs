//! Who may vouch for a certificate, where the department has said so.
//!
//! The issuing authorities' certificates are public (J-LIS publishes them) and change every few years,
//! so they are the department's to install. With them, a certificate that was garbled or made up is
//! not taken for a person. A copy of a real one still is: only possession of its key tells it apart.

use std::path::Path;

use mynaq_interface::{Error, ErrorCode};
use ring::signature::{
    ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::oid_registry::{OID_PKCS1_SHA256WITHRSA, OID_SIG_ECDSA_WITH_SHA384};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The authorities of one terminal.
#[derive(Debug, Default)]
pub(crate) struct Authorities {
    known: Vec<Authority>,
}

/// Several generations share one name, and are told apart by whose key fits.
#[derive(Debug)]
struct Authority {
    name: Vec<u8>,
    key: Vec<u8>,
}

/// Files are a few kilobytes; a larger one is something else.
const LARGEST_FILE: u64 = 1 << 20;

impl Authorities {
    /// Reads certificates, PEM with any number of them or DER with one.
    ///
    /// # Errors
    /// [`ErrorCode::ConfigCredentials`] names the file that is no such thing.
    pub(crate) fn load(files: &[impl AsRef<Path>]) -> Result<Self, Error> {
        let mut authorities = Authorities::default();
        for file in files {
            let file = file.as_ref();
            let refuse = |why: &dyn std::fmt::Display| {
                Error::new(ErrorCode::ConfigCredentials)
                    .detail(format_args!("{}: {why}", file.display()))
            };
            let size = std::fs::metadata(file).map_err(|error| refuse(&error))?.len();
            if size > LARGEST_FILE {
                return Err(refuse(&"too large for a certificate"));
            }
            let bytes = std::fs::read(file).map_err(|error| refuse(&error))?;
            authorities.add(&bytes).ok_or_else(|| refuse(&"holds no certificate in PEM or DER"))?;
        }
        Ok(authorities)
    }

    /// Takes the certificates of one file; none when there is none, or one that cannot be read.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Option<()> {
        let from_pem: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
        let certificates = match from_pem.ok()? {
            none if none.is_empty() => vec![CertificateDer::from(bytes)],
            some => some,
        };
        for der in certificates {
            let (_, parsed) = X509Certificate::from_der(&der).ok()?;
            self.known.push(Authority {
                name: parsed.subject().as_raw().to_vec(),
                key: parsed.public_key().subject_public_key.data.to_vec(),
            });
        }
        Some(())
    }

    /// Whether one of them has signed this certificate. Where none was installed nobody is asked.
    pub(crate) fn vouch_for(&self, certificate: &[u8]) -> bool {
        self.known.is_empty()
            || X509Certificate::from_der(certificate).is_ok_and(|(_, certificate)| {
                self.known.iter().any(|authority| authority.signed(&certificate))
            })
    }
}

impl Authority {
    fn signed(&self, certificate: &X509Certificate<'_>) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match &certificate.signature_algorithm.algorithm
        {
            rsa if *rsa == OID_PKCS1_SHA256WITHRSA => &RSA_PKCS1_2048_8192_SHA256,
            // What the next generation of the card is announced to use.
            ecdsa if *ecdsa == OID_SIG_ECDSA_WITH_SHA384 => &ECDSA_P384_SHA384_ASN1,
            _ => return false,
        };
        self.name == certificate.issuer().as_raw()
            && UnparsedPublicKey::new(algorithm, &self.key)
                .verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data)
                .is_ok()
    }
}
