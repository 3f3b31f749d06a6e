//! What stands in an answer and nobody can read.
//!
//! The layout is assumed. Plain elements that are not known are passed over: there are many that nobody
//! needs. One that has elements in it may hold what somebody needs; it is named, and it is no absence.

use crate::lookup::xml::Element;

/// More of it says no more.
const MOST: usize = 100;

/// Sections of the summary, and the names of elements that would stand there.
#[derive(Debug, Default)]
pub(in crate::lookup) struct Unread {
    named: Vec<(&'static str, String)>,
    count: usize,
}

impl Unread {
    /// Names what has elements in it and is none of these.
    pub(super) fn beside(&mut self, element: &Element, known: &[&str], section: &'static str) {
        let unknown = element.children().filter(|child| child.children().next().is_some());
        for child in unknown.filter(|child| !known.contains(&&*child.name)) {
            self.name(section, &child.name);
        }
    }

    /// Names one.
    pub(super) fn name(&mut self, section: &'static str, name: &str) {
        self.count += 1;
        if self.named.len() < MOST {
            self.named.push((section, name.to_owned()));
        }
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// All that are named.
    pub(in crate::lookup) fn named(self) -> impl Iterator<Item = (&'static str, String)> {
        self.named.into_iter()
    }
}
