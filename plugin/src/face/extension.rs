//! Extensions: optional tables by string id. There are none for hosts yet.
//!
//! In builds with debug assertions there is the suite's own, which puts a defect into a room.

use std::ffi::c_void;

#[cfg(not(debug_assertions))]
pub(super) const IDS: &[&str] = &[];

#[cfg(not(debug_assertions))]
pub(super) fn find(_: &str) -> Option<*const c_void> {
    None
}

#[cfg(debug_assertions)]
pub(super) const IDS: &[&str] = &[mynaq_interface::c::DEFECTS_ID];

#[cfg(debug_assertions)]
pub(super) fn find(id: &str) -> Option<*const c_void> {
    (id == mynaq_interface::c::DEFECTS_ID).then_some((&raw const on_purpose::DEFECTS).cast())
}

#[cfg(debug_assertions)]
mod on_purpose {
    use std::ffi::c_char;

    use mynaq_interface::c::{Defects, OK};
    use mynaq_interface::{ABI_VERSION, ErrorCode};

    use crate::defect;

    pub(super) static DEFECTS: Defects = Defects {
        struct_size: size_of::<Defects>() as u32,
        abi_version: ABI_VERSION,
        put_into: Some(put_into),
    };

    unsafe extern "C" fn put_into(room: *const c_char, size: u64) -> i32 {
        // SAFETY: interface::c::Defects: a text of `size` readable bytes.
        let room = unsafe { std::slice::from_raw_parts(room.cast::<u8>(), size as usize) };
        match std::str::from_utf8(room) {
            Ok(room) if defect::on_purpose::arm(room) => OK,
            _ => ErrorCode::UnknownValue.status(),
        }
    }
}
