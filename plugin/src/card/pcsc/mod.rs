//! Cards through the smart card service of the operating system (PC/SC).
//!
//! `watch` sees readers and cards come and go, `connect` talks to one. Each has a context of its own:
//! a context serves one call at a time, and a call may take as long as a card likes.

mod connect;
mod watch;

use std::ffi::CStr;

use pcsc::{Context, Scope};

pub(crate) use self::connect::PcscConnect;
pub(crate) use self::watch::PcscWatch;

/// A context that lives. After the service was restarted the old one is dead for ever, whatever it says
/// of itself, so every failure that could mean that drops it.
#[derive(Default)]
struct Living {
    context: Option<Context>,
}

impl Living {
    fn get(&mut self) -> Result<Context, pcsc::Error> {
        if self.context.is_none() {
            self.context = Some(Context::establish(Scope::User)?);
        }
        self.context.clone().ok_or(pcsc::Error::NoService)
    }

    fn drop_after(&mut self, error: pcsc::Error) {
        if is_gone(error) {
            self.context = None;
        }
    }
}

/// Whether the service, or our connection to it, may be gone.
fn is_gone(error: pcsc::Error) -> bool {
    use pcsc::Error as E;
    matches!(
        error,
        E::NoService
            | E::ServiceStopped
            | E::InvalidHandle
            | E::CommError
            | E::InternalError
            | E::UnknownError
            | E::Shutdown
    )
}

fn display(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}
