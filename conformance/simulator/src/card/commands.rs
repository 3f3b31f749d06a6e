//! The four commands the card knows.

use super::apdu::{Command, Refused};
use super::application::{Application, PinName};
use super::habits::{BeyondEnd, Habits, OnReselect, Verified};
use super::jpki::Content;
use super::plastic::{Plastic, Tried};
use super::{OK, State, StatusWord};

/// Data and a status word that lets it through.
type Answer = Result<(Vec<u8>, StatusWord), Refused>;

/// The end of the file was reached before all that was asked for.
const END: StatusWord = 0x6282;

const MEMORY: Refused = Refused(0x6581);
const LENGTH: Refused = Refused(0x6700);
const NO_CHANNEL: Refused = Refused(0x6881);
const STRUCTURE: Refused = Refused(0x6981);
const SECURITY: Refused = Refused(0x6982);
const BLOCKED: Refused = Refused(0x6984);
const CONDITIONS: Refused = Refused(0x6985);
const NO_FILE_SELECTED: Refused = Refused(0x6986);
const NOT_FOUND: Refused = Refused(0x6A82);
const PARAMETERS: Refused = Refused(0x6A86);
const OFFSET: Refused = Refused(0x6B00);
const INSTRUCTION: Refused = Refused(0x6D00);
const CLASS: Refused = Refused(0x6E00);

pub(super) fn execute(
    plastic: &Plastic,
    state: &mut State,
    command: &Command<'_>,
    habits: Habits,
) -> Answer {
    match (command.class, command.instruction) {
        // Logical channels are not supported. The reader's own FF CA lands here too.
        (class, _) if class & 0x03 != 0 => Err(NO_CHANNEL),
        (0x00, 0xA4) => select(plastic, state, command, habits.on_reselect),
        (0x00, 0xB0) => read(plastic, state, command, habits),
        (0x00, 0x20) => verify(plastic, state, command, habits.verified),
        (0x80, 0x2A) => sign(plastic, state, command),
        // The first step of the authentication without PIN; the rest of it is not public.
        (0x80, 0xA2) => Err(PARAMETERS),
        (0x00 | 0x80, _) => Err(INSTRUCTION),
        _ => Err(CLASS),
    }
}

fn select(
    plastic: &Plastic,
    state: &mut State,
    command: &Command<'_>,
    again: OnReselect,
) -> Answer {
    match (command.p1, command.p2) {
        (0x04, 0x0C) => {
            let application = Application::find(command.data)
                .filter(|application| plastic.has(*application))
                .ok_or(NOT_FOUND)?;
            // Leaving the application forgets its PINs; selecting it again need not, which is why
            // that must not be anybody's way to log out. PINs that a reset kept wait for it.
            let again = application == state.application && again == OnReselect::Clears;
            if application != Application::Jpki || again {
                state.verified.clear();
            }
            state.application = application;
            state.file = None;
            Ok((Vec::new(), OK))
        }
        (0x02, 0x0C) => {
            let &[high, low] = command.data else { return Err(LENGTH) };
            let number = u16::from_be_bytes([high, low]);
            let known = match state.application {
                Application::Manager => false,
                Application::Jpki => plastic.file(number).is_some(),
                // Closed doors all look alike.
                Application::Guarded(_) | Application::Foreign(_) => true,
            };
            if !known {
                return Err(NOT_FOUND);
            }
            state.file = Some(number);
            Ok((Vec::new(), OK))
        }
        _ => Err(PARAMETERS),
    }
}

fn read(plastic: &Plastic, state: &mut State, command: &Command<'_>, habits: Habits) -> Answer {
    let expected = match (command.data, command.expected) {
        ([], Some(expected)) => expected,
        _ => return Err(LENGTH),
    };
    let (number, offset) = if command.p1 & 0x80 == 0 {
        let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
        (state.file.ok_or(NO_FILE_SELECTED)?, offset)
    } else {
        if command.p1 & 0x60 != 0 {
            return Err(PARAMETERS);
        }
        (u16::from(command.p1 & 0x1F), usize::from(command.p2))
    };
    let content = open(plastic, state, number)?;
    state.file = Some(number);
    let bytes = match content {
        Content::Free(bytes) => bytes,
        Content::Closed => return Err(SECURITY),
        Content::Key(_) | Content::Pin(_) => return Err(STRUCTURE),
    };
    let left = bytes.get(offset..).unwrap_or(&[]);
    let status = match habits.beyond_end {
        // An empty file can be read from its beginning, and gives nothing.
        BeyondEnd::Refused if left.is_empty() && offset > 0 => return Err(OFFSET),
        BeyondEnd::Warned if left.len() < expected => END,
        BeyondEnd::Refused | BeyondEnd::Warned => OK,
    };
    let most = habits.le_clamp.map_or(expected, |most| expected.min(usize::from(most)));
    Ok((left.iter().take(most).copied().collect(), status))
}

fn verify(
    plastic: &Plastic,
    state: &mut State,
    command: &Command<'_>,
    verified: Verified,
) -> Answer {
    if command.p1 != 0 {
        return Err(PARAMETERS);
    }
    let number = referenced(state, command.p2)?;
    let Content::Pin(name) = open(plastic, state, number)? else { return Err(STRUCTURE) };
    state.file = Some(number);
    if command.data.is_empty() {
        if verified == Verified::Success && state.verified.contains(&name) {
            return Ok((Vec::new(), OK));
        }
        return Err(left(plastic.tries(name)));
    }
    if command.data.len() > 16 {
        return Err(LENGTH);
    }
    state.verified.retain(|verified| *verified != name);
    match plastic.try_pin(name, command.data) {
        Tried::Right => {
            state.verified.push(name);
            Ok((Vec::new(), OK))
        }
        Tried::Wrong(tries) => Err(left(tries)),
        Tried::Blocked => Err(BLOCKED),
        Tried::Failed => Err(MEMORY),
    }
}

fn sign(plastic: &Plastic, state: &mut State, command: &Command<'_>) -> Answer {
    if command.p1 != 0 {
        return Err(PARAMETERS);
    }
    let number = referenced(state, command.p2)?;
    let Content::Key(pin) = open(plastic, state, number)? else { return Err(STRUCTURE) };
    state.file = Some(number);
    if !state.verified.contains(&pin) {
        return Err(SECURITY);
    }
    match (pin, command.expected) {
        (PinName::Signature, _) => Err(CONDITIONS),
        (PinName::Authentication, Some(expected)) if expected < 256 => Err(LENGTH),
        (PinName::Authentication, _) => {
            plastic.sign(command.data).map(|signature| (signature, OK)).ok_or(CONDITIONS)
        }
    }
}

/// The file a P2 means: the current one, or one by its short identifier.
fn referenced(state: &State, p2: u8) -> Result<u16, Refused> {
    match p2 {
        0x80 => state.file.ok_or(NO_FILE_SELECTED),
        0x81..=0x9F => Ok(u16::from(p2 & 0x1F)),
        _ => Err(PARAMETERS),
    }
}

fn open<'a>(plastic: &'a Plastic, state: &State, number: u16) -> Result<Content<'a>, Refused> {
    match state.application {
        Application::Manager => Err(NOT_FOUND),
        Application::Guarded(_) | Application::Foreign(_) => Err(SECURITY),
        Application::Jpki => plastic.file(number).ok_or(NOT_FOUND),
    }
}

fn left(tries: u8) -> Refused {
    Refused(0x63C0 | u16::from(tries & 0x0F))
}
