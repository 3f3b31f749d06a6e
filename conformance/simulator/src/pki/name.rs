//! Distinguished names, with the string types of the real certificates.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, ObjectIdentifier, SetOfVec};
use x509_cert::der::{Result, Tag};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

pub(super) const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
pub(super) const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
pub(super) const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// `C=JP` followed by the given parts. The country is a PrintableString, all others UTF8String.
pub(super) fn japanese(parts: &[(ObjectIdentifier, &str)]) -> Result<Name> {
    let mut names = vec![part(COUNTRY, Tag::PrintableString, "JP")?];
    for (oid, text) in parts {
        names.push(part(*oid, Tag::Utf8String, text)?);
    }
    Ok(RdnSequence(names))
}

/// The same as a general name of the kind directoryName.
pub(super) fn directory(parts: &[(ObjectIdentifier, &str)]) -> Result<GeneralName> {
    Ok(GeneralName::DirectoryName(japanese(parts)?))
}

fn part(oid: ObjectIdentifier, tag: Tag, text: &str) -> Result<RelativeDistinguishedName> {
    let value = Any::new(tag, text.as_bytes())?;
    Ok(RelativeDistinguishedName(SetOfVec::try_from(vec![AttributeTypeAndValue { oid, value }])?))
}
