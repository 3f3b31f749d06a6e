//! How cards and readers behave where real ones differ.

use super::atr::Atr;

/// How the card and its reader behave. The default is a card that makes no trouble.
///
/// What depends on time is in [`crate::Timing`], what happens once in [`crate::Script`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// What becomes of extended APDUs.
    pub extended: Extended,
    /// The most bytes one READ BINARY gives, whatever was asked for; `None` has no such limit.
    pub le_clamp: Option<u16>,
    /// What a READ BINARY beyond the end of the file gets.
    pub beyond_end: BeyondEnd,
    /// The first APDU after a cold start is answered 6F00 and not executed.
    pub first_6f00: bool,
    /// What a reset does to a verified PIN.
    pub on_reset: OnReset,
    /// What selecting the same application again does to a verified PIN.
    pub on_reselect: OnReselect,
    /// What an empty VERIFY says of a PIN that is verified.
    pub verified: Verified,
    /// What `FF CA 00 00 00` gets.
    pub uid: Uid,
    /// The answer to reset as the reader makes it up; `None` is the card's usual one.
    pub atr: Option<Atr>,
}

/// What becomes of extended APDUs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extended {
    /// They are answered.
    #[default]
    Answered,
    /// They are refused with 6700.
    Refused,
    /// Their answer is cut to so many bytes of data, and 9000 says that all is well.
    Cut(u16),
    /// The reader does not pass them on: the card hears nothing, and the answer is one byte. (No
    /// bytes would be what pcscd says of a card that is gone.)
    Lost,
}

/// What a READ BINARY beyond the end of the file gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BeyondEnd {
    /// 6B00 where the offset is beyond it; otherwise what is left, and 9000.
    #[default]
    Refused,
    /// What is left, be it nothing, and 6282 whenever that is less than was asked for.
    Warned,
}

/// What a reset does to a verified PIN. Without power it is always forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReset {
    /// It is forgotten, as ISO 7816 has it.
    #[default]
    Forgets,
    /// It stays, as was seen on a real card: whoever selects the application next may use it.
    Keeps,
}

/// What selecting the same application again does to a verified PIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReselect {
    /// Nothing.
    #[default]
    Keeps,
    /// It is forgotten.
    Clears,
}

/// What an empty VERIFY says of a PIN that is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verified {
    /// The tries that are left, 63Cx.
    #[default]
    TriesLeft,
    /// 9000.
    Success,
}

/// What `FF CA 00 00 00` gets. Real readers answer it themselves; pcscd's virtual one asks the card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uid {
    /// 6881.
    #[default]
    Refused,
    /// Four bytes that are others after each activation, and 9000.
    Random,
}
