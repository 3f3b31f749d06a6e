//! English.

use super::{Clock, Reasons, Row, Texts};

pub(super) static TEXTS: Texts = Texts {
    tag: "en",
    to: "Notice to the patient and family",
    title: "We viewed your medical information",
    lead: "You needed help. The ambulance crew therefore viewed your medical information (such as records of \
           hospital visits and medicines) with your My\u{A0}Number Card, which serves as your health insurance \
           card ({マイナ保険証}). At that time it was not possible to obtain your consent.",
    when: "When",
    clock: Clock::Iso { japan_time: " (Japan time)" },
    who: "Who",
    crew: ["Ambulance crew (", ")"],
    why: "Why",
    reasons: Reasons {
        unconscious: "You were unconscious and could not answer.",
        impaired_consciousness: "You were not fully conscious, and it was difficult for you to \
                                 understand an explanation.",
        cannot_communicate: "It was difficult for you to answer by words or signs.",
    },
    rule: Row {
        label: "The rule",
        text: "Medical information is, as a rule, viewed with the person’s consent. However, when it is \
               needed to protect life or body and consent is difficult to obtain, it may be viewed \
               without consent (Japan’s Act on the Protection of Personal Information, \
               {個人情報の保護に関する法律}).",
    },
    purpose: Row {
        label: "Use",
        text: "It is used to help you: for first aid, for choosing a hospital, and for informing the \
               hospital. It is used for nothing else.",
    },
    other: Row {
        label: "Other data",
        text: "Tax and pension information and your My\u{A0}Number (the 12-digit number) were not read.",
    },
    questions: Row {
        label: "Questions",
        text: "If anything is unclear or worries you, please ask at the contact below. The viewing has \
               been recorded. Asking has no disadvantage for you.",
    },
    contact: "Contact",
    drill: "Made for a drill. Not about a real person.",
};
