//! What goes wrong, once each, in each slot by itself. N counts commands since a card was laid down.

use clap::Args;
use mynaq_simulator::{Garbage, Next, Script, Tear};

#[derive(Args)]
#[command(next_help_heading = "What goes wrong at the N-th command to a card, once in each slot")]
pub(super) struct Faults {
    /// Tear the card away instead of answering, or inside or after the answer.
    #[arg(long, value_name = "N[:before|inside|after]", value_parser = tear)]
    tear_at: Vec<Script>,
    /// Answer something else: wrong-length[-HHHH], cut-short, random, one-byte, nothing, long[-N],
    /// or a status word such as 6A82.
    #[arg(long, value_name = "N:KIND", value_parser = garbage)]
    garbage: Vec<Script>,
    /// Reset the card before the command.
    #[arg(long, value_name = "N", value_parser = reset)]
    reset_at: Vec<Script>,
    /// Take so much longer.
    #[arg(long, value_name = "N:MS", value_parser = spike)]
    spike: Vec<Script>,
    /// Say nothing any more as long as the card lies there.
    #[arg(long, value_name = "N", value_parser = stuck)]
    stuck_at: Vec<Script>,
    /// After a tear, lay this card down by itself; one for each tear, in order.
    #[arg(long, value_name = "CARD:MS")]
    then: Vec<Next>,
}

impl Faults {
    pub(super) fn script(self) -> Script {
        let parts = [self.tear_at, self.garbage, self.reset_at, self.spike, self.stuck_at];
        let faults = parts.into_iter().flatten().flat_map(|part| part.faults).collect();
        Script { faults, then: self.then }
    }
}

fn tear(text: &str) -> Result<Script, String> {
    let (n, when) = text.split_once(':').unwrap_or((text, "before"));
    when.parse::<Tear>()?;
    format!("{n}=tear-{when}").parse()
}

fn garbage(text: &str) -> Result<Script, String> {
    let (n, kind) = text.split_once(':').ok_or("expected N:KIND")?;
    kind.parse::<Garbage>()?;
    format!("{n}={kind}").parse()
}

fn reset(n: &str) -> Result<Script, String> {
    format!("{n}=reset").parse()
}

fn spike(text: &str) -> Result<Script, String> {
    let (n, time) = text.split_once(':').ok_or("expected N:MS")?;
    format!("{n}=spike-{time}").parse()
}

fn stuck(n: &str) -> Result<Script, String> {
    format!("{n}=stuck").parse()
}
