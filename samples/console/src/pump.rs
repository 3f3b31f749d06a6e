//! One thread for all cases: the plugin rings, the thread drains the case that has events.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

use mynaq_host_sdk::{Hooks, Level};

use crate::desk::Desk;

/// What the plugin calls. Both calls return at once, as it asks for.
#[derive(Debug, Clone)]
pub(crate) struct Bell(Sender<u64>);

impl Bell {
    pub(crate) fn new() -> (Self, Receiver<u64>) {
        let (sender, receiver) = channel();
        (Bell(sender), receiver)
    }

    /// Has the case of this number looked after.
    pub(crate) fn ring(&self, case: u64) {
        // Nobody listens any more only while the program ends.
        let _ = self.0.send(case);
    }
}

impl Hooks for Bell {
    fn log(&self, level: Level, target: &str, message: &str) {
        if level <= Level::Info {
            let _ = writeln!(io::stderr(), "{level:?} {target}: {message}");
        }
    }

    fn wake(&self, case: u64) {
        self.ring(case);
    }
}

/// Starts the thread. It holds the desk weakly: a desk that goes away takes the bell with it, and
/// the thread ends.
pub(crate) fn start(desk: &Arc<Desk>, rung: Receiver<u64>) -> io::Result<()> {
    let desk: Weak<Desk> = Arc::downgrade(desk);
    std::thread::Builder::new().name("pump".into()).spawn(move || {
        for number in rung {
            let Some(desk) = desk.upgrade() else { return };
            // A case that is not there has just been closed.
            if let Some(case) = desk.by_number(number) {
                case.drain();
            }
        }
    })?;
    Ok(())
}
