//! Where the cards are made.

use super::Plastic;
use super::application::{Application, LICENCE, PASSPORT, PAYMENT, RESIDENCE};
use super::atr::Atr;
use super::jpki::{Certificate, Jpki, Signing};
use super::plastic::Chip;
use crate::error::Error;
use crate::people::{Person, PinData, SigningData};
use crate::pki::Marking;
use crate::tries::Tries;
use crate::world::{OtherCard, World};

/// The label of a My Number Card.
const MY_NUMBER: &str = "JPKIAPICCTOKEN2";

/// The size of a certificate's file that was wiped.
const WIPED: usize = 1600;

impl Plastic {
    /// The card of a person (`P01` …) or one of the other cards (`X01` …), as it left the factory.
    ///
    /// # Errors
    /// [`Error::UnknownCard`] when nothing has this id; [`Error::Pki`] when its key could not be
    /// made.
    pub fn new(world: &World, id: &str) -> Result<Plastic, Error> {
        match (world.person(id), OtherCard::find(id)) {
            (Some(person), _) => of_person(world, person),
            (None, Some(card)) => of_card(world, card),
            (None, None) => Err(Error::UnknownCard(id.into())),
        }
    }
}

fn of_person(world: &World, person: &Person) -> Result<Plastic, Error> {
    let signing = match person.card.signing {
        SigningData::Issued => Signing::Closed,
        SigningData::None => Signing::Missing,
    };
    let tries = match person.card.pins {
        PinData::Set => Tries::FULL,
        PinData::Locked => Tries::LOCKED,
    };
    let jpki = readable(world, &person.id, (MY_NUMBER, signing, Marking::Simulated))?;
    Ok(Plastic::made(&person.id, Some(Atr::JpkiTypeB), chip(jpki), tries))
}

fn of_card(world: &World, card: OtherCard) -> Result<Plastic, Error> {
    let with_jpki = |atr, jpki: Result<Jpki, Error>| Ok((Some(atr), chip(jpki?)));
    // Except for the licence it is not public what readers make up for them.
    let foreign = |aid| Ok((Some(Atr::LicenceTypeB), Chip::Other(Application::Foreign(aid))));
    let unread = |label, signing| Jpki::new(world, label, signing, Marking::Simulated);
    let phone = |label| {
        let key = &world.identity(card.id())?.key;
        Ok(unread(label, Signing::Closed)?.with(Certificate::Closed, key))
    };
    let marked = |label, marking| readable(world, card.id(), (label, Signing::Closed, marking));
    let without = |signing, certificate| Ok(unread(MY_NUMBER, signing)?.without(certificate));
    let made: Result<_, Error> = match card {
        OtherCard::Jukki => with_jpki(Atr::JukkiTypeB, unread("JPKIAPICCTOKEN", Signing::Closed)),
        OtherCard::Android => with_jpki(Atr::JpkiTypeB, phone("JPKIAPGPSETOKEN")),
        OtherCard::Iphone => with_jpki(Atr::JpkiTypeB, phone("JPKIAPIOSTOKEN")),
        OtherCard::Unmarked => with_jpki(Atr::JpkiTypeB, marked(MY_NUMBER, Marking::Unmarked)),
        OtherCard::NextLabel => {
            with_jpki(Atr::JpkiTypeB, marked("JPKIAPICCTOKEN3", Marking::Simulated))
        }
        OtherCard::Uncertified => {
            with_jpki(Atr::JpkiTypeB, without(Signing::Missing, Certificate::Free(Vec::new())))
        }
        OtherCard::Wiped => {
            let wiped = Certificate::Free(vec![0xFF; WIPED]);
            with_jpki(Atr::JpkiTypeB, without(Signing::Closed, wiped))
        }
        OtherCard::Fileless => {
            with_jpki(Atr::JpkiTypeB, without(Signing::Closed, Certificate::Missing))
        }
        OtherCard::Licence => foreign(LICENCE),
        OtherCard::Residence => foreign(RESIDENCE),
        OtherCard::Payment => foreign(PAYMENT),
        OtherCard::Passport => foreign(PASSPORT),
        OtherCard::NextGeneration => Ok((Some(Atr::JpkiTypeB), Chip::Other(Application::Manager))),
        OtherCard::Mute => Ok((None, Chip::Other(Application::Manager))),
    };
    let (atr, chip) = made?;
    Ok(Plastic::made(card.id(), atr, chip, Tries::FULL))
}

/// The application with the certificate and key of this id.
fn readable(
    world: &World,
    id: &str,
    (label, signing, marking): (&str, Signing, Marking),
) -> Result<Jpki, Error> {
    let identity = world.identity(id)?;
    let certificate = Certificate::Free(identity.certificate.clone());
    Ok(Jpki::new(world, label, signing, marking)?.with(certificate, &identity.key))
}

fn chip(jpki: Jpki) -> Chip {
    Chip::Jpki(Box::new(jpki))
}
