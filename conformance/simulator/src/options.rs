//! What a simulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::card::Habits;
use crate::gateway::GatewayFaults;
use crate::script::Script;
use crate::terminal::FolderFaults;
use crate::timing::Timing;

/// Where to listen and how to behave. All addresses must be loopback; port 0 takes any free one.
#[derive(Clone, Debug)]
pub struct Options {
    /// The gateway's address.
    pub gateway: SocketAddr,
    /// The drill listener's address: the first slot.
    pub drill: SocketAddr,
    /// The second slot's drill listener; none without it.
    pub drill2: Option<SocketAddr>,
    /// The control page's address; no page without it.
    pub control: Option<SocketAddr>,
    /// Where pcscd's virtual reader listens for the first slot (port 35963); no plugging in without
    /// it.
    pub vpcd: Option<SocketAddr>,
    /// The same for the second slot (port 35964).
    pub vpcd2: Option<SocketAddr>,
    /// The card that lies in the first slot from the start.
    pub card: Option<String>,
    /// The card that lies in the second slot from the start.
    pub card2: Option<String>,
    /// How both slots and the cards in them behave.
    pub habits: Habits,
    /// How long commands take in both slots.
    pub timing: Timing,
    /// What goes wrong, in each slot by itself.
    pub script: Script,
    /// The file in which the tries of the PINs are kept.
    pub keep_tries: Option<PathBuf>,
    /// Cards that begin with so many tries left to their authentication PIN.
    pub pin_tries: Vec<(String, u8)>,
    /// How long the gateway thinks before it answers.
    pub answer_delay: Duration,
    /// How long bytes take to the gateway and back: half of it each way, on every connection from its
    /// first byte on.
    pub round_trip: Duration,
    /// How fast bytes leave the gateway, in kbit/s; as fast as they can without it.
    pub line_rate: Option<u32>,
    /// What goes wrong at the gateway.
    pub faults: GatewayFaults,
    /// The folder of a terminal that takes requests and brings the gateway's answers; none without it.
    pub folder: Option<PathBuf>,
    /// What that terminal does.
    pub folder_faults: FolderFaults,
}

impl Default for Options {
    /// Free ports on 127.0.0.1, no control page, no pcscd, no card, no trouble, no delay.
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Options {
            gateway: any,
            drill: any,
            drill2: None,
            control: None,
            vpcd: None,
            vpcd2: None,
            card: None,
            card2: None,
            habits: Habits::default(),
            timing: Timing::default(),
            script: Script::default(),
            keep_tries: None,
            pin_tries: Vec::new(),
            answer_delay: Duration::ZERO,
            round_trip: Duration::ZERO,
            line_rate: None,
            faults: GatewayFaults::default(),
            folder: None,
            folder_faults: FolderFaults::default(),
        }
    }
}
