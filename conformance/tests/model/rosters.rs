//! The rosters a department puts on the terminal.

use crate::moves::{Crew, RosterFile};

/// The unit of every case here.
pub(crate) const UNIT: &str = "救急1";

/// The text of a roster. Dates are far away on either side, so that no test runs on the wrong day.
pub(crate) fn text(file: RosterFile) -> String {
    let until = match file {
        RosterFile::Broken => return "[[member]\n".into(),
        RosterFile::Ended => "2020-12-31",
        RosterFile::Good | RosterFile::Revoked(_) | RosterFile::Without(_) => "2099-12-31",
    };
    let mut text = format!(
        "department = \"模擬消防本部\"\nissued = 2020-01-01\nvalid_until = {until}\n\
         [[unit]]\nname = \"{UNIT}\"\n"
    );
    for (crew, roles) in
        [(Crew::Asa, "viewer"), (Crew::Beni, "viewer"), (Crew::Reviewer, "reviewer")]
    {
        if file == RosterFile::Without(crew) {
            continue;
        }
        let revoked = if file == RosterFile::Revoked(crew) { "revoked = 2020-02-01\n" } else { "" };
        text.push_str(&format!(
            "[[member]]\nid = \"{}\"\nunits = [\"{UNIT}\"]\nroles = [\"{roles}\"]\n{revoked}",
            crew.id()
        ));
    }
    text
}
