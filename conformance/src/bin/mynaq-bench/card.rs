//! One certificate, read by whole processes through real pcscd: ours, peers, and the least there can
//! be, in turn and from the same card.

mod condition;
mod contender;
mod once;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use mynaq_conformance::{Stage, world};
use mynaq_simulator::Options;
use serde_json::{Map, Value, json};

use self::condition::{CONDITIONS, Condition};
use self::contender::{Contender, Race};
pub(crate) use self::once::{floor, ours};
use crate::report;

const VPCD: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 35963);
const CARD: &str = "P01";
/// Where the contenders stand in a row: ours, the floor, and after them the peers.
const OURS: usize = 0;
const FLOOR: usize = 1;
const FIRST_PEER: usize = 2;

/// `jpki` is the program of `conformance/peers/jpki`.
pub(crate) fn measure(jpki: &Path) {
    let stage =
        Stage::with(Options { card: Some(CARD.into()), vpcd: Some(VPCD), ..Options::default() });
    let drill = format!("reader = \"drill\"\ndrill_address = \"{}\"", stage.simulator.drill());
    stage.reconfigure(&drill, "reader = \"pcsc\"");
    // Ours is first: it waits for the card, which pcscd sees within 400 ms.
    let contenders =
        [Contender::ours(&stage), Contender::floor(), Contender::opensc(), Contender::jpki(jpki)];
    let world = world();
    let certificate = world.certificate(CARD).expect("a certificate");
    for (number, condition) in CONDITIONS.iter().enumerate() {
        let races = play(condition, &contenders, &stage, certificate);
        if number == 0 {
            // The same at every speed.
            say_commands(&contenders, &races);
        }
        say_times(condition, &contenders, &races);
    }
}

/// Lets all read in turn, so many rounds; what each did in those that count.
fn play(
    condition: &Condition,
    contenders: &[Contender],
    stage: &Stage,
    certificate: &[u8],
) -> Vec<Vec<Race>> {
    stage.simulator.first().set_timing(condition.timing);
    let mut races: Vec<Vec<Race>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=condition.rounds {
        eprint!("\r{}: {round}/{}", condition.name, condition.rounds);
        // There and back, so that nobody always comes after the same one.
        let mut turn: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 1 {
            turn.reverse();
        }
        for who in turn {
            let race = contenders[who].race(stage, certificate);
            // The first round warms caches and is not counted.
            if round > 0 {
                races[who].push(race);
            }
        }
    }
    eprintln!();
    let commands = [OURS, FLOOR].map(|who| races[who].iter().all(|race| race.commands == 2));
    assert_eq!(commands, [true, true], "ours and the floor read with two commands");
    races
}

fn say_commands(contenders: &[Contender], races: &[Vec<Race>]) {
    let last: Vec<&Race> = races.iter().filter_map(|races| races.last()).collect();
    let fewer = last[FIRST_PEER..].iter().map(|race| race.commands).min().unwrap_or(0);
    let members = json!({
        "ours": last[OURS].commands,
        "floor": last[FLOOR].commands,
        "peers": peers(contenders, |who| {
            json!({ "commands": last[who].commands, "repeated": last[who].repeated })
        }),
        "ratio": fewer as f64 / last[OURS].commands as f64,
    });
    report::line("card_read_commands", "apdu", members);
}

fn say_times(condition: &Condition, contenders: &[Contender], races: &[Vec<Race>]) {
    let times: Vec<f64> = races
        .iter()
        .map(|races| report::median(&races.iter().map(|race| race.time).collect::<Vec<_>>()))
        .collect();
    let better_peer = times[FIRST_PEER..].iter().copied().fold(f64::INFINITY, f64::min);
    let mut members = json!({
        "ours": times[OURS],
        "floor": times[FLOOR],
        "peers": peers(contenders, |who| {
            json!({ "median": times[who], "ratio": times[who] / times[OURS] })
        }),
        "ratio": better_peer / times[OURS],
        "over_floor": times[OURS] / times[FLOOR],
        "rounds": condition.rounds,
    });
    if let Some(goals) = &condition.goals {
        members["goal_ratio"] = json!(goals.ratio);
        members["goal_over_floor"] = json!(goals.over_floor);
    }
    report::line(condition.name, "ms", members);
}

/// What there is to say of each peer, by its name.
fn peers(contenders: &[Contender], say: impl Fn(usize) -> Value) -> Map<String, Value> {
    let peers = contenders.iter().enumerate().skip(FIRST_PEER);
    peers.map(|(who, peer)| (peer.name.to_owned(), say(who))).collect()
}
