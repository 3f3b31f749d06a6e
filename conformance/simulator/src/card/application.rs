//! Names: applications by AID, files and keys by number.

/// An application that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Application {
    /// The GlobalPlatform manager: selected after power on, the place to go to leave another one.
    Manager,
    /// 公的個人認証AP.
    Jpki,
    /// Text, surface, resident register and common application. All their files are closed.
    Guarded(&'static [u8]),
}

const MANAGER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const GUARDED: [&[u8]; 4] = [
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
];

impl Application {
    /// The application with exactly this AID.
    pub(super) fn find(aid: &[u8]) -> Option<Application> {
        if aid == MANAGER {
            return Some(Application::Manager);
        }
        if aid == JPKI {
            return Some(Application::Jpki);
        }
        GUARDED.into_iter().find(|known| *known == aid).map(Application::Guarded)
    }
}

/// The two PINs of the JPKI application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PinName {
    /// 4 digits, for authentication.
    Authentication,
    /// 6 to 16 characters, for signing.
    Signature,
}

/// Elementary files of the JPKI application. Numbers below 20 hex are short identifiers too.
pub(super) mod file {
    pub(in crate::card) const SIGNATURE_CERTIFICATE: u16 = 0x0001;
    pub(in crate::card) const SIGNATURE_CA: u16 = 0x0002;
    pub(in crate::card) const TOKEN: u16 = 0x0006;
    pub(in crate::card) const STATE: u16 = 0x0008;
    pub(in crate::card) const CERTIFICATE: u16 = 0x000A;
    pub(in crate::card) const CA: u16 = 0x000B;
    pub(in crate::card) const KEY: u16 = 0x0017;
    pub(in crate::card) const PIN: u16 = 0x0018;
    pub(in crate::card) const SIGNATURE_KEY: u16 = 0x001A;
    pub(in crate::card) const SIGNATURE_PIN: u16 = 0x001B;
}
