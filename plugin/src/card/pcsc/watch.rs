//! Which readers there are, and what lies on them.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use pcsc::{Context, ReaderState, State};

use super::{Living, display};
use crate::card::link::{Count, Lying, Seen, Sight, Watch};

/// Room for the names of more readers than there are: each has at most 128 bytes.
const NAMES: usize = 16 * 1024;
/// Nobody looks so seldom while this machine is awake.
const ASLEEP: Duration = Duration::from_secs(2);

/// The service tells at once when a card comes or goes. That a reader does is asked for at every look:
/// not every service tells, and Windows tells again and again unless it is asked in a way of its own.
#[derive(Default)]
pub(crate) struct PcscWatch {
    living: Living,
    /// The context a look is waiting in.
    waiting: Arc<Mutex<Option<Context>>>,
    states: Vec<ReaderState>,
    /// Which arrival each of them is: a service counts the cards of a reader from the beginning
    /// when the reader was plugged in again, or the service started again, and a card from before
    /// must not be taken for the one that lies there then.
    arrivals: HashMap<CString, u32>,
    arrived: u32,
    last: Option<Sight>,
    last_look: LastLook,
}

impl Watch for PcscWatch {
    fn look(&mut self, patience: Duration) -> Sight {
        let sight = match self.readers(patience) {
            Ok(seen) => Sight::Readers(seen),
            Err(error) => {
                self.living.drop_after(error);
                self.set_waiting(None);
                self.states.clear();
                self.arrivals.clear();
                without_service(error, cfg!(windows))
            }
        };
        self.last = Some(sight.clone());
        sight
    }

    fn interrupter(&self) -> Box<dyn Fn() + Send> {
        let waiting = Arc::clone(&self.waiting);
        Box::new(move || {
            if let Some(context) = &*waiting.lock().unwrap_or_else(PoisonError::into_inner) {
                // Nobody waits: there is nothing to cancel.
                let _ = context.cancel();
            }
        })
    }
}

impl PcscWatch {
    fn readers(&mut self, patience: Duration) -> Result<Vec<Seen>, pcsc::Error> {
        let context = self.living.get()?;
        self.set_waiting(Some(context.clone()));
        if self.list(&context)? {
            // A reader that is new is told of at once. Only then: where nothing is new, pcsc-lite fills
            // a look without waiting with a millisecond of work, while the card may be being read.
            self.ask(&context, Duration::ZERO)?;
        }
        let until = Instant::now() + patience;
        loop {
            if self.last_look.was_long_before(Instant::now(), SystemTime::now()) {
                // A reader may have lost its power, and a card that never moved comes anew.
                self.arrived = self.arrived.wrapping_add(1);
                self.arrivals.values_mut().for_each(|arrival| *arrival = self.arrived);
            }
            let seen = self.seen();
            let left = until.saturating_duration_since(Instant::now());
            let is_news = self.last.as_ref() != Some(&Sight::Readers(seen.clone()));
            if is_news || left.is_zero() || self.states.is_empty() {
                return Ok(seen);
            }
            // Also returns when somebody begins or ends to use a card.
            self.ask(&context, left)?;
        }
    }

    /// Brings the list of readers up to date; of those that stay, what was seen stays. Whether one
    /// is new.
    fn list(&mut self, context: &Context) -> Result<bool, pcsc::Error> {
        // Asked for the room first and then for the names, it fails when one is plugged in between.
        let mut room = vec![0; NAMES];
        let names = context.list_readers(&mut room)?;
        let names: Vec<CString> = names.filter(|name| !is_sam(name)).map(CStr::to_owned).collect();
        // One that was gone a moment ago is another one, under whatever name.
        self.states.retain(|state| {
            is_there(state) && names.iter().any(|name| name.as_c_str() == state.name())
        });
        self.arrivals.retain(|name, _| self.states.iter().any(|state| state.name() == &**name));
        let known = self.states.len();
        for name in names {
            if !self.states.iter().any(|state| state.name() == name.as_c_str()) {
                self.arrived = self.arrived.wrapping_add(1);
                self.arrivals.insert(name.clone(), self.arrived);
                self.states.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        Ok(self.states.len() > known)
    }

    fn ask(&mut self, context: &Context, patience: Duration) -> Result<(), pcsc::Error> {
        if self.states.is_empty() {
            return Ok(());
        }
        match context.get_status_change(patience, &mut self.states) {
            Ok(()) => {}
            // Cancelled by an interrupter, to end: the watching thread looks no more.
            Err(pcsc::Error::Timeout) => return Ok(()),
            // A reader has just gone; what is known of those that are left stays.
            Err(pcsc::Error::UnknownReader | pcsc::Error::ReaderUnavailable) => {
                return self.list(context).map(drop);
            }
            Err(error) => return Err(error),
        }
        for state in &mut self.states {
            state.sync_current_state();
        }
        Ok(())
    }

    /// Only whether a card is there counts: that somebody uses one is no news. While a service makes a
    /// reader ready nobody knows whether one is.
    fn seen(&self) -> Vec<Seen> {
        let arrival = |state: &ReaderState| self.arrivals.get(state.name()).copied();
        let there = self.states.iter().filter(|state| is_there(state) && is_known(state));
        there
            .map(|state| Seen {
                reader: display(state.name()),
                lying: match state.event_state() {
                    seen if seen.contains(State::MUTE) => Lying::Mute,
                    seen if seen.contains(State::PRESENT) => Lying::Card,
                    _ => Lying::Nothing,
                },
                count: Count { arrival: arrival(state).unwrap_or(0), changes: state.event_count() },
            })
            .collect()
    }

    fn set_waiting(&self, context: Option<Context>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }
}

/// When somebody looked last. One of the clocks may have been set, and the other stands still while
/// some machines sleep.
struct LastLook(Instant, SystemTime);

impl Default for LastLook {
    fn default() -> Self {
        LastLook(Instant::now(), SystemTime::now())
    }
}

impl LastLook {
    /// Looks now. Whether the machine may have slept since.
    fn was_long_before(&mut self, now: Instant, clock: SystemTime) -> bool {
        let LastLook(before, clock_before) = std::mem::replace(self, LastLook(now, clock));
        let by_clock = clock.duration_since(clock_before).unwrap_or_default();
        now.saturating_duration_since(before).max(by_clock) >= ASLEEP
    }
}

/// Windows stops its service with the last reader: to a crew that is a reader that is not there.
fn without_service(error: pcsc::Error, windows: bool) -> Sight {
    match error {
        pcsc::Error::NoService | pcsc::Error::ServiceStopped if windows => {
            Sight::Readers(Vec::new())
        }
        error => Sight::Absent(error.to_string()),
    }
}

fn is_there(state: &ReaderState) -> bool {
    !state.event_state().intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE)
}

fn is_known(state: &ReaderState) -> bool {
    state.event_state().intersects(State::EMPTY | State::PRESENT)
}

/// The slot for a reader's own secure module shows up as a reader with a card that never leaves.
fn is_sam(name: &CStr) -> bool {
    let name = display(name).to_ascii_uppercase();
    name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ').ends_with("SAM")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_without_a_service_is_windows_without_a_reader() {
        let gone = pcsc::Error::ServiceStopped;
        assert_eq!(without_service(gone, true), Sight::Readers(vec![]));
        assert_eq!(without_service(gone, false), Sight::Absent(gone.to_string()));
        let other = pcsc::Error::CommError;
        assert_eq!(without_service(other, true), Sight::Absent(other.to_string()));
    }

    #[test]
    fn a_machine_that_slept_has_not_looked() {
        let (begun, clock) = (Instant::now(), SystemTime::now());
        let long_before = |now: Duration, by_clock: Duration| {
            LastLook(begun, clock).was_long_before(begun + now, clock + by_clock)
        };
        let (moment, night) = (Duration::from_millis(600), Duration::from_secs(8 * 3600));
        assert!(!long_before(moment, moment));
        // Linux stops the first clock while it sleeps, Windows does not.
        assert!(long_before(moment, night));
        assert!(long_before(night, moment));
        let set_back = clock - night;
        assert!(!LastLook(begun, clock).was_long_before(begun + moment, set_back));
    }

    #[test]
    fn a_reader_of_which_nothing_is_known_yet_is_not_an_empty_one() {
        let states = vec![ReaderState::new(c"Some Reader 00 00", State::UNAWARE)];
        assert_eq!(PcscWatch { states, ..PcscWatch::default() }.seen(), []);
    }

    #[test]
    fn sam_slots_are_not_readers_for_patients() {
        assert!(is_sam(c"ACS ACR1252 Dual Reader SAM 01 00"));
        assert!(is_sam(c"Some Reader SAM 0"));
        assert!(!is_sam(c"Virtual PCD 00 00"));
        assert!(!is_sam(c"Samhwa Reader 00 00"));
    }
}
