//! The watching thread: sees readers and cards come and go, and does nothing else, so that it sees
//! them however long a card takes to answer.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mynaq_interface::{Error, ErrorCode};

use super::link::{Sight, Watch};

/// How long a look may take when nothing happens: so long a new reader may go unseen.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often a service that is not there, or a reader that is none, is asked for again.
const BREATH: Duration = Duration::from_millis(150);
/// How often a look that is not wanted any more is interrupted: it may only be about to begin.
const AGAIN: Duration = Duration::from_millis(1);

/// The thread, from outside. Dropping it ends the thread.
pub(crate) struct Watcher {
    stop: Option<Sender<()>>,
    interrupt: Box<dyn Fn() + Send>,
    /// Nothing is said on it; it breaks off when the thread ends.
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts looking; each change goes to `tell`, which says whether to go on.
    pub(crate) fn start(
        mut watch: Box<dyn Watch>,
        mut tell: impl FnMut(Sight) -> bool + Send + 'static,
    ) -> Result<Self, Error> {
        let (stop, stopped) = channel::<()>();
        let (lives, ended) = channel::<()>();
        let interrupt = watch.interrupter();
        let thread = std::thread::Builder::new()
            .name("mynaq-watch".into())
            .spawn(move || {
                let _lives = lives;
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
        Ok(Watcher { stop: Some(stop), interrupt, ended, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        loop {
            (self.interrupt)();
            if self.ended.recv_timeout(AGAIN) == Err(RecvTimeoutError::Disconnected) {
                break;
            }
        }
        // One that panicked has ended too, and was logged when it did.
        let _ = thread.join();
    }
}
