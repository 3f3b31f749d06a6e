//! The command line.

mod behaviour;
mod faults;
mod network;
mod pace;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use mynaq_simulator::{Options, Population};

/// Synthetic people with virtual cards, and a gateway that demands the crew's certificate.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write keys and certificates of cards, crew and gateway into a folder.
    World {
        /// The folder.
        dir: PathBuf,
    },
    /// Run until SIGINT or SIGTERM; prints one line of JSON with the addresses when ready.
    Run(Box<Run>),
    /// List the cards: id, name, why.
    People,
}

#[derive(Args)]
pub(crate) struct Run {
    /// The folder of keys and certificates; made if it is not there.
    #[arg(long)]
    pub(crate) world: PathBuf,
    /// Where the gateway listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    gateway: SocketAddr,
    /// Where a program may connect as the reader: the first slot.
    #[arg(long, default_value = "127.0.0.1:0")]
    drill: SocketAddr,
    /// The same for the second slot.
    #[arg(long)]
    drill2: Option<SocketAddr>,
    /// Where the control page is.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Plug the first slot into pcscd's virtual reader (its port is 35963).
    #[arg(long)]
    vpcd: Option<SocketAddr>,
    /// Plug the second slot into pcscd's second virtual reader (its port is 35964).
    #[arg(long)]
    vpcd2: Option<SocketAddr>,
    /// The card that lies in the first slot from the start.
    #[arg(long)]
    card: Option<String>,
    /// The card that lies in the second slot from the start.
    #[arg(long)]
    card2: Option<String>,
    /// Keep the tries left to the cards' PINs in this file.
    #[arg(long, value_name = "FILE")]
    keep_tries: Option<PathBuf>,
    /// Let a card begin with N tries left to its authentication PIN, whatever was kept.
    #[arg(long, value_name = "ID:N", value_parser = card_tries)]
    pin_tries: Vec<(String, u8)>,
    #[command(flatten)]
    network: network::Network,
    #[command(flatten)]
    behaviour: behaviour::Behaviour,
    #[command(flatten)]
    pace: pace::Pace,
    #[command(flatten)]
    faults: faults::Faults,
}

impl Run {
    /// Who there is beside the people that are written down.
    pub(crate) fn population(&self) -> Population {
        self.network.population()
    }

    /// What the simulator is started with.
    pub(crate) fn options(self) -> Options {
        Options {
            gateway: self.gateway,
            drill: self.drill,
            drill2: self.drill2,
            control: Some(self.control),
            vpcd: self.vpcd,
            vpcd2: self.vpcd2,
            card: self.card,
            card2: self.card2,
            keep_tries: self.keep_tries,
            pin_tries: self.pin_tries,
            answer_delay: self.network.answer_delay,
            round_trip: self.network.rtt,
            line_rate: self.network.line_rate,
            faults: self.network.faults(),
            folder_faults: self.network.folder_faults(),
            folder: self.network.folder,
            habits: self.behaviour.habits(),
            timing: self.pace.timing(),
            script: self.faults.script(),
        }
    }
}

fn card_tries(text: &str) -> Result<(String, u8), String> {
    let (id, tries) = text.split_once(':').ok_or("expected ID:N, such as P01:1")?;
    let tries = tries.parse().map_err(|_| format!("{tries:?} is not a number of tries"))?;
    Ok((id.into(), tries))
}

/// A time of up to ten minutes.
fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(number) if number <= 600_000 => Ok(Duration::from_millis(number)),
        _ => Err("expected a number of milliseconds up to 600000".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use mynaq_simulator::{
        Atr, BeyondEnd, BitRate, Extended, Fault, Garbage, GatewayFaults, Habits, HttpFault,
        LineFault, MessageFault, OnReselect, OnReset, Script, Tear, Timing, Uid, Verified,
    };

    use super::*;

    fn parsed(flags: &str) -> Result<Options, String> {
        let words = ["mynaq-simulator", "run", "--world", "w"].into_iter();
        match Cli::try_parse_from(words.chain(flags.split_whitespace())) {
            Ok(Cli { command: Command::Run(run) }) => Ok(run.options()),
            Ok(_) => panic!("another command"),
            Err(error) => Err(error.to_string()),
        }
    }

    fn options(flags: &str) -> Options {
        parsed(flags).unwrap_or_else(|error| panic!("{flags}: {error}"))
    }

    #[test]
    fn the_command_line_fits_together() {
        Cli::command().debug_assert();
        let quiet = options("");
        assert_eq!(quiet.habits, Habits::default());
        assert_eq!(quiet.timing, Timing::default());
        assert_eq!(quiet.script, Script::new());
        assert!(quiet.vpcd2.is_none() && quiet.drill2.is_none() && quiet.keep_tries.is_none());
    }

    #[test]
    fn every_habit_has_a_flag() {
        let all = options(
            "--extended-cut 256 --le-clamp 128 --beyond-end 6282 --first-6f00 --keep-security \
             --reselect-clears --verified-answers-9000 --uid --atr contact",
        );
        let expected = Habits {
            extended: Extended::Cut(256),
            le_clamp: Some(128),
            beyond_end: BeyondEnd::Warned,
            first_6f00: true,
            on_reset: OnReset::Keeps,
            on_reselect: OnReselect::Clears,
            verified: Verified::Success,
            uid: Uid::Random,
            atr: Some(Atr::Contact),
        };
        assert_eq!(all.habits, expected);
        assert_eq!(options("--short-only").habits.extended, Extended::Refused);
        assert_eq!(options("--extended-lost").habits.extended, Extended::Lost);
        assert_eq!(options("--beyond-end 6b00").habits, Habits::default());
        for two in ["--short-only --extended-cut 9", "--extended-lost --short-only"] {
            assert!(parsed(two).is_err(), "{two}: an extended command has one fate");
        }
    }

    #[test]
    fn every_pace_has_a_flag() {
        let ms = Duration::from_millis;
        let all = options("--latency 1 --select-ms 2 --sign-ms 3 --read-ms 4 --bitrate 212").timing;
        let bit_rate = Some(BitRate::Kbit212);
        assert_eq!(
            all,
            Timing { latency: ms(1), select: ms(2), sign: ms(3), read: ms(4), bit_rate }
        );
        assert_eq!(options("--slow-card").timing, Timing::SLOW);
        assert_eq!(options("--slow-card --read-ms 9").timing.read, ms(9), "one by one as well");
        assert_eq!(options("--answer-delay 7").answer_delay, ms(7));
    }

    #[test]
    fn every_fault_has_a_flag() {
        let all = options(
            "--tear-at 1 --tear-at 2:inside --tear-at 3:after --garbage 4:6A82 --garbage 5:long \
             --reset-at 6 --spike 7:250 --stuck-at 8 --then P02:300 --then P01:0",
        );
        let ms = Duration::from_millis;
        let expected = Script::new()
            .at(1, Fault::Tear(Tear::Before))
            .at(2, Fault::Tear(Tear::Inside))
            .at(3, Fault::Tear(Tear::After))
            .at(4, Fault::Garbage(Garbage::Status(0x6A82)))
            .at(5, Fault::Garbage(Garbage::Long(u16::MAX)))
            .at(6, Fault::Reset)
            .at(7, Fault::Spike(ms(250)))
            .at(8, Fault::Stuck)
            .then("P02", ms(300))
            .then("P01", ms(0));
        assert_eq!(all.script, expected);
    }

    #[test]
    fn the_gateway_is_slow_wrong_and_crowded_on_command() {
        let all = options(
            "--rtt 60 --line-rate 128 --fault refuse@1 --fault status:503:120@2 --fault notice",
        );
        assert_eq!((all.round_trip, all.line_rate), (Duration::from_millis(60), Some(128)));
        let faults = GatewayFaults::new()
            .at(1, LineFault::Refuse)
            .at(2, HttpFault::Status { status: 503, retry_after: Some(120) })
            .always(MessageFault::Notice);
        assert_eq!(all.faults, faults);
        assert_eq!(options("").faults, GatewayFaults::new());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (flags, named) in [
            ("--fault gone", "gone"),
            ("--fault refuse@0", "counted from 1"),
            ("--people 100000", "99999"),
            ("--line-rate 0", "line-rate"),
            ("--tear-at 0", "counted from 1"),
            ("--tear-at 2:soon", "before, inside and after"),
            ("--garbage 2", "N:KIND"),
            ("--garbage 2:tear", "no garbage"),
            ("--spike 2:x", "milliseconds"),
            ("--then P02", "CARD:MS"),
            ("--pin-tries P01", "ID:N"),
            ("--pin-tries P01:many", "tries"),
            ("--atr new", "contact-b3"),
            ("--bitrate 848", "106, 212 and 424"),
            ("--beyond-end 9000", "6B00"),
            ("--latency soon", "milliseconds"),
        ] {
            let Err(error) = parsed(flags) else { panic!("{flags} is not refused") };
            assert!(error.contains(named), "{flags}: {error}");
        }
    }
}
