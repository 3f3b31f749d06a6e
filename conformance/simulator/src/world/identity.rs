//! Who a card says it is: a key and a user-authentication certificate.

use rsa::RsaPrivateKey;
use time::Date;

use super::World;
use crate::day;
use crate::error::Error;
use crate::people::Person;
use crate::pki::{self, Marking, Profile};

/// A key pair and its certificate.
pub(crate) struct Identity {
    pub(crate) key: RsaPrivateKey,
    pub(crate) certificate: Vec<u8>,
}

/// Cards that belong to nobody: what else a crew may lay on the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherCard {
    /// X01: 住基カード, the predecessor.
    Jukki,
    /// X02: a telephone with スマホ用電子証明書.
    Android,
    /// X03: a driving licence.
    Licence,
    /// X04: a My Number Card whose certificate was never issued.
    Uncertified,
    /// X05: a My Number Card whose issuer does not say that it is simulated.
    Unmarked,
    /// X06: a telephone of the other kind.
    Iphone,
}

impl OtherCard {
    pub(crate) const ALL: [OtherCard; 6] = [
        OtherCard::Jukki,
        OtherCard::Android,
        OtherCard::Licence,
        OtherCard::Uncertified,
        OtherCard::Unmarked,
        OtherCard::Iphone,
    ];

    pub(crate) fn find(id: &str) -> Option<OtherCard> {
        OtherCard::ALL.into_iter().find(|card| card.id() == id)
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            OtherCard::Jukki => "X01",
            OtherCard::Android => "X02",
            OtherCard::Licence => "X03",
            OtherCard::Uncertified => "X04",
            OtherCard::Unmarked => "X05",
            OtherCard::Iphone => "X06",
        }
    }

    /// What crews would call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            OtherCard::Jukki => "住基カード",
            OtherCard::Android => "Androidのスマホ用電子証明書",
            OtherCard::Licence => "運転免許証",
            OtherCard::Uncertified => "電子証明書のないマイナンバーカード",
            OtherCard::Unmarked => "模擬の印がないマイナンバーカード",
            OtherCard::Iphone => "iPhoneのマイナンバーカード",
        }
    }

    /// What makes it hurt.
    pub(crate) fn why(self) -> &'static str {
        match self {
            OtherCard::Jukki => "same application, older label, no certificate for authentication",
            OtherCard::Android => "same application, but the certificate is closed (6982)",
            OtherCard::Licence => "does not know the application (6A82)",
            OtherCard::Uncertified => "the certificate's file is there and empty",
            OtherCard::Unmarked => {
                "issuer without the mark of a simulation: a drill must refuse it"
            }
            OtherCard::Iphone => {
                "same application, label JPKIAPIOSTOKEN, certificate closed (6982)"
            }
        }
    }

    /// Whether there is a key and a certificate inside, readable or not.
    pub(crate) fn has_identity(self) -> bool {
        matches!(self, OtherCard::Android | OtherCard::Unmarked | OtherCard::Iphone)
    }
}

impl Identity {
    pub(super) fn of_person(world: &World, person: &Person) -> Result<Self, Error> {
        let days = person.certificate_days(world.today());
        Identity::make(world, &person.id, Marking::Simulated, &person.serial(), days)
    }

    pub(super) fn of_card(world: &World, card: OtherCard) -> Result<Self, Error> {
        if !card.has_identity() {
            return Err(Error::UnknownCard(format!("{} (it has no certificate)", card.id())));
        }
        let marking = match card {
            OtherCard::Unmarked => Marking::Unmarked,
            _ => Marking::Simulated,
        };
        // The people's serials begin with 4 or higher.
        let serial = [0x10, 0x58, card as u8 + 1];
        let issued = day::months_before(world.today(), 12);
        let expires = day::birthday_after(issued, issued, 4);
        Identity::make(world, card.id(), marking, &serial, (issued, expires))
    }

    fn make(
        world: &World,
        id: &str,
        marking: Marking,
        serial: &[u8],
        (issued, expires): (Date, Date),
    ) -> Result<Self, Error> {
        let key = pki::key_of(id)?;
        // 17 opaque characters, a municipality that does not exist, and a suffix: 23 in all.
        let common_name = format!("SIMULATED00000{id}99201A");
        let profile = Profile { serial, common_name: &common_name, issued, expires };
        let certificate = pki::issue(world.authority(marking)?, &profile, &key.to_public_key())?;
        Ok(Identity { key, certificate })
    }
}
