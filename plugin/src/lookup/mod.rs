//! The look-up: from an entered permit to a typed summary.
//!
//! `transport` what every way to the gateway offers · `https`, `folder` the two there are · `attempts`
//! until it is answered · `breaker` when to ask again · `progress` what the crew hears meanwhile ·
//! `xml` bounded reading · `message` everything assumed about the layout (see `ASSUMPTIONS.md`) ·
//! `summary` merging and ageing.

mod attempts;
mod breaker;
mod folder;
#[cfg(test)]
mod golden;
mod https;
mod message;
mod progress;
mod summary;
mod transport;
#[cfg(any(test, fuzzing))]
pub(crate) mod trial;
mod xml;

use std::time::{Duration, Instant};

use mynaq_interface::{Error, Summary};
use time::{Date, OffsetDateTime, UtcOffset};
use zeroize::Zeroizing;

use self::attempts::Attempts;
pub(crate) use self::attempts::Ended;
use self::breaker::Breaker;
use self::folder::FolderWay;
use self::https::HttpsWay;
use self::message::Answer;
use self::progress::Progress;
pub(crate) use self::progress::{Listener, Step};
use self::transport::{Line, Message, Next, Reply, Setback, Transport};
use crate::config::{Config, Way};
use crate::defect::{self, Room};
use crate::gate::{EnteredPermit, Viewing};

/// Looks patients up. One per engine.
#[derive(Debug)]
pub(crate) struct LookupClient {
    transport: Box<dyn Transport>,
    breaker: Breaker,
    give_up: Duration,
    facility_code: String,
}

/// One case's way to the gateway. It is opened with the case and ends with it.
#[derive(Debug)]
pub(crate) struct CaseLine(Box<dyn Line>);

/// What a look-up brought. One of the two at least.
#[derive(Debug)]
pub(crate) struct Viewed {
    /// The typed summary.
    pub(crate) summary: Option<Zeroizing<Summary>>,
    /// The same for the eye, as hospitals see it.
    pub(crate) pdf: Option<Zeroizing<Vec<u8>>>,
}

impl LookupClient {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let gateway = &config.gateway;
        let transport: Box<dyn Transport> = match &gateway.way {
            Way::Https(https) => Box::new(HttpsWay::open(https, gateway.times, config.mode)?),
            Way::Folder(folder) => Box::new(FolderWay::open(folder, gateway.times, config.mode)?),
        };
        Ok(LookupClient {
            transport,
            breaker: Breaker::default(),
            give_up: gateway.times.give_up,
            facility_code: config.facility_code.clone(),
        })
    }

    /// The longest a look-up can take.
    pub(crate) fn give_up(&self) -> Duration {
        self.give_up
    }

    /// A line for one case.
    pub(crate) fn line(&self) -> CaseLine {
        CaseLine(self.transport.line())
    }

    /// Looks the holder of the permit's card up. Consumes the permit: one permit, one look-up.
    pub(crate) async fn view(
        &self,
        permit: EnteredPermit,
        line: &CaseLine,
        listener: &dyn Listener,
    ) -> Result<Viewed, Ended> {
        defect::may_be_here(Room::Lookup);
        let begun = Instant::now();
        let viewing = permit.spend(begun)?;
        let deadline = begun + self.give_up;
        let message = Message {
            identifier: viewing.request().to_owned(),
            bytes: message::request(&self.facility_code, &viewing),
        };
        let progress = Progress::new(listener, &message.identifier, begun, deadline);
        let attempts = Attempts {
            line: line.0.as_ref(),
            breaker: &self.breaker,
            progress: &progress,
            deadline,
        };
        attempts.run(&message, |reply| read(reply, &viewing)).await
    }
}

impl CaseLine {
    /// Gets the line ready, if it is not. Nothing about anybody leaves.
    pub(crate) async fn warm(&self) {
        self.0.warm().await;
    }
}

fn read(Reply { xml, pdf }: Reply, viewing: &Viewing) -> Result<Viewed, Setback> {
    let Some(xml) = xml else { return Ok(Viewed { summary: None, pdf }) };
    match Answer::read(&xml, viewing.request())? {
        Answer::Found(found) => {
            let summary = summary::build(*found, viewing.scope(), today_in_japan());
            Ok(Viewed { summary: Some(Zeroizing::new(summary)), pdf })
        }
        Answer::Refused(error) => Err(Setback { error, next: Next::ByCode }),
    }
}

fn today_in_japan() -> Date {
    let nine_hours = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::now_utc().to_offset(nine_hours).date()
}
