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
    ///
    /// Few on purpose: each is one line a crew can weigh in a second and a department can defend
    /// afterwards. [`Reason::VERSION`] moves with every change of the list or of a definition.
    #[schemars(transform = crate::schema::open_words)]
    Reason {
        /// 意識なし: cannot be roused (JCS III).
        Unconscious = 1 "unconscious",
        /// 意識障害: awake or rousable, but cannot understand the question (JCS I or II).
        ImpairedConsciousness = 2 "impaired_consciousness",
        /// 意思疎通困難: understands perhaps, but can neither speak nor signal an answer.
        CannotCommunicate = 3 "cannot_communicate",
    }
}

impl Reason {
    /// The version of the list and its definitions; every permit in the ledger carries it.
    pub const VERSION: u32 = 2;

    /// What the crew calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Reason::Unconscious => "意識なし",
            Reason::ImpairedConsciousness => "意識障害",
            Reason::CannotCommunicate => "意思疎通困難",
        }
    }

    /// The line the crew sees beside the choice.
    pub const fn definition(self) -> &'static str {
        match self {
            Reason::Unconscious => "意識なし（刺激しても覚醒しない。JCS III）",
            Reason::ImpairedConsciousness => "意識障害（説明を理解できない。JCS I〜II）",
            Reason::CannotCommunicate => "意思疎通困難（返答の手段がない）",
        }
    }

    /// The same line in English.
    pub const fn definition_en(self) -> &'static str {
        match self {
            Reason::Unconscious => "unconscious (cannot be roused; JCS III)",
            Reason::ImpairedConsciousness => {
                "impaired (cannot understand the question; JCS I to II)"
            }
            Reason::CannotCommunicate => "cannot communicate (has no means to answer)",
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
    /// How a crew member proved at log-in who they are (OQSCD041 and OQSCD042: the kind of factor
    /// and the way it was checked).
    #[schemars(transform = crate::schema::open_words)]
    Factor {
        /// 記憶: ID and password.
        IdPassword = 1 "id_password",
        /// 記憶: a PIN.
        Pin = 2 "pin",
        /// 記憶: a question only they can answer.
        Question = 3 "question",
        /// 生体: fingerprint.
        Fingerprint = 4 "fingerprint",
        /// 生体: face.
        Face = 5 "face",
        /// 生体: voice.
        Voice = 6 "voice",
        /// 生体: vein.
        Vein = 7 "vein",
        /// 生体: iris.
        Iris = 8 "iris",
        /// 物理媒体: an IC card.
        IcCard = 9 "ic_card",
        /// 物理媒体: a one-time password device.
        OneTimePassword = 10 "one_time_password",
        /// 物理媒体: some other thing they hold.
        OtherObject = 11 "other_object",
    }
}

words! {
    /// What the patient's card looks like, which only the crew can see.
    #[schemars(transform = crate::schema::open_words)]
    CardForm {
        /// With a photo, and not marked otherwise.
        Ordinary = 1 "ordinary",
        /// 顔認証マイナンバーカード: it is printed on the card; it has no PIN.
        FaceAuthentication = 2 "face_authentication",
        /// Without a photo: issued to a child under one year.
        WithoutPhoto = 3 "without_photo",
    }
}

words! {
    /// What the holder of a card wants of the department's own list of people not to be looked up.
    OptOut {
        /// To be on it.
        Add = 1 "add",
        /// To be off it again.
        Remove = 2 "remove",
    }
}

words! {
    /// A language the notice can be printed in.
    #[schemars(transform = crate::schema::open_words)]
    NoticeLanguage {
        /// 日本語.
        Japanese = 1 "ja",
        /// 日本語, with furigana.
        JapaneseFurigana = 2 "ja_furigana",
        /// English.
        English = 3 "en",
        /// 中文 (simplified).
        Chinese = 4 "zh",
        /// 한국어.
        Korean = 5 "ko",
        /// Português.
        Portuguese = 6 "pt",
        /// Tiếng Việt.
        Vietnamese = 7 "vi",
    }
}

words! {
    /// What the department allows to be taken over from the national system into the host's record.
    /// The official screen keeps nothing, so this is the department's own decision.
    Transcription {
        /// It may be seen, and is written down by hand.
        Never = 1 "never",
        /// What the crew accepts, field by field.
        Item = 2 "item",
        /// Also by one word for many fields.
        All = 3 "all",
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
