//! Handles: numbers with a kind and a generation, never pointers. A stale, foreign or made-up one
//! finds nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A table of things hosts hold handles to.
///
/// A handle is `kind (8 bits) | generation (28) | place + 1 (28)`; 0 is never a handle, and the top
/// bit is never set, so that a handle is positive in languages without unsigned numbers.
pub(crate) struct Handles<T> {
    kind: u8,
    slots: Mutex<Slots<T>>,
}

struct Slots<T> {
    places: Vec<Place<T>>,
    free: Vec<usize>,
}

struct Place<T> {
    generation: u64,
    value: Option<T>,
}

const BITS: u32 = 28;
const MASK: u64 = (1 << BITS) - 1;

impl<T> Handles<T> {
    pub(crate) const fn new(kind: u8) -> Self {
        assert!(kind > 0 && kind < 0x80);
        Handles { kind, slots: Mutex::new(Slots { places: Vec::new(), free: Vec::new() }) }
    }

    /// Makes a value that knows its own handle; none when the table is full.
    pub(crate) fn insert<E>(
        &self,
        make: impl FnOnce(u64) -> Result<T, E>,
    ) -> Result<Option<u64>, E> {
        let Some(reserved) = self.reserve() else { return Ok(None) };
        // The value is made outside the lock: it may take a while, and may come back here.
        let value = make(reserved.handle)?;
        Ok(Some(reserved.fill(value)))
    }

    fn reserve(&self) -> Option<Reserved<'_, T>> {
        let mut slots = self.lock();
        let place = match slots.free.pop() {
            Some(place) => place,
            None if slots.places.len() as u64 >= MASK => return None,
            None => {
                slots.places.push(Place { generation: 1, value: None });
                slots.places.len() - 1
            }
        };
        let handle = self.handle(place, slots.places[place].generation);
        Some(Reserved { table: self, place, handle })
    }

    /// Takes the value out; the handle is stale from now on.
    pub(crate) fn remove(&self, handle: u64) -> Option<T> {
        let mut slots = self.lock();
        let place = self.find(&slots, handle)?;
        let value = slots.places[place].value.take();
        slots.retire(place);
        value
    }

    /// Takes out every value of a kind, with its handle.
    pub(crate) fn take(&self, wanted: impl Fn(&T) -> bool) -> Vec<(u64, T)> {
        let mut slots = self.lock();
        let mut taken = Vec::new();
        for place in 0..slots.places.len() {
            let Place { generation, value } = &mut slots.places[place];
            let generation = *generation;
            if let Some(value) = value.take_if(|value| wanted(value)) {
                taken.push((self.handle(place, generation), value));
                slots.retire(place);
            }
        }
        taken
    }

    /// How many handles are out.
    pub(crate) fn length(&self) -> usize {
        let slots = self.lock();
        slots.places.len() - slots.free.len()
    }

    fn handle(&self, place: usize, generation: u64) -> u64 {
        u64::from(self.kind) << (2 * BITS) | generation << BITS | (place as u64 + 1)
    }

    fn find(&self, slots: &Slots<T>, handle: u64) -> Option<usize> {
        let place = usize::try_from((handle & MASK).checked_sub(1)?).ok()?;
        let known = slots.places.get(place)?;
        (known.value.is_some() && self.handle(place, known.generation) == handle).then_some(place)
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Handles<T> {
    /// The value of a handle.
    pub(crate) fn get(&self, handle: u64) -> Option<T> {
        let slots = self.lock();
        let place = self.find(&slots, handle)?;
        slots.places[place].value.clone()
    }
}

impl<T> Slots<T> {
    /// A place whose generations are used up is never used again: no handle ever returns.
    fn retire(&mut self, place: usize) {
        self.places[place].generation += 1;
        if self.places[place].generation <= MASK {
            self.free.push(place);
        }
    }
}

/// A place whose value is still being made. It is free again if that fails or panics.
struct Reserved<'a, T> {
    table: &'a Handles<T>,
    place: usize,
    handle: u64,
}

impl<T> Reserved<'_, T> {
    fn fill(self, value: T) -> u64 {
        self.table.lock().places[self.place].value = Some(value);
        let handle = self.handle;
        std::mem::forget(self);
        handle
    }
}

impl<T> Drop for Reserved<'_, T> {
    fn drop(&mut self) {
        self.table.lock().retire(self.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(table: &Handles<&'static str>, value: &'static str) -> u64 {
        table.insert(|_| Ok::<_, ()>(value)).unwrap().unwrap()
    }

    #[test]
    fn a_stale_foreign_or_forged_handle_finds_nothing() {
        let (cases, sessions) = (Handles::new(1), Handles::new(2));
        let case = insert(&cases, "case");
        let session = insert(&sessions, "session");
        assert_eq!(cases.get(case), Some("case"));
        for foreign in [session, 0, 1, u64::MAX, case + 1, case - 1, case ^ 1 << 30] {
            assert_eq!(cases.get(foreign), None, "{foreign:x}");
            assert_eq!(cases.remove(foreign), None, "{foreign:x}");
        }
        assert_eq!(cases.remove(case), Some("case"));
        assert_eq!((cases.get(case), cases.remove(case)), (None, None));
    }

    #[test]
    fn a_place_is_used_again_under_another_handle() {
        let table = Handles::new(1);
        let first = insert(&table, "first");
        table.remove(first);
        let second = insert(&table, "second");
        assert_ne!(first, second);
        assert_eq!((table.get(first), table.get(second)), (None, Some("second")));
        assert!(i64::try_from(second).is_ok());
    }

    #[test]
    fn what_is_taken_out_is_stale_and_the_rest_is_not() {
        let table = Handles::new(1);
        let handles = ["even", "odd", "even"].map(|value| insert(&table, value));
        assert_eq!(table.length(), 3);
        let taken = table.take(|value| *value == "even");
        assert_eq!(taken, [(handles[0], "even"), (handles[2], "even")]);
        assert_eq!(handles.map(|handle| table.get(handle)), [None, Some("odd"), None]);
        assert_eq!(table.length(), 1);
    }

    #[test]
    fn a_value_that_could_not_be_made_leaves_no_handle() {
        let table = Handles::<()>::new(1);
        let mut given = 0;
        let failed = table.insert(|handle| {
            given = handle;
            Err("no")
        });
        assert_eq!(failed, Err("no"));
        assert_eq!((table.get(given), table.length()), (None, 0));

        let panicked = std::panic::catch_unwind(|| table.insert::<()>(|_| panic!("on purpose")));
        assert!(panicked.is_err());
        assert_eq!(table.length(), 0, "the place is free again");
    }
}
