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

/// The heap of what ships, and of programs that measure it from within. The unit tests and the fuzzer
/// count what is held instead (`card::trial::heap`); a program has one allocator.
#[cfg(not(any(test, fuzzing)))]
mod heap {
    use std::alloc::{GlobalAlloc, Layout, System};

    /// The system's allocator, with every place wiped before it is given back.
    struct Wiping;

    #[global_allocator]
    static WIPING: Wiping = Wiping;

    // Nothing grows or shrinks where it is: the trait does it by itself, by moving, and the old place
    // is given back here like any other.
    // SAFETY: the system's allocator does the work, with what it is given.
    unsafe impl GlobalAlloc for Wiping {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promises are the system's.
            unsafe { System.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promises are the system's.
            unsafe { System.alloc_zeroed(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            // SAFETY: the caller gives back a place of this layout that nobody uses any more.
            unsafe {
                place.write_bytes(0, layout.size());
                // Without it a compiler may see that nobody reads what was written.
                zeroize::optimization_barrier(&*place);
                System.dealloc(place, layout);
            }
        }
    }
}
