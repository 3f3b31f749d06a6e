//! Reads the user authentication certificate from the card on the first reader, the way the jpki
//! crate's own documentation shows, and prints its DER.

use std::error::Error;
use std::io::Write as _;
use std::rc::Rc;

use jpki::Card;
use jpki::ap::CryptoAp;
use jpki::ap::crypto::CertType;
use jpki::pcsc::Context;

fn main() -> Result<(), Box<dyn Error>> {
    let context = Context::try_new()?;
    let card = context.open()?.connect(context)?;
    let application = CryptoAp::open((), Rc::new(Card::new(Box::new(card))))
        .map_err(|error| error.to_string())?;
    // This certificate asks for no PIN, and none is sent.
    let certificate = application
        .read_certificate((), CertType::Auth, Vec::new())
        .map_err(|error| error.to_string())?;
    Ok(std::io::stdout().write_all(&certificate)?)
}
