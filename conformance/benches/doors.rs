//! What one call costs: through the C door, through either door of the Rust SDK, and without a door.
//!
//! Rounds alternate between them; read minimum and median of the rounds, not single calls.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one mynaq.h allows")]

use std::path::Path;
use std::time::{Duration, Instant};

use mynaq_conformance::{LogBook, Stage, opening, parts};
use mynaq_host_sdk::DoorKind;
use mynaq_host_sdk::c::{Document, ENTRY_SYMBOL, Host, NegotiateFn, Plugin};
use mynaq_plugin::direct;
use serde_json::json;

const ROUNDS: usize = 25;
const CALLS: u32 = 20_000;

fn main() {
    let json = serde_json::to_string(&opening()).expect("an opening");
    // Without a door: the engine linked into this program, on a stage of its own.
    let own = Stage::new(None);
    let session = direct::open(own.config().to_str().expect("a path")).expect("a session");
    let case = direct::case_open(session, &json).expect("a case");

    let stage = Stage::new(None);
    let cases = [DoorKind::C, DoorKind::Rust].map(|door| {
        let session = stage.session(door, LogBook::default()).expect("a session");
        session.open_case(&opening()).expect("a case")
    });
    let [by_c, by_rust] = &cases;
    let table = table(&parts().plugin);
    let cancel = table.case_cancel.expect("case_cancel");
    let next_event = table.next_event.expect("next_event");
    let mut event = Document::NONE;
    let mut error = Document::NONE;

    // Each does the same: cancels nothing, or finds no event.
    measure(
        "case_cancel",
        [
            ("direct", &mut || assert!(direct::case_cancel(case).is_ok())),
            ("c_door", &mut || assert_eq!(unsafe { cancel(by_c.id(), &mut error) }, 0)),
            ("sdk_c_door", &mut || assert!(by_c.cancel().is_ok())),
            ("sdk_abi_stable_door", &mut || assert!(by_rust.cancel().is_ok())),
        ],
    );
    // What there is to say of the readers is said some time after the opening: by now it was.
    while direct::next_event(case, 0).expect("events").is_some() {}
    for case in &cases {
        while case.next_event(Duration::ZERO).expect("events").is_some() {}
    }
    let mut error = Document::NONE;
    measure(
        "next_event_nothing",
        [
            ("direct", &mut || assert!(direct::next_event(case, 0).is_ok())),
            ("c_door", &mut || {
                assert_eq!(unsafe { next_event(by_c.id(), 0, &mut event, &mut error) }, 1);
            }),
            ("sdk_c_door", &mut || assert!(by_c.next_event(Duration::ZERO).is_ok())),
            ("sdk_abi_stable_door", &mut || assert!(by_rust.next_event(Duration::ZERO).is_ok())),
        ],
    );
    direct::close(session).expect("its end");
}

fn measure(call: &str, mut ways: [(&str, &mut dyn FnMut()); 4]) {
    let mut times = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        for ((_, way), times) in ways.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            for _ in 0..CALLS {
                way();
            }
            if round > 0 {
                times.push(begun.elapsed().as_nanos() as f64 / f64::from(CALLS));
            }
        }
    }
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    let median = |way: usize| times[way][ROUNDS / 2];
    let mut line = json!({
        "name": format!("call_{call}"),
        "unit": "ns",
        "c_door_over_direct": median(1) - median(0),
        // Most of it wipes what a command has left on the host's stack.
        "goal_over_direct": 100,
    });
    for (way, (name, _)) in ways.iter().enumerate() {
        line[format!("{name}_median")] = json!(median(way));
        line[format!("{name}_min")] = json!(times[way][0]);
    }
    println!("{line}");
}

fn table(library: &Path) -> &'static Plugin {
    let host = Host {
        struct_size: size_of::<Host>() as u32,
        abi_version: mynaq_host_sdk::ABI_VERSION,
        context: std::ptr::null_mut(),
        log: None,
        wake: None,
    };
    let mut table = std::ptr::null();
    let status = unsafe {
        let library = libloading::Library::new(library).expect("the plugin");
        let negotiate = *library.get::<NegotiateFn>(ENTRY_SYMBOL).expect("its entry");
        std::mem::forget(library);
        negotiate(&host, &mut table, std::ptr::null_mut(), 0)
    };
    assert_eq!(status, 0);
    unsafe { table.as_ref() }.expect("a table")
}
