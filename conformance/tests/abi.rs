//! What was released never changes: today's header, layouts, schemas and errors hold everything every
//! frozen version promised, and a host of then runs with the plugin of now.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mynaq_conformance::{
    Compiler, Header, Member, Script, Stage, Struct, Way, broken_promises, parts, run,
};
use mynaq_host_sdk::c::{Document, Host, Plugin};
use mynaq_host_sdk::{ABI_VERSION, DoorKind, Error, ErrorCode};
use serde_json::Value;

fn sdk(name: &str) -> PathBuf {
    parts().root.join("host-sdk").join(name)
}

/// The folder of every frozen version.
fn frozen() -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(sdk("abi"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.iter().any(|folder| folder.ends_with("1.0")));
    folders
}

/// Both pointer widths, both systems, both languages.
fn compilers() -> Vec<Compiler> {
    // 32 bits without a 32-bit C library: the header needs none.
    let bare = ["-std=c99", "-m32", "-ffreestanding", "-DMYNAQ_NO_PROGRAM"];
    vec![
        Compiler::c99(),
        Compiler::new("gcc", &bare),
        Compiler::new("x86_64-w64-mingw32-gcc", &["-std=c99"]),
        Compiler::new("i686-w64-mingw32-gcc", &["-std=c99"]),
        Compiler::new("g++", &["-std=c++11", "-x", "c++"]),
    ]
}

// clauses: VER-1
#[test]
fn todays_header_keeps_what_every_frozen_version_promised() {
    for folder in frozen() {
        let layout = folder.join("layout.c");
        for compiler in compilers() {
            for headers in [folder.clone(), sdk("include")] {
                let checked = compiler.clone().including(&headers).check(&layout);
                assert!(checked.is_ok(), "{compiler:?}: {}", checked.unwrap_err());
            }
        }
        let program = tempfile::tempdir().unwrap();
        Compiler::c99().compile(&layout, &program.path().join("layout"));
        run(&mut Command::new(program.path().join("layout")));

        // Nothing the header promises is missing from it.
        let header = fs::read_to_string(folder.join("mynaq.h")).unwrap();
        let Header { constants, structs, .. } = Header::parse(&header).unwrap();
        let written = fs::read_to_string(&layout).unwrap();
        for (name, _) in &constants {
            assert!(written.contains(&format!("SAME({name}, ")), "{name}");
        }
        for Struct { name, members } in &structs {
            for Member { name: member, .. } in members {
                assert!(written.contains(&format!("offsetof({name}, {member})")), "{member}");
                assert!(written.contains(&format!("= &{name}_->{member};")), "{member}");
            }
        }
    }
}

// clauses: VER-1
#[test]
fn each_breaking_change_of_the_header_is_refused_and_an_addition_is_not() {
    let header = fs::read_to_string(sdk("abi/1.0/mynaq.h")).unwrap();
    let layout = sdk("abi/1.0/layout.c");
    let compiles = |header: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mynaq.h"), header).unwrap();
        // 32-bit Windows is where calling conventions differ.
        [Compiler::c99(), Compiler::new("i686-w64-mingw32-gcc", &["-std=c99"])]
            .into_iter()
            .all(|compiler| compiler.including(folder.path()).check(&layout).is_ok())
    };
    assert!(compiles(&header));
    // The header's own assertions go first: this is about what would get past them.
    let begin = header.find("#define MYNAQ_LAYOUT").unwrap();
    let end = header.find("#undef MYNAQ_LAYOUT").unwrap();
    let header = format!("{}{}", &header[..begin], &header[end..]);
    let read_card =
        "    int32_t(MYNAQ_CALL *case_read_card)(mynaq_handle patient, mynaq_document *error);\n";
    let cancel =
        "    int32_t(MYNAQ_CALL *case_cancel)(mynaq_handle patient, mynaq_document *error);\n";
    let last = "    const void *(MYNAQ_CALL *extension)(const char *id, uint64_t id_size);\n";
    let data = "    const char *data;\n";
    for (from, to) in [
        ("#define MYNAQ_ERROR_FORKED (-109)\n", ""),
        ("MYNAQ_CONSENT_REFUSED 3u", "MYNAQ_CONSENT_REFUSED 4u"),
        ("#define MYNAQ_ABI_MAJOR 1u", "#define MYNAQ_ABI_MAJOR 2u"),
        ("MYNAQ_ABI_MAJOR << 16", "MYNAQ_ABI_MAJOR << 8"),
        ("#define MYNAQ_CALL __cdecl", "#define MYNAQ_CALL __stdcall"),
        ("typedef uint64_t mynaq_handle;", "typedef int64_t mynaq_handle;"),
        ("#define MYNAQ_HAS(", "#define MYNAQ_HAD("),
        ("\"impaired_consciousness\"", "\"impaired\""),
        ("    uint64_t size;       /* bytes", "    uint32_t size;       /* bytes"),
        ("    void *context;", "    uint32_t flags;\n    void *context;"),
        (read_card, ""),
        (read_card, &format!("{cancel}{read_card}")),
        ("uint32_t scope, mynaq_document *error);", "int32_t scope, mynaq_document *error);"),
        ("(mynaq_handle document);", "(mynaq_handle document, uint32_t flags);"),
        ("int32_t(MYNAQ_CALL *release)", "uint32_t(MYNAQ_CALL *release)"),
        ("const mynaq_plugin **plugin,", "mynaq_plugin **plugin,"),
        (last, ""),
        (data, &format!("{data}    uint64_t later;\n")),
    ] {
        assert!(header.contains(from), "{from:?}");
        assert!(!compiles(&header.replacen(from, to, 1)), "{from:?} → {to:?} got past");
    }
    // Two functions of one type in each other's place: only their offsets tell.
    let swapped = header.replacen(read_card, "@", 1).replacen(cancel, read_card, 1);
    assert!(!compiles(&swapped.replacen('@', cancel, 1)));

    let later =
        "    int32_t(MYNAQ_CALL *case_later)(mynaq_handle patient, mynaq_document *error);\n";
    for (from, to) in [
        (last, format!("{last}{later}").as_str()),
        ("#define MYNAQ_OK 0\n", "#define MYNAQ_OK 0\n#define MYNAQ_ERROR_LATER (-112)\n"),
        ("#define MYNAQ_ABI_MINOR 0u", "#define MYNAQ_ABI_MINOR 1u"),
    ] {
        assert!(compiles(&header.replacen(from, to, 1)), "{to:?} is an addition");
    }
}

/// The record the sample host in C prints, compiled with the headers of a folder.
fn host_of(headers: &Path, stage: &Stage) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("host");
    let source = parts().root.join("samples/hosts/c/host.c");
    Compiler::c99().including(headers).compile(&source, &program);
    let mut host = Command::new(program);
    run(host.arg(&parts().plugin).arg(stage.config()).args(["visual", "given"])).stdout
}

// clauses: VER-1 NEG-2
#[test]
fn a_host_of_a_frozen_version_gets_a_table_of_the_size_its_header_has() {
    for folder in frozen() {
        let program = tempfile::tempdir().unwrap();
        let (source, size) = (program.path().join("size.c"), program.path().join("size"));
        fs::write(&source, SIZE).unwrap();
        Compiler::c99().including(&folder).compile(&source, &size);
        run(Command::new(size).arg(&parts().plugin));
    }
}

/// Whether the table is as large as the header says, no more and no less.
const SIZE: &str = r#"
#include "mynaq.h"
#include <dlfcn.h>

int main(int argc, char **argv)
{
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    const mynaq_plugin *mynaq = NULL;
    mynaq_negotiate_fn negotiate;

    *(void **)&negotiate = dlsym(dlopen(argv[argc - 1], RTLD_NOW), MYNAQ_NEGOTIATE);
    if (negotiate(&host, &mynaq, NULL, 0) != MYNAQ_OK)
        return 1;
    return mynaq->struct_size != sizeof *mynaq || mynaq->abi_version != MYNAQ_ABI_VERSION;
}
"#;

// clauses: VER-1 NEG-2
#[test]
fn a_host_compiled_when_a_version_was_frozen_runs_with_todays_plugin() {
    let stage = Stage::new(Some("P01"));
    let today = host_of(&sdk("include"), &stage);
    assert!(!today.is_empty());
    for folder in frozen() {
        assert!(host_of(&folder, &stage) == today, "{}", folder.display());
    }
}

// clauses: NEG-2 NEG-3
#[test]
fn a_host_of_a_later_minor_version_gets_the_lower_one_and_sees_what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let header = fs::read_to_string(sdk("include/mynaq.h")).unwrap();
    let last = "} mynaq_plugin;\n";
    let later = format!("    int32_t(MYNAQ_CALL *case_later)(mynaq_handle patient);\n{last}");
    // A later header asserts a later layout.
    let begin = header.find("MYNAQ_LAYOUT(plugin, sizeof").unwrap();
    let end = begin + header[begin..].find('\n').unwrap();
    let header = format!("{}{}", &header[..begin], &header[end..]).replacen(last, &later, 1);
    fs::write(folder.path().join("mynaq.h"), header).unwrap();
    let source = folder.path().join("later.c");
    fs::write(&source, LATER).unwrap();
    Compiler::c99().including(folder.path()).compile(&source, &folder.path().join("later"));
    let printed = run(Command::new(folder.path().join("later")).arg(&parts().plugin)).stdout;
    // The lower of both: a plugin of 1.1 still speaks 1.0 with a host of 1.0.
    let expected: String = [0, 1, 7, 0x7FFF, 0xFFFF]
        .map(|minor| ABI_VERSION.min(ABI_VERSION & !0xFFFF | minor))
        .map(|spoken| {
            let (minor, size) = (spoken & 0xFFFF, Plugin::size_in(spoken & 0xFFFF));
            // Of what 1.1 appended, the first and the last.
            format!("{spoken:x} size:{size} 1.0:1 1.1:{} later:0\n", 2 * minor.min(1))
        })
        .concat();
    assert_eq!(String::from_utf8(printed).unwrap(), expected);
}

/// Asks for several minor versions, some of them later than any there is.
const LATER: &str = r#"
#include "mynaq.h"
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static const uint32_t minors[] = {0, 1, 7, 0x7FFF, 0xFFFF};
    mynaq_negotiate_fn negotiate;
    size_t index;

    *(void **)&negotiate = dlsym(dlopen(argv[argc - 1], RTLD_NOW), MYNAQ_NEGOTIATE);
    for (index = 0; index < sizeof minors / sizeof *minors; index++) {
        struct { mynaq_host host; void *(*later)(void); } host = {{0, 0, NULL, NULL, NULL}, NULL};
        const mynaq_plugin *mynaq = NULL;
        char reason[200] = "";
        host.host.struct_size = minors[index] ? sizeof host : sizeof host.host;
        host.host.abi_version = MYNAQ_ABI_MAJOR << 16 | minors[index];
        if (negotiate(&host.host, &mynaq, reason, sizeof reason) != MYNAQ_OK) {
            fprintf(stderr, "%s\n", reason);
            return 1;
        }
        printf("%lx size:%lu 1.0:%d 1.1:%d later:%d\n", (unsigned long)mynaq->abi_version,
               (unsigned long)mynaq->struct_size, MYNAQ_HAS(mynaq, extension),
               MYNAQ_HAS(mynaq, case_allow_last_try) + MYNAQ_HAS(mynaq, case_notice_page),
               MYNAQ_HAS(mynaq, case_later));
    }
    return 0;
}
"#;

fn read_schema(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

// clauses: VER-3 VER-4
#[test]
fn todays_schemas_say_everything_every_frozen_version_said() {
    for folder in frozen() {
        for entry in fs::read_dir(folder.join("schema")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let way = if name.starts_with("case-opening") { Way::Taken } else { Way::Sent };
            let today = read_schema(&sdk("schema").join(name));
            let broken = broken_promises(&read_schema(&path), &today, way);
            assert!(broken.is_empty(), "{}: {broken:#?}", path.display());
        }
    }
}

// clauses: VER-3
#[test]
fn documents_of_today_can_be_read_by_the_schemas_of_then() {
    let stage = Stage::new(Some("P05"));
    let session = stage.session(DoorKind::C, mynaq_conformance::LogBook::default()).unwrap();
    let case = session.open_case(&mynaq_conformance::opening()).unwrap();
    let outcome = Script::default().play(&case).unwrap();
    let mut documents = vec![
        ("summary", value(outcome.summary.unwrap())),
        ("record", value(outcome.record.unwrap())),
        ("capabilities", value(session.capabilities().unwrap())),
    ];
    documents.extend(outcome.events.into_iter().map(|event| ("event", value(event))));
    documents.extend(ErrorCode::ALL.iter().map(|code| ("error", value(Error::new(*code)))));
    for folder in frozen() {
        for (name, document) in &documents {
            let schema = read_schema(&folder.join("schema").join(format!("{name}.schema.json")));
            let schema = jsonschema::validator_for(&schema).unwrap();
            let faults: Vec<_> = schema.iter_errors(document).map(|it| it.to_string()).collect();
            assert!(faults.is_empty(), "{name}: {faults:#?}");
        }
    }
}

fn value(document: impl serde::Serialize) -> Value {
    serde_json::to_value(document).unwrap()
}

// clauses: ERR-6
#[test]
fn every_error_keeps_its_number_its_name_and_its_class() {
    let header = fs::read_to_string(sdk("include/mynaq.h")).unwrap();
    for folder in frozen() {
        let errors = fs::read_to_string(folder.join("errors.txt")).unwrap();
        assert!(errors.lines().count() > 50);
        for line in errors.lines() {
            let [number, name, class] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let code = ErrorCode::from_name(name).unwrap_or_else(|| panic!("{name} is gone"));
            let error = Error::new(code);
            let now = (error.status().to_string(), error.class().name());
            assert_eq!(now, (number.to_owned(), class), "{name}");
        }
    }
    // The numbers of the header are the catalogue's, and its words are those of the codes.
    for (name, value) in Header::parse(&header).unwrap().constants {
        if let Some(word) = name.strip_prefix("MYNAQ_ERROR_") {
            let number: i32 = value.trim_matches(['(', ')']).parse().unwrap();
            let code = ErrorCode::ALL.iter().find(|code| code.status() == number);
            let code = code.unwrap_or_else(|| panic!("{name}")).name();
            let (word, whole) = (word.to_lowercase(), code.replace('.', "_"));
            assert!(whole == word || code.ends_with(&format!(".{word}")), "{name} is {code}");
        }
    }
}

#[test]
fn every_word_of_the_header_has_the_number_and_the_name_it_has_in_documents() {
    use mynaq_host_sdk::{
        Consent, Decision, Identity, Notice, NoticeLanguage, OptOut, Reason, Scope,
    };

    let header = fs::read_to_string(sdk("include/mynaq.h")).unwrap();
    let constants = Header::parse(&header).unwrap().constants;
    macro_rules! words {
        ($($prefix:literal $type:ident $($but:literal)?;)+) => {$(
            let said: Vec<_> = constants
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix($prefix)?, value.as_str())))
                $(.filter(|(name, _)| !name.starts_with($but)))?
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let expected: Vec<_> = $type::ALL
                .iter()
                .map(|word| (word.name().to_owned(), format!("{}u", word.number())))
                .collect();
            assert_eq!(said, expected);
        )+};
    }
    words! {
        "MYNAQ_IDENTITY_" Identity;
        "MYNAQ_CONSENT_" Consent;
        "MYNAQ_SCOPE_" Scope;
        "MYNAQ_DECISION_" Decision;
        "MYNAQ_NOTICE_" Notice "LANGUAGE_";
        "MYNAQ_OPT_OUT_" OptOut;
        "MYNAQ_NOTICE_LANGUAGE_" NoticeLanguage;
    }
    // Reasons cross by name.
    let reasons = constants.iter().filter(|(name, _)| name.starts_with("MYNAQ_REASON_"));
    let reasons: Vec<_> = reasons.map(|(_, value)| value.trim_matches('"')).collect();
    assert_eq!(reasons, Reason::ALL.iter().map(|reason| reason.name()).collect::<Vec<_>>());
}

#[test]
fn the_rust_types_have_the_layout_of_the_header() {
    use std::mem::offset_of;

    let folder = tempfile::tempdir().unwrap();
    let header = fs::read_to_string(sdk("include/mynaq.h")).unwrap();
    let source = folder.path().join("layout.c");
    fs::write(&source, Header::parse(&header).unwrap().printer()).unwrap();
    let mut expected = String::new();
    macro_rules! members {
        ($name:literal $type:ident { $($member:ident)* }) => {
            expected += &format!("{} . {}\n", $name, size_of::<$type>());
            $(
                let (member, offset) = (stringify!($member), offset_of!($type, $member));
                expected += &format!("{} {member} {offset}\n", $name);
            )*
        };
    }
    members!("mynaq_host" Host { struct_size abi_version context log wake });
    members!("mynaq_document" Document { handle size data });
    members!("mynaq_plugin" Plugin {
        struct_size abi_version product_version open close shutdown capabilities case_open
        case_read_card case_identity case_consent case_look_up case_cancel case_decide case_record
        case_export case_notice case_close next_event release extension case_allow_last_try log_in
        log_out case_observe case_wrong_patient case_opt_out case_decide_all case_notice_page
    });
    for compiler in [Compiler::c99(), Compiler::new("g++", &["-std=c++11", "-x", "c++"])] {
        let program = folder.path().join("layout");
        compiler.compile(&source, &program);
        let printed = String::from_utf8(run(&mut Command::new(&program)).stdout).unwrap();
        // Member, offset; the size of a member follows from the next one's offset.
        let shortened: String = printed
            .lines()
            .map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ") + "\n")
            .collect();
        assert_eq!(shortened, expected);
    }
}
