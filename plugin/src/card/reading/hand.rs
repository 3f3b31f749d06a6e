//! One card, read with the retries that need no human hand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mynaq_interface::{CardFacts, ErrorCode};
use time::OffsetDateTime;

use super::{CardRead, Failed, Order, Task, Then};
use crate::card::allow::Purpose;
use crate::card::channel::Channel;
use crate::card::fault::Fault;
use crate::card::jpki::{self, Lengths};
use crate::card::link::{Connect, LinkFault, Sharing};
use crate::card::possession::Possession;
use crate::card::trust::Trust;
use crate::defect::{self, Room};

/// How often a card that was reset by others is read from the beginning again.
const RESETS: u32 = 3;

/// What the thread holds.
pub(super) struct Hand {
    connect: Box<dyn Connect>,
    trust: Trust,
    /// What was seen to work, for readers that cannot pass the long answer on.
    lengths: HashMap<String, Lengths>,
    /// Readers that read in smaller pieces what seemed gone before.
    suspects: HashSet<String>,
}

impl Hand {
    pub(super) fn new(connect: Box<dyn Connect>, trust: Trust) -> Self {
        Hand { connect, trust, lengths: HashMap::new(), suspects: HashSet::new() }
    }

    /// Reads one card, with the retries that need no human hand. Says before each that it has begun.
    pub(super) fn read(
        &mut self,
        order: &Order,
        begun: &mut dyn FnMut(),
    ) -> Result<CardRead, Failed> {
        let (mut resets, mut nonsenses) = (0, 0);
        let mut lengths = self.lengths_for(order);
        let mut because = None;
        loop {
            let fault = match self.read_once(order, lengths, begun) {
                Ok(read) => {
                    self.remember(&order.reader, lengths, because);
                    return Ok(read);
                }
                Err(fault) => fault,
            };
            let may_go_on = match &order.task {
                Task::VerifyPin(check) if fault.may_be_another_card() => check.may_go_on(),
                Task::VerifyPin(check) => !check.is_spent(),
                Task::Read => true,
            };
            match (fault, lengths.next()) {
                (fault, _) if !may_go_on || order.progress.is_given_up() => {
                    return Err(Failed { error: fault.into_error(), then: Then::End });
                }
                (Fault::Lengths(fault), Some(smaller)) => {
                    because = Some(fault);
                    lengths = smaller;
                }
                (Fault::Link(LinkFault::Reset), _) if resets < RESETS => resets += 1,
                (fault, _) => {
                    let error = fault.into_error();
                    if nonsenses >= worth_asking_again(error.code()) {
                        return Err(Failed { then: then(error.code()), error });
                    }
                    nonsenses += 1;
                }
            }
        }
    }

    /// What to begin with. A PIN check is not tried again by itself on a card that seemed gone, so it
    /// takes no risk with a reader that may be at fault.
    fn lengths_for(&self, order: &Order) -> Lengths {
        let careful =
            matches!(order.task, Task::VerifyPin(_)) && self.suspects.contains(&order.reader);
        let known = self.lengths.get(&order.reader).copied();
        known.unwrap_or(if careful { Lengths::Short } else { Lengths::Extended })
    }

    /// Keeps what worked for this reader. A card that was held shakily is no reader that cannot: where
    /// smaller pieces were tried because the card seemed gone, the reader is only suspected.
    fn remember(&mut self, reader: &str, lengths: Lengths, because: Option<LinkFault>) {
        if because == Some(LinkFault::Removed) {
            self.suspects.insert(reader.to_owned());
            return;
        }
        self.suspects.remove(reader);
        if lengths == Lengths::Extended {
            self.lengths.remove(reader);
        } else {
            self.lengths.insert(reader.to_owned(), lengths);
        }
    }

    fn read_once(
        &mut self,
        order: &Order,
        lengths: Lengths,
        begun: &mut dyn FnMut(),
    ) -> Result<CardRead, Fault> {
        let (sharing, purpose) = match order.task {
            Task::Read => (Sharing::Shared, Purpose::Reading),
            Task::VerifyPin(_) => (Sharing::Exclusive, Purpose::PinCheck),
        };
        let (mut read, trust) = (None, &self.trust);
        self.connect.talk(&order.reader, sharing, &*order.progress, &mut |link| {
            defect::may_be_here(Room::Card);
            if order.progress.is_given_up() {
                read = Some(Err(ErrorCode::CardCancelled.into()));
                return;
            }
            begun();
            read = Some(talk(&mut Channel::new(link, purpose), lengths, order, trust));
        })?;
        read.unwrap_or(Err(LinkFault::Removed.into()))
    }
}

fn talk(
    channel: &mut Channel<'_>,
    lengths: Lengths,
    order: &Order,
    trust: &Trust,
) -> Result<CardRead, Fault> {
    let (kind, certificate) = jpki::read(channel, lengths)?;
    // Before anything else is done with it: a drill spends no try of a real card's PIN.
    trust.admit(&certificate)?;
    let certificate = Arc::new(certificate);
    let (possession, signing_certificate) = match &order.task {
        Task::Read => (Possession::Unproven, None),
        Task::VerifyPin(check) => {
            let given_up = || order.progress.is_given_up();
            let signing = check.run(channel, &certificate, &given_up)?;
            (Possession::ByPin, Some(signing))
        }
    };
    let facts = CardFacts {
        kind,
        validity: certificate.validity(OffsetDateTime::now_utc()),
        possession_proven: possession.is_proven(),
        commands: channel.commands(),
        signing_certificate,
    };
    Ok(CardRead { reader: order.reader.clone(), certificate, facts })
}

/// How often a card that says so is read again from the beginning, before the crew hears of it.
fn worth_asking_again(code: ErrorCode) -> u32 {
    match code {
        ErrorCode::CardUnreadable => 2,
        // It ends the matter of the card for this patient: not on one answer alone.
        ErrorCode::CardNoCertificate => 1,
        _ => 0,
    }
}

/// What follows an error without the crew.
fn then(code: ErrorCode) -> Then {
    match code {
        ErrorCode::CardRemoved
        | ErrorCode::ReaderBusy
        | ErrorCode::NoReader
        | ErrorCode::NoReaderService => Then::Again,
        ErrorCode::CardUnreadable
        | ErrorCode::CardNotMyNumber
        | ErrorCode::CardBasicResident
        | ErrorCode::CardPhone
        | ErrorCode::CardDrivingLicence
        | ErrorCode::CardForeign => Then::Another,
        _ => Then::End,
    }
}
