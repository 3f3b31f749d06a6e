//! Português, as it is spoken in Brazil.

use super::{Clock, Reasons, Row, Texts};

pub(super) static TEXTS: Texts = Texts {
    tag: "pt-BR",
    to: "Aviso ao paciente e à família",
    title: "Consultamos suas informações médicas",
    lead: "Você precisava de ajuda. Por isso, a equipe da ambulância consultou suas informações médicas (como \
           registros de hospitais e remédios) com o seu cartão My\u{A0}Number, que serve como cartão do seguro \
           de saúde ({マイナ保険証}). Naquele momento não foi possível obter o seu consentimento.",
    when: "Quando",
    clock: Clock::Iso { japan_time: " (horário do Japão)" },
    who: "Quem",
    crew: ["Equipe da ambulância (", ")"],
    why: "Motivo",
    reasons: Reasons {
        unconscious: "Você estava inconsciente e não podia responder.",
        impaired_consciousness: "Você não estava plenamente consciente e era difícil entender uma \
                                 explicação.",
        cannot_communicate: "Era difícil para você responder com palavras ou gestos.",
    },
    rule: Row {
        label: "A regra",
        text: "Em regra, as informações médicas são consultadas com o consentimento da pessoa. Porém, se for \
               necessário para proteger a vida ou o corpo e for difícil obter o consentimento, podem ser \
               consultadas sem ele (lei japonesa de proteção de informações pessoais, \
               {個人情報の保護に関する法律}).",
    },
    purpose: Row {
        label: "Uso",
        text: "Servem para ajudar você: nos primeiros socorros, na escolha do hospital e para informar o \
               hospital. Não são usadas para mais nada.",
    },
    other: Row {
        label: "Outros dados",
        text: "Não foram lidos dados sobre impostos e aposentadoria, nem o seu My\u{A0}Number (o número de 12 \
               dígitos).",
    },
    questions: Row {
        label: "Perguntas",
        text: "Se tiver dúvidas ou preocupações, pergunte ao contato abaixo. O acesso ficou registrado. \
               Perguntar não traz nenhuma desvantagem.",
    },
    contact: "Contato",
    drill: "Feito para um treinamento. Não é de uma pessoa real.",
};
