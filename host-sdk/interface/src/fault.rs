//! A fault in a file a person wrote: what, where, and what was probably meant.

use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault in a configuration or mapping file, precise enough to mend it at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileFault {
    /// The file, as it was named.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl FileFault {
    /// A fault at a byte offset of the file's text.
    pub fn at(file: &Path, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        FileFault {
            file: file.display().to_string(),
            line: count(before.matches('\n').count()),
            column: count(before[line_start..].chars().count()),
            message: message.into(),
            suggestion: None,
        }
    }

    /// The fault the TOML reader found. A misspelt key or word gets a suggestion.
    pub fn from_toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let mut fault = FileFault::at(file, text, offset, error.message());
        fault.suggestion = misspelt(error.message());
        fault
    }

    /// Adds what was probably meant: the candidate nearest to what was written, if any is near.
    #[must_use]
    pub fn suggest<'a>(
        mut self,
        written: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.suggestion = nearest(written, candidates).map(str::to_owned);
        self
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

fn count(zero_based: usize) -> u32 {
    u32::try_from(zero_based).unwrap_or(u32::MAX).saturating_add(1)
}

/// serde says "unknown field `written`, expected one of `a`, `b`": the words stand in backticks.
fn misspelt(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    nearest(written, quoted).map(str::to_owned)
}

fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, candidate) = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= written.chars().count().max(3) / 2).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        endpoint: String,
        timeout: u32,
    }

    #[test]
    fn a_misspelt_key_names_line_column_and_the_key_meant() {
        let text = "timeout = 3\nendpiont = \"x\"\n";
        let error = toml::from_str::<Sample>(text).unwrap_err();
        let fault = FileFault::from_toml(Path::new("mynaq.toml"), text, &error);
        assert_eq!((fault.line, fault.column), (2, 1));
        assert_eq!(fault.suggestion.as_deref(), Some("endpoint"));
        assert!(fault.to_string().starts_with("mynaq.toml:2:1: unknown field `endpiont`"));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "名 = 救急 x";
        let fault = FileFault::at(Path::new("f"), text, text.find('x').unwrap(), "here");
        assert_eq!((fault.line, fault.column), (1, 8));
    }

    #[test]
    fn nothing_near_means_no_suggestion() {
        assert_eq!(nearest("zzzzzz", ["endpoint", "timeout"]), None);
    }
}
