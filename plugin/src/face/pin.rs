//! The library pins itself: it has threads and thread-local destructors, so it must never be
//! unloaded, whatever the host does with its handle.

/// On Linux the linker flag `-z nodelete` does it (`build.rs`); elsewhere a call does.
#[cfg(not(windows))]
pub(super) fn pin() {}

#[cfg(windows)]
pub(super) fn pin() {
    use std::ffi::c_void;

    const FROM_ADDRESS: u32 = 4;
    const PIN: u32 = 1;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    let mut module = std::ptr::null_mut();
    let address = pin as *const c_void;
    // SAFETY: the address is inside this library; a failure leaves the library unpinned, which a
    // host that keeps the rules (INTERFACE.md, LIFE) does not notice.
    unsafe { GetModuleHandleExW(FROM_ADDRESS | PIN, address, &mut module) };
}
