//! What happens when the plugin itself is wrong, and how that is proved.
//!
//! A panic anywhere becomes `internal.panic`: it ends the case it was working for and no other
//! (`face::guard` on a host's thread, the rooms' own threads elsewhere). Its message never leaves:
//! it may quote what the code was looking at, which may be a patient's.
//!
//! In builds with debug assertions the suite can put a defect into a room (extension
//! [`DEFECTS_ID`](mynaq_interface::c::DEFECTS_ID)). A release build has neither the extension nor
//! the places.

use std::panic;
use std::sync::Once;

/// The rooms a case walks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Card,
    Gate,
    Ledger,
    Lookup,
    Adapters,
}

/// Keeps the messages of panics to this library: the log says where, and nobody says what.
///
/// This library has its own copy of the standard library, so a Rust host's hook is not touched.
pub(crate) fn keep_messages_in() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        panic::set_hook(Box::new(|defect| {
            let (file, line) =
                defect.location().map_or(("?", 0), |place| (place.file(), place.line()));
            let thread = std::thread::current().name().unwrap_or("a host's thread").to_owned();
            tracing::error!(file, line, thread, "a defect was met");
        }));
    });
}

/// A place where the suite may put a defect. Nothing in a release build.
#[cfg(not(debug_assertions))]
pub(crate) fn may_be_here(_: Room) {}

#[cfg(debug_assertions)]
pub(crate) use self::on_purpose::may_be_here;

/// The suite's end of it.
#[cfg(debug_assertions)]
pub(crate) mod on_purpose {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::Room;

    const ROOMS: [(&str, Room); 5] = [
        ("card", Room::Card),
        ("gate", Room::Gate),
        ("ledger", Room::Ledger),
        ("lookup", Room::Lookup),
        ("adapters", Room::Adapters),
    ];

    /// 0, or 1 + the room's number.
    static ARMED: AtomicU8 = AtomicU8::new(0);

    /// The next one who enters the room meets a defect, once. False for a room there is not.
    pub(crate) fn arm(name: &str) -> bool {
        let Some((_, room)) = ROOMS.iter().find(|(known, _)| *known == name) else { return false };
        ARMED.store(*room as u8 + 1, Ordering::SeqCst);
        true
    }

    #[allow(clippy::panic, reason = "this is the defect")]
    pub(crate) fn may_be_here(room: Room) {
        let armed = room as u8 + 1;
        if ARMED.compare_exchange(armed, 0, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
            // What a careless message could hold.
            panic!("傷病者の氏名は模擬太郎");
        }
    }
}
