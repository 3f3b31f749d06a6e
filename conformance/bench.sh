#!/usr/bin/env bash
# Measurements of the plugin as hosts load it, built for release, beside real peers where there are
# any. Prints one JSON line for each result and writes them to target/bench/report.jsonl.
#
#   conformance/bench.sh          everything, a minute or two
#   conformance/bench.sh quick    without pcscd and OpenSC's tool
#
#   call_*                     ns of one entry: C door, both doors of the Rust SDK, no door at all
#   load_and_negotiate_c_door  ms in a fresh process, beside opensc-pkcs11.so loaded the same way
#   whole_case                 ms of a case from opening to end, everything simulated at no latency
#   command_returns            ms until an [any-thread] call returns, while card and line are at work
#   thousand_cases_at_once     threads and memory with a thousand cases open, each with its record
#   card_read_*                one certificate through real pcscd, beside OpenSC's pkcs15-tool
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
need /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so opensc-pkcs11
[ -n "$quick" ] || need /usr/bin/pkcs15-tool opensc

cargo build --workspace --release >&2
target=${CARGO_TARGET_DIR:-target}
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
"$bench" many | tee -a "$report"
[ -n "$quick" ] || conformance/with-pcscd.sh "$bench" card | tee -a "$report"
