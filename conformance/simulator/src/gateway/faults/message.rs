//! What is wrong with an answer, told as a message.

/// A fault of the answer itself; it arrives whole, over a line that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFault {
    /// `SegmentOfResult` 2: the result is not there yet.
    InProgress,
    /// `SegmentOfResult` 3 or 9, whichever is given: it failed.
    Failed(u8),
    /// `SegmentOfResult` 9 with an `ErrorCode` that no list has.
    UnknownCode,
    /// The `ArbitraryFileIdentifier` of another request.
    WrongIdentifier,
    /// Somebody else's data, with the right identifier.
    WrongPerson,
    /// The person's data, and a second person in the list.
    TwoPeople,
    /// A notice in `ErrorMessage`, beside an answer that is otherwise normal.
    Notice,
    /// One name in another of its spellings.
    Spelling(Spelling),
    /// Something a reader of XML may die of.
    Bomb(Bomb),
    /// This `CharacterCodeIdentifier` (0, 1 or 2), whatever the encoding is.
    CodeFlag(u8),
    /// Another encoding, or not the one that is declared.
    Miscoding(Miscoding),
    /// Only the first bytes, as many as this.
    Truncated(usize),
    /// No byte at all.
    Empty,
}

/// The other names public sources give to elements of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// For `NameKana`.
    KanaName,
    /// For `NameKana`.
    KanasName,
    /// For `Birthdate`.
    Birth,
    /// For `Birthdate`.
    Birthday,
    /// For `Sex1`.
    AdmGendCode,
    /// For `Sex1`.
    AdministrativeGenderCode,
}

impl Spelling {
    pub(super) const ALL: [Spelling; 6] = [
        Spelling::KanaName,
        Spelling::KanasName,
        Spelling::Birth,
        Spelling::Birthday,
        Spelling::AdmGendCode,
        Spelling::AdministrativeGenderCode,
    ];

    /// The element's name otherwise, and as this spelling has it.
    pub(in crate::gateway) fn names(self) -> (&'static str, &'static str) {
        match self {
            Spelling::KanaName => ("NameKana", "KanaName"),
            Spelling::KanasName => ("NameKana", "KanasName"),
            Spelling::Birth => ("Birthdate", "Birth"),
            Spelling::Birthday => ("Birthdate", "Birthday"),
            Spelling::AdmGendCode => ("Sex1", "AdmGendCode"),
            Spelling::AdministrativeGenderCode => ("Sex1", "AdministrativeGenderCode"),
        }
    }
}

/// Something a reader of XML may die of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bomb {
    /// Entities of entities, three thousand million characters in all.
    BillionLaughs,
    /// An entity that is a file of the reader's machine.
    ExternalEntity,
    /// Elements in each other, as many as this.
    Deep(u32),
    /// Empty elements beside each other, as many as this.
    Flood(u32),
}

/// Another encoding than the usual one, or not the one that is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miscoding {
    /// UTF-8, and declared so: nothing is wrong with it.
    Utf8,
    /// UTF-16 with a byte order mark, and declared so.
    Utf16,
    /// Declared UTF-8, but Shift_JIS.
    SaysUtf8,
    /// Declared Shift_JIS, but UTF-8.
    SaysShiftJis,
    /// Shift_JIS with half a character in the first name, or in the message where nobody is named.
    BrokenShiftJis,
}
