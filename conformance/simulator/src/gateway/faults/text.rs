//! Faults as text, for the command line and the control page.

use std::str::FromStr;
use std::time::Duration;

use super::{
    Bomb, GatewayFault, GatewayFaults, HttpFault, LineFault, MessageFault, Miscoding, Spelling,
    TlsFault, When,
};

/// Every kind of fault, as it is written.
pub const FAULT_KINDS: &str = "refuse, reset, cut-handshake:BYTES, silence, cut:BYTES, stall:MS, drip:MS, \
    black-hole:MS; expired, not-yet-valid, other-authority, other-name, client-alert, client-close; \
    status:CODE[:SECONDS], redirect, login-page, gzip-bomb[:MIB], endless[:MIB], content-type:TYPE, \
    short-body; in-progress, failed:3, failed:9, unknown-code, wrong-identifier, wrong-person, \
    two-people, notice, spelling:NAME, billion-laughs, external-entity, deep[:N], flood[:N], \
    code-flag:0|1|2, utf-8, utf-16, says-utf-8, says-shift-jis, broken-shift-jis, truncated:BYTES, \
    empty";

/// The longest time that can be written down, in milliseconds: an hour.
const LONGEST: u64 = 3_600_000;
/// What can be written down where no more is sensible.
const MOST_BYTES: u64 = 1 << 30;
const MOST_MIB: u64 = 1024;
const MOST_ELEMENTS: u64 = 10_000_000;

impl FromStr for GatewayFaults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let separator = |c: char| c.is_whitespace() || c == ',';
        let entries = text.split(separator).filter(|entry| !entry.is_empty());
        let list: Result<_, String> =
            entries.map(|entry| one(entry).map_err(|why| format!("{entry:?}: {why}"))).collect();
        Ok(GatewayFaults { list: list? })
    }
}

fn one(entry: &str) -> Result<(When, GatewayFault), String> {
    let (fault, when) = match entry.rsplit_once('@') {
        None => (entry, When::Always),
        Some((fault, n)) => (fault, When::At(number_of(n)?)),
    };
    Ok((when, fault.parse()?))
}

fn number_of(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("connections and requests are counted from 1".into()),
        Ok(n) => Ok(n),
        Err(_) => Err(format!("after @ comes the number of a connection or request, not {text:?}")),
    }
}

impl FromStr for GatewayFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, argument) = match text.split_once(':') {
            None => (text, None),
            Some((kind, argument)) => (kind, Some(argument)),
        };
        if let Some(fault) = simple(kind) {
            return match argument {
                None => Ok(fault),
                Some(_) => Err(format!("{kind} takes nothing after it")),
            };
        }
        with(kind, argument)
    }
}

/// The kinds that need no argument.
fn simple(kind: &str) -> Option<GatewayFault> {
    Some(match kind {
        "refuse" => LineFault::Refuse.into(),
        "reset" => LineFault::Reset.into(),
        "silence" => LineFault::Silence.into(),
        "expired" => TlsFault::Expired.into(),
        "not-yet-valid" => TlsFault::NotYetValid.into(),
        "other-authority" => TlsFault::OtherAuthority.into(),
        "other-name" => TlsFault::OtherName.into(),
        "client-alert" => TlsFault::ClientAlert.into(),
        "client-close" => TlsFault::ClientClose.into(),
        "redirect" => HttpFault::Redirect.into(),
        "login-page" => HttpFault::LoginPage.into(),
        "short-body" => HttpFault::ShortBody.into(),
        "in-progress" => MessageFault::InProgress.into(),
        "unknown-code" => MessageFault::UnknownCode.into(),
        "wrong-identifier" => MessageFault::WrongIdentifier.into(),
        "wrong-person" => MessageFault::WrongPerson.into(),
        "two-people" => MessageFault::TwoPeople.into(),
        "notice" => MessageFault::Notice.into(),
        "billion-laughs" => MessageFault::Bomb(Bomb::BillionLaughs).into(),
        "external-entity" => MessageFault::Bomb(Bomb::ExternalEntity).into(),
        "utf-8" => MessageFault::Miscoding(Miscoding::Utf8).into(),
        "utf-16" => MessageFault::Miscoding(Miscoding::Utf16).into(),
        "says-utf-8" => MessageFault::Miscoding(Miscoding::SaysUtf8).into(),
        "says-shift-jis" => MessageFault::Miscoding(Miscoding::SaysShiftJis).into(),
        "broken-shift-jis" => MessageFault::Miscoding(Miscoding::BrokenShiftJis).into(),
        "empty" => MessageFault::Empty.into(),
        _ => return None,
    })
}

/// The kinds that have one.
fn with(kind: &str, argument: Option<&str>) -> Result<GatewayFault, String> {
    let needed = || argument.ok_or_else(|| format!("{kind} needs a value: {kind}:…"));
    let bytes = || number(needed()?, MOST_BYTES, "bytes");
    let time =
        || Ok::<_, String>(Duration::from_millis(number(needed()?, LONGEST, "milliseconds")?));
    let at_most = |most, unit, otherwise| match argument {
        None => Ok(otherwise),
        Some(text) => number(text, most, unit).map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
    };
    Ok(match kind {
        "cut-handshake" => LineFault::CutHandshake(bytes()?).into(),
        "cut" => LineFault::Cut(bytes()?).into(),
        "stall" => LineFault::Stall(time()?).into(),
        "drip" => LineFault::Drip(time()?).into(),
        "black-hole" => LineFault::BlackHole(time()?).into(),
        "status" => status(needed()?)?.into(),
        "content-type" => HttpFault::ContentType(media_type(needed()?)?).into(),
        "gzip-bomb" => HttpFault::GzipBomb(at_most(MOST_MIB, "MiB", 1024)?).into(),
        "endless" => HttpFault::Endless(at_most(MOST_MIB, "MiB", 1024)?).into(),
        "failed" => MessageFault::Failed(digit(needed()?, &["3", "9"])?).into(),
        "code-flag" => MessageFault::CodeFlag(digit(needed()?, &["0", "1", "2"])?).into(),
        "spelling" => MessageFault::Spelling(spelling(needed()?)?).into(),
        "deep" => {
            MessageFault::Bomb(Bomb::Deep(at_most(MOST_ELEMENTS, "elements", 100_000)?)).into()
        }
        "flood" => {
            MessageFault::Bomb(Bomb::Flood(at_most(MOST_ELEMENTS, "elements", 200_000)?)).into()
        }
        "truncated" => {
            MessageFault::Truncated(usize::try_from(bytes()?).unwrap_or(usize::MAX)).into()
        }
        _ => return Err(format!("no fault is called {kind:?}; there are {FAULT_KINDS}")),
    })
}

fn number(text: &str, most: u64, unit: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if number <= most => Ok(number),
        _ => Err(format!("{text:?} is not a number of {unit} up to {most}")),
    }
}

fn digit(text: &str, allowed: &[&str]) -> Result<u8, String> {
    let known = allowed.contains(&text).then(|| text.parse().ok()).flatten();
    known.ok_or_else(|| format!("{text:?} is none of {}", allowed.join(", ")))
}

fn status(text: &str) -> Result<HttpFault, String> {
    let (status, wait) = match text.split_once(':') {
        None => (text, None),
        Some((status, wait)) => (status, Some(number(wait, u64::from(u32::MAX), "seconds")?)),
    };
    let status = match status.parse() {
        Ok(status @ 400..=599) => status,
        _ => return Err(format!("{status:?} is not a status from 400 to 599")),
    };
    Ok(HttpFault::Status { status, retry_after: wait.and_then(|wait| u32::try_from(wait).ok()) })
}

fn media_type(text: &str) -> Result<String, String> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if printable && text.contains('/') {
        Ok(text.into())
    } else {
        Err(format!("{text:?} is not a media type such as text/plain"))
    }
}

fn spelling(text: &str) -> Result<Spelling, String> {
    Spelling::ALL.into_iter().find(|spelling| spelling.names().1 == text).ok_or_else(|| {
        let names = Spelling::ALL.map(|spelling| spelling.names().1).join(", ");
        format!("{text:?} is none of {names}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_read_in_order() {
        let text = "refuse@1, status:503:120@2\nspelling:KanaName  black-hole:2000\r\n";
        let expected = GatewayFaults::new()
            .at(1, LineFault::Refuse)
            .at(2, HttpFault::Status { status: 503, retry_after: Some(120) })
            .always(MessageFault::Spelling(Spelling::KanaName))
            .always(LineFault::BlackHole(Duration::from_secs(2)));
        assert_eq!(text.parse(), Ok(expected));
        assert_eq!("".parse(), Ok(GatewayFaults::new()));
    }

    /// The list that errors and `--help` show is complete and true: each entry of it is read, with a
    /// value where one is asked for.
    #[test]
    fn every_kind_that_is_listed_can_be_written() {
        let mut kinds = 0;
        for entry in FAULT_KINDS.split([',', ';']).map(str::trim) {
            let filled = entry
                .replace("BYTES", "7")
                .replace("MS", "7")
                .replace("CODE[:SECONDS]", "503:7")
                .replace("TYPE", "text/plain")
                .replace("NAME", "Birthday")
                .replace("[:MIB]", ":7")
                .replace("[:N]", ":7")
                .replace("0|1|2", "2");
            filled.parse::<GatewayFault>().unwrap_or_else(|why| panic!("{entry}: {why}"));
            kinds += 1;
        }
        // 26 without a value, 15 with one, and `failed` twice.
        assert_eq!(kinds, 42);
        for bare in ["status:429", "gzip-bomb", "endless", "deep", "flood"] {
            bare.parse::<GatewayFault>().unwrap_or_else(|why| panic!("{bare}: {why}"));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("explode", "billion-laughs"),
            ("refuse@0", "counted from 1"),
            ("refuse@soon", "number of a connection or request"),
            ("refuse:1", "takes nothing"),
            ("cut", "needs a value"),
            ("cut:x", "bytes"),
            ("stall:9999999", "milliseconds up to 3600000"),
            ("status:200", "400 to 599"),
            ("status:503:soon", "seconds"),
            ("content-type:text", "media type"),
            ("failed:1", "3, 9"),
            ("code-flag:3", "0, 1, 2"),
            ("spelling:Kana", "KanasName"),
            ("endless:1025", "MiB up to 1024"),
        ] {
            let why = text.parse::<GatewayFaults>().expect_err(text);
            assert!(why.contains(named) && why.contains(text), "{text}: {why}");
        }
    }
}
