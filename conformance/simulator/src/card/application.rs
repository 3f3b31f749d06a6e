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
    /// What another kind of card has instead. All its files are closed too.
    Foreign(&'static [u8]),
}

const MANAGER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const GUARDED: [&[u8]; 4] = [
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01],
    &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
];

/// DF1 of a driving licence.
pub(super) const LICENCE: &[u8] = &[
    0xA0, 0x00, 0x00, 0x02, 0x31, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];
/// DF1 of a residence card (在留カード).
pub(super) const RESIDENCE: &[u8] = &[
    0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];
/// Where a payment card lists its contactless applications.
pub(super) const PAYMENT: &[u8] = b"2PAY.SYS.DDF01";
/// A machine-readable travel document.
pub(super) const PASSPORT: &[u8] = &[0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
const FOREIGN: [&[u8]; 4] = [LICENCE, RESIDENCE, PAYMENT, PASSPORT];

impl Application {
    /// The application with exactly this AID.
    pub(super) fn find(aid: &[u8]) -> Option<Application> {
        if aid == MANAGER {
            return Some(Application::Manager);
        }
        if aid == JPKI {
            return Some(Application::Jpki);
        }
        let among = |known: [&'static [u8]; 4]| known.into_iter().find(|known| *known == aid);
        among(GUARDED)
            .map(Application::Guarded)
            .or_else(|| among(FOREIGN).map(Application::Foreign))
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
