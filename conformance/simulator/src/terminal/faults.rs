//! What a terminal does with its folder.

use std::str::FromStr;
use std::time::Duration;

/// What a terminal does. An empty list is one that behaves.
///
/// As text: `zip late:200`; entries are separated by spaces, commas or lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderFaults {
    /// All of them happen to each answer, in this order.
    pub list: Vec<FolderFault>,
}

/// One thing a terminal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderFault {
    /// `zip`: the answer comes in an archive, with a PDF beside it. Nothing is wrong with that.
    Zip,
    /// `pdf`: only a PDF comes.
    Pdf,
    /// `late:MS`: it comes so much later.
    Late(Duration),
    /// `halves:MS`: half of it is written, and the rest so much later.
    Halves(Duration),
    /// `never`: the request is taken and nothing comes.
    Never,
    /// `other-name`: the answer's name is not the request's.
    OtherName,
    /// `foreign`: a file of somebody else lies beside it.
    Foreign,
    /// `bomb`: an archive of which 12 MiB unpack.
    Bomb,
    /// `many-parts`: an archive of 10,000 files.
    ManyParts,
    /// `climbing`: an archive whose file is to be written two folders further up.
    Climbing,
    /// `no-pdf`: an archive whose PDF is none.
    NoPdf,
}

impl FromStr for FolderFaults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(|c: char| c.is_whitespace() || c == ',');
        let list: Result<_, String> =
            entries.filter(|entry| !entry.is_empty()).map(str::parse).collect();
        list.map(|list| FolderFaults { list })
    }
}

impl FromStr for FolderFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = |text: &str| match text.parse() {
            Ok(ms) if ms <= 3_600_000 => Ok(Duration::from_millis(ms)),
            _ => Err(format!("{text:?} is not a number of milliseconds up to 3600000")),
        };
        Ok(match text.split_once(':') {
            Some(("late", ms)) => FolderFault::Late(time(ms)?),
            Some(("halves", ms)) => FolderFault::Halves(time(ms)?),
            None if text == "zip" => FolderFault::Zip,
            None if text == "pdf" => FolderFault::Pdf,
            None if text == "never" => FolderFault::Never,
            None if text == "other-name" => FolderFault::OtherName,
            None if text == "foreign" => FolderFault::Foreign,
            None if text == "bomb" => FolderFault::Bomb,
            None if text == "many-parts" => FolderFault::ManyParts,
            None if text == "climbing" => FolderFault::Climbing,
            None if text == "no-pdf" => FolderFault::NoPdf,
            _ => {
                return Err(format!(
                    "no terminal does {text:?}; there are zip, pdf, late:MS, halves:MS, never, \
                     other-name, foreign, bomb, many-parts, climbing, no-pdf"
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_read_in_order_and_what_is_wrong_is_named() {
        let expected = vec![FolderFault::Late(Duration::from_millis(20)), FolderFault::Zip];
        assert_eq!("late:20, zip".parse(), Ok(FolderFaults { list: expected }));
        for (text, named) in [("zip:1", "zip:1"), ("late:x", "milliseconds"), ("tar", "many-parts")]
        {
            assert!(text.parse::<FolderFaults>().unwrap_err().contains(named), "{text}");
        }
    }
}
