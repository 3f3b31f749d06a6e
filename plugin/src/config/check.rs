//! What else must hold, each fault with its place.

use std::path::Path;
use std::time::Duration;

use mynaq_interface::FileFault;
use toml::Spanned;

use super::{Mode, ReaderChoice, file};
use crate::gate::LogInRule;
use crate::notice::{Department, Part};

/// Checks that need to name the place of a value.
pub(super) struct Check<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    pub(super) mode: Mode,
}

impl Check<'_> {
    pub(super) fn fault<T>(&self, at: &Spanned<T>, message: &str) -> FileFault {
        FileFault::at(self.path, self.text, at.span().start, message)
    }

    /// What the notice says of the department has to be true where patients are, and to fit on it.
    pub(super) fn department(
        &self,
        written: Spanned<file::Department>,
    ) -> Result<Department, FileFault> {
        let start = written.span().start;
        let file::Department { name, name_kana, contact, url, .. } = written.into_inner();
        let at = |text: &Option<Spanned<String>>| text.as_ref().map_or(start, |it| it.span().start);
        let [name_at, kana_at, contact_at, url_at] = [&name, &name_kana, &contact, &url].map(at);
        let needed = |text: Option<Spanned<String>>, key: &str, in_a_drill: &str| match text {
            Some(text) => Ok(text.into_inner()),
            None if self.mode == Mode::Drill => Ok(in_a_drill.to_owned()),
            None => {
                let why = format!("production needs `{key}`: the notice says whom to ask");
                Err(FileFault::at(self.path, self.text, start, why))
            }
        };
        let department = Department {
            name: needed(name, "name", "訓練用消防本部")?,
            name_kana: name_kana.map(Spanned::into_inner),
            contact: needed(contact, "contact", "訓練のため連絡先はありません")?,
            url: url.map(Spanned::into_inner),
        };
        let (at, key, room) = match department.unfit() {
            None => return Ok(department),
            Some(Part::Name) => (name_at, "name", "one line"),
            Some(Part::NameKana) => (kana_at, "name_kana", "one line"),
            Some(Part::Contact) => (contact_at, "contact", "up to three lines"),
            Some(Part::Url) => (url_at, "url", "one line"),
        };
        let why = format!(
            "the notice has no room for `{key}` as it is written: {room}, all of it visible"
        );
        Err(FileFault::at(self.path, self.text, at, why))
    }

    /// Who may view is named in advance; only a drill does without.
    pub(super) fn log_in(
        &self,
        roster: Option<file::Roster>,
        mode: &Spanned<Mode>,
        folder: &Path,
    ) -> Result<LogInRule, FileFault> {
        let Some(file::Roster { file, log_in, two_factors, shift_hours }) = roster else {
            return match self.mode {
                Mode::Production => Err(self.fault(
                    mode,
                    "production needs [roster] with `file`: who may view is named in advance",
                )),
                Mode::Drill => Ok(LogInRule::nobody_asks()),
            };
        };
        let shift = match *shift_hours.as_ref() {
            hours @ 1..=72 => Duration::from_secs(hours * 3600),
            _ => return Err(self.fault(&shift_hours, "a shift is 1 to 72 hours")),
        };
        let log_in_required = log_in == file::LogIn::Required;
        Ok(LogInRule { roster: Some(folder.join(file)), log_in_required, two_factors, shift })
    }

    pub(super) fn percent(&self, written: Option<&Spanned<u64>>) -> Result<(), FileFault> {
        match written {
            Some(percent) if *percent.as_ref() > 100 => {
                Err(self.fault(percent, "a share is 0 to 100 percent"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn facility_code(&self, code: &Spanned<String>) -> Result<String, FileFault> {
        if code.as_ref().len() == 10 && code.as_ref().bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(code.as_ref().clone())
        } else {
            Err(self.fault(code, "facility_code is the department's 10 digits"))
        }
    }

    pub(super) fn reader(&self, card: &file::Card) -> Result<ReaderChoice, FileFault> {
        match (card.reader.as_ref(), self.mode, &card.drill_address) {
            (file::ReaderWord::Pcsc, _, None) => Ok(ReaderChoice::Pcsc),
            (file::ReaderWord::Pcsc, _, Some(address)) => {
                Err(self.fault(address, "drill_address goes with reader = \"drill\""))
            }
            (file::ReaderWord::Drill, Mode::Production, _) => {
                Err(self.fault(&card.reader, "production reads cards through reader = \"pcsc\""))
            }
            (file::ReaderWord::Drill, Mode::Drill, Some(address))
                if address.as_ref().ip().is_loopback() =>
            {
                Ok(ReaderChoice::Drill(*address.as_ref()))
            }
            (file::ReaderWord::Drill, Mode::Drill, Some(address)) => {
                Err(self
                    .fault(address, "a drill reaches this machine only: give a loopback address"))
            }
            (file::ReaderWord::Drill, Mode::Drill, None) => {
                Err(self.fault(&card.reader, "reader = \"drill\" needs drill_address"))
            }
        }
    }

    pub(super) fn seconds(&self, written: &Spanned<u64>) -> Result<Duration, FileFault> {
        match *written.as_ref() {
            seconds @ 1..=600 => Ok(Duration::from_secs(seconds)),
            _ => Err(self.fault(written, "a time limit is 1 to 600 seconds")),
        }
    }
}
