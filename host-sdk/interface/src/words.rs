//! The lists of words that cross, and the numbers they cross the C door with.
//!
//! Later minor versions may add reasons, scopes and notices: they come back only to a host that
//! said them, so no older host meets one it does not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One closed list: the Rust enum, its number at the C door, its name in documents.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$item_meta:meta])* $item:ident = $number:literal $text:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$item_meta])* #[serde(rename = $text)] $item,)+
        }

        impl $name {
            /// Every word of the list, in the order of its numbers.
            pub const ALL: &'static [$name] = &[$($name::$item),+];

            /// The number this word has at the C door.
            pub const fn number(self) -> u32 {
                match self { $($name::$item => $number),+ }
            }

            /// The name this word has in documents.
            pub const fn name(self) -> &'static str {
                match self { $($name::$item => $text),+ }
            }

            /// The word of a number from the C door; none for a number this version does not know.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number { $($number => Some($name::$item),)+ _ => None }
            }

            /// The word of a name; none for a name this version does not know.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some($name::$item),)+ _ => None }
            }
        }
    };
}

words! {
    /// How the crew made sure whose card it is (本人確認).
    Identity {
        /// 目視: the face was compared with the card's photo.
        Visual = 1 "visual",
        /// 暗証番号: the patient typed the 4 digits of the user authentication certificate.
        Pin = 2 "pin",
        /// Neither worked: ordinary activity without viewing.
        Failed = 3 "failed",
    }
}

words! {
    /// What the patient said (同意).
    Consent {
        /// 口頭同意, 同意区分 1.
        Given = 1 "given",
        /// 同意取得困難, 同意区分 3. Needs a [`Reason`].
        Unobtainable = 2 "unobtainable",
        /// Refused: ends the matter for this case.
        Refused = 3 "refused",
    }
}

words! {
    /// Why consent could not be obtained. Life or body must need protecting in each of them.
    #[schemars(transform = crate::schema::open_words)]
    Reason {
        /// 意識なし: no response, or only to pain (JCS III).
        Unconscious = 1 "unconscious",
        /// 意識障害: awake or rousable, but cannot understand the question (JCS I-3 to II).
        ImpairedConsciousness = 2 "impaired_consciousness",
        /// 意思疎通困難: understands perhaps, but can neither speak nor signal an answer.
        CannotCommunicate = 3 "cannot_communicate",
    }
}

impl Reason {
    /// The line the crew sees beside the choice.
    pub const fn definition(self) -> &'static str {
        match self {
            Reason::Unconscious => "意識なし（呼びかけに反応しない）",
            Reason::ImpairedConsciousness => "意識障害（説明を理解できない）",
            Reason::CannotCommunicate => "意思疎通困難（返答の手段がない）",
        }
    }
}

words! {
    /// What is asked for (情報要求パターン, OQSCD040).
    #[schemars(transform = crate::schema::open_words)]
    Scope {
        /// 1 救急用サマリー.
        Summary = 1 "summary",
        /// 2 救急用全量版.
        Full = 2 "full",
        /// 3 電子処方箋＋サマリー＋全量版.
        FullWithPrescriptions = 3 "full_with_prescriptions",
    }
}

words! {
    /// What the crew does with an offer.
    Decision {
        /// The offered value goes into the record.
        Accept = 1 "accept",
        /// The offered value does not go into the record.
        Reject = 2 "reject",
    }
}

words! {
    /// What became of the notice (傷病者用説明書) that follows a viewing without consent.
    #[schemars(transform = crate::schema::open_words)]
    Notice {
        /// To the patient or to somebody with them.
        HandedOver = 1 "handed_over",
        /// There was nobody to take it.
        NotHandedOver = 2 "not_handed_over",
    }
}

words! {
    /// What lies on the reader, told from the card alone.
    #[schemars(transform = crate::schema::open_words)]
    CardKind {
        /// マイナンバーカード.
        MyNumber = 1 "my_number",
        /// 住基カード (issued until 2015).
        BasicResident = 2 "basic_resident",
        /// An Android phone's certificate.
        Android = 3 "android",
        /// An iPhone's certificate.
        Iphone = 4 "iphone",
        /// A card of this family whose label this version does not know.
        #[serde(other)]
        Unknown = 5 "unknown",
    }
}
