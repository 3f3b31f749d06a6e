//! Card commands as values: everything this plugin ever says to a card.

use zeroize::Zeroizing;

/// Something a card can be asked for by name: an application that is read, the card's own manager, or
/// an application whose mere presence tells what else a crew has laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Application {
    /// 公的個人認証AP, the only one that is read.
    Jpki,
    /// The card manager: selecting it leaves the application and everything unlocked in it.
    CardManager,
    /// 運転免許証, DF1.
    DrivingLicence,
    /// 在留カード, DF1.
    ResidenceCard,
    /// The payment system directory of contactless payment cards (EMV).
    Payment,
    /// The travel document application of passports (ICAO 9303-10).
    Passport,
}

impl Application {
    /// Every one of them.
    pub(crate) const ALL: [Self; 6] = [
        Application::Jpki,
        Application::CardManager,
        Application::DrivingLicence,
        Application::ResidenceCard,
        Application::Payment,
        Application::Passport,
    ];

    /// Its identifier (AID). Always sent whole: a card may take a part of it for a name of several.
    pub(crate) const fn identifier(self) -> &'static [u8] {
        match self {
            Application::Jpki => b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
            Application::CardManager => b"\xA0\x00\x00\x01\x51\x00\x00",
            Application::DrivingLicence => b"\xA0\x00\x00\x02\x31\x01\0\0\0\0\0\0\0\0\0\0",
            Application::ResidenceCard => b"\xD3\x92\xF0\x00\x4F\x02\0\0\0\0\0\0\0\0\0\0",
            Application::Payment => b"2PAY.SYS.DDF01",
            Application::Passport => b"\xA0\x00\x00\x02\x47\x10\x01",
        }
    }
}

/// A readable file of 公的個人認証AP, by its short identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum File {
    /// Token information: its label tells which sort of carrier this is.
    Token = 0x06,
    /// Which of the two certificates are in use.
    State = 0x08,
    /// 利用者証明用電子証明書.
    AuthCertificate = 0x0A,
}

impl File {
    /// Every one of them.
    pub(crate) const ALL: [Self; 3] = [File::Token, File::State, File::AuthCertificate];
}

/// One command.
#[derive(Debug)]
pub(crate) enum Command {
    /// SELECT by name; no answer but the status is asked for.
    Select(Application),
    /// READ BINARY of a whole file with extended length; the file becomes current.
    ReadWhole(File),
    /// READ BINARY of the first bytes; the file becomes current. 0 asks for 256.
    ReadFirst(File, u8),
    /// READ BINARY of the current file from an offset. 0 asks for 256.
    ReadOn(u16, u8),
    /// GET RESPONSE: what the card holds ready after 61xx.
    Rest(u8),
    /// How many tries the user authentication PIN has left; spends none.
    PinTries,
    /// VERIFY the user authentication PIN.
    VerifyPin(Zeroizing<[u8; 4]>),
    /// COMPUTE DIGITAL SIGNATURE over the DigestInfo of this SHA-256 digest with the user
    /// authentication key.
    Sign([u8; 32]),
}

/// The user authentication PIN (EF 0018) and key (EF 0017), as P2 names them.
pub(super) const PIN: u8 = 0x98;
pub(super) const KEY: u8 = 0x97;

/// DER of the DigestInfo of a SHA-256 digest, before the digest itself (RFC 8017, 9.2).
pub(super) const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

impl Command {
    /// The bytes that go to the card.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Command::Select(application) => {
                let name = application.identifier();
                [&[0x00, 0xA4, 0x04, 0x0C, name.len() as u8], name].concat()
            }
            Command::ReadWhole(file) => {
                vec![0x00, 0xB0, 0x80 | *file as u8, 0x00, 0x00, 0x00, 0x00]
            }
            Command::ReadFirst(file, length) => vec![0x00, 0xB0, 0x80 | *file as u8, 0x00, *length],
            Command::ReadOn(offset, length) => {
                let [high, low] = offset.to_be_bytes();
                vec![0x00, 0xB0, high, low, *length]
            }
            Command::Rest(length) => vec![0x00, 0xC0, 0x00, 0x00, *length],
            Command::PinTries => vec![0x00, 0x20, 0x00, PIN],
            Command::VerifyPin(digits) => [&[0x00, 0x20, 0x00, PIN, 4], digits.as_slice()].concat(),
            Command::Sign(digest) => {
                let length = (SHA256_DIGEST_INFO.len() + digest.len()) as u8;
                [&[0x80, 0x2A, 0x00, KEY, length], &SHA256_DIGEST_INFO[..], digest, &[0x00]]
                    .concat()
            }
        })
    }

    /// The same command for a card that wants another length asked for (6Cxx).
    pub(crate) fn asking_for(&self, length: u8) -> Option<Self> {
        match self {
            Command::ReadWhole(file) | Command::ReadFirst(file, _) => {
                Some(Command::ReadFirst(*file, length))
            }
            Command::ReadOn(offset, _) => Some(Command::ReadOn(*offset, length)),
            Command::Rest(_) => Some(Command::Rest(length)),
            Command::Select(_) | Command::PinTries | Command::VerifyPin(_) | Command::Sign(_) => {
                None
            }
        }
    }
}
