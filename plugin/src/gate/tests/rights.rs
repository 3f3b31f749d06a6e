//! Who may view: at log-in, at the opening of a case, and when a permit is entered.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mynaq_interface::{ErrorCode, Factor, LogIn};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

use super::super::rights::{LogInRule, Rights};

const NOON: OffsetDateTime = datetime!(2026-11-25 03:00 UTC);

const ROSTER: &str = r#"department = "模擬消防本部"
issued = 2026-11-01
valid_until = 2027-03-31
[[unit]]
name = "救急1"
[[unit]]
name = "救急2"
[[member]]
id = "C-07"
units = ["救急1"]
roles = ["viewer"]
[[member]]
id = "C-08"
units = ["救急1"]
roles = ["viewer"]
until = 2026-11-24
[[member]]
id = "C-09"
units = ["救急1"]
roles = ["viewer"]
revoked = 2026-11-20
"#;

const TWO: &[Factor] = &[Factor::IdPassword, Factor::IcCard];

fn rule(file: &Path) -> LogInRule {
    LogInRule {
        roster: Some(file.to_owned()),
        log_in_required: true,
        two_factors: true,
        shift: Duration::from_secs(3600),
    }
}

/// A roster on the disk and the rights by it.
struct Station {
    folder: TempDir,
    rights: Rights,
    begun: Instant,
}

impl Station {
    fn new(change: impl FnOnce(LogInRule) -> LogInRule) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roster.toml");
        fs::write(&file, ROSTER).unwrap();
        let rights = Rights::open(change(rule(&file)), None).unwrap();
        Station { folder, rights, begun: Instant::now() }
    }

    fn replace(&self, from: &str, to: &str) {
        assert!(ROSTER.contains(from));
        fs::write(self.folder.path().join("roster.toml"), ROSTER.replacen(from, to, 1)).unwrap();
        self.rights.refresh();
    }

    fn log_in(&self, member: &str, unit: &str, factors: &[Factor]) -> Option<ErrorCode> {
        let log_in = LogIn {
            crew_member: member.into(),
            unit: unit.into(),
            terminal: "T-01".into(),
            factors: factors.to_vec(),
        };
        self.rights.log_in(&log_in, (self.begun, NOON)).err().map(|error| error.code())
    }

    fn crew_at(&self, member: &str, later: Duration) -> Option<ErrorCode> {
        let at = (self.begun + later, NOON + later);
        self.rights.crew(member, "救急1", at).err().map(|error| error.code())
    }

    fn crew(&self, member: &str) -> Option<ErrorCode> {
        self.crew_at(member, Duration::ZERO)
    }
}

#[test]
fn each_want_of_a_right_has_its_own_error() {
    let station = Station::new(|rule| rule);
    assert_eq!(station.log_in("C-99", "救急1", TWO), Some(ErrorCode::GateCrewUnknown));
    assert_eq!(station.log_in("C-08", "救急1", TWO), Some(ErrorCode::GateCrewExpired));
    assert_eq!(station.log_in("C-09", "救急1", TWO), Some(ErrorCode::GateCrewRevoked));
    assert_eq!(station.log_in("C-07", "救急2", TWO), Some(ErrorCode::GateCrewNoRight));
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateNotLoggedIn));
    assert_eq!(station.log_in("C-07", "救急1", TWO), None);
    assert_eq!(station.crew("C-07"), None);
    assert_eq!(
        station.crew("C-08"),
        Some(ErrorCode::GateNotLoggedIn),
        "one log-in is one person's"
    );
}

#[test]
fn two_factors_are_of_two_kinds() {
    let station = Station::new(|rule| rule);
    for one_kind in [
        &[][..],
        &[Factor::IdPassword],
        &[Factor::IdPassword, Factor::Pin],
        &[Factor::Face, Factor::Fingerprint, Factor::Vein],
        &[Factor::IcCard, Factor::OneTimePassword],
    ] {
        assert_eq!(station.log_in("C-07", "救急1", one_kind), Some(ErrorCode::GateTwoFactors));
    }
    assert_eq!(
        station.log_in("C-07", "救急1", &[Factor::Pin, Factor::Question, Factor::Face]),
        None
    );
    let one_is_enough = Station::new(|rule| LogInRule { two_factors: false, ..rule });
    assert_eq!(one_is_enough.log_in("C-07", "救急1", &[Factor::IdPassword]), None);
}

#[test]
fn a_right_revoked_during_the_shift_is_gone_at_the_next_look() {
    let station = Station::new(|rule| rule);
    assert_eq!(station.log_in("C-07", "救急1", TWO), None);
    station.replace("id = \"C-07\"", "id = \"C-07\"\nrevoked = 2026-11-25");
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateCrewRevoked));
    station.replace("id = \"C-07\"", "id = \"C-77\"");
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateCrewUnknown));
    station.replace("2027-03-31", "2026-11-24");
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateRosterExpired));
    station.replace("department", "departement");
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateRosterUnreadable), "it might revoke him");
    station.replace("C-07", "C-07");
    assert_eq!(station.crew("C-07"), None, "the shift goes on");
}

#[test]
fn a_shift_ends_by_either_clock_and_by_logging_out() {
    let station = Station::new(|rule| rule);
    assert_eq!(station.log_in("C-07", "救急1", TWO), None);
    let nearly = Duration::from_secs(3599);
    assert_eq!(station.crew_at("C-07", nearly), None);
    assert_eq!(
        station.crew_at("C-07", nearly + Duration::from_secs(1)),
        Some(ErrorCode::GateLogInExpired)
    );
    // The terminal slept: the clock that cannot be set stood still.
    let woken = (station.begun, NOON + Duration::from_secs(3600));
    let error = station.rights.crew("C-07", "救急1", woken).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateLogInExpired);
    assert!(station.rights.log_out("C-07") && !station.rights.log_out("C-07"));
    assert_eq!(station.crew("C-07"), Some(ErrorCode::GateNotLoggedIn));
}

#[test]
fn a_clock_that_was_set_back_gives_nobody_a_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.toml");
    fs::write(&file, ROSTER).unwrap();
    let last_use = Some(NOON + time::Duration::days(1));
    let rights = Rights::open(rule(&file), last_use).unwrap();
    let log_in = LogIn {
        crew_member: "C-07".into(),
        unit: "救急1".into(),
        terminal: "T-01".into(),
        factors: TWO.to_vec(),
    };
    let error = rights.log_in(&log_in, (Instant::now(), NOON)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateClockSetBack);
    let later = NOON + time::Duration::days(2);
    assert!(rights.log_in(&log_in, (Instant::now(), later)).is_ok());
}

#[test]
fn where_log_in_is_optional_the_roster_still_decides() {
    let station = Station::new(|rule| LogInRule { log_in_required: false, ..rule });
    assert!(!station.rights.log_in_required());
    assert_eq!(station.crew("C-07"), None);
    assert_eq!(station.crew("C-09"), Some(ErrorCode::GateCrewRevoked));
}

#[test]
fn several_crews_share_a_terminal_but_not_without_end() {
    let station = Station::new(|rule| LogInRule { roster: None, ..rule });
    for number in 0..64 {
        assert_eq!(station.log_in(&format!("C-{number}"), "救急1", TWO), None);
    }
    assert_eq!(station.log_in("C-64", "救急1", TWO), Some(ErrorCode::TooMany));
    assert_eq!(station.log_in("C-63", "救急2", TWO), None, "who is there already may come again");
}

#[test]
fn a_roster_that_cannot_be_read_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let error = Rights::open(rule(&folder.path().join("none.toml")), None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::GateRosterUnreadable);
    assert!(error.technical().unwrap().contains("none.toml"));
}
