#!/usr/bin/env bash
# Side-by-side measurements with real peers, in one run. Writes one JSON line each to
# target/bench/report.jsonl: {"name","unit","ours","peer","peer_name","ratio"}; ratio = peer / ours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case "${1:-}" in
    '') ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
esac
command -v pkcs15-tool >/dev/null || {
    echo "pkcs15-tool is missing: apt-get install -y --no-install-recommends opensc" >&2
    exit 2
}
cargo build --workspace --release >&2
mkdir -p target/bench
conformance/with-pcscd.sh target/release/mynaq-bench report target/bench/report.jsonl
