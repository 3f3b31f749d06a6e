//! Six languages, two doors, one plugin file: the same scenario, the same record, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unsafe_code, reason = "one process uses both doors, and one of them is C")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is one the header allows")]

mod raw;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::ptr::null_mut;
use std::sync::OnceLock;

use mynaq_conformance::{Compiler, LogBook, Script, Stage, opening, parts, run};
use mynaq_host_sdk::c::{Document, OK};
use mynaq_host_sdk::{DoorKind, Record};

/// Everybody of whom a record can be filled. Nobody can be compared with P03's card, which has no
/// photograph, but nothing on the card says so: that is for the crew to see.
const SHOWN: [&str; 10] = ["P01", "P02", "P04", "P05", "P07", "P08", "P09", "P10", "P11", "P03"];

const JNA: &str = "/usr/share/java/jna.jar";

/// A sample host: its language and the words that start it.
struct Host {
    language: &'static str,
    start: Vec<OsString>,
}

/// Every sample host, built as its README says.
fn hosts() -> &'static [Host] {
    static HOSTS: OnceLock<(tempfile::TempDir, Vec<Host>)> = OnceLock::new();
    let (_, hosts) = HOSTS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let hosts = build(folder.path());
        (folder, hosts)
    });
    hosts
}

fn build(folder: &Path) -> Vec<Host> {
    let sources = parts().root.join("samples/hosts");
    let at = |path: &str| folder.join(path);

    Compiler::c99().compile(&sources.join("c/host.c"), &at("c"));
    Compiler::cpp11().compile(&sources.join("cpp/host.cpp"), &at("cpp"));
    let csharp = ["csharp/MynaQ.cs", "csharp/Host.cs"].map(|file| sources.join(file));
    let exe = at("Host.exe");
    run(Command::new("mcs").arg(format!("-out:{}", exe.display())).args(csharp));
    let java = ["java/MynaQ.java", "java/Host.java"].map(|file| sources.join(file));
    run(Command::new("javac").args(["-cp", JNA, "-d"]).arg(at("java")).args(java));

    let host = |language, start: &[&std::ffi::OsStr]| Host {
        language,
        start: start.iter().map(|&word| word.to_owned()).collect(),
    };
    let class_path = format!("{JNA}:{}", at("java").display());
    let (c, cpp, python) = (at("c"), at("cpp"), sources.join("python/host.py"));
    vec![
        host("C", &[c.as_os_str()]),
        host("C++", &[cpp.as_os_str()]),
        host("C#", &["mono".as_ref(), exe.as_os_str()]),
        host("Java", &["java".as_ref(), "-cp".as_ref(), class_path.as_ref(), "Host".as_ref()]),
        // -B: nothing is written beside the sources.
        host("Python", &["python3".as_ref(), "-B".as_ref(), python.as_os_str()]),
    ]
}

impl Host {
    fn command(&self, plugin: &Path, stage: &Stage, crew: &[&str]) -> Command {
        let mut command = Command::new(&self.start[0]);
        command.args(&self.start[1..]).arg(plugin).arg(stage.config()).args(crew);
        command
    }

    fn play(&self, stage: &Stage, crew: &[&str]) -> Output {
        self.command(&parts().plugin, stage, crew).output().unwrap_or_else(|error| {
            panic!("{}: {error}; conformance/test.sh installs what the tests need", self.language)
        })
    }
}

// clauses: NEG-2 DOC-1
#[test]
fn six_languages_and_both_doors_fill_the_same_record() {
    let mut different_names = BTreeSet::new();
    for person in SHOWN {
        let stage = Stage::new(Some(person));
        // Rust, through either door.
        let [by_rust, by_c] = [DoorKind::Rust, DoorKind::C].map(|door| {
            let outcome = Script::default().play(&stage.case_by(door)).unwrap();
            outcome.record.unwrap_or_else(|| panic!("{person}: {:?}", outcome.error))
        });
        assert_eq!(by_rust, by_c, "{person}");
        let mut first: Option<Vec<u8>> = None;
        for host in hosts() {
            let output = host.play(&stage, &["visual", "given"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{} {person}: {said}", host.language);
            let record: Record = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(record, by_c, "{} {person}", host.language);
            let first = first.get_or_insert_with(|| output.stdout.clone());
            assert!(*first == output.stdout, "{} {person}: other bytes than C", host.language);
        }
        different_names.insert(by_c.fields[0].state.value().unwrap().to_owned());
    }
    assert_eq!(different_names.len(), SHOWN.len(), "each person has a record of their own");
}

#[test]
fn every_host_ends_with_the_reason_when_there_is_no_record() {
    for host in hosts() {
        for (crew, code, says) in [
            (&["visual", "unobtainable"][..], "gate.reason_required", "理由を選んでください"),
            (&["visual", "refused"], "gate.refused", "同意が得られないため閲覧しません"),
            (&["failed", "given"], "gate.identity_failed", "本人確認ができないため閲覧しません"),
        ] {
            let stage = Stage::new(Some("P01"));
            let output = host.play(&stage, crew);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{} {crew:?}: {said}", host.language);
            assert!(said.contains(code) && said.contains(says), "{}: {said}", host.language);
            assert!(output.stdout.is_empty());
            assert_eq!(stage.simulator.bytes_said(), 0, "{}: nothing leaves", host.language);
        }
        let stage = Stage::new(Some("P02"));
        let output = host.play(&stage, &["visual", "unobtainable", "unconscious"]);
        assert_eq!(output.status.code(), Some(0), "{}", host.language);
    }
}

#[test]
fn every_host_says_why_it_cannot_work() {
    let stage = Stage::new(None);
    stage.write("text.so", "not a library");
    for host in hosts() {
        let not_a_plugin = stage.path("text.so");
        let output = host.command(&not_a_plugin, &stage, &["visual", "given"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {said}", host.language);
        assert!(said.contains("text.so"), "{}: {said}", host.language);
    }
    let broken = Stage::new(None);
    broken.reconfigure("[card]", "[cart]");
    for host in hosts() {
        let output = host.play(&broken, &["visual", "given"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {said}", host.language);
        assert!(said.contains("config.invalid") && said.contains("cart"), "{said}");
    }
}

#[test]
fn every_host_gets_the_log_when_it_asks_for_it() {
    for host in hosts() {
        let stage = Stage::new(Some("P01"));
        let mut command = host.command(&parts().plugin, &stage, &["visual", "given"]);
        let output = command.env("MYNAQ_LOG", "yes").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let started = |line: &str| line.contains(" mynaq_plugin") && line.contains("started");
        let started = said.lines().any(started);
        assert!(started, "{}: {said}", host.language);
    }
}

#[test]
fn a_host_that_cannot_write_its_record_says_so() {
    for host in hosts() {
        let stage = Stage::new(Some("P01"));
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = host.command(&parts().plugin, &stage, &["visual", "given"]);
        let status = command.stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{}", host.language);
    }
}

/// `conformance/border/careless.*`: what only careless hosts do, through each binding.
// clauses: THR-4 THR-5 LIFE-4 LIFE-5 MEM-6
#[test]
fn a_careless_host_survives_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let (border, samples) =
        (parts().root.join("conformance/border"), parts().root.join("samples/hosts"));
    let at = |name: &str| folder.path().join(name);
    Compiler::cpp11().compile(&border.join("careless.cpp"), &at("cpp"));
    let exe = at("Careless.exe");
    let csharp = [samples.join("csharp/MynaQ.cs"), border.join("Careless.cs")];
    run(Command::new("mcs").arg(format!("-out:{}", exe.display())).args(csharp));
    let java = [samples.join("java/MynaQ.java"), border.join("Careless.java")];
    run(Command::new("javac").args(["-cp", JNA, "-d"]).arg(at("java")).args(java));

    let mut mono = Command::new("mono");
    mono.arg(exe);
    let mut jvm = Command::new("java");
    jvm.arg("-cp").arg(format!("{JNA}:{}", at("java").display())).arg("Careless");
    let mut python = Command::new("python3");
    python.arg("-B").arg(border.join("careless.py")).arg(samples.join("python"));
    for mut host in [Command::new(at("cpp")), mono, jvm, python] {
        let stage = Stage::new(None);
        // Whoever waits for a thread that never ends is ended, and fails.
        let mut bounded = Command::new("timeout");
        bounded.args(["--kill-after=5", "60"]).arg(host.get_program()).args(host.get_args());
        host = bounded;
        let output = run(host.arg(&parts().plugin).arg(stage.config()));
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim_end(), "survived", "{host:?}");
    }
}

/// Vendors take one file, so the surface of the two Java bindings stands in both: they may differ
/// in how they reach the library, and in nothing a host sees.
#[test]
fn the_two_java_bindings_have_one_surface() {
    let java = parts().root.join("samples/hosts/java");
    let surface = |file: &str| {
        let text = fs::read_to_string(java.join(file)).unwrap();
        let begin = text.find("/** The loaded library.").unwrap();
        let end = text.find("    // ---- From here on: ").unwrap();
        text[begin..end].to_owned()
    };
    let through_jna = surface("MynaQ.java");
    assert!(through_jna.contains("public byte[] nextEvent("));
    assert!(through_jna == surface("ffm/MynaQ.java"), "MynaQ.java and ffm/MynaQ.java differ");
}

#[test]
fn the_c_and_cpp_hosts_compile_for_windows_and_with_every_cpp_since_11() {
    let hosts = parts().root.join("samples/hosts");
    // GetProcAddress is an object pointer to ISO C; the platform says otherwise.
    let loose = ["-Wno-pedantic", "-Wno-cast-function-type"];
    for compiler in ["x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc"] {
        let compiler = Compiler::new(compiler, &["-std=c99"]).with(&loose);
        compiler.check(&hosts.join("c/host.c")).unwrap();
    }
    let mut compilers = vec![Compiler::new("x86_64-w64-mingw32-g++", &["-std=c++11"])];
    compilers.extend(["11", "14", "17", "20"].map(|year| {
        Compiler::new("g++", &[&format!("-std=c++{year}")]).with(&["-Wshadow", "-Wconversion"])
    }));
    for compiler in compilers {
        compiler.check(&hosts.join("cpp/host.cpp")).unwrap();
    }
}

// clauses: LIFE-3
#[test]
fn one_process_with_both_doors_sees_one_case_through_either() {
    let stage = Stage::new(Some("P01"));
    let rust = stage.session(DoorKind::Rust, LogBook::default()).unwrap();
    let c = raw::open(&stage, &raw::host());
    let case = rust.open_case(&opening()).unwrap();
    let record = Script::default().play(&case).unwrap().record.unwrap();

    let mut document = Document::NONE;
    let read = raw::table().case_record.unwrap();
    assert_eq!(unsafe { read(case.id(), &mut document, null_mut()) }, OK);
    let bytes =
        unsafe { std::slice::from_raw_parts(document.data.cast::<u8>(), document.size as usize) };
    assert_eq!(serde_json::from_slice::<Record>(bytes).unwrap(), record);
    assert_eq!(raw::release(document), OK);

    // A case of the C door, in the same engine, beside it.
    let other = raw::open_case(c).unwrap();
    assert_ne!(other, case.id());
    raw::close(c);
    assert_eq!(case.record().unwrap(), record, "the other session keeps what is its own");
}
