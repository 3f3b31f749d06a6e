//! Memory that is given back holds nothing: this library's allocator wipes it.
//!
//! Everything of a patient passes through buffers that are not ours: of the TLS and HTTP libraries, the
//! XML reader, JSON writers that grow. [`zeroize`] wipes what we hold on purpose; this wipes the rest.
//! The library has a heap of its own in this sense: a host's is not touched, and costs nothing.

/// Code that is not optimised keeps everything on the stack, several times over.
const FOLD: usize = if cfg!(debug_assertions) { 4 } else { 1 };
/// More than reading a card or a look-up takes.
const DEEP: usize = FOLD * 64 * 1024;
/// More than one step of a case takes. A host's stack may be small.
const SHALLOW: usize = FOLD * 8 * 1024;

/// Wipes what work that is over has left on this thread's stack, below whoever calls this.
pub(crate) fn deep() {
    zeroize::zeroize_stack::<DEEP>();
}

/// Does work on a thread of ours, and wipes what it leaves on the stack.
pub(crate) fn deep_after<T>(work: impl FnOnce() -> T) -> T {
    let done = in_a_frame_of_its_own(work);
    deep();
    done
}

/// Does a step of a case, on any thread, and wipes what it leaves on the stack. What comes after it
/// would not only leave it there: values that are moved take what lies between their parts along.
pub(crate) fn shallow_after<T>(work: impl FnOnce() -> T) -> T {
    let done = in_a_frame_of_its_own(work);
    zeroize::zeroize_stack::<SHALLOW>();
    done
}

/// Below the caller's frame, which is not wiped.
#[inline(never)]
fn in_a_frame_of_its_own<T>(work: impl FnOnce() -> T) -> T {
    work()
}

// The fuzzer counts what is held instead, and so do the unit tests (`card::trial::heap`): a program has
// one allocator. A program that links this library to measure it has this one, as what ships does.
#[cfg(not(fuzzing))]
mod heap {
    use std::alloc::{GlobalAlloc, Layout};

    #[cfg(not(test))]
    #[global_allocator]
    static HEAP: Wiping<std::alloc::System> = Wiping(std::alloc::System);

    /// An allocator that wipes every place before it is given back to another.
    pub(super) struct Wiping<A>(pub(super) A);

    // Nothing grows or shrinks where it is: the trait does it by itself, by moving, and the old place
    // is given back here like any other.
    // SAFETY: the other allocator does the work, with what it is given.
    unsafe impl<A: GlobalAlloc> GlobalAlloc for Wiping<A> {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promises are the other's.
            unsafe { self.0.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promises are the other's.
            unsafe { self.0.alloc_zeroed(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            // SAFETY: the caller gives back a place of this layout that nobody uses any more.
            unsafe {
                place.write_bytes(0, layout.size());
                // Without it a compiler may see that nobody reads what was written.
                zeroize::optimization_barrier(&*place);
                self.0.dealloc(place, layout);
            }
        }
    }
}

#[cfg(all(test, not(fuzzing)))]
mod tests {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::RefCell;

    use super::heap::Wiping;

    /// The system's, which keeps a copy of everything it is given back.
    #[derive(Default)]
    struct Watched(RefCell<Vec<Vec<u8>>>);

    // SAFETY: the system's allocator does the work, with what it is given.
    unsafe impl GlobalAlloc for Watched {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promises are the system's.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            // SAFETY: a place of this layout, which was written to.
            let bytes = unsafe { std::slice::from_raw_parts(place, layout.size()) };
            self.0.borrow_mut().push(bytes.to_vec());
            // SAFETY: the caller's promises are the system's.
            unsafe { System.dealloc(place, layout) }
        }
    }

    #[test]
    fn what_is_given_back_is_wiped_and_what_grows_or_shrinks_is_kept() {
        for align in [1, 8, 16, 64, 4096] {
            for size in [1, 7, 8, 24, 4095, 4096, 300_000] {
                let heap = Wiping(Watched::default());
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: sizes are not 0, each place is used with the layout it has, and given back
                // once.
                unsafe {
                    let place = heap.alloc(layout);
                    assert_eq!(place.addr() % align, 0);
                    place.write_bytes(0xA5, size);
                    let place = heap.realloc(place, layout, size + 1000);
                    assert_eq!(place.addr() % align, 0);
                    let grown = std::slice::from_raw_parts_mut(place, size + 1000);
                    assert!(grown[..size].iter().all(|byte| *byte == 0xA5), "{size} {align}");
                    grown.fill(0x5A);
                    let layout = Layout::from_size_align(size + 1000, align).unwrap();
                    let place = heap.realloc(place, layout, size);
                    let shrunk = std::slice::from_raw_parts(place, size);
                    assert!(shrunk.iter().all(|byte| *byte == 0x5A), "{size} {align}");
                    heap.dealloc(place, Layout::from_size_align(size, align).unwrap());
                    let zeroed = heap.alloc_zeroed(layout);
                    assert!(
                        std::slice::from_raw_parts(zeroed, layout.size()).iter().all(|it| *it == 0)
                    );
                    zeroed.write_bytes(0xA5, layout.size());
                    heap.dealloc(zeroed, layout);
                }
                let given_back = heap.0.0.into_inner();
                let sizes: Vec<_> = given_back.iter().map(Vec::len).collect();
                assert_eq!(sizes, [size, size + 1000, size, size + 1000]);
                assert!(given_back.concat().iter().all(|byte| *byte == 0), "{size} {align}");
            }
        }
    }
}
