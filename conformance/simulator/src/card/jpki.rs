//! The files and keys of the JPKI application.

use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::application::{PinName, file};
use crate::error::Error;
use crate::pki::Marking;
use crate::world::World;

/// The JPKI application's content.
pub(super) struct Jpki {
    token: Vec<u8>,
    state: [u8; 3],
    signing: Signing,
    certificate: Certificate,
    authority: Vec<u8>,
    key: Option<RsaPrivateKey>,
}

/// The certificate for signing. No such certificate is simulated: its file never opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// The holder would have to open it.
    Closed,
    /// Its file does not exist: one guess among several, the real form is not public.
    Missing,
}

/// The certificate for authentication.
pub(super) enum Certificate {
    /// Anybody may read it; an empty one was never issued.
    Free(Vec<u8>),
    /// The holder has to open it.
    Closed,
    /// The file does not exist.
    Missing,
}

/// What is behind a file number.
pub(super) enum Content<'a> {
    Free(&'a [u8]),
    Closed,
    Key(PinName),
    Pin(PinName),
}

impl Jpki {
    /// The application without a certificate for authentication.
    pub(super) fn new(
        world: &World,
        label: &str,
        signing: Signing,
        marking: Marking,
    ) -> Result<Self, Error> {
        Ok(Jpki {
            token: token(label),
            state: state(signing, false),
            signing,
            certificate: Certificate::Missing,
            authority: world.authority(marking)?.der().to_vec(),
            key: None,
        })
    }

    /// The same with a certificate for authentication, and its key.
    pub(super) fn with(self, certificate: Certificate, key: &RsaPrivateKey) -> Self {
        Jpki { state: state(self.signing, true), certificate, key: Some(key.clone()), ..self }
    }

    /// The same with something in the place of the certificate that is none.
    pub(super) fn without(self, certificate: Certificate) -> Self {
        Jpki { certificate, ..self }
    }

    /// A file of this number.
    pub(super) fn file(&self, number: u16) -> Option<Content<'_>> {
        Some(match number {
            file::SIGNATURE_CERTIFICATE => match self.signing {
                Signing::Closed => Content::Closed,
                Signing::Missing => return None,
            },
            file::SIGNATURE_CA | file::CA => Content::Free(&self.authority),
            file::TOKEN => Content::Free(&self.token),
            file::STATE => Content::Free(&self.state),
            file::CERTIFICATE => match &self.certificate {
                Certificate::Free(der) => Content::Free(der),
                Certificate::Closed => Content::Closed,
                Certificate::Missing => return None,
            },
            file::KEY => Content::Key(PinName::Authentication),
            file::PIN => Content::Pin(PinName::Authentication),
            file::SIGNATURE_KEY => Content::Key(PinName::Signature),
            file::SIGNATURE_PIN => Content::Pin(PinName::Signature),
            _ => return None,
        })
    }

    /// Pads what was sent (PKCS#1 v1.5, type 1) and signs it; `None` for input of a wrong length.
    pub(super) fn sign(&self, digest_info: &[u8]) -> Option<Vec<u8>> {
        let key = self.key.as_ref()?;
        if digest_info.is_empty() {
            return None;
        }
        key.sign(Pkcs1v15Sign::new_unprefixed(), digest_info).ok()
    }
}

/// EF 0008: which certificates there are. What stands here for an absent one is not public; zero is
/// a guess.
fn state(signing: Signing, authentication: bool) -> [u8; 3] {
    let mark = |present| if present { 0x8F } else { 0x00 };
    [mark(signing == Signing::Closed), mark(authentication), 0x00]
}

/// EF 0006: a PKCS#11 token description of 160 bytes, numbers in big-endian order.
fn token(label: &str) -> Vec<u8> {
    let padded = |text: &str, width: usize| format!("{text:<width$}").into_bytes();
    let mut record = padded(label, 32);
    record.extend(padded("SIMULATED", 32));
    record.extend(padded("SIMULATED CARD", 16));
    record.extend(padded("0000000000000000", 16));
    // Flags, six limits (the longest and shortest PIN are the last two), four memory sizes.
    for number in [0x0000_040D_u32, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0] {
        record.extend(number.to_be_bytes());
    }
    record.extend(*b"0301");
    record.extend(padded("", 16));
    record
}
