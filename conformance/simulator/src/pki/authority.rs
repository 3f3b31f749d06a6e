//! The simulated certification authority.

use std::time::Duration;

use rsa::pkcs1v15::SigningKey;
use rsa::sha2::{Digest, Sha256};
use rsa::signature::{SignatureEncoding, Signer};
use rsa::{RsaPrivateKey, RsaPublicKey};
use x509_cert::certificate::{CertificateInner, TbsCertificateInner, Version};
use x509_cert::der::asn1::{BitString, OctetString, UtcTime};
use x509_cert::der::{DateTime, Encode};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned,
};
use x509_cert::time::{Time, Validity};

use super::name::{self, ORGANIZATION, UNIT};
use crate::error::Error;

/// Whether the issuer's name says that it is a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marking {
    /// `O=JPKI-SIMULATED`: everybody of the simulated people.
    Simulated,
    /// `O=JPKI-UNMARKED`: as good as real, to see that a drill refuses it.
    Unmarked,
}

impl Marking {
    pub(super) fn organization(self) -> &'static str {
        match self {
            Marking::Simulated => "JPKI-SIMULATED",
            Marking::Unmarked => "JPKI-UNMARKED",
        }
    }

    /// The issuer's name.
    pub(crate) fn issuer(self) -> Result<Name, Error> {
        let [service, agency] = self.units();
        name::japanese(&[(ORGANIZATION, self.organization()), (UNIT, service), (UNIT, agency)])
            .map_err(pki)
    }

    fn units(self) -> [&'static str; 2] {
        match self {
            Marking::Simulated => [
                "JPKI for user authentication (SIMULATED)",
                "Japan Agency for Local Authority Information Systems",
            ],
            Marking::Unmarked => [
                "JPKI for user authentication",
                "Japan Agency for Local Authority Information Systems",
            ],
        }
    }
}

/// An issuer of user-authentication certificates.
pub(crate) struct Authority {
    pub(super) marking: Marking,
    pub(super) name: Name,
    pub(super) key_id: OctetString,
    pub(super) serial: SerialNumber,
    signer: SigningKey<Sha256>,
    der: Vec<u8>,
}

impl Authority {
    /// Makes the authority around a key. The key decides everything: no clock is asked.
    pub(crate) fn new(marking: Marking, key: RsaPrivateKey) -> Result<Self, Error> {
        let public = public_key(&key.to_public_key())?;
        let mut authority = Authority {
            marking,
            key_id: key_id(&public)?,
            serial: SerialNumber::new(&[0x01]).map_err(pki)?,
            signer: SigningKey::new(key),
            name: marking.issuer()?,
            der: Vec::new(),
        };
        authority.der = authority.own_certificate(public).map_err(pki)??;
        Ok(authority)
    }

    /// The authority's own certificate, DER: EF 000B of the cards.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// Signs what a certificate says and returns the whole certificate, DER.
    pub(super) fn sign(&self, mut tbs: TbsCertificateInner) -> Result<Vec<u8>, Error> {
        let algorithm = self.algorithm()?;
        tbs.signature = algorithm.clone();
        let signature = self.signer.try_sign(&tbs.to_der().map_err(pki)?).map_err(pki)?.to_vec();
        let certificate = CertificateInner {
            tbs_certificate: tbs,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature).map_err(pki)?,
        };
        certificate.to_der().map_err(pki)
    }

    pub(super) fn algorithm(&self) -> Result<AlgorithmIdentifierOwned, Error> {
        self.signer.signature_algorithm_identifier().map_err(pki)
    }

    fn own_certificate(
        &self,
        public: SubjectPublicKeyInfoOwned,
    ) -> x509_cert::der::Result<Result<Vec<u8>, Error>> {
        let algorithm = match self.algorithm() {
            Ok(algorithm) => algorithm,
            Err(error) => return Ok(Err(error)),
        };
        // Ten years, like the real ones; far enough from both ends of any test.
        let validity = Validity {
            not_before: utc(DateTime::new(2019, 9, 13, 15, 0, 0)?)?,
            not_after: utc(DateTime::new(2049, 9, 13, 14, 59, 59)?)?,
        };
        let mut extensions = Vec::new();
        add(&mut extensions, &self.name, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?;
        add(
            &mut extensions,
            &self.name,
            &BasicConstraints { ca: true, path_len_constraint: None },
        )?;
        add(&mut extensions, &self.name, &SubjectKeyIdentifier(self.key_id.clone()))?;
        Ok(self.sign(TbsCertificateInner {
            version: Version::V3,
            serial_number: self.serial.clone(),
            signature: algorithm,
            issuer: self.name.clone(),
            validity,
            subject: self.name.clone(),
            subject_public_key_info: public,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        }))
    }
}

pub(super) fn public_key(key: &RsaPublicKey) -> Result<SubjectPublicKeyInfoOwned, Error> {
    SubjectPublicKeyInfoOwned::from_key(key.clone()).map_err(pki)
}

/// The name of a key: 20 bytes, as a reader of certificates expects.
pub(super) fn key_id(public: &SubjectPublicKeyInfoOwned) -> Result<OctetString, Error> {
    let digest = Sha256::digest(public.subject_public_key.raw_bytes());
    OctetString::new(&digest[..20]).map_err(pki)
}

pub(super) fn add(
    extensions: &mut Vec<Extension>,
    subject: &Name,
    extension: &impl AsExtension,
) -> x509_cert::der::Result<()> {
    extensions.push(extension.to_extension(subject, extensions)?);
    Ok(())
}

pub(super) fn utc(moment: DateTime) -> x509_cert::der::Result<Time> {
    Ok(Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(
        moment.unix_duration().as_secs(),
    ))?))
}

pub(super) fn pki(source: impl std::fmt::Display) -> Error {
    Error::Pki(source.to_string())
}
