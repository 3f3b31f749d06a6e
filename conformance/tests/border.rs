//! The C table under a careless host: every function in every wrong way. Each gets the error the
//! manual names, no memory is touched that should not be, and the process lives.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "this is the other side of a C interface")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, c_char};
use std::process::Command;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use mynaq_conformance::{Compiler, Stage, parts, run};
use mynaq_host_sdk::c::{Host, OK};
use mynaq_host_sdk::{ABI_MAJOR, ABI_VERSION, ErrorCode};

/// In which every function of the table is called, or it is said why that cannot be.
const CONDITIONS: [&str; 9] = [
    "null",
    "zero_size",
    "larger_size",
    "stale_handle",
    "forged_handle",
    "wrong_state",
    "in_log",
    "in_wake",
    "after_shutdown",
];

/// `conformance/border/table.c` calls everything; what is wrong it says itself.
fn play(runner: &[&str]) -> String {
    static PROGRAM: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = PROGRAM.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let source = parts().root.join("conformance/border/table.c");
        Compiler::c99()
            .with(&["-g", "-D_POSIX_C_SOURCE=200809L"])
            .compile(&source, &folder.path().join("table"));
        folder
    });
    let program = folder.path().join("table");
    let stage = Stage::new(None);
    // Nobody is looked up here, and what the assembly of the TLS provider writes valgrind takes for
    // memory nobody has written: there is no gateway to open a line to.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    stage.reconfigure(&stage.simulator.gateway().to_string(), &gone.to_string());
    let mut words = runner.iter().map(std::ffi::OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg(&parts().plugin).arg(stage.config());
    String::from_utf8(run(&mut command).stdout).unwrap()
}

// clauses: LIFE-1 LIFE-2 LIFE-6 NEG-1 NEG-4 THR-4 MEM-1 MEM-5 MEM-6 ERR-1 EXT-1
#[test]
fn every_function_in_every_wrong_way_gets_the_error_the_manual_names() {
    let printed = play(&[]);
    let mut cells: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut statuses, mut in_wake) = (BTreeSet::new(), BTreeMap::new());
    for line in printed.lines() {
        let mut columns = line.split('\t');
        let (function, condition) = (columns.next().unwrap(), columns.next().unwrap());
        cells.entry(function).or_default().insert(condition);
        match columns.next().unwrap().parse::<i32>() {
            Ok(status) => {
                statuses.insert(status);
                if condition == "in_wake" {
                    in_wake.insert(function, status);
                }
            }
            Err(_) => assert!(columns.next().is_some_and(|why| why.len() > 10), "{line}"),
        }
    }
    let header = std::fs::read_to_string(parts().root.join("host-sdk/include/mynaq.h")).unwrap();
    let table = &header[header.find("typedef struct mynaq_plugin").unwrap()..];
    let slots = table.lines().filter_map(|line| line.trim().strip_prefix("int32_t(MYNAQ_CALL *"));
    let slots = slots.filter_map(|rest| rest.split_once(')')).map(|(name, _)| name);
    let functions: Vec<_> =
        slots.filter(|name| *name != "mynaq_negotiate_fn").chain(["extension"]).collect();
    assert_eq!(functions.len(), 26, "the header is read as it is written");
    for function in &functions {
        for condition in CONDITIONS {
            assert!(cells[function].contains(condition), "{function}, {condition}: not looked at");
        }
    }

    // What the tags of the header say is what happens.
    for function in functions.iter().filter(|name| **name != "extension") {
        let comment = &table[..table.find(&format!("(MYNAQ_CALL *{function})")).unwrap()];
        let comment = &comment[comment.rfind("/*").unwrap()..];
        let refused = in_wake[function] == ErrorCode::WrongThread.status();
        assert_eq!(refused, !comment.contains("[any-thread]"), "{function} within wake");
    }

    let manual = std::fs::read_to_string(parts().root.join("host-sdk/INTERFACE.md")).unwrap();
    for status in statuses.into_iter().filter(|status| *status < OK) {
        let code = ErrorCode::ALL.iter().find(|code| code.status() == status).unwrap();
        assert!(manual.contains(&format!("`{}`", code.name())), "{code} is not in INTERFACE.md");
    }
}

// clauses: MEM-1 MEM-5 MEM-6
#[test]
fn the_same_under_valgrind_touches_and_leaks_no_memory() {
    const LEAKS: &str = "--errors-for-leak-kinds=definite";
    play(&[
        "valgrind",
        "--quiet",
        "--child-silent-after-fork=yes",
        "--error-exitcode=9",
        "--leak-check=full",
        LEAKS,
    ]);
}

// clauses: NEG-2
#[test]
fn another_major_version_is_refused_in_words_and_a_newer_minor_is_not() {
    let other = Host { abi_version: (ABI_MAJOR + 1) << 16, ..raw::host() };
    let (mut table, mut reason) = (null(), [1 as c_char; 400]);
    let status = unsafe { raw::negotiate()(&other, &mut table, reason.as_mut_ptr(), 400) };
    assert_eq!((status, table), (ErrorCode::Incompatible.status(), null()));
    let reason = unsafe { CStr::from_ptr(reason.as_ptr()) }.to_str().unwrap();
    assert!(reason.contains("version 2") && reason.contains("版が合いません"), "{reason}");

    let newer = Host { abi_version: ABI_VERSION + 7, struct_size: 4096, ..raw::host() };
    let mut table = null();
    assert_eq!(unsafe { raw::negotiate()(&newer, &mut table, null_mut(), 0) }, OK);
    assert_eq!(unsafe { table.as_ref() }.unwrap().abi_version, ABI_VERSION);
}

#[test]
fn a_reason_is_cut_to_its_room_at_a_character_and_always_ends() {
    let other = Host { abi_version: 9 << 16, ..raw::host() };
    for room in 0..100_usize {
        let (mut table, mut reason) = (null(), [0x55 as c_char; 128]);
        unsafe { raw::negotiate()(&other, &mut table, reason.as_mut_ptr(), room as u64) };
        assert!(reason[room..].iter().all(|&byte| byte == 0x55), "nothing behind the room");
        if room > 0 {
            let text = unsafe { CStr::from_ptr(reason.as_ptr()) };
            assert!(text.to_bytes().len() < room);
            text.to_str().unwrap();
        }
    }
}

// clauses: LIFE-8
#[test]
fn a_plugin_that_would_abort_does_not_compile() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "-C", "panic=abort", "-o"])
        .arg(folder.path().join("out"))
        .arg(parts().root.join("plugin/src/lib.rs"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("cannot be built with panic"), "{said}");
}
