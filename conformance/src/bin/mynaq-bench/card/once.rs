//! What is measured of ours, and the least that can be done: each in a process of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use mynaq_conformance::opening;
use mynaq_host_sdk::{DoorKind, EventBody, Plugin, Quiet};
use pcsc::{Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocols, Scope, ShareMode};

/// 公的個人認証AP by its name, and EF 000A whole.
const COMMANDS: [&[u8]; 2] = [
    b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
    b"\x00\xB0\x8A\x00\x00\x00\x00",
];

/// What one whole process of ours does where others do the same: load, connect, read, leave.
pub(crate) fn ours(plugin: &Path, config: &Path) -> ExitCode {
    let Ok(plugin) = Plugin::load_by(plugin, DoorKind::C) else { return ExitCode::from(2) };
    let Ok(session) = plugin.open(config, Quiet) else { return ExitCode::from(2) };
    let Ok(case) = session.open_case(&opening()) else { return ExitCode::from(2) };
    if case.read_card().is_err() {
        return ExitCode::from(2);
    }
    while let Ok(Some(event)) = case.next_event(Duration::from_secs(10)) {
        if let EventBody::CardRead { card, .. } = event.body {
            return ExitCode::from(u8::from(card.commands as usize != COMMANDS.len()));
        }
    }
    ExitCode::FAILURE
}

/// Connects to the first reader, sends two commands and prints the certificate. It looks at nothing,
/// waits for nothing and can cope with nothing.
pub(crate) fn floor() -> ExitCode {
    if read().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read() -> Result<(), Box<dyn std::error::Error>> {
    let context = Context::establish(Scope::User)?;
    let readers = context.list_readers_owned()?;
    let reader = readers.first().ok_or("no reader")?;
    let card = context.connect(reader, ShareMode::Shared, Protocols::ANY)?;
    let mut buffer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
    let mut data: &[u8] = &[];
    for command in COMMANDS {
        data = card.transmit(command, &mut buffer)?.strip_suffix(b"\x90\x00").ok_or("refused")?;
    }
    std::io::stdout().write_all(data)?;
    card.disconnect(Disposition::LeaveCard).map_err(|(_, error)| error)?;
    Ok(())
}
