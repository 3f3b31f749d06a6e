//! The look-up: from an entered permit to a typed summary.
//!
//! `https` the way there · `sealed` a drill's certificates are not production's · `xml` bounded
//! reading · `message` everything assumed about the layout (see `ASSUMPTIONS.md`) · `summary` merging
//! and ageing.

mod https;
mod message;
mod sealed;
mod summary;
#[expect(dead_code, reason = "the transports move in next")]
mod transport;
mod xml;

use mynaq_interface::{Error, ErrorCode, Summary};
use time::{Date, OffsetDateTime, UtcOffset};

use self::https::Line;
use self::message::Answer;
use std::time::Instant;

use crate::config::{Config, Way};
use crate::defect::{self, Room};
use crate::gate::EnteredPermit;

/// Looks patients up. One per engine; it keeps its TLS sessions, and no connection.
#[derive(Debug)]
pub(crate) struct LookupClient {
    line: Line,
    facility_code: String,
}

impl LookupClient {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let line = match &config.gateway.way {
            Way::Https(https) => Line::new(https, config.gateway.times, config.mode)?,
            Way::Folder(folder) => {
                let fault = folder.fault("no transport of this name is built yet");
                return Err(Error::in_file(ErrorCode::ConfigInvalid, fault));
            }
        };
        Ok(LookupClient { line, facility_code: config.facility_code.clone() })
    }

    /// The longest a look-up can take.
    pub(crate) fn deadline(&self) -> std::time::Duration {
        self.line.deadline()
    }

    /// Looks the holder of the permit's card up. Consumes the permit: one permit, one look-up.
    pub(crate) async fn view(&self, permit: EnteredPermit) -> Result<Summary, Error> {
        defect::may_be_here(Room::Lookup);
        let viewing = permit.spend(Instant::now())?;
        let request = message::request(&self.facility_code, &viewing);
        let bytes = self.line.exchange(&request).await?;
        match Answer::read(&bytes, viewing.request())? {
            Answer::Found(found) => Ok(summary::build(*found, viewing.scope(), today_in_japan())),
            Answer::Refused(error) => Err(error),
        }
    }
}

fn today_in_japan() -> Date {
    let nine_hours = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::now_utc().to_offset(nine_hours).date()
}
