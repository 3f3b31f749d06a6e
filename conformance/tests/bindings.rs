//! The bindings vendors take as they are: each hands over what it is given, knows the whole header,
//! and says what an older plugin does not have.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use mynaq_conformance::{Compiler, Header, Stage, parts, run};
use mynaq_host_sdk::{Decision, NoticeLanguage, OptOut};

const JNA: &str = "/usr/share/java/jna.jar";

/// What 1.1 appended, in the order in which `conformance/border/appended.*` call it.
const APPENDED: [&str; 9] = [
    "log_in",
    "log_out",
    "case_allow_last_try",
    "case_wrong_patient",
    "case_opt_out",
    "case_decide_all",
    "case_decide_all",
    "case_observe",
    "case_notice_page",
];

/// What `conformance/border/echo.c` must have been called with: the words of the callers, in UTF-8,
/// the handles it gave out, and the numbers of `words.rs`.
fn handed_over() -> String {
    let crew = "%E9%9A%8A%E5%93%A1%E4%B8%83";
    let (session, patient) = ("5e55100000000001", "a5e000000000002");
    let (remove, vi) = (OptOut::Remove.number(), NoticeLanguage::Vietnamese.number());
    let (accept, reject) = (Decision::Accept.number(), Decision::Reject.number());
    let echoed = [
        format!(
            "log_in {session} {{'crew_member':'{crew}','unit':'A1','terminal':'T1',\
             'factors':['pin','ic_card']}}"
        ),
        format!("log_out {session} {crew}"),
        format!("case_allow_last_try {patient}"),
        format!("case_wrong_patient {patient}"),
        format!("case_opt_out {patient} {remove}"),
        format!("case_decide_all {patient} medications {reject}"),
        format!("case_decide_all {patient} - {accept}"),
        format!("case_observe {patient} {{'jcs':300}}"),
    ];
    let errors = echoed
        .map(|call| format!("-105 {{\"code\":\"usage.wrong_state\",\"detail\":\"{call}\"}}\n"))
        .concat();
    format!("{errors}<!DOCTYPE html>case_notice_page {patient} {vi}\n0\n")
}

// clauses: NEG-3
#[test]
fn every_binding_hands_over_what_it_was_given_and_names_what_an_older_plugin_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let (border, samples) =
        (parts().root.join("conformance/border"), parts().root.join("samples/hosts"));
    let at = |name: &str| folder.path().join(name);
    let library = Compiler::c99().with(&["-shared", "-fPIC"]);
    library.compile(&border.join("echo.c"), &at("echo.so"));
    library.with(&["-DECHO_FIRST"]).compile(&border.join("echo.c"), &at("first.so"));

    Compiler::cpp11().compile(&border.join("appended.cpp"), &at("cpp"));
    let exe = at("Appended.exe");
    let csharp = [samples.join("csharp/MynaQ.cs"), border.join("Appended.cs")];
    run(Command::new("mcs").arg(format!("-out:{}", exe.display())).args(csharp));
    let java = [samples.join("java/MynaQ.java"), border.join("Appended.java")];
    let utf8 = ["-encoding", "UTF-8", "-cp", JNA, "-d"];
    run(Command::new("javac").args(utf8).arg(at("java")).args(java));
    let class_path = format!("{JNA}:{}", at("java").display());
    let [cpp, mono, jvm, python]: [Vec<OsString>; 4] = [
        vec![at("cpp").into()],
        vec!["mono".into(), exe.into()],
        vec!["java".into(), "-cp".into(), class_path.into(), "Appended".into()],
        vec![
            "python3".into(),
            "-B".into(),
            border.join("appended.py").into(),
            samples.join("python").into(),
        ],
    ];
    let mut answers = BTreeSet::new();
    for start in [cpp, mono, jvm, python] {
        let print = |plugin: &Path, config: &Path| {
            let mut command = Command::new(&start[0]);
            command.args(&start[1..]).arg(plugin).arg(config);
            String::from_utf8(run(&mut command).stdout).unwrap()
        };
        let nowhere = Path::new("mynaq.toml");
        assert_eq!(print(&at("echo.so"), nowhere), handed_over(), "{start:?}");
        let older = print(&at("first.so"), nowhere);
        let older: Vec<_> = older.lines().collect();
        assert_eq!(older.len(), APPENDED.len(), "{start:?}: {older:?}");
        for (line, function) in older.iter().zip(APPENDED) {
            assert!(line.starts_with("-107 ") && line.contains(function), "{start:?}: {line}");
        }
        let today = print(&parts().plugin, &Stage::new(None).config());
        assert!(!today.contains("-107"), "{start:?}: {today}");
        answers.insert(today);
    }
    assert_eq!(answers.len(), 1, "one plugin, one answer: {answers:#?}");
}

/// The header's table and statuses stand in each binding once more, and must be the same there.
#[test]
fn every_binding_has_every_function_and_every_status_of_the_header() {
    let root = &parts().root;
    let read = |path: &str| fs::read_to_string(root.join("samples/hosts").join(path)).unwrap();
    let header = Header::parse(&read("../../host-sdk/include/mynaq.h")).unwrap();
    let table = header.structs.iter().find(|it| it.name == "mynaq_plugin").unwrap();
    let slots: Vec<_> = table.members[3..].iter().map(|member| member.name.as_str()).collect();

    let [csharp, java, python] =
        ["csharp/MynaQ.cs", "java/MynaQ.java", "python/mynaq.py"].map(read);
    assert_eq!(quoted(&csharp, "string[] Slots =", "};"), slots);
    assert_eq!(quoted(&java, "List<String> SLOTS =", ");"), slots);
    assert_eq!(quoted(&python, "\"product_version\", c_char_p),", "]\n"), slots);

    for (name, value) in header.constants {
        let Some(name) = name.strip_prefix("MYNAQ_ERROR_") else { continue };
        let number = value.trim_matches(['(', ')']);
        let pascal: String = name
            .split('_')
            .map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()))
            .collect();
        assert!(csharp.contains(&format!(" int {pascal} = {number};")), "{pascal}");
        assert!(java.contains(&format!(" int {name} = {number};")), "{name}");
    }
}

/// What stands in double quotes between two places of a source.
fn quoted<'a>(source: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    let (_, rest) = source.split_once(begin).unwrap();
    let (list, _) = rest.split_once(end).unwrap();
    list.split('"').skip(1).step_by(2).collect()
}
