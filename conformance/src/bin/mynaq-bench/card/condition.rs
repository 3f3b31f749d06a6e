//! Under what conditions is read.

use std::time::Duration;

use mynaq_simulator::{BitRate, Timing};

pub(crate) struct Condition {
    pub(crate) name: &'static str,
    pub(crate) timing: Timing,
    /// That count. The slower, the fewer: the slowest peer takes seconds.
    pub(crate) rounds: usize,
    pub(crate) goals: Option<Goals>,
}

/// What is aimed at; printed beside what came out.
pub(crate) struct Goals {
    /// So many times as fast as the better peer, at least.
    pub(crate) ratio: f64,
    /// So many times the floor's time, at most.
    pub(crate) over_floor: f64,
}

const NO_TIME: Timing = Timing {
    latency: Duration::ZERO,
    select: Duration::ZERO,
    sign: Duration::ZERO,
    read: Duration::ZERO,
    bit_rate: None,
};
/// What the one published log of a real card shows for a command.
const LATENCY: Duration = Duration::from_millis(50);

pub(crate) const CONDITIONS: [Condition; 4] = [
    Condition { name: "card_read_no_latency", timing: NO_TIME, rounds: 21, goals: None },
    Condition {
        name: "card_read_50_ms",
        timing: Timing { latency: LATENCY, ..NO_TIME },
        rounds: 7,
        goals: Some(Goals { ratio: 7.0, over_floor: 1.15 }),
    },
    Condition {
        name: "card_read_106_kbit",
        timing: Timing { bit_rate: Some(BitRate::Kbit106), ..NO_TIME },
        rounds: 11,
        goals: None,
    },
    Condition {
        name: "card_read_50_ms_106_kbit",
        timing: Timing { latency: LATENCY, bit_rate: Some(BitRate::Kbit106), ..NO_TIME },
        rounds: 5,
        goals: None,
    },
];
