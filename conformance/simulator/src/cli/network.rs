//! The gateway: how fast it is, what goes wrong with it, and whom it knows.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mynaq_simulator::{FAULT_KINDS, FolderFault, FolderFaults, GatewayFaults, Population};

use super::milliseconds;

#[derive(Args)]
#[command(next_help_heading = "The gateway")]
pub(super) struct Network {
    /// How long the gateway thinks before it answers, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds)]
    pub(super) answer_delay: Duration,
    /// How long bytes take there and back, in milliseconds: half of it each way, handshakes included.
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds)]
    pub(super) rtt: Duration,
    /// How fast answers travel, in kbit/s; as fast as they can without it.
    #[arg(long, value_name = "KBIT", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) line_rate: Option<u32>,
    /// Let something go wrong: each time, or at the N-th connection or request with @N. Can be given
    /// more than once.
    #[arg(long, value_name = "KIND[:ARGUMENT][@N]", long_help = fault_help())]
    fault: Vec<GatewayFaults>,
    /// Take requests out of this folder as a terminal does, and put the answers there; made if it is not
    /// there.
    #[arg(long, value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
    /// What that terminal does: zip, pdf, late:MS, halves:MS, never, other-name, foreign, bomb,
    /// many-parts, climbing, no-pdf. Can be given more than once.
    #[arg(long, value_name = "KIND[:MS]")]
    folder_fault: Vec<FolderFault>,
    /// So many people more, G00001 and so on, made from the seed.
    #[arg(long, value_name = "NUMBER", default_value = "0",
        value_parser = clap::value_parser!(u32).range(0..=i64::from(Population::MOST)))]
    people: u32,
    /// Which people.
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    seed: u64,
}

impl Network {
    pub(super) fn faults(&self) -> GatewayFaults {
        let list = self.fault.iter().flat_map(|part| part.list.clone()).collect();
        GatewayFaults { list }
    }

    pub(super) fn folder_faults(&self) -> FolderFaults {
        FolderFaults { list: self.folder_fault.clone() }
    }

    pub(super) fn population(&self) -> Population {
        Population { people: self.people, seed: self.seed }
    }
}

fn fault_help() -> String {
    format!(
        "Let something go wrong: each time, or at the N-th connection or request with @N. Can be \
         given more than once. Kinds: {FAULT_KINDS}"
    )
}
