//! What a host says when it opens a case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One patient contact (傷病者対応), as the host opens it.
///
/// Incident number, unit, terminal and crew member go to the ledger as they are: they must not
/// hold anything about the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseOpening {
    /// The host's incident number (事案番号).
    #[schemars(length(min = 1, max = 64))]
    pub incident: String,
    /// The unit (救急隊).
    #[schemars(length(min = 1, max = 64))]
    pub unit: String,
    /// The terminal the crew works on.
    #[schemars(length(min = 1, max = 64))]
    pub terminal: String,
    /// The crew member who views, as the department names its members.
    #[schemars(length(min = 1, max = 64))]
    pub crew_member: String,
    /// The pack that fills this host's record.
    #[schemars(length(min = 1, max = 64))]
    pub pack: String,
}

impl CaseOpening {
    /// The longest text of one item, in characters.
    pub const LONGEST: usize = 64;

    /// The items with their names, for checks and for the ledger.
    pub fn items(&self) -> [(&'static str, &str); 5] {
        [
            ("incident", &self.incident),
            ("unit", &self.unit),
            ("terminal", &self.terminal),
            ("crew_member", &self.crew_member),
            ("pack", &self.pack),
        ]
    }
}
