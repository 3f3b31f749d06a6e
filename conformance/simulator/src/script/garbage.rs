//! Answers no card should give.

use rsa::sha2::{Digest, Sha256};

use crate::card::StatusWord;

/// What is answered instead of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage {
    /// A certificate whose header claims this length, whatever follows it, and 9000.
    WrongLength(u16),
    /// The first half of the data, and 9000.
    CutShort,
    /// 256 bytes without sense, and 9000.
    Random,
    /// One byte.
    OneByte,
    /// No bytes. pcscd's virtual reader goes on waiting then, until the card is taken away.
    Nothing,
    /// Only this status word.
    Status(StatusWord),
    /// So many bytes, status included, that begin like a certificate of that length.
    Long(u16),
}

const OK: [u8; 2] = [0x90, 0x00];

impl Garbage {
    /// What is said where this would have been the answer.
    pub(crate) fn instead_of(self, answer: &[u8]) -> Vec<u8> {
        let data = &answer[..answer.len().saturating_sub(2)];
        let data = match self {
            Garbage::OneByte => return vec![0x90],
            Garbage::Nothing => return Vec::new(),
            Garbage::Status(word) => return word.to_be_bytes().to_vec(),
            Garbage::WrongLength(claimed) => {
                // Where the answer is no certificate, something stands in for the rest of one.
                let rest = data.get(4..).filter(|rest| !rest.is_empty());
                header(claimed).chain(rest.unwrap_or(&[0x05; 252]).iter().copied()).collect()
            }
            Garbage::CutShort => data[..data.len() / 2].to_vec(),
            Garbage::Random => noise(answer, 256),
            Garbage::Long(total) => {
                let length = usize::from(total).saturating_sub(OK.len());
                let content = u16::try_from(length.saturating_sub(4)).unwrap_or(u16::MAX);
                header(content).chain(std::iter::repeat(0x05)).take(length).collect()
            }
        };
        [data.as_slice(), &OK].concat()
    }
}

/// `30 82` and a length: how a certificate begins.
fn header(length: u16) -> impl Iterator<Item = u8> {
    [0x30, 0x82].into_iter().chain(length.to_be_bytes())
}

/// Bytes that look random and are the same in each run.
fn noise(seed: &[u8], number: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|block| {
            Sha256::new().chain_update(seed).chain_update(block.to_be_bytes()).finalize()
        })
        .take(number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_shape() {
        let answer = [&[0x30, 0x82, 0x00, 0x04, 1, 2, 3, 4][..], &OK].concat();
        let said = |kind: Garbage| kind.instead_of(&answer);
        assert_eq!(said(Garbage::WrongLength(0xFFFF))[..5], [0x30, 0x82, 0xFF, 0xFF, 1]);
        assert_eq!(said(Garbage::CutShort), [0x30, 0x82, 0x00, 0x04, 0x90, 0x00]);
        assert_eq!(said(Garbage::OneByte).len(), 1);
        assert_eq!(said(Garbage::Nothing).len(), 0);
        assert_eq!(said(Garbage::Status(0x6A82)), [0x6A, 0x82]);
        assert_eq!(said(Garbage::Random).len(), 258);
        let long = said(Garbage::Long(u16::MAX));
        assert_eq!((long.len(), &long[..4]), (65_535, &[0x30, 0x82, 0xFF, 0xF9][..]));
        for kind in [Garbage::CutShort, Garbage::WrongLength(9), Garbage::Long(0), Garbage::Random]
        {
            // An answer without any data, or none at all, is no trouble either.
            assert!(kind.instead_of(&OK).ends_with(&OK) && kind.instead_of(&[]).ends_with(&OK));
        }
    }
}
