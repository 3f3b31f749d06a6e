//! Counts what each thread holds, so that a test can say how much it was at most. In tests and the
//! fuzzer only: what ships has the system's allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    /// What is held now, and the most since [`most_held`] began. Below nothing on a thread that frees
    /// what others have made.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that ends has nothing to measure any more.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

// A layout is never longer than isize::MAX. What grows is moved, as the trait does it by itself, so
// that both copies count.
// SAFETY: the system's allocator does the work, with what it is given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the system's.
        let place = unsafe { System.alloc(layout) };
        if !place.is_null() {
            count(layout.size() as isize);
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promises are the system's.
        unsafe { System.dealloc(place, layout) }
    }
}

/// What somebody's work comes to, and how many bytes it held at most beyond those held before.
pub(crate) fn most_held<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let (before, most_before) = HELD.get();
    HELD.set((before, before));
    let done = work();
    let (now, most) = HELD.get();
    HELD.set((now, most.max(most_before)));
    (done, most.abs_diff(before))
}
