//! The user authentication certificate: what may be known from it, and nothing kept beyond that.

use std::fmt;

use mynaq_interface::Validity;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

/// Policy arc of the My Number Card's user authentication certificate, below which `3.30` is the
/// real one and `0.30` the test one (facts: certificates seen in public).
const CARD_POLICIES: [&str; 2] = ["1.2.392.200149.8.5.1.3.30", "1.2.392.200149.8.5.1.0.30"];
/// How the issuer of simulated cards names itself.
const SIMULATED: &str = "JPKI-SIMULATED";

/// A certificate read from a card. Wiped on drop; shows nothing when printed.
pub(crate) struct Certificate {
    der: Zeroizing<Vec<u8>>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    simulated: bool,
    card_policy: bool,
    public_key: Zeroizing<Vec<u8>>,
}

impl Certificate {
    /// Parses what the card gave. Who has signed it is for [`Authorities`](super::Authorities) to
    /// say, whether it is still good for the national system alone; and a certificate read without a
    /// PIN proves nothing about who holds the card.
    pub(crate) fn parse(der: Zeroizing<Vec<u8>>) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(&der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let simulated = parsed
            .issuer()
            .iter_organization()
            .any(|organization| organization.as_str() == Ok(SIMULATED));
        let card_policy = parsed
            .get_extension_unique(&x509_parser::oid_registry::OID_X509_EXT_CERTIFICATE_POLICIES)
            .ok()
            .flatten()
            .is_some_and(|extension| match extension.parsed_extension() {
                x509_parser::extensions::ParsedExtension::CertificatePolicies(policies) => {
                    policies.iter().any(|policy| {
                        CARD_POLICIES.contains(&policy.policy_id.to_id_string().as_str())
                    })
                }
                _ => false,
            });
        let validity = parsed.validity();
        let (not_before, not_after) =
            (validity.not_before.to_datetime(), validity.not_after.to_datetime());
        let public_key = Zeroizing::new(parsed.public_key().subject_public_key.data.to_vec());
        Some(Certificate { not_before, not_after, simulated, card_policy, public_key, der })
    }

    /// The bytes the look-up sends.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether the issuer says that this card is simulated.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated
    }

    /// Whether its policy is the plastic card's.
    pub(crate) fn has_card_policy(&self) -> bool {
        self.card_policy
    }

    /// Whether this is the same certificate: the only sign that it is the same person's card.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.der == other.der
    }

    /// How it stands in time, by the calendar of Japan.
    pub(crate) fn validity(&self, now: OffsetDateTime) -> Validity {
        let (today, last) = (japan(now), japan(self.not_after));
        if now < self.not_before {
            Validity::NotYet
        } else if now <= self.not_after {
            if months_after(today, 3) >= last { Validity::EndsSoon } else { Validity::Valid }
        } else if today <= end_of_third_month(last) {
            Validity::Grace
        } else {
            Validity::Expired
        }
    }

    /// Whether the card's signature (RSASSA-PKCS1-v1_5, SHA-256) over a message is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.public_key.as_slice())
            .verify(message, signature)
            .is_ok()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

fn japan(instant: OffsetDateTime) -> Date {
    let nine_hours = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    // A certificate without an end has the last moment there is (RFC 5280, 4.1.2.5), and no later day.
    instant.checked_to_offset(nine_hours).unwrap_or(instant).date()
}

/// The same day `months` later, or the last day of that month where it has no such day.
fn months_after(date: Date, months: u8) -> Date {
    let (year, month) = month_after(date, months);
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MAX)
}

/// 有効期限の月の翌々々月末: eligibility can be confirmed until then.
fn end_of_third_month(last: Date) -> Date {
    let (year, month) = month_after(last, 4);
    Date::from_calendar_date(year, month, 1).map_or(Date::MAX, |first| first - Duration::DAY)
}

fn month_after(date: Date, months: u8) -> (i32, Month) {
    let zero_based = u8::from(date.month()) - 1 + months;
    (date.year() + i32::from(zero_based / 12), Month::January.nth_next(zero_based % 12))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn ending(not_after: OffsetDateTime) -> Certificate {
        Certificate {
            der: Zeroizing::default(),
            not_before: datetime!(2021-01-01 0:00 UTC),
            not_after,
            simulated: true,
            card_policy: true,
            public_key: Zeroizing::default(),
        }
    }

    #[test]
    fn validity_follows_japans_calendar() {
        // 2026-08-10 23:59:59 in Japan.
        let certificate = ending(datetime!(2026-08-10 14:59:59 UTC));
        for (now, expected) in [
            (datetime!(2020-12-31 23:59 UTC), Validity::NotYet),
            (datetime!(2026-05-09 14:59:59 UTC), Validity::Valid),
            (datetime!(2026-05-09 15:00 UTC), Validity::EndsSoon),
            (datetime!(2026-08-10 14:59:59 UTC), Validity::EndsSoon),
            (datetime!(2026-08-10 15:00 UTC), Validity::Grace),
            (datetime!(2026-11-30 14:59:59 UTC), Validity::Grace),
            (datetime!(2026-11-30 15:00 UTC), Validity::Expired),
        ] {
            assert_eq!(certificate.validity(now), expected, "{now}");
        }
    }

    #[test]
    fn a_certificate_without_an_end_is_good_to_the_last_day_there_is() {
        let certificate = ending(datetime!(9999-12-31 23:59:59 UTC));
        for (now, expected) in [
            (datetime!(2026-08-10 15:00 UTC), Validity::Valid),
            (datetime!(9999-12-31 23:59:59 UTC), Validity::EndsSoon),
        ] {
            assert_eq!(certificate.validity(now), expected, "{now}");
        }
    }

    #[test]
    fn months_end_where_the_month_does() {
        assert_eq!(months_after(date!(2026 - 11 - 30), 3), date!(2027 - 02 - 28));
        assert_eq!(end_of_third_month(date!(2026 - 11 - 15)), date!(2027 - 02 - 28));
        assert_eq!(end_of_third_month(date!(2026 - 08 - 31)), date!(2026 - 11 - 30));
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for bytes in [&b""[..], b"\x30\x82\x06\x00", &[0xFF; 64]] {
            assert!(Certificate::parse(Zeroizing::new(bytes.to_vec())).is_none());
        }
    }
}
