//! How long commands take.

use std::time::Duration;

use clap::Args;
use mynaq_simulator::{BitRate, Timing};

use super::milliseconds;

#[derive(Args)]
#[command(next_help_heading = "How long commands take, in both slots")]
pub(super) struct Pace {
    /// A slow real card: --latency 50 --read-ms 200 --sign-ms 650, unless these say otherwise.
    #[arg(long)]
    slow_card: bool,
    /// What every APDU costs, in milliseconds.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    latency: Option<Duration>,
    /// What a SELECT costs besides.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    select_ms: Option<Duration>,
    /// What a signature costs besides.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    sign_ms: Option<Duration>,
    /// What 256 bytes that are read cost besides.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    read_ms: Option<Duration>,
    /// The speed on the air in kbit/s: ten bit times for each byte of command and answer.
    #[arg(long, value_name = "106|212|424")]
    bitrate: Option<BitRate>,
}

impl Pace {
    pub(super) fn timing(&self) -> Timing {
        let base = if self.slow_card { Timing::SLOW } else { Timing::default() };
        Timing {
            latency: self.latency.unwrap_or(base.latency),
            select: self.select_ms.unwrap_or(base.select),
            sign: self.sign_ms.unwrap_or(base.sign),
            read: self.read_ms.unwrap_or(base.read),
            bit_rate: self.bitrate.or(base.bit_rate),
        }
    }
}
