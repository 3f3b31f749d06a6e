//! How long a card takes. Times are computed here and slept elsewhere, or not at all.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How long commands take. The default is no time at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// What every APDU costs.
    pub latency: Duration,
    /// What a SELECT costs besides.
    pub select: Duration,
    /// What a signature costs besides.
    pub sign: Duration,
    /// What 256 bytes of a file cost besides; fewer cost less.
    pub read: Duration,
    /// The speed on the air, both ways; `None` for a line that costs nothing.
    pub bit_rate: Option<BitRate>,
}

/// The bit rates of ISO 14443, in kbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitRate {
    /// 106: where every card begins.
    Kbit106,
    /// 212.
    Kbit212,
    /// 424.
    Kbit424,
}

impl Timing {
    /// A slow real card, from a published log: 50 ms each, 0.2 s for 256 bytes, 0.65 s to sign.
    pub const SLOW: Timing = Timing {
        latency: Duration::from_millis(50),
        select: Duration::ZERO,
        sign: Duration::from_millis(650),
        read: Duration::from_millis(200),
        bit_rate: None,
    };

    /// How long this command and its answer take.
    pub fn delay(&self, apdu: &[u8], answer: &[u8]) -> Duration {
        let data = u32::try_from(answer.len().saturating_sub(2)).unwrap_or(u32::MAX);
        let work = match apdu {
            [_, 0xA4, ..] => self.select,
            [_, 0xB0, ..] => self.read.saturating_mul(data) / 256,
            [_, 0x2A, ..] => self.sign,
            _ => Duration::ZERO,
        };
        let air =
            self.bit_rate.map_or(Duration::ZERO, |rate| rate.bytes(apdu.len() + answer.len()));
        self.latency + work + air
    }
}

impl BitRate {
    /// How long so many bytes are on the air: ten bit times each, a bit time being 128, 64 or 32
    /// periods of 13.56 MHz.
    fn bytes(self, number: usize) -> Duration {
        let periods = match self {
            BitRate::Kbit106 => 128,
            BitRate::Kbit212 => 64,
            BitRate::Kbit424 => 32,
        };
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        Duration::from_nanos(number.saturating_mul(10 * periods * 1_000_000) / 13_560)
    }
}

impl fmt::Display for BitRate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            BitRate::Kbit106 => "106",
            BitRate::Kbit212 => "212",
            BitRate::Kbit424 => "424",
        })
    }
}

impl FromStr for BitRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "106" => Ok(BitRate::Kbit106),
            "212" => Ok(BitRate::Kbit212),
            "424" => Ok(BitRate::Kbit424),
            _ => Err(format!("{text:?} is none of the bit rates 106, 212 and 424")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_air_takes_24_ms_for_256_bytes_and_a_quarter_of_it_at_424() {
        assert_eq!(BitRate::Kbit106.bytes(256).as_millis(), 24);
        assert_eq!(BitRate::Kbit212.bytes(256).as_millis(), 12);
        assert_eq!(BitRate::Kbit424.bytes(256).as_millis(), 6);
        assert_eq!("424".parse(), Ok(BitRate::Kbit424));
        assert!("848".parse::<BitRate>().is_err());
    }

    #[test]
    fn work_is_paid_by_kind_and_length() {
        let read = [0x00, 0xB0, 0x00, 0x00, 0x00];
        assert_eq!(Timing::SLOW.delay(&read, &[0; 258]), Duration::from_millis(250));
        assert_eq!(Timing::SLOW.delay(&read, &[0; 130]), Duration::from_millis(150));
        assert_eq!(Timing::SLOW.delay(&[0x80, 0x2A], &[0; 258]), Duration::from_millis(700));
        assert_eq!(Timing::default().delay(&read, &[0; 258]), Duration::ZERO);
    }
}
