//! The simulated end of the national system: HTTPS that demands the crew's certificate.
//!
//! A request goes through [`line`](self) (bytes), TLS, HTTP, and at last [`Gateway::answer`]: bytes of
//! a request in, bytes of an answer out. Faults on command happen in the layer they belong to.

mod answer;
mod delivery;
mod document;
mod encoding;
mod faults;
mod history;
mod line;
mod listener;
mod records;
mod refusals;
mod request;
mod server;
mod spoilt;
mod viewings;
mod xml;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

pub use faults::{
    Bomb, FAULT_KINDS, GatewayFault, GatewayFaults, HttpFault, LineFault, MessageFault, Miscoding,
    Spelling, TlsFault, When,
};
pub(crate) use line::{Meter, Pace};
pub use refusals::Refusal;
pub use viewings::{Outcome, Viewing};

use answer::Answer;
use faults::{FaultBook, Turn};
use line::Tunnel;
use refusals::Refusals;
use request::{Fault, Request};
use viewings::{Entered, Viewings};

use crate::day;
use crate::error::Error;
use crate::world::World;

/// The gateway's state, shared by its lines.
pub(crate) struct Gateway {
    world: Arc<World>,
    /// How long it thinks.
    delay: Duration,
    pace: Pace,
    faults: FaultBook,
    tunnel: Arc<Tunnel>,
    /// Whether answers are held back.
    pub(crate) held: watch::Sender<bool>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) viewings: Viewings,
    pub(crate) refusals: Refusals,
    /// For a handshake that is as it should be.
    acceptor: TlsAcceptor,
}

impl Gateway {
    pub(crate) fn new(world: Arc<World>, delay: Duration, pace: Pace) -> Result<Gateway, Error> {
        let acceptor = server::acceptor(world.tls(), None)?;
        Ok(Gateway {
            world,
            delay,
            pace,
            faults: FaultBook::default(),
            tunnel: Arc::new(Tunnel::new()),
            held: watch::Sender::new(false),
            meter: Arc::default(),
            viewings: Viewings::default(),
            refusals: Refusals::default(),
            acceptor,
        })
    }

    /// Takes these faults in place of the ones before and counts from 1 again. A tunnel that is still
    /// dark ends.
    pub(crate) fn set_faults(&self, faults: GatewayFaults) {
        self.tunnel.enter(self.faults.set(faults));
    }

    /// Counts a request, and says what happens to it.
    pub(crate) fn turn(&self) -> Turn {
        self.faults.turn()
    }

    /// Bytes of a request in, bytes of an answer out, whichever way they travel. The faults of the
    /// message are those of [`Gateway::turn`]; those of line and delivery are the traveller's.
    ///
    /// `client` is the subject of the certificate the request came with, for the log.
    ///
    /// # Errors
    /// Only when a person's key could not be made.
    pub(crate) fn answer(
        &self,
        request: &[u8],
        client: Option<&str>,
        faults: &[MessageFault],
    ) -> Result<Vec<u8>, Error> {
        let now = day::now();
        let read = match Request::read(request) {
            Ok(read) => read,
            Err(fault) => return Ok(self.refuse(&fault, faults)),
        };
        let answer = match Answer::to_request(&self.world, &read)? {
            Ok(answer) => answer.spoilt(&self.world, faults),
            Err(fault) => return Ok(self.refuse(&fault, faults)),
        };
        let viewing = Viewing {
            at: SystemTime::now(),
            times: 1,
            person: answer.person.map(|person| person.id.clone()),
            pattern: read.pattern as u8,
            consent: read.consent,
            factors: read.factors.clone(),
            identifier: read.identifier.clone(),
            institution: read.institution.clone(),
            client: client.map(str::to_owned),
            outcome: answer.outcome,
        };
        if self.viewings.enter(viewing, request) == Entered::Contradicts {
            return Ok(self.refuse(&Fault::reused(&read), faults));
        }
        Ok(answer.write(&self.world, now, faults))
    }

    /// Takes the time the gateway takes, and holds its answer back if it has to.
    pub(crate) async fn thinks(&self) {
        // Even no time at all would be a tick of the timer, a millisecond.
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        // An error would mean that the gateway is gone, which this very request keeps.
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }

    fn refuse(&self, fault: &Fault, faults: &[MessageFault]) -> Vec<u8> {
        self.refusals.enter(format!("{} {}", fault.element, fault.what));
        Answer::to_fault(fault).write(&self.world, day::now(), faults)
    }
}
