//! Answers to reset, by name.

use std::fmt;
use std::str::FromStr;

/// An answer to reset that was seen of a Japanese card, as the reader makes it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atr {
    /// Contactless, My Number Card: the usual one here.
    JpkiTypeB,
    /// Contactless, My Number Card listed as government id.
    GovernmentTypeB,
    /// Contactless, another chip.
    OtherTypeB,
    /// Contactless, another chip that knows 106 kbit/s only.
    SlowTypeB,
    /// Contactless, 住基カード.
    JukkiTypeB,
    /// Contactless, driving licence.
    LicenceTypeB,
    /// Contact, without historical bytes; 住基カード have it too.
    Contact,
    /// Contact, a longer one with historical bytes.
    ContactLong,
    /// Contact, the same maker's short one.
    ContactShort,
    /// Contact, another generation, ending in 00 81 86.
    Contact81,
    /// Contact, another generation, ending in 00 D1 D6.
    ContactD1,
    /// Contact, another generation, ending in B3 A1 15.
    ContactB3,
}

impl Atr {
    /// All of them.
    pub const ALL: [Atr; 12] = [
        Atr::JpkiTypeB,
        Atr::GovernmentTypeB,
        Atr::OtherTypeB,
        Atr::SlowTypeB,
        Atr::JukkiTypeB,
        Atr::LicenceTypeB,
        Atr::Contact,
        Atr::ContactLong,
        Atr::ContactShort,
        Atr::Contact81,
        Atr::ContactD1,
        Atr::ContactB3,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Atr::JpkiTypeB => "jpki",
            Atr::GovernmentTypeB => "government",
            Atr::OtherTypeB => "other-chip",
            Atr::SlowTypeB => "slow-chip",
            Atr::JukkiTypeB => "jukki",
            Atr::LicenceTypeB => "licence",
            Atr::Contact => "contact",
            Atr::ContactLong => "contact-long",
            Atr::ContactShort => "contact-short",
            Atr::Contact81 => "contact-81",
            Atr::ContactD1 => "contact-d1",
            Atr::ContactB3 => "contact-b3",
        }
    }

    /// The bytes.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Atr::JpkiTypeB => b"\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F",
            Atr::GovernmentTypeB => b"\x3B\x88\x80\x01\x00\x00\x41\xE0\xB3\x81\xA1\x00\x3B",
            Atr::OtherTypeB => b"\x3B\x88\x80\x01\x00\x4B\x51\xFF\xB3\x81\xD1\x00\x0F",
            Atr::SlowTypeB => b"\x3B\x88\x80\x01\x00\x4B\x51\xFF\x00\x81\xD1\x00\xBC",
            Atr::JukkiTypeB => b"\x3B\x88\x80\x01\x00\x00\x14\xE0\xB3\x81\x91\x00\x5E",
            Atr::LicenceTypeB => b"\x3B\x88\x80\x01\x00\x00\x00\x00\x91\x81\xC1\x00\xD8",
            Atr::Contact => b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14",
            Atr::ContactLong => {
                b"\x3B\xDA\x13\xFF\x81\x31\xFB\x46\x80\x12\x39\x2F\x31\xC1\x73\xC6\x01\xC0\x3B"
            }
            Atr::ContactShort => b"\x3B\xC5\xFF\x81\x31\xFB\x45\x80\x73\xC6\x01\x00\x00",
            Atr::Contact81 => {
                b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\x00\x81\x86"
            }
            Atr::ContactD1 => {
                b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\x00\xD1\xD6"
            }
            Atr::ContactB3 => {
                b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\xB3\xA1\x15"
            }
        }
    }
}

impl fmt::Display for Atr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Atr {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Atr::ALL.into_iter().find(|atr| atr.name() == name).ok_or_else(|| {
            let known: Vec<_> = Atr::ALL.iter().map(|atr| atr.name()).collect();
            format!("no ATR is called {name:?}; there are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_byte_is_right_and_every_name_leads_back() {
        for atr in Atr::ALL {
            let check = atr.bytes()[1..].iter().fold(0, |sum, byte| sum ^ byte);
            assert_eq!(check, 0, "{atr}");
            assert_eq!(atr.name().parse(), Ok(atr));
        }
        assert!("nothing".parse::<Atr>().unwrap_err().contains("contact-b3"));
    }
}
