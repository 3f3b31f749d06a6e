//! Readers that have not answered in time, and the threads that wait for them.

use std::collections::HashMap;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a card may take to let go at the end.
const LAST_WORK: Duration = Duration::from_secs(2);

/// At most one thread for each reader: a reader that is stuck gets no more cards.
#[derive(Default)]
pub(super) struct Stuck {
    threads: HashMap<u64, (String, JoinHandle<()>)>,
}

impl Stuck {
    /// A thread waits for this reader, and nobody for the thread.
    pub(super) fn add(&mut self, number: u64, reader: String, thread: JoinHandle<()>) {
        self.threads.insert(number, (reader, thread));
    }

    /// The thread of this number has its answer; it ends by itself.
    pub(super) fn answered(&mut self, number: u64) {
        self.threads.remove(&number);
    }

    /// Whether this reader is one of them.
    pub(super) fn holds(&self, reader: &str) -> bool {
        self.threads.values().any(|(stuck, _)| stuck == reader)
    }

    /// Waits for every thread, and for the one that reads; for those that hang not longer than a
    /// moment. They hold no case and call no host, and the library stays loaded.
    pub(super) fn end(self, reader: Option<JoinHandle<()>>, reads: bool) {
        let mut threads: Vec<_> = self.threads.into_values().map(|(_, thread)| thread).collect();
        match reader {
            Some(reader) if reads => threads.push(reader),
            Some(reader) => {
                // One that panicked has ended too, and was logged when it did.
                let _ = reader.join();
            }
            None => {}
        }
        let until = Instant::now() + LAST_WORK;
        while threads.iter().any(|thread| !thread.is_finished()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        for thread in threads.into_iter().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}
