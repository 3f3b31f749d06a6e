//! The watching thread: sees readers and cards come and go, and does nothing else, so that it sees
//! them however long a card takes to answer.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode};

use super::link::{Sight, Watch};

/// How long a look may take when nothing happens: so long a new reader may go unseen.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often a service that is not there, or a reader that is none, is asked for again.
const BREATH: Duration = Duration::from_millis(150);

/// The thread, from outside. Dropping it ends the thread.
pub(crate) struct Watcher {
    stop: Option<Sender<()>>,
    interrupt: Box<dyn Fn() + Send>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts looking; each change goes to `tell`, which says whether to go on.
    pub(crate) fn start(
        mut watch: Box<dyn Watch>,
        mut tell: impl FnMut(Sight) -> bool + Send + 'static,
    ) -> Result<Self, Error> {
        let (stop, stopped) = channel::<()>();
        let interrupt = watch.interrupter();
        let thread = std::thread::Builder::new()
            .name("mynaq-watch".into())
            .spawn(move || {
                let mut last = None;
                let mut breath = Duration::ZERO;
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(breath) {
                    let begun = Instant::now();
                    let sight = watch.look(PATIENCE);
                    // A look that comes back at once with nothing new must not come back for ever.
                    let nothing = last.as_ref() == Some(&sight) && begun.elapsed() < BREATH;
                    breath = if nothing { BREATH } else { Duration::ZERO };
                    if last.as_ref() != Some(&sight) {
                        last = Some(sight.clone());
                        if !tell(sight) {
                            return;
                        }
                    }
                }
            })
            .map_err(|error| Error::new(ErrorCode::Panic).detail(error))?;
        Ok(Watcher { stop: Some(stop), interrupt, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        while !thread.is_finished() {
            (self.interrupt)();
            std::thread::sleep(Duration::from_millis(1));
        }
        // One that panicked has ended too, and was logged when it did.
        let _ = thread.join();
    }
}
