//! The host: a process of its own that does what it is told, line by line, and knows nothing of
//! the patient but what the plugin lends it.

use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{Stage, opening, parts};
use mynaq_host_sdk::{Consent, Identity, OptOut};
use zeroize::Zeroize as _;

use super::doors::{Door, Held, Lent};

/// Says which door a host goes through; only hosts have it.
const DOOR: &str = "MYNAQ_HOST_BY";
const PLUGIN: &str = "MYNAQ_HOST_LOADS";
/// Before every answer: whoever runs the tests prints on the same line.
const ANSWER: &str = "mynaq-host: ";
/// How long an event may be waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a PIN's digits are told apart from digits that are typed.
const VEIL: u8 = 0x40;

/// A host, seen from the test. Dropping it ends it.
pub(crate) struct Host {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Host {
    /// Starts one in which the running test is called again; [`is_host`] has to be its first line.
    pub(crate) fn start(test: &str, door: Door) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(DOOR, format!("{door:?}"))
            .env(PLUGIN, &parts().plugin)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Host { process, orders, answers }
    }

    /// The same, with a session on a stage and a case in it.
    pub(crate) fn on(stage: &Stage, test: &str, door: Door) -> Self {
        let mut host = Self::start(test, door);
        host.does(&format!("session {}", stage.config().display()));
        host.does("case");
        host
    }

    /// Gives an order and waits until it is carried out.
    pub(crate) fn does(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        let mut line = String::new();
        while self.answers.read_line(&mut line).unwrap() > 0 {
            match line.split_once(ANSWER) {
                Some((_, "done\n")) => return,
                Some((_, why)) => panic!("{order}: {why}"),
                None => line.clear(),
            }
        }
        panic!("the host ended at {order:?}");
    }

    /// Waits until the host has heard an event in which this stands.
    pub(crate) fn hears(&mut self, what: &str) {
        self.does(&format!("hear {what}"));
    }

    /// Lets the patient type digits.
    pub(crate) fn types(&mut self, digits: &str) {
        let veiled: String = digits.bytes().map(|digit| char::from(digit ^ VEIL)).collect();
        self.does(&format!("pin {veiled}"));
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether this process is a host; if so it has done all it was told to.
pub(crate) fn is_host() -> bool {
    let Ok(door) = std::env::var(DOOR) else { return false };
    let door = if door == "C" { Door::C } else { Door::Rust };
    let plugin = std::env::var_os(PLUGIN).unwrap();
    let mut work = Work::new(Held::load(door, Path::new(&plugin)));
    let mut order = String::new();
    while std::io::stdin().read_line(&mut order).unwrap() > 0 {
        let done = work.carry_out(order.trim_end());
        let mut out = std::io::stdout();
        if done {
            writeln!(out, "{ANSWER}done").unwrap();
        } else {
            writeln!(out, "{ANSWER}in vain; heard{}", work.heard).unwrap();
        }
        out.flush().unwrap();
        order.clear();
    }
    true
}

/// What the host has open.
struct Work {
    plugin: Held,
    session: u64,
    case: u64,
    /// The number of the event that comes next, and whether every one before had its own.
    next: u64,
    in_order: bool,
    /// What kinds of events, and what errors were in them.
    heard: String,
    kept: Option<Lent>,
}

impl Work {
    fn new(plugin: Held) -> Self {
        let heard = String::new();
        Work { plugin, session: 0, case: 0, next: 1, in_order: true, heard, kept: None }
    }

    fn carry_out(&mut self, order: &str) -> bool {
        let (verb, rest) = order.split_once(' ').unwrap_or((order, ""));
        let (plugin, case) = (&self.plugin, self.case);
        match verb {
            "session" => self.session = plugin.open(rest),
            "case" => {
                let opening = serde_json::to_string(&opening()).unwrap();
                self.case = plugin.case_open(self.session, &opening);
                self.next = 1;
            }
            "read_card" => plugin.case_read_card(case),
            "seen" => plugin.case_identity(case, Identity::Visual, ""),
            "pin" => {
                // The digits stand nowhere but where they are handed over from.
                let mut typed = [0; 4];
                typed
                    .iter_mut()
                    .zip(rest.bytes())
                    .for_each(|(digit, letter)| *digit = letter ^ VEIL);
                plugin.case_identity(case, Identity::Pin, str::from_utf8(&typed).unwrap());
                typed.zeroize();
            }
            "given" => plugin.case_consent(case, Consent::Given, ""),
            "refused" => plugin.case_consent(case, Consent::Refused, ""),
            "wrong_patient" => plugin.case_wrong_patient(case),
            "opt_out" => plugin.case_opt_out(case, OptOut::Add),
            "look_up" => plugin.case_look_up(case, rest.parse().unwrap()),
            "cancel" => plugin.case_cancel(case),
            "hear" => return self.hear(rest.as_bytes()),
            "hear_in_order" => return self.hear(rest.as_bytes()) && self.in_order,
            "accept" => plugin.case_accept(case, rest),
            "record" => return holds(plugin.case_record(case).bytes(), rest.as_bytes()),
            "export" => return holds(plugin.case_export(case, "json").bytes(), rest.as_bytes()),
            "keep" => self.kept = Some(plugin.case_record(case)),
            "give_back" => self.kept = None,
            "close_case" => plugin.case_close(case),
            "close_session" => plugin.close(self.session),
            "plant" => std::mem::forget(bytes(rest)),
            "plant_freed" => drop(bytes(rest)),
            "plant_on_a_stack" => on_a_stack(&bytes(rest)),
            _ => panic!("{order}?"),
        }
        true
    }

    /// Fetches events until this stands in one.
    fn hear(&mut self, what: &[u8]) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let Some(event) = self.plugin.next_event(self.case, 1000) else { continue };
            let number = format!("{{\"sequence\":{},", self.next);
            self.in_order &= event.bytes().starts_with(number.as_bytes());
            self.next += 1;
            for name in ["\"event\":\"", "\"error\":{\"code\":\""] {
                let word = behind(event.bytes(), name.as_bytes());
                self.heard.extend(word.map(|word| format!(" {word}")));
            }
            if holds(event.bytes(), what) {
                return true;
            }
        }
        false
    }
}

/// The first word in quotes behind this.
fn behind<'a>(bytes: &'a [u8], what: &[u8]) -> Option<&'a str> {
    let at = bytes.windows(what.len()).position(|window| window == what)?;
    str::from_utf8(bytes[at + what.len()..].split(|byte| *byte == b'"').next()?).ok()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Leaves bytes on a part of this thread's stack that nobody uses any more.
#[inline(never)]
fn on_a_stack(bytes: &[u8]) {
    let mut place = [0_u8; 65536];
    place[..bytes.len()].copy_from_slice(bytes);
    black_box(&place);
}
