//! Loading the library and agreeing on a version, each time in a fresh process.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use mynaq_conformance::parts;
use mynaq_host_sdk::{DoorKind, Plugin};
use serde_json::json;

use crate::report;

const RUNS: usize = 51;
/// A library of the same trade, with the same way in: one exported function that hands out a table.
const PEER: &str = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";

/// Loads once and prints the milliseconds it took.
pub(crate) fn once(what: &str, library: &Path) -> ExitCode {
    let begun = Instant::now();
    let loaded = match what {
        "c" => Plugin::load_by(library, DoorKind::C).is_ok(),
        "rust" => Plugin::load_by(library, DoorKind::Rust).is_ok(),
        _ => pkcs11(library).is_some(),
    };
    println!("{}", begun.elapsed().as_secs_f64() * 1000.0);
    ExitCode::from(u8::from(!loaded))
}

/// `C_GetFunctionList`, PKCS#11's negotiation.
fn pkcs11(library: &Path) -> Option<()> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    type GetFunctionList = unsafe extern "C" fn(*mut *const u8) -> std::ffi::c_ulong;
    let mut table = std::ptr::null();
    // SAFETY: a well-known library; the symbol has this type in every PKCS#11 module.
    let status = unsafe {
        let library = Library::open(Some(library), RTLD_NOW | RTLD_LOCAL).ok()?;
        let get = *library.get::<GetFunctionList>(b"C_GetFunctionList\0").ok()?;
        std::mem::forget(library);
        get(&mut table)
    };
    (status == 0 && !table.is_null()).then_some(())
}

pub(crate) fn measure() {
    let me = std::env::current_exe().expect("this program");
    let contenders = [
        ("c", parts().plugin.clone()),
        ("rust", parts().plugin.clone()),
        ("pkcs11", Path::new(PEER).to_owned()),
    ];
    let mut times = [const { Vec::new() }; 3];
    for run in 0..=RUNS {
        eprint!("\rloading: {run}/{RUNS}");
        for ((what, library), times) in contenders.iter().zip(&mut times) {
            let output = Command::new(&me).arg("load-once").arg(what).arg(library).output();
            let output = output.expect("this program");
            assert!(output.status.success(), "{} cannot be loaded", library.display());
            let printed = String::from_utf8_lossy(&output.stdout);
            let time: f64 = printed.trim().parse().expect("milliseconds");
            if run > 0 {
                times.push(time);
            }
        }
    }
    eprintln!();
    let [c, rust, pkcs11] = times.each_ref().map(|times| report::median(times));
    let peer = "opensc-pkcs11.so, dlopen and C_GetFunctionList";
    report::beside("load_and_negotiate_c_door", "ms", c, pkcs11, peer);
    report::beside("load_and_check_abi_stable_door", "ms", rust, pkcs11, peer);
    let p95 = report::quantile(&times[0], 0.95);
    report::line("load_and_negotiate_c_door_p95", "ms", json!({ "ours": p95, "goal": 5.0 }));
}
