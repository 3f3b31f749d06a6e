//! As much DER as it takes to know how long a certificate says it is.

/// No certificate of this family is longer; a header that says so is not believed.
pub(crate) const LONGEST: usize = 8 * 1024;

const SEQUENCE: u8 = 0x30;

/// What is wrong with a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHeader {
    /// It is not the header of a SEQUENCE, or not complete.
    Malformed,
    /// It claims this many bytes.
    TooLong(usize),
}

/// The length a certificate's header declares, header included (X.690, 8.1.3: definite form, short or
/// with one to three length bytes). Later generations of the card may have shorter ones than today's.
pub(crate) fn declared_length(head: &[u8]) -> Result<usize, NoHeader> {
    let (header, content) = match *head {
        [SEQUENCE, length @ 0..=0x7F, ..] => (2, usize::from(length)),
        [SEQUENCE, 0x81, length @ 0x80..=0xFF, ..] => (3, usize::from(length)),
        [SEQUENCE, 0x82, high @ 1..=0xFF, low, ..] => {
            (4, usize::from(u16::from_be_bytes([high, low])))
        }
        [SEQUENCE, 0x83, high @ 1..=0xFF, middle, low, ..] => {
            (5, u32::from_be_bytes([0, high, middle, low]) as usize)
        }
        _ => return Err(NoHeader::Malformed),
    };
    match header + content {
        length if length > LONGEST => Err(NoHeader::TooLong(length)),
        length => Ok(length),
    }
}

impl std::fmt::Display for NoHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoHeader::Malformed => f.write_str("the certificate's header is not one"),
            NoHeader::TooLong(length) => write!(f, "the certificate claims {length} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_length_is_read_and_no_other() {
        for (head, length) in [
            (&[0x30, 0x00][..], Ok(2)),
            (&[0x30, 0x7F], Ok(129)),
            (&[0x30, 0x81, 0x80], Ok(131)),
            (&[0x30, 0x82, 0x06, 0x32, 0xFF], Ok(1590)),
            (&[0x30, 0x82, 0x1F, 0xFC], Ok(8192)),
            (&[0x30, 0x82, 0x1F, 0xFD], Err(NoHeader::TooLong(8193))),
            (&[0x30, 0x82, 0xFF, 0xFF], Err(NoHeader::TooLong(65_539))),
            (&[0x30, 0x83, 0xFF, 0xFF, 0xFF], Err(NoHeader::TooLong(16_777_220))),
            // Lengths not in their shortest form are not DER.
            (&[0x30, 0x81, 0x7F], Err(NoHeader::Malformed)),
            (&[0x30, 0x82, 0x00, 0x80], Err(NoHeader::Malformed)),
            (&[0x30, 0x80], Err(NoHeader::Malformed)),
            (&[0x30, 0x84, 0x00, 0x00, 0x00, 0x01], Err(NoHeader::Malformed)),
            (&[0x30, 0x82, 0x06], Err(NoHeader::Malformed)),
            (&[0x31, 0x82, 0x06, 0x32], Err(NoHeader::Malformed)),
            (&[0x30], Err(NoHeader::Malformed)),
            (&[], Err(NoHeader::Malformed)),
        ] {
            assert_eq!(declared_length(head), length, "{head:02X?}");
        }
    }
}
