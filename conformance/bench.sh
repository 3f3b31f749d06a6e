#!/usr/bin/env bash
# Measurements of the plugin as hosts load it, built for release, beside real peers where there are
# any. Prints one JSON line for each result and writes them to target/bench/report.jsonl.
#
#   conformance/bench.sh          everything, a minute or two when it is built
#   conformance/bench.sh quick    without pcscd, OpenSC's tool and the jpki crate
#
#   call_*                     ns of one entry: C door, both doors of the Rust SDK, no door at all
#   load_and_negotiate_c_door  ms in a fresh process, beside opensc-pkcs11.so loaded the same way
#   whole_case                 ms of a case from opening to end, everything simulated at no latency
#   command_returns            ms until an [any-thread] call returns, while card and line are at work
#   look_up_*                  ms from case_look_up to the fetched summary, over a line with a round trip of 60 ms
#                              to a gateway that thinks for 200 ms (the simulator's own delays), beside curl on the
#                              same mutual TLS
#     ..._warm                 a second after the case was opened: its line is open. Goal: a round trip, the
#                              gateway's time and 10 ms, at p95; curl's second request on a connection
#     ..._resumed              at once, in a terminal that has looked up before
#     ..._cold                 at once, in a terminal that was just started; curl as a whole process
#   thousand_cases_at_once     threads and memory with a thousand cases open, each with its record
#   card_read_*                ms of a whole process that reads one certificate through real pcscd: ours,
#                              OpenSC's pkcs15-tool, the jpki crate, and the floor, a program that
#                              connects, sends the two commands without which nothing can be read, and
#                              can do nothing else. They take turns; all must have read the same bytes.
#     ..._no_latency           a card that answers at once
#     ..._50_ms                one that takes 50 ms for each command. Goals: 7 times as fast as the better
#                              peer, not more than 1.15 times the floor
#     ..._106_kbit             one at the bit rate every card begins with
#     ..._50_ms_106_kbit       both
#     ..._commands             how many commands reached the card
#
# ratio is the better peer's value by ours, over_floor ours by the floor's. A goal that is missed is
# printed and fails nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
quick=
case "${1:-}" in
    '') ;;
    quick) quick=yes ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
esac
need() { # FILE PACKAGE
    [ -e "$1" ] || { echo "$1 is missing: apt-get install -y --no-install-recommends $2" >&2; exit 2; }
}
target=${CARGO_TARGET_DIR:-target}
need /usr/bin/pkg-config pkg-config
need /usr/bin/curl curl
need /usr/include/PCSC/winscard.h libpcsclite-dev
need /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so opensc-pkcs11
if [ -z "$quick" ]; then
    need /usr/bin/pkcs15-tool opensc
    need /usr/sbin/pcscd pcscd
    need /usr/lib/pcsc/drivers/serial/libifdvpcd.so vsmartcard-vpcd
    # Apart from the workspace, for its licence.
    peer=conformance/peers/jpki/Cargo.toml
    cargo build --release --locked --manifest-path "$peer" --target-dir "$target/peers" >&2 || {
        echo "the jpki crate is missing: cargo fetch --locked --manifest-path $peer" >&2
        exit 2
    }
fi

cargo build --workspace --release >&2
# What the tests put defects in with must not be in what departments get.
if grep -q 'jp\.mynaq\.defects' "$target/release/libmynaq_plugin.so"; then
    echo "the release build has the suite's extension" >&2
    exit 1
fi
mkdir -p target/bench
report=target/bench/report.jsonl
: >"$report"
bench=$target/release/mynaq-bench
cargo bench --quiet --workspace --bench doors | tee -a "$report"
"$bench" load | tee -a "$report"
"$bench" whole | tee -a "$report"
"$bench" line | tee -a "$report"
"$bench" many | tee -a "$report"
[ -n "$quick" ] ||
    conformance/with-pcscd.sh "$bench" card "$target/peers/release/mynaq-peer-jpki" | tee -a "$report"
