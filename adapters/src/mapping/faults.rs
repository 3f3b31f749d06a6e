//! Collecting what is wrong with a mapping, so that a vendor sees all of it at once.

use std::ops::Range;
use std::path::Path;

use mynaq_interface::FileFault;
use toml::Spanned;

pub(super) struct Faults<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<FileFault>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(file: &'a Path, text: &'a str) -> Self {
        Faults { file, text, found: vec![] }
    }

    /// A fault with no obvious remedy.
    pub(super) fn add(&mut self, at: Range<usize>, ja: &str, en: &str) {
        let message = format!("{ja} / {en}");
        self.found.push(FileFault::at(self.file, self.text, at.start, message));
    }

    /// A fault with exactly one remedy.
    pub(super) fn add_with_remedy(&mut self, at: Range<usize>, ja: &str, en: &str, remedy: &str) {
        self.add(at, ja, en);
        if let Some(fault) = self.found.last_mut() {
            fault.suggestion = Some(remedy.to_owned());
        }
    }

    /// Finds a word of a closed list, or says which one was probably meant and lists them all.
    pub(super) fn word<T: Copy>(
        &mut self,
        written: &Spanned<String>,
        (ja, en): (&str, &str),
        known: &[(&str, T)],
    ) -> Option<T> {
        let word = written.get_ref();
        let found = known.iter().find(|(name, _)| name == word).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message =
                format!("{ja}「{word}」はない / unknown {en} `{word}`: {}", names.join(", "));
            self.found.push(
                FileFault::at(self.file, self.text, written.span().start, message)
                    .suggest(word, known.iter().map(|(name, _)| *name)),
            );
        }
        found
    }

    /// The line of a place, for naming rules and pointing at other places.
    pub(super) fn line(&self, at: Range<usize>) -> u32 {
        FileFault::at(self.file, self.text, at.start, "").line
    }

    pub(super) fn into_found(self) -> Vec<FileFault> {
        self.found
    }
}

/// The fault of a file that is no mapping at all, or has a key no mapping has.
pub(super) fn unreadable(file: &Path, text: &str, error: &toml::de::Error) -> FileFault {
    let mut fault = FileFault::from_toml(file, text, error);
    let ja = match fault.message.as_str() {
        en if en.starts_with("unknown field") => "知らないキーがある",
        en if en.starts_with("missing field") => "必要なキーがない",
        en if en.starts_with("duplicate") => "同じキーが二度ある",
        en if en.starts_with("invalid type") => "値の型が違う",
        _ => "TOML として読めない",
    };
    fault.message = format!("{ja} / {}", fault.message);
    fault
}
