//! The roster as it is written: which keys there are. What they mean together is checked later.

use serde::Deserialize;
use toml::{Spanned, Value};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RosterDoc {
    pub(crate) department: Spanned<String>,
    pub(crate) issued: Day,
    pub(crate) valid_until: Day,
    #[serde(default)]
    pub(crate) unit: Vec<UnitDoc>,
    #[serde(default)]
    pub(crate) member: Vec<MemberDoc>,
}

/// Any value at all: what is not a day gets a message that shows how a day is written.
pub(crate) type Day = Spanned<Value>;

/// One `[[unit]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitDoc {
    pub(crate) name: Spanned<String>,
}

/// One `[[member]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberDoc {
    pub(crate) id: Spanned<String>,
    #[serde(default)]
    pub(crate) units: Vec<Spanned<String>>,
    pub(crate) roles: Spanned<Vec<Spanned<String>>>,
    pub(crate) from: Option<Day>,
    pub(crate) until: Option<Day>,
    pub(crate) revoked: Option<Day>,
}
