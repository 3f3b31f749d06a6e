//! Three ways in, one engine: the abi_stable door, the C door, and a host written in C.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use mynaq_conformance::{LogBook, Script, Stage, opening, parts, plugin, run};
use mynaq_host_sdk::{DoorKind, Record};

/// Everybody of whom a record can be filled. Nobody can be compared with P03's card, which has no
/// photograph, but nothing on the card says so: that is for the crew to see.
const SHOWN: [&str; 10] = ["P01", "P02", "P04", "P05", "P07", "P08", "P09", "P10", "P11", "P03"];

#[test]
fn the_c_host_and_both_doors_fill_the_same_record() {
    let host = c_host();
    let mut different_names = std::collections::BTreeSet::new();
    for person in SHOWN {
        let stage = Stage::new(Some(person));
        let by_door = [DoorKind::Rust, DoorKind::C].map(|door| {
            let outcome = Script::default().play(&stage.case_by(door)).unwrap();
            outcome.record.unwrap_or_else(|| panic!("{person}: {:?}", outcome.error))
        });
        let printed = run(Command::new(&host)
            .arg(&parts().plugin)
            .arg(stage.config())
            .args(["visual", "given"]));
        let by_c: Record = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(by_door[0], by_door[1], "{person}");
        assert_eq!(by_door[0], by_c, "{person}");
        different_names.insert(by_c.fields[0].state.value().unwrap().to_owned());
    }
    assert_eq!(different_names.len(), SHOWN.len(), "each person has a record of their own");
}

#[test]
fn the_c_host_ends_with_the_reason_when_there_is_no_record() {
    let stage = Stage::new(Some("P01"));
    let mut host = Command::new(c_host());
    let output = host
        .arg(&parts().plugin)
        .arg(stage.config())
        .args(["visual", "unobtainable"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("gate.reason_required") && said.contains("理由を選んでください"),
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

// clauses: LIFE-3
#[test]
fn both_doors_of_one_process_share_the_engine_of_one_configuration() {
    let stage = Stage::new(Some("P01"));
    let rust = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    // A second engine on this ledger would be refused: it is locked.
    let c = stage.session(DoorKind::C, LogBook::default()).unwrap();
    let cases = [rust.open_case(&opening()).unwrap(), c.open_case(&opening()).unwrap()];
    for case in &cases {
        assert!(Script::default().play(case).unwrap().record.is_some());
    }
    assert_eq!(stage.simulator.viewings().len(), 2);
}

// clauses: LIFE-3
#[test]
fn closing_one_configuration_leaves_the_engine_of_another_shared() {
    let [stays, goes] = [Stage::new(Some("P01")), Stage::new(None)];
    let first = stays.session(DoorKind::C, LogBook::default()).unwrap();
    drop(goes.session(DoorKind::C, LogBook::default()).unwrap());
    let second = stays.session(DoorKind::C, LogBook::default()).unwrap();
    for session in [first, second] {
        assert!(
            Script::default()
                .play(&session.open_case(&opening()).unwrap())
                .unwrap()
                .record
                .is_some()
        );
    }
}

#[test]
fn the_loader_prefers_the_checked_door() {
    let loaded = mynaq_host_sdk::Plugin::load(&parts().plugin).unwrap();
    assert_eq!((loaded.door(), loaded.fallback()), (DoorKind::Rust, None));
    assert_eq!(plugin(DoorKind::C).product_version(), plugin(DoorKind::Rust).product_version());
}

#[test]
fn what_is_not_a_plugin_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    for path in [text, folder.path().join("absent.so"), parts().mynaq.clone()] {
        let error = mynaq_host_sdk::Plugin::load(&path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn the_header_is_clean_c99_and_cpp11_and_has_the_layout_of_the_rust_types() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("layout.c");
    std::fs::write(
        &source,
        "#include \"mynaq.h\"\n#include <stdio.h>\n\
         int main(void) {\n\
         printf(\"%u %u %u %u\\n\", (unsigned)sizeof(mynaq_host), (unsigned)sizeof(mynaq_document),\n\
         (unsigned)sizeof(mynaq_plugin), (unsigned)MYNAQ_ABI_VERSION);\n\
         printf(\"%u %u %u\\n\", (unsigned)offsetof(mynaq_host, log),\n\
         (unsigned)offsetof(mynaq_plugin, case_decide), (unsigned)offsetof(mynaq_plugin, release));\n\
         return 0; }\n",
    )
    .unwrap();
    use mynaq_host_sdk::c::{Document, Host, Plugin};
    let expected = format!(
        "{} {} {} {}\n{} {} {}\n",
        size_of::<Host>(),
        size_of::<Document>(),
        size_of::<Plugin>(),
        mynaq_host_sdk::ABI_VERSION,
        std::mem::offset_of!(Host, log),
        std::mem::offset_of!(Plugin, case_decide),
        std::mem::offset_of!(Plugin, release),
    );
    for (compiler, standard, language) in [("gcc", "-std=c99", "c"), ("g++", "-std=c++11", "c++")] {
        let program = folder.path().join(compiler);
        compile(compiler, &[standard, "-x", language], &source, &program);
        let printed = run(&mut Command::new(&program)).stdout;
        assert_eq!(String::from_utf8(printed).unwrap(), expected, "{compiler}");
    }
}

/// The sample host, compiled as strictly as compilers can.
fn c_host() -> PathBuf {
    static HOST: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = HOST.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let source = parts().root.join("samples/hosts/c/host.c");
        compile("gcc", &["-std=c99"], &source, &folder.path().join("host"));
        folder
    });
    folder.path().join("host")
}

fn compile(compiler: &str, language: &[&str], source: &std::path::Path, program: &std::path::Path) {
    let mut command = Command::new(compiler);
    command.args(language).args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-I"]);
    command.arg(parts().root.join("host-sdk/include")).arg(source).arg("-o").arg(program);
    run(command.arg("-ldl"));
}
