//! Through the real PC/SC daemon, with OpenSC as a second opinion, and the way people start it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mynaq_conformance::{outside, parts, run};
use serde_json::Value;

fn start_sh(arguments: &[&str]) -> Command {
    let mut command = outside(Command::new(parts().root.join("samples/start.sh")));
    command.args(arguments);
    command
}

#[test]
fn the_drill_transport_and_pcscd_print_the_same_valid_record() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.jsonl");
    let direct = run(&mut start_sh(&["--once", "P01"])).stdout;
    let through_pcscd = run(start_sh(&["--pcsc", "--once", "P01", "--events"]).arg(&events)).stdout;
    assert_eq!(direct, through_pcscd);

    let record: Value = serde_json::from_slice(&direct).unwrap();
    let schema = parts().root.join("host-sdk/schema/record.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(&record).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(!validator.is_valid(&Value::Null), "the schema refuses something");

    let events = std::fs::read_to_string(events).unwrap();
    let found = events.lines().find(|line| line.contains("\"event\":\"card_found\"")).unwrap();
    assert!(found.contains("\"reader\":\"Virtual PCD 00 00\""), "{found}");
    let read = events.lines().find(|line| line.contains("\"event\":\"card_read\"")).unwrap();
    assert!(read.contains("\"commands\":2"), "{read}");
    let name = record["fields"][0]["value"].as_str().unwrap();
    assert!(!events.contains(name), "the event log holds nothing of the patient");
}

/// OpenSC knows the card from real ones: if it lists and reads ours, and ours signs for it, the
/// simulator is not only our own idea of a card.
#[test]
fn opensc_lists_reads_and_signs_with_the_simulated_card() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        set -euo pipefail
        "$1" run --world "$2/world" --vpcd 127.0.0.1:35963 --card P01 >"$2/ready" &
        simulator=$!
        trap 'kill $simulator; wait' EXIT
        for _ in $(seq 200); do [ -s "$2/ready" ] && break; sleep 0.05; done
        # The daemon looks for a card every 400 ms; until then there is none to read.
        for _ in $(seq 100); do
            pkcs15-tool --read-certificate 1 >"$2/read.pem" && break
            sleep 0.05
        done
        openssl x509 -in "$2/read.pem" -outform der -out "$2/read.der"
        pkcs15-tool --dump >"$2/dump"

        printf 'a challenge of OpenSC' >"$2/data"
        openssl dgst -sha256 -binary -out "$2/digest" "$2/data"
        sign() { pkcs15-crypt --sign --sha-256 --pkcs1 --key 1 --pin "$1" --input "$2/digest" --output "$2/signature"; }
        if sign 9999 "$2" >"$2/wrong" 2>&1; then
            echo "a wrong PIN signs" >&2
            exit 1
        fi
        sign 1234 "$2"
        openssl x509 -in "$2/read.pem" -noout -pubkey >"$2/key.pem"
        openssl dgst -sha256 -verify "$2/key.pem" -signature "$2/signature" "$2/data"
    "#;
    run(Command::new(parts().root.join("conformance/with-pcscd.sh"))
        .args(["bash", "-c", script, "bash"])
        .arg(&parts().simulator)
        .arg(folder.path()));
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let own = file("world/people/P01/auth.der");
    assert!(own.len() > 1000);
    assert_eq!(file("read.der"), own);

    let dump = String::from_utf8(file("dump")).unwrap();
    let count = |what: &str| dump.matches(what).count();
    // Two PINs, two keys and the certificates of both, as OpenSC sees them on a real card.
    assert_eq!(
        [count("PIN ["), count("Private RSA Key ["), count("X.509 Certificate [")],
        [2, 2, 4],
        "{dump}"
    );
    let wrong = String::from_utf8(file("wrong")).unwrap();
    assert!(wrong.to_lowercase().contains("pin code verification failed"), "{wrong}");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_leaves_no_process_behind() {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::CommandExt as _;

    for mode in [&["--listen", "127.0.0.1:0"][..], &["--pcsc", "--listen", "127.0.0.1:0"]] {
        let mut shell = start_sh(mode)
            .stderr(Stdio::piped())
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let group = shell.id();
        // Kept open to the end: a shell that cannot say anything any more would end by itself.
        let mut lines = BufReader::new(shell.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find(|line| line.contains("http://"));
        assert!(address.is_some(), "{mode:?}: no address was printed");
        assert!(members(group).len() > 2, "{mode:?}: nothing runs");

        // What the terminal does on Ctrl-C: the signal goes to the whole group.
        // SAFETY: plain system call on a group this test has made.
        assert_eq!(unsafe { libc::kill(-(group as i32), libc::SIGINT) }, 0);
        let patience = Instant::now() + Duration::from_secs(15);
        shell.wait().unwrap();
        while !members(group).is_empty() {
            assert!(Instant::now() < patience, "{mode:?}: {:?} are left", members(group));
            std::thread::yield_now();
        }
    }
}

/// The living processes of a group.
#[cfg(target_os = "linux")]
fn members(group: u32) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .filter(|stat| {
            // "pid (name) state parent group": the name may hold anything, so read from its end.
            let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            let mut fields = fields.split(' ');
            let state = fields.next();
            state != Some("Z") && fields.nth(1) == Some(&group.to_string())
        })
        .collect()
}
