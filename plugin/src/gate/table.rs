//! The gate's table: every rule of who may be looked up, as data. Nothing else decides.
//!
//! What the crew has established is one point in four columns: identity, consent with its reason,
//! card, level of consciousness. The first row that names the point decides it. `TABLE.md` beside
//! this file is written from here, with every point in it.
//!
//! The codes the national system wants of a viewing (facts of its code lists OQSCD016, OQSCD028,
//! OQSCD040) are here too and nowhere else: what is sent follows from the row that opened the gate.

use mynaq_interface::{CardForm, CardKind, Consciousness, ErrorCode, Identity, Reason, Scope};

use super::word::Word;

/// One point: what was established, and what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) identity: Option<Identity>,
    pub(crate) consent: Option<Word>,
    pub(crate) card: Option<Card>,
    pub(crate) level: Option<Consciousness>,
}

/// The card as far as the rules tell cards apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Card {
    /// マイナンバーカード, with a photo and with a PIN.
    Ordinary,
    /// 顔認証マイナンバーカード: no PIN.
    FaceAuthentication,
    /// Without a photo: issued to a child under one year.
    WithoutPhoto,
    /// A generation of it that is not known yet.
    NewerGeneration,
    /// 住基カード.
    BasicResident,
    /// A phone.
    Phone,
    /// One whose holder has asked the department or the national system not to be looked up.
    OptedOut,
}

impl Card {
    /// What the chip says it is, and what the crew says it looks like.
    pub(crate) fn of(kind: CardKind, form: Option<CardForm>) -> Self {
        match (kind, form) {
            (CardKind::BasicResident, _) => Card::BasicResident,
            (CardKind::Android | CardKind::Iphone, _) => Card::Phone,
            (_, Some(CardForm::FaceAuthentication)) => Card::FaceAuthentication,
            (_, Some(CardForm::WithoutPhoto)) => Card::WithoutPhoto,
            (CardKind::MyNumber, _) => Card::Ordinary,
            (CardKind::Unknown, _) => Card::NewerGeneration,
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Its name, in `TABLE.md`, in events and in the ledger. Never used again for another rule.
    pub(crate) name: &'static str,
    identity: Column<Option<Identity>>,
    consent: Column<Option<Word>>,
    card: Column<Option<Card>>,
    level: Column<Option<Consciousness>>,
    /// What follows.
    pub(crate) verdict: Verdict,
    /// The line the crew sees.
    pub(crate) ja: &'static str,
    /// The same in English.
    pub(crate) en: &'static str,
}

/// The values of one column a row names.
#[derive(Debug, Clone, Copy)]
enum Column<T: 'static> {
    Any,
    Of(&'static [T]),
}

impl<T: PartialEq> Column<T> {
    fn names(&self, value: &T) -> bool {
        match self {
            Column::Any => true,
            Column::Of(values) => values.contains(value),
        }
    }
}

/// What follows from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// One look-up may leave, with this 同意区分 (OQSCD016).
    Open { consent_class: u8 },
    /// Something is missing yet.
    Waiting,
    /// No look-up as it stands; something else may be said.
    Closed(ErrorCode),
    /// No look-up, and no further question in this case.
    Over(ErrorCode),
}

/// 診療区分 (OQSCD028) of every look-up: 4 救急時.
pub(crate) const TREATMENT_CLASS: u8 = 4;

/// 救急時閲覧権限有無 (OQSCD043) of everybody who gets a permit: 1 有.
pub(crate) const VIEWING_RIGHT: u8 = 1;

/// 情報要求パターン (OQSCD040).
pub(crate) const fn request_pattern(scope: Scope) -> u8 {
    match scope {
        Scope::Summary => 1,
        Scope::Full => 2,
        Scope::FullWithPrescriptions => 3,
    }
}

/// The rules, first that fits.
pub(crate) const TABLE: &[Row] = {
    use Column::{Any, Of};
    use Consciousness::{Alert, Awake, Rousable, Unrousable};
    use Verdict::{Closed, Open, Over, Waiting};

    const GIVEN: Option<Word> = Some(Word::Given);
    const UNCONSCIOUS: Option<Word> = Some(Word::Unobtainable(Reason::Unconscious));
    const IMPAIRED: Option<Word> = Some(Word::Unobtainable(Reason::ImpairedConsciousness));
    const CANNOT: Option<Word> = Some(Word::Unobtainable(Reason::CannotCommunicate));
    const VISUAL: Option<Identity> = Some(Identity::Visual);
    const PIN: Option<Identity> = Some(Identity::Pin);

    &[
        // -- What ends the matter --
        Row {
            name: "G-01",
            identity: Any,
            consent: Of(&[Some(Word::Refused)]),
            card: Any,
            level: Any,
            verdict: Over(ErrorCode::GateRefused),
            ja: "同意が得られないため閲覧しません。不利益はありません",
            en: "the patient refused: nothing is viewed, and it has no disadvantage",
        },
        Row {
            name: "G-02",
            identity: Any,
            consent: Any,
            card: Of(&[Some(Card::OptedOut)]),
            level: Any,
            verdict: Over(ErrorCode::GateOptedOut),
            ja: "事前に閲覧を希望しないと申し出た方のため閲覧しません",
            en: "the person has asked not to be looked up: nothing is viewed",
        },
        // -- What cannot be --
        Row {
            name: "G-03",
            identity: Any,
            consent: Any,
            card: Of(&[Some(Card::Phone)]),
            level: Any,
            verdict: Closed(ErrorCode::CardPhone),
            ja: "スマートフォンでは閲覧できません",
            en: "a phone is not enough",
        },
        Row {
            name: "G-04",
            identity: Any,
            consent: Any,
            card: Of(&[Some(Card::BasicResident)]),
            level: Any,
            verdict: Closed(ErrorCode::CardBasicResident),
            ja: "住基カードでは閲覧できません",
            en: "a 住基カード is not enough",
        },
        Row {
            name: "G-05",
            identity: Of(&[Some(Identity::Failed)]),
            consent: Any,
            card: Any,
            level: Any,
            verdict: Closed(ErrorCode::GateIdentityFailed),
            ja: "本人確認ができないため閲覧しません",
            en: "identity could not be confirmed",
        },
        Row {
            name: "G-06",
            identity: Of(&[VISUAL]),
            consent: Any,
            card: Of(&[Some(Card::WithoutPhoto)]),
            level: Any,
            verdict: Closed(ErrorCode::GateNoPhoto),
            ja: "顔写真のないカードは目視で確認できません",
            en: "a card without a photo cannot be compared with a face",
        },
        Row {
            name: "G-07",
            identity: Of(&[PIN]),
            consent: Any,
            card: Of(&[Some(Card::FaceAuthentication)]),
            level: Any,
            verdict: Closed(ErrorCode::CardNoPin),
            ja: "顔認証マイナンバーカードには暗証番号がありません",
            en: "a face-authentication card has no PIN",
        },
        Row {
            name: "G-08",
            identity: Any,
            consent: Of(&[GIVEN]),
            card: Any,
            level: Of(&[Some(Unrousable)]),
            verdict: Closed(ErrorCode::GateConsentImpossible),
            ja: "JCS IIIと記録された傷病者は口頭で同意できません",
            en: "a patient recorded as JCS III cannot have given consent",
        },
        // -- A reason covers the level it names and everything worse --
        Row {
            name: "G-09",
            identity: Any,
            consent: Of(&[UNCONSCIOUS]),
            card: Any,
            level: Of(&[Some(Alert), Some(Awake), Some(Rousable)]),
            verdict: Closed(ErrorCode::GateReasonUnfit),
            ja: "JCS 0〜IIの傷病者は「意識なし」に当たりません",
            en: "a patient at JCS 0 to II is not unconscious",
        },
        Row {
            name: "G-10",
            identity: Any,
            consent: Of(&[IMPAIRED]),
            card: Any,
            level: Of(&[Some(Alert)]),
            verdict: Closed(ErrorCode::GateReasonUnfit),
            ja: "清明（JCS 0）の傷病者は「意識障害」に当たりません",
            en: "a patient who is alert (JCS 0) is not impaired",
        },
        // -- What is missing --
        Row {
            name: "G-11",
            identity: Any,
            consent: Any,
            card: Of(&[None]),
            level: Any,
            verdict: Waiting,
            ja: "カードをかざしてください",
            en: "the card has not been read",
        },
        Row {
            name: "G-12",
            identity: Of(&[None]),
            consent: Any,
            card: Any,
            level: Any,
            verdict: Waiting,
            ja: "本人確認をしてください",
            en: "identity has not been checked",
        },
        Row {
            name: "G-13",
            identity: Any,
            consent: Of(&[None]),
            card: Any,
            level: Any,
            verdict: Waiting,
            ja: "同意を確認してください",
            en: "consent has not been asked for",
        },
        // -- What opens --
        Row {
            name: "G-14",
            identity: Of(&[VISUAL, PIN]),
            consent: Of(&[GIVEN]),
            card: Any,
            level: Any,
            verdict: Open { consent_class: 1 },
            ja: "口頭同意により閲覧できます",
            en: "may be viewed by consent",
        },
        Row {
            name: "G-15",
            identity: Of(&[VISUAL, PIN]),
            consent: Of(&[UNCONSCIOUS]),
            card: Any,
            level: Any,
            verdict: Open { consent_class: 3 },
            ja: "意識なし：生命・身体の保護のため同意なしで閲覧できます。説明書を渡してください",
            en: "unconscious: may be viewed without consent to protect life or body; hand over the notice",
        },
        Row {
            name: "G-16",
            identity: Of(&[VISUAL, PIN]),
            consent: Of(&[IMPAIRED]),
            card: Any,
            level: Any,
            verdict: Open { consent_class: 3 },
            ja: "意識障害：生命・身体の保護のため同意なしで閲覧できます。説明書を渡してください",
            en: "impaired: may be viewed without consent to protect life or body; hand over the notice",
        },
        Row {
            name: "G-17",
            identity: Of(&[VISUAL, PIN]),
            consent: Of(&[CANNOT]),
            card: Any,
            level: Any,
            verdict: Open { consent_class: 3 },
            ja: "意思疎通困難：生命・身体の保護のため同意なしで閲覧できます。説明書を渡してください",
            en: "cannot communicate: may be viewed without consent to protect life or body; hand over the notice",
        },
    ]
};

/// The row that decides a point. A point no row names stays shut.
pub(crate) fn decide<'a>(table: &'a [Row], point: &Point) -> Option<&'a Row> {
    table.iter().find(|row| {
        row.identity.names(&point.identity)
            && row.consent.names(&point.consent)
            && row.card.names(&point.card)
            && row.level.names(&point.level)
    })
}
