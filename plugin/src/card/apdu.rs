//! Card commands as values, and the one list of what may be sent.

use zeroize::Zeroizing;

/// 公的個人認証AP.
const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// The card manager: selecting it leaves the application and everything unlocked in it.
const CARD_MANAGER: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// A readable file of the application, by its short identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ShortFile {
    /// Token information.
    Token = 0x06,
    /// 利用者証明用電子証明書.
    AuthCertificate = 0x0A,
}

/// Everything this plugin ever says to a card.
#[derive(Debug)]
pub(crate) enum Command {
    /// SELECT 公的個人認証AP.
    SelectJpki,
    /// SELECT the card manager, which locks everything again.
    Leave,
    /// READ BINARY of a whole file with extended length.
    ReadWhole(ShortFile),
    /// READ BINARY of the first bytes; the file becomes current. 0 asks for 256.
    ReadFirst(ShortFile, u8),
    /// READ BINARY of the current file from an offset. 0 asks for 256.
    ReadOn(u16, u8),
    /// How many tries the user authentication PIN has left; spends none.
    PinTries,
    /// VERIFY the user authentication PIN.
    VerifyPin(Zeroizing<[u8; 4]>),
    /// COMPUTE DIGITAL SIGNATURE over this DigestInfo with the user authentication key.
    Sign(Vec<u8>),
}

impl Command {
    /// The bytes that go to the card.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let select = |name: &[u8]| [&[0x00, 0xA4, 0x04, 0x0C, name.len() as u8], name].concat();
        Zeroizing::new(match self {
            Command::SelectJpki => select(&JPKI),
            Command::Leave => select(&CARD_MANAGER),
            Command::ReadWhole(file) => {
                vec![0x00, 0xB0, 0x80 | *file as u8, 0x00, 0x00, 0x00, 0x00]
            }
            Command::ReadFirst(file, length) => vec![0x00, 0xB0, 0x80 | *file as u8, 0x00, *length],
            Command::ReadOn(offset, length) => {
                let [high, low] = offset.to_be_bytes();
                vec![0x00, 0xB0, high, low, *length]
            }
            Command::PinTries => vec![0x00, 0x20, 0x00, 0x98],
            Command::VerifyPin(digits) => {
                [&[0x00, 0x20, 0x00, 0x98, 0x04], digits.as_slice()].concat()
            }
            Command::Sign(digest_info) => [
                &[0x80, 0x2A, 0x00, 0x97, digest_info.len() as u8],
                digest_info.as_slice(),
                &[0x00],
            ]
            .concat(),
        })
    }
}

/// The list (P2): what is not on it does not reach a card, whoever asks. In particular no file of
/// any application but 公的個人認証AP can be selected, so the My Number itself stays out of reach.
pub(crate) fn permitted(apdu: &[u8]) -> bool {
    match apdu {
        [0x00, 0xA4, 0x04, 0x0C, 10, name @ ..] => *name == JPKI,
        [0x00, 0xA4, 0x04, 0x0C, 7, name @ ..] => *name == CARD_MANAGER,
        [0x00, 0xB0, file @ (0x86 | 0x8A), 0x00, _]
        | [0x00, 0xB0, file @ 0x8A, 0x00, 0x00, 0x00, 0x00] => *file != 0,
        [0x00, 0xB0, 0x00..=0x7F, _, _] => true,
        [0x00, 0x20, 0x00, 0x98] => true,
        [0x00, 0x20, 0x00, 0x98, 0x04, digits @ ..] => {
            digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)
        }
        [0x80, 0x2A, 0x00, 0x97, 51, digest_info @ .., 0x00] => digest_info.len() == 51,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_we_say_is_on_the_list() {
        for command in [
            Command::SelectJpki,
            Command::Leave,
            Command::ReadWhole(ShortFile::AuthCertificate),
            Command::ReadFirst(ShortFile::AuthCertificate, 0),
            Command::ReadFirst(ShortFile::Token, 32),
            Command::ReadOn(0x0500, 0x86),
            Command::PinTries,
            Command::VerifyPin(Zeroizing::new(*b"1234")),
            Command::Sign(vec![0x30; 51]),
        ] {
            assert!(permitted(&command.encode()), "{command:?}");
        }
    }

    #[test]
    fn the_my_number_and_everything_that_writes_stay_out_of_reach() {
        let my_number_ap = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
        let face_ap = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
        for name in [my_number_ap, face_ap] {
            assert!(!permitted(&[&[0x00, 0xA4, 0x04, 0x0C, 10], &name[..]].concat()));
        }
        let refused: [&[u8]; 9] = [
            &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x01], // SELECT a file
            &[0x00, 0xB0, 0x81, 0x00, 0x00],             // the signing certificate
            &[0x00, 0x20, 0x00, 0x9B, 0x06, 1, 2, 3, 4, 5, 6], // the signing password
            &[0x00, 0x20, 0x00, 0x98, 0x04, 1, 2, 3, 4], // not digits
            &[0x00, 0x24, 0x01, 0x98, 0x04, 0x31, 0x31, 0x31, 0x31], // CHANGE REFERENCE DATA
            &[0x00, 0x2C, 0x00, 0x98],                   // RESET RETRY COUNTER
            &[0x00, 0xD6, 0x00, 0x00, 0x01, 0x00],       // UPDATE BINARY
            &[0x80, 0xA2, 0x00, 0x00],
            &[],
        ];
        for apdu in refused {
            assert!(!permitted(apdu), "{apdu:02X?}");
        }
    }
}
