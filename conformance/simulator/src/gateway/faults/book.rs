//! Which faults are due: connections and requests are counted here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    Counted, GatewayFault, GatewayFaults, HttpFault, LineFault, MessageFault, TlsFault, When,
};

/// The faults in force and the counts since they were set.
#[derive(Default)]
pub(in crate::gateway) struct FaultBook(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    faults: GatewayFaults,
    connections: u64,
    requests: u64,
}

/// What happens to one connection.
#[derive(Default)]
pub(in crate::gateway) struct Greeting {
    pub(in crate::gateway) refuse: bool,
    pub(in crate::gateway) reset: bool,
    pub(in crate::gateway) cut_handshake: Option<u64>,
    pub(in crate::gateway) silence: bool,
    pub(in crate::gateway) tls: Option<TlsFault>,
}

/// What happens to one request and its answer.
#[derive(Default)]
pub(crate) struct Turn {
    pub(in crate::gateway) cut: Option<u64>,
    pub(in crate::gateway) stall: Duration,
    pub(in crate::gateway) drip: Option<Duration>,
    pub(in crate::gateway) black_hole: Option<Duration>,
    pub(in crate::gateway) http: Option<HttpFault>,
    pub(crate) message: Vec<MessageFault>,
}

impl FaultBook {
    /// Takes these in place of the ones before and counts from 1 again. Returns how long a tunnel
    /// that begins at once is.
    pub(in crate::gateway) fn set(&self, faults: GatewayFaults) -> Option<Duration> {
        let at_once = faults.list.iter().rev().find_map(|entry| match entry {
            (When::Always, GatewayFault::Line(LineFault::BlackHole(time))) => Some(*time),
            _ => None,
        });
        *self.lock() = Inside { faults, ..Inside::default() };
        at_once
    }

    /// Counts a connection.
    pub(in crate::gateway) fn greeting(&self) -> Greeting {
        let mut inside = self.lock();
        inside.connections += 1;
        let mut greeting = Greeting::default();
        for (_, fault) in inside.due(Counted::Connections, inside.connections) {
            match fault {
                GatewayFault::Line(LineFault::Refuse) => greeting.refuse = true,
                GatewayFault::Line(LineFault::Reset) => greeting.reset = true,
                GatewayFault::Line(LineFault::CutHandshake(bytes)) => {
                    greeting.cut_handshake = Some(*bytes);
                }
                GatewayFault::Line(LineFault::Silence) => greeting.silence = true,
                GatewayFault::Tls(fault) => greeting.tls = Some(*fault),
                _ => {}
            }
        }
        greeting
    }

    /// Counts a request.
    pub(in crate::gateway) fn turn(&self) -> Turn {
        let mut inside = self.lock();
        inside.requests += 1;
        let mut turn = Turn::default();
        for (when, fault) in inside.due(Counted::Requests, inside.requests) {
            match fault {
                GatewayFault::Line(LineFault::Cut(bytes)) => turn.cut = Some(*bytes),
                GatewayFault::Line(LineFault::Stall(time)) => turn.stall += *time,
                GatewayFault::Line(LineFault::Drip(time)) => turn.drip = Some(*time),
                // One that is there always began when it was set.
                GatewayFault::Line(LineFault::BlackHole(time)) if *when != When::Always => {
                    turn.black_hole = Some(*time);
                }
                GatewayFault::Http(fault) => turn.http = Some(fault.clone()),
                GatewayFault::Message(fault) => turn.message.push(*fault),
                GatewayFault::Line(_) | GatewayFault::Tls(_) => {}
            }
        }
        turn
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn due(&self, counted: Counted, n: u64) -> impl Iterator<Item = &(When, GatewayFault)> {
        let list = self.faults.list.iter();
        list.filter(move |(when, fault)| fault.counted() == counted && when.holds(n))
    }
}
