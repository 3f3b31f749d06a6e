//! What a host says when a crew member's shift begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Factor;

/// A crew member begins a shift on this terminal. The host has made sure who they are, and says how;
/// the plugin looks up in the department's roster whether they may view. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The crew member, as the roster names them.
    #[schemars(length(min = 1, max = 64))]
    pub crew_member: String,
    /// The unit they ride with (救急隊).
    #[schemars(length(min = 1, max = 64))]
    pub unit: String,
    /// The terminal.
    #[schemars(length(min = 1, max = 64))]
    pub terminal: String,
    /// How they proved who they are.
    #[schemars(length(max = 3))]
    pub factors: Vec<Factor>,
}

impl LogIn {
    /// The most factors one log-in names.
    pub const MOST_FACTORS: usize = 3;

    /// The items with their names, for checks.
    pub fn items(&self) -> [(&'static str, &str); 3] {
        [("crew_member", &self.crew_member), ("unit", &self.unit), ("terminal", &self.terminal)]
    }
}

/// What kind of factor it is (二要素の要素, OQSCD041).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorKind {
    /// 記憶.
    Memory,
    /// 生体.
    Body,
    /// 物理媒体.
    Object,
}

impl FactorKind {
    /// The code of OQSCD041.
    pub const fn code(self) -> &'static str {
        match self {
            FactorKind::Memory => "1",
            FactorKind::Body => "2",
            FactorKind::Object => "3",
        }
    }
}

impl Factor {
    /// What kind of factor it is.
    pub const fn kind(self) -> FactorKind {
        match self {
            Factor::IdPassword | Factor::Pin | Factor::Question => FactorKind::Memory,
            Factor::Fingerprint | Factor::Face | Factor::Voice | Factor::Vein | Factor::Iris => {
                FactorKind::Body
            }
            Factor::IcCard | Factor::OneTimePassword | Factor::OtherObject => FactorKind::Object,
        }
    }

    /// How it was checked: the code of OQSCD042, which counts within each kind.
    pub const fn method_code(self) -> &'static str {
        match self {
            Factor::IdPassword | Factor::Fingerprint | Factor::IcCard => "01",
            Factor::Pin | Factor::Face | Factor::OneTimePassword => "02",
            Factor::Question | Factor::Voice | Factor::OtherObject => "03",
            Factor::Vein => "04",
            Factor::Iris => "05",
        }
    }
}
