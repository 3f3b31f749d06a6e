//! The user-authentication certificate, field by field as the real one has them.

use rsa::RsaPublicKey;
use time::Date;
use x509_cert::certificate::{TbsCertificateInner, Version};
use x509_cert::der::asn1::{Any, Ia5String, ObjectIdentifier};
use x509_cert::der::{DateTime, Result as DerResult};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::{
    CertificatePolicies, PolicyInformation, PolicyQualifierInfo,
};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, CrlDistributionPoints,
    ExtendedKeyUsage, IssuerAltName, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Validity;

use super::authority::{Authority, add, key_id, pki, public_key, utc};
use super::name::{self, COMMON_NAME, ORGANIZATION, UNIT};
use crate::error::Error;

const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const CPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// The policy of the test cards; the one of real cards ends in 3.30.
const TEST_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.30");

/// What differs from one person's certificate to the next.
pub(crate) struct Profile<'a> {
    /// The serial number's octets, positive, without a leading zero.
    pub(crate) serial: &'a [u8],
    /// 23 characters: opaque, municipality code, suffix.
    pub(crate) common_name: &'a str,
    /// The day of issue.
    pub(crate) issued: Date,
    /// The last day of validity, in Japan.
    pub(crate) expires: Date,
    pub(crate) policies: Policies,
}

/// What the certificate says it was issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policies {
    /// Authentication with a (test) card.
    Card,
    /// Nothing: the extension is absent.
    Absent,
}

/// Issues the certificate, DER.
pub(crate) fn issue(
    authority: &Authority,
    profile: &Profile<'_>,
    key: &RsaPublicKey,
) -> Result<Vec<u8>, Error> {
    let public = public_key(key)?;
    let subject_key = SubjectKeyIdentifier(key_id(&public)?);
    let subject = name::japanese(&[(COMMON_NAME, profile.common_name)]).map_err(pki)?;
    authority.sign(TbsCertificateInner {
        version: Version::V3,
        serial_number: SerialNumber::new(profile.serial).map_err(pki)?,
        signature: authority.algorithm()?,
        issuer: authority.name.clone(),
        validity: validity(profile).map_err(pki)?,
        subject,
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions(authority, &subject_key, profile.policies).map_err(pki)?),
    })
}

fn validity(profile: &Profile<'_>) -> DerResult<Validity> {
    Ok(Validity {
        // A quarter past ten in the morning at the town hall.
        not_before: utc(moment(profile.issued, 1, 15, 27)?)?,
        // The end of the day in Japan.
        not_after: utc(moment(profile.expires, 14, 59, 59)?)?,
    })
}

fn moment(day: Date, hour: u8, minute: u8, second: u8) -> DerResult<DateTime> {
    let year = u16::try_from(day.year()).unwrap_or(0);
    DateTime::new(year, u8::from(day.month()), day.day(), hour, minute, second)
}

fn extensions(
    authority: &Authority,
    subject_key: &SubjectKeyIdentifier,
    policies: Policies,
) -> DerResult<Vec<Extension>> {
    let of = &authority.name;
    let mut all = Vec::new();
    add(&mut all, of, &KeyUsage(KeyUsages::DigitalSignature.into()))?;
    add(&mut all, of, &ExtendedKeyUsage(vec![CLIENT_AUTH]))?;
    if policies == Policies::Card {
        add(&mut all, of, &card_policies()?)?;
    }
    // As in the real ones: the library itself would have it the other way round for both.
    for (extension, critical) in all.iter_mut().skip(1).zip([false, true]) {
        extension.critical = critical;
    }
    add(&mut all, of, &IssuerAltName(vec![name_in_japanese()?]))?;
    add(&mut all, of, &revocation(authority)?)?;
    add(
        &mut all,
        of,
        &AuthorityInfoAccessSyntax(vec![AccessDescription {
            access_method: OCSP,
            access_location: address("http://ocsp.simulated.invalid")?,
        }]),
    )?;
    add(
        &mut all,
        of,
        &AuthorityKeyIdentifier {
            key_identifier: Some(authority.key_id.clone()),
            authority_cert_issuer: Some(vec![GeneralName::DirectoryName(authority.name.clone())]),
            authority_cert_serial_number: Some(authority.serial.clone()),
        },
    )?;
    add(&mut all, of, subject_key)?;
    Ok(all)
}

fn card_policies() -> DerResult<CertificatePolicies> {
    let statement = Ia5String::new("http://simulated.invalid/cps.html")?;
    Ok(CertificatePolicies(vec![PolicyInformation {
        policy_identifier: TEST_POLICY,
        policy_qualifiers: Some(vec![PolicyQualifierInfo {
            policy_qualifier_id: CPS,
            qualifier: Some(Any::encode_from(&statement)?),
        }]),
    }]))
}

fn name_in_japanese() -> DerResult<GeneralName> {
    name::directory(&[
        (ORGANIZATION, "公的個人認証サービス（模擬）"),
        (UNIT, "公的個人認証サービス利用者証明用"),
        (UNIT, "地方公共団体情報システム機構"),
    ])
}

fn revocation(authority: &Authority) -> DerResult<CrlDistributionPoints> {
    let point = name::directory(&[
        (ORGANIZATION, authority.marking.organization()),
        (UNIT, "JPKI for user authentication"),
        (UNIT, "CRL Distribution Points"),
        (UNIT, "Mogi-ken"),
        (COMMON_NAME, "Mogi-shi CRLDP"),
    ])?;
    Ok(CrlDistributionPoints(vec![DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![point])),
        reasons: None,
        crl_issuer: None,
    }]))
}

fn address(text: &str) -> DerResult<GeneralName> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(text)?))
}
