//! Cards that belong to nobody.

/// What else a crew may lay on the reader.
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
    /// X07: a My Number Card whose certificate was wiped.
    Wiped,
    /// X08: a My Number Card without a file for the certificate.
    Fileless,
    /// X09: a card of the generation to come.
    NextGeneration,
    /// X10: 在留カード.
    Residence,
    /// X11: a payment card.
    Payment,
    /// X12: a passport.
    Passport,
    /// X13: a My Number Card of a generation whose label nobody knows yet.
    NextLabel,
    /// X14: a card that does not answer to power.
    Mute,
}

impl OtherCard {
    pub(crate) const ALL: [OtherCard; 14] = [
        OtherCard::Jukki,
        OtherCard::Android,
        OtherCard::Licence,
        OtherCard::Uncertified,
        OtherCard::Unmarked,
        OtherCard::Iphone,
        OtherCard::Wiped,
        OtherCard::Fileless,
        OtherCard::NextGeneration,
        OtherCard::Residence,
        OtherCard::Payment,
        OtherCard::Passport,
        OtherCard::NextLabel,
        OtherCard::Mute,
    ];

    pub(crate) fn find(id: &str) -> Option<OtherCard> {
        OtherCard::ALL.into_iter().find(|card| card.id() == id)
    }

    pub(crate) fn id(self) -> &'static str {
        self.described().0
    }

    /// What crews would call it.
    pub(crate) fn name(self) -> &'static str {
        self.described().1
    }

    /// What makes it hurt.
    pub(crate) fn why(self) -> &'static str {
        self.described().2
    }

    /// Whether there is a key and a certificate for authentication inside, readable or not.
    pub(crate) fn has_identity(self) -> bool {
        matches!(
            self,
            OtherCard::Android | OtherCard::Unmarked | OtherCard::Iphone | OtherCard::NextLabel
        )
    }

    fn described(self) -> (&'static str, &'static str, &'static str) {
        match self {
            OtherCard::Jukki => (
                "X01",
                "住基カード",
                "same application, older label, no certificate for authentication",
            ),
            OtherCard::Android => (
                "X02",
                "Androidのスマホ用電子証明書",
                "same application, but the certificate is closed (6982)",
            ),
            OtherCard::Licence => ("X03", "運転免許証", "does not know the application (6A82)"),
            OtherCard::Uncertified => (
                "X04",
                "電子証明書のないマイナンバーカード",
                "the certificate's file is there and empty",
            ),
            OtherCard::Unmarked => (
                "X05",
                "模擬の印がないマイナンバーカード",
                "issuer without the mark of a simulation: a drill must refuse it",
            ),
            OtherCard::Iphone => (
                "X06",
                "iPhoneのマイナンバーカード",
                "same application, label JPKIAPIOSTOKEN, certificate closed (6982)",
            ),
            OtherCard::Wiped => (
                "X07",
                "電子証明書が消されたマイナンバーカード",
                "the certificate's file is full of FF",
            ),
            OtherCard::Fileless => (
                "X08",
                "電子証明書のファイルがないマイナンバーカード",
                "the certificate's file does not exist (6A82)",
            ),
            OtherCard::NextGeneration => (
                "X09",
                "次期個人番号カード",
                "knows the card manager and no application of today (6A82)",
            ),
            OtherCard::Residence => {
                ("X10", "在留カード", "a near relative's AID, but not the application (6A82)")
            }
            OtherCard::Payment => (
                "X11",
                "クレジットカード",
                "2PAY.SYS.DDF01 and nothing of ours: a purse was laid down with it",
            ),
            OtherCard::Passport => {
                ("X12", "パスポート", "the travel document's application, not ours (6A82)")
            }
            OtherCard::NextLabel => (
                "X13",
                "未知の世代のマイナンバーカード",
                "label JPKIAPICCTOKEN3, and a certificate without policies",
            ),
            OtherCard::Mute => {
                ("X14", "反応しないカード", "does not answer to power: no ATR, every command 6F00")
            }
        }
    }
}
