//! Command APDUs of ISO 7816-4, short and extended.

use super::StatusWord;

/// A status word other than 9000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) StatusWord);

const LENGTH: Refused = Refused(0x6700);

/// A command, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    pub(super) class: u8,
    pub(super) instruction: u8,
    pub(super) p1: u8,
    pub(super) p2: u8,
    pub(super) data: &'a [u8],
    /// How many bytes are expected at most; `None` where the command names no length.
    pub(super) expected: Option<usize>,
    pub(super) extended: bool,
}

impl<'a> Command<'a> {
    pub(super) fn parse(apdu: &'a [u8]) -> Result<Self, Refused> {
        let [class, instruction, p1, p2, body @ ..] = apdu else { return Err(LENGTH) };
        let (data, expected, extended) = split(body)?;
        Ok(Command {
            class: *class,
            instruction: *instruction,
            p1: *p1,
            p2: *p2,
            data,
            expected,
            extended,
        })
    }
}

/// The seven shapes of what follows the header.
fn split(body: &[u8]) -> Result<(&[u8], Option<usize>, bool), Refused> {
    match body {
        [] => Ok((&[], None, false)),
        [le] => Ok((&[], Some(short(*le)), false)),
        [0, high, low] => Ok((&[], Some(extended(*high, *low)), true)),
        [0, high, low, rest @ ..] => {
            let (data, rest) = data(usize::from(u16::from_be_bytes([*high, *low])), rest)?;
            match rest {
                [] => Ok((data, None, true)),
                [high, low] => Ok((data, Some(extended(*high, *low)), true)),
                _ => Err(LENGTH),
            }
        }
        [lc, rest @ ..] => {
            let (data, rest) = data(usize::from(*lc), rest)?;
            match rest {
                [] => Ok((data, None, false)),
                [le] => Ok((data, Some(short(*le)), false)),
                _ => Err(LENGTH),
            }
        }
    }
}

fn data(length: usize, rest: &[u8]) -> Result<(&[u8], &[u8]), Refused> {
    if length == 0 {
        return Err(LENGTH);
    }
    rest.split_at_checked(length).ok_or(LENGTH)
}

fn short(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(apdu: &[u8]) -> (usize, Option<usize>, bool) {
        let command = Command::parse(apdu).expect("well-formed");
        (command.data.len(), command.expected, command.extended)
    }

    #[test]
    fn the_seven_shapes_are_told_apart() {
        assert_eq!(parsed(&[0, 0x20, 0, 0x80]), (0, None, false));
        assert_eq!(parsed(&[0, 0xB0, 0, 0, 0]), (0, Some(256), false));
        assert_eq!(parsed(&[0, 0xA4, 2, 0x0C, 2, 0, 0x0A]), (2, None, false));
        assert_eq!(parsed(&[0x80, 0x2A, 0, 0x80, 1, 9, 0]), (1, Some(256), false));
        assert_eq!(parsed(&[0, 0xB0, 0x8A, 0, 0, 0, 0]), (0, Some(65_536), true));
        assert_eq!(parsed(&[0, 0xA4, 2, 0x0C, 0, 0, 2, 0, 0x0A]), (2, None, true));
        assert_eq!(parsed(&[0x80, 0x2A, 0, 0x80, 0, 0, 1, 9, 1, 0]), (1, Some(256), true));
    }

    #[test]
    fn every_truncation_is_an_error_and_none_a_panic() {
        for apdu in [&[][..], &[0], &[0, 0xA4, 2], &[0, 0xA4, 2, 0x0C, 2, 0], &[0, 0, 0, 0, 0, 0]] {
            assert_eq!(Command::parse(apdu), Err(LENGTH), "{apdu:02X?}");
        }
        assert_eq!(Command::parse(&[0, 0, 0, 0, 1, 2, 3, 4]), Err(LENGTH));
        assert_eq!(Command::parse(&[0, 0, 0, 0, 0, 0, 9, 1, 2]), Err(LENGTH));
    }
}
