//! Errors: one stable code each, with what the crew reads and what it should do now.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::catalogue::ErrorCode;
use crate::FileFault;

mod catalogue;

/// Where an error comes from, and so who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = crate::schema::open_words)]
pub enum ErrorClass {
    /// The card: what lies on the reader, or how it was held.
    Card,
    /// The reader or the smart card service.
    Reader,
    /// Identity, consent, rights or the record of them do not allow a viewing.
    Gate,
    /// The line between terminal and gateway.
    Network,
    /// The gateway answered, and the answer is a refusal or cannot be used.
    Gateway,
    /// The vendor's pack.
    Mapping,
    /// The configuration of this terminal.
    Config,
    /// The host called the interface in a way it does not allow.
    Usage,
    /// A defect of the plugin.
    Internal,
}

/// An error: a code of the catalogue, with what is particular to this once.
///
/// It crosses the border as a document that also carries the catalogue's texts, so that a host
/// in any language can show them without a catalogue of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "ErrorDocument", into = "ErrorDocument")]
pub struct Error {
    code: ErrorCode,
    detail: Option<Box<str>>,
    place: Option<Box<FileFault>>,
    /// What a newer plugin said, where this version's catalogue does not have the code.
    foreign: Option<Box<Foreign>>,
}

/// The texts of an error that only a newer catalogue has: the crew reads them all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Foreign {
    code: String,
    class: ErrorClass,
    ja: String,
    en: String,
    retry: bool,
    action: Advice,
}

impl Error {
    /// The error of a code.
    pub const fn new(code: ErrorCode) -> Self {
        Error { code, detail: None, place: None, foreign: None }
    }

    /// Adds technical detail. It must hold nothing about the patient: details are logged.
    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string().into());
        self
    }

    /// An error in a file a person wrote.
    pub fn in_file(code: ErrorCode, fault: FileFault) -> Self {
        let error = Error::new(code).detail(&fault);
        Error { place: Some(Box::new(fault)), ..error }
    }

    /// The stable code; [`ErrorCode::Unknown`] for one that only a newer plugin knows.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The number this error has at the C door (always negative).
    pub const fn status(&self) -> i32 {
        self.code.status()
    }

    /// The name of the code, also of one that only a newer plugin knows.
    pub fn name(&self) -> &str {
        self.foreign.as_ref().map_or(self.code.name(), |foreign| &foreign.code)
    }

    /// Whether doing the same again can help.
    pub fn retry(&self) -> bool {
        self.foreign.as_ref().map_or(self.code.entry().retry, |foreign| foreign.retry)
    }

    /// The class of the code.
    pub fn class(&self) -> ErrorClass {
        self.foreign.as_ref().map_or(self.code.entry().class, |foreign| foreign.class)
    }

    /// What happened, in Japanese, for the crew.
    pub fn ja(&self) -> &str {
        self.foreign.as_ref().map_or(self.code.entry().ja, |foreign| &foreign.ja)
    }

    /// What happened, in English.
    pub fn en(&self) -> &str {
        self.foreign.as_ref().map_or(self.code.entry().en, |foreign| &foreign.en)
    }

    /// What the crew should do now, in Japanese.
    pub fn action_ja(&self) -> &str {
        self.foreign.as_ref().map_or(self.code.entry().action_ja, |foreign| &foreign.action.ja)
    }

    /// What to do now, in English.
    pub fn action_en(&self) -> &str {
        self.foreign.as_ref().map_or(self.code.entry().action_en, |foreign| &foreign.action.en)
    }

    /// Technical detail for a support engineer.
    pub fn technical(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The place in a file, where a file is at fault.
    pub fn place(&self) -> Option<&FileFault> {
        self.place.as_deref()
    }
}

/// An error as it crosses the border.
#[derive(Serialize, Deserialize, JsonSchema)]
struct ErrorDocument {
    /// The stable code.
    #[schemars(with = "ErrorCode")]
    code: String,
    /// The class of the code.
    #[schemars(with = "ErrorClass")]
    class: String,
    /// What happened, in Japanese, for the crew.
    ja: String,
    /// What happened, in English.
    en: String,
    /// Whether doing the same again can help.
    retry: bool,
    /// What to do now.
    action: Advice,
    /// Technical detail for a support engineer. Never anything about the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<Box<str>>,
    /// The place in a file, where a file is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Box<FileFault>>,
}

/// What the crew should do now, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct Advice {
    /// Japanese, for the crew.
    ja: String,
    /// English, for whoever reads the log.
    en: String,
}

impl From<Error> for ErrorDocument {
    fn from(error: Error) -> Self {
        ErrorDocument {
            code: error.name().to_owned(),
            class: error.class().name().to_owned(),
            ja: error.ja().to_owned(),
            en: error.en().to_owned(),
            retry: error.retry(),
            action: Advice { ja: error.action_ja().to_owned(), en: error.action_en().to_owned() },
            detail: error.detail,
            place: error.place,
        }
    }
}

impl From<ErrorDocument> for Error {
    fn from(document: ErrorDocument) -> Self {
        let ErrorDocument { code, class, ja, en, retry, action, detail, place } = document;
        match ErrorCode::from_name(&code) {
            Some(code) => Error { code, detail, place, foreign: None },
            None => {
                let class = ErrorClass::from_name(&class).unwrap_or(ErrorClass::Internal);
                let foreign = Some(Box::new(Foreign { code, class, ja, en, retry, action }));
                Error { code: ErrorCode::Unknown, detail, place, foreign }
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} / {}", self.name(), self.ja(), self.en())?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Error::new(code)
    }
}

impl ErrorClass {
    const ALL: [(ErrorClass, &'static str); 9] = [
        (ErrorClass::Card, "card"),
        (ErrorClass::Reader, "reader"),
        (ErrorClass::Gate, "gate"),
        (ErrorClass::Network, "network"),
        (ErrorClass::Gateway, "gateway"),
        (ErrorClass::Mapping, "mapping"),
        (ErrorClass::Config, "config"),
        (ErrorClass::Usage, "usage"),
        (ErrorClass::Internal, "internal"),
    ];

    /// The name in documents.
    pub fn name(self) -> &'static str {
        ErrorClass::ALL
            .iter()
            .find(|(class, _)| *class == self)
            .map_or("internal", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<Self> {
        ErrorClass::ALL.iter().find(|(_, known)| *known == name).map(|(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// P6: going on by asking is always one step away.
    #[test]
    fn a_look_up_that_fails_always_shows_the_way_on() {
        for &code in ErrorCode::ALL {
            let error = Error::from(code);
            if matches!(error.class(), ErrorClass::Network | ErrorClass::Gateway) {
                assert!(error.action_ja().contains("口頭で聴取"), "{error}");
                assert!(error.action_en().contains("asking"), "{error}");
            }
        }
    }

    #[test]
    fn numbers_and_names_are_unique() {
        let numbers: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.status()).collect();
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(numbers.len(), ErrorCode::ALL.len());
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(numbers.iter().all(|&number| number < 0));
    }

    // clauses: ERR-5
    #[test]
    fn an_error_only_a_newer_plugin_knows_reaches_the_crew_in_its_own_words() {
        let newer = r#"{"code":"weather.storm","class":"weather","ja":"嵐です","en":"a storm",
            "retry":true,"action":{"ja":"待つ","en":"wait"},"later":1}"#;
        let error: Error = serde_json::from_str(newer).unwrap();
        assert_eq!((error.code(), error.class()), (ErrorCode::Unknown, ErrorClass::Internal));
        assert_eq!((error.ja(), error.action_ja(), error.retry()), ("嵐です", "待つ", true));
        let again = serde_json::to_value(&error).unwrap();
        assert_eq!((&again["code"], &again["en"]), (&"weather.storm".into(), &"a storm".into()));
    }

    #[test]
    fn a_known_error_survives_the_way_across() {
        for code in ErrorCode::ALL {
            let error = Error::new(*code).detail("x");
            let json = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
        }
    }

    #[test]
    fn every_name_begins_with_its_class() {
        for code in ErrorCode::ALL {
            let class = serde_json::to_value(Error::new(*code).class()).unwrap();
            let (prefix, _) = code.name().split_once('.').unwrap();
            assert_eq!(class, prefix, "{code}");
            assert_eq!(class, Error::new(*code).class().name(), "{code}");
        }
    }
}
