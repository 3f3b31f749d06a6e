//! Answers that say something else than they should, on command.

use std::borrow::Cow;

use super::answer::{Answer, Listed, Said};
use super::faults::MessageFault;
use super::viewings::Outcome;
use crate::people::{Person, Registration};
use crate::world::World;

impl<'a> Answer<'a> {
    /// The answer with the faults of what it says.
    pub(super) fn spoilt(mut self, world: &'a World, faults: &[MessageFault]) -> Self {
        for fault in faults {
            match fault {
                MessageFault::InProgress => self.end("2", "", ""),
                MessageFault::Failed(9) => self.end("9", "SIM-FAILED", "処理が異常終了しました。"),
                MessageFault::Failed(_) => self.end("3", "SIM-FAILED", "処理が異常終了しました。"),
                MessageFault::UnknownCode => self.end("9", "SIM-99999", "未定義のエラーです。"),
                MessageFault::WrongIdentifier => {
                    self.identifier = Cow::Owned(format!("X{}", self.identifier));
                }
                MessageFault::WrongPerson => self.tell_of_another(world),
                MessageFault::TwoPeople => self.list_another(world),
                MessageFault::Notice => self.notify(),
                MessageFault::Spelling(_)
                | MessageFault::Bomb(_)
                | MessageFault::CodeFlag(_)
                | MessageFault::Miscoding(_)
                | MessageFault::Truncated(_)
                | MessageFault::Empty => {}
            }
        }
        self
    }

    fn end(&mut self, segment: &'static str, code: &'static str, message: &str) {
        self.said = Said::NotDone { segment, code, message: message.into() };
        self.outcome = Outcome::Failed;
    }

    fn tell_of_another(&mut self, world: &'a World) {
        if let Said::Told { person, others, .. } = &mut self.said {
            *person = another(world, person);
            others.clear();
        }
    }

    fn list_another(&mut self, world: &'a World) {
        if let Said::Told { person, others, .. } = &mut self.said {
            others.push(Listed::of(another(world, person)));
        }
    }

    fn notify(&mut self) {
        if let Said::Told { notice, .. } = &mut self.said {
            *notice = Some("システムメンテナンスのお知らせ（模擬）".into());
        }
    }
}

/// Somebody else about whom everything could be told.
fn another<'a>(world: &'a World, person: &'a Person) -> &'a Person {
    let mut others = world.people().iter().filter(|other| {
        other.registration == Registration::Once
            && other.card.expired_months_ago.is_none()
            && other.id != person.id
    });
    others.next().unwrap_or(person)
}
