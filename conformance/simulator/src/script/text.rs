//! Scripts as text, for the command line and the control page.

use std::str::FromStr;
use std::time::Duration;

use super::{Fault, Garbage, Next, Script, Tear};

/// The longest time that can be written down: an hour.
const LONGEST: u64 = 3_600_000;

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut script = Script::default();
        let separator = |c: char| c.is_whitespace() || c == ',' || c == ';';
        for entry in text.split(separator).filter(|entry| !entry.is_empty()) {
            let (when, what) = entry
                .split_once('=')
                .ok_or_else(|| format!("{entry:?}: expected N=FAULT or then=CARD:MS"))?;
            match when {
                "then" => script.then.push(what.parse().map_err(|why| about(entry, why))?),
                n => script.faults.push((
                    command(n).map_err(|why| about(entry, why))?,
                    what.parse().map_err(|why| about(entry, why))?,
                )),
            }
        }
        Ok(script)
    }
}

fn about(entry: &str, why: String) -> String {
    format!("{entry:?}: {why}")
}

/// The number of a command.
pub(crate) fn command(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("commands are counted from 1".into()),
        Ok(n) => Ok(n),
        Err(_) => Err(format!("{text:?} is not the number of a command")),
    }
}

/// A time in milliseconds.
pub(crate) fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(number) if number <= LONGEST => Ok(Duration::from_millis(number)),
        _ => Err(format!("{text:?} is not a number of milliseconds up to {LONGEST}")),
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "tear" => Fault::Tear(Tear::Before),
            "reset" => Fault::Reset,
            "stuck" => Fault::Stuck,
            _ => {
                if let Some(when) = text.strip_prefix("tear-") {
                    Fault::Tear(when.parse()?)
                } else if let Some(time) = text.strip_prefix("spike-") {
                    Fault::Spike(milliseconds(time)?)
                } else {
                    Fault::Garbage(text.parse().map_err(|_| {
                        format!(
                            "no fault is called {text:?}; there are tear-before, tear-inside, \
                             tear-after, reset, stuck, spike-MS, {KINDS}"
                        )
                    })?)
                }
            }
        })
    }
}

impl FromStr for Tear {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "before" => Ok(Tear::Before),
            "inside" => Ok(Tear::Inside),
            "after" => Ok(Tear::After),
            _ => Err(format!("{text:?} is none of before, inside and after")),
        }
    }
}

const KINDS: &str = "wrong-length, wrong-length-HHHH, cut-short, random, one-byte, nothing, long, \
                     long-N and a status word such as 6A82";

impl FromStr for Garbage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("no garbage is called {text:?}; there are {KINDS}");
        Ok(match text {
            "wrong-length" => Garbage::WrongLength(u16::MAX),
            "cut-short" => Garbage::CutShort,
            "random" => Garbage::Random,
            "one-byte" => Garbage::OneByte,
            "nothing" => Garbage::Nothing,
            "long" => Garbage::Long(u16::MAX),
            _ => {
                if let Some(length) = text.strip_prefix("wrong-length-") {
                    Garbage::WrongLength(word(length).ok_or_else(unknown)?)
                } else if let Some(length) = text.strip_prefix("long-") {
                    Garbage::Long(length.parse().map_err(|_| unknown())?)
                } else {
                    Garbage::Status(word(text).ok_or_else(unknown)?)
                }
            }
        })
    }
}

/// Four hexadecimal digits.
fn word(text: &str) -> Option<u16> {
    let digits = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    digits.then(|| u16::from_str_radix(text, 16).ok())?
}

impl FromStr for Next {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (card, after) =
            text.split_once(':').ok_or_else(|| format!("{text:?}: expected CARD:MS"))?;
        Ok(Next { card: card.into(), after: milliseconds(after)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_whole() {
        let text = "1=spike-250, 2=tear-inside\n3=reset 4=6a82;5=long-9000  then=P02:300\n";
        let script = Script::new()
            .at(1, Fault::Spike(Duration::from_millis(250)))
            .at(2, Fault::Tear(Tear::Inside))
            .at(3, Fault::Reset)
            .at(4, Fault::Garbage(Garbage::Status(0x6A82)))
            .at(5, Fault::Garbage(Garbage::Long(9000)))
            .then("P02", Duration::from_millis(300));
        assert_eq!(text.parse(), Ok(script));
        assert_eq!("".parse(), Ok(Script::new()));
    }

    #[test]
    fn every_kind_has_a_name() {
        for (name, fault) in [
            ("tear", Fault::Tear(Tear::Before)),
            ("tear-before", Fault::Tear(Tear::Before)),
            ("tear-after", Fault::Tear(Tear::After)),
            ("stuck", Fault::Stuck),
            ("wrong-length", Fault::Garbage(Garbage::WrongLength(0xFFFF))),
            ("wrong-length-0010", Fault::Garbage(Garbage::WrongLength(16))),
            ("cut-short", Fault::Garbage(Garbage::CutShort)),
            ("random", Fault::Garbage(Garbage::Random)),
            ("one-byte", Fault::Garbage(Garbage::OneByte)),
            ("nothing", Fault::Garbage(Garbage::Nothing)),
            ("long", Fault::Garbage(Garbage::Long(u16::MAX))),
        ] {
            assert_eq!(name.parse(), Ok(fault), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("tear", "expected N=FAULT"),
            ("0=tear", "counted from 1"),
            ("x=tear", "\"x\" is not the number"),
            ("2=tear-soon", "before, inside and after"),
            ("2=explode", "tear-before"),
            ("2=spike-soon", "milliseconds"),
            ("2=spike-9999999", "milliseconds"),
            ("2=wrong-length-10", "wrong-length-HHHH"),
            ("2=long-65536", "long-N"),
            ("then=P02", "expected CARD:MS"),
            ("then=P02:-1", "milliseconds"),
        ] {
            let why = text.parse::<Script>().expect_err(text);
            assert!(why.contains(named) && why.contains(text), "{text}: {why}");
        }
    }
}
