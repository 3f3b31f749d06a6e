//! Which institution is which.

use std::collections::HashMap;

use mynaq_interface::Institution;

/// What tells one institution from all others of an answer: its code, and its name where it has none
/// and no other of that name has one code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Code(String),
    Name(String),
    /// None is named.
    Unknown,
}

/// The codes that institutions of a name bear in an answer: like-named hospitals are confused by ear,
/// and by machines.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<String, Codes>);

#[derive(Debug)]
enum Codes {
    One(String),
    Several,
}

impl Places {
    /// Hears of an institution.
    pub(super) fn hear(&mut self, institution: &Institution) {
        let Institution { name, code: Some(code) } = institution else { return };
        match self.0.get_mut(name) {
            None => drop(self.0.insert(name.clone(), Codes::One(code.clone()))),
            Some(Codes::One(known)) if known == code => {}
            Some(codes) => *codes = Codes::Several,
        }
    }

    /// Which one it is, once all have been heard of.
    pub(super) fn place(&self, institution: Option<&Institution>) -> Place {
        match institution {
            None => Place::Unknown,
            Some(Institution { code: Some(code), .. }) => Place::Code(code.clone()),
            Some(Institution { name, code: None }) => match self.0.get(name) {
                Some(Codes::One(code)) => Place::Code(code.clone()),
                Some(Codes::Several) | None => Place::Name(name.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_institution_without_a_code_is_the_one_of_its_name_and_never_one_of_several() {
        let of = |name: &str, code: Option<&str>| Institution {
            name: name.into(),
            code: code.map(str::to_owned),
        };
        let mut places = Places::default();
        for (name, code) in [("模擬医院", "1"), ("同名医院", "2"), ("同名医院", "3")] {
            places.hear(&of(name, Some(code)));
        }
        let place = |name: &str, code: Option<&str>| places.place(Some(&of(name, code)));
        assert_eq!(place("模擬医院", None), place("模擬医院", Some("1")));
        assert_ne!(place("同名医院", None), place("同名医院", Some("2")));
        assert_ne!(place("同名医院", Some("2")), place("同名医院", Some("3")));
        assert_eq!(place("別名", Some("1")), place("模擬医院", None), "the code decides");
        assert_eq!(places.place(None), Place::Unknown);
    }
}
