#!/usr/bin/env bash
# The console in a real browser: starts simulator and console as samples/start.sh does, and drives
# them with Debian's Chromium.
#
#   samples/console/tests/browser/run.sh [PICTURES]
#
# Saves what was seen in the folder PICTURES (default target/pictures).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../../.." && pwd)
pictures=${1:-$root/target/pictures}

said=$(mktemp)
"$root/samples/start.sh" --listen 127.0.0.1:0 2>"$said" &
started=$!
finish() {
    trap - EXIT
    kill -TERM "$started" 2>/dev/null || true
    wait "$started" 2>/dev/null || true
    rm -f "$said"
}
trap finish EXIT
trap 'exit 130' INT TERM

address=
for _ in $(seq 1200); do
    address=$(sed -n 's/.*\(http:\/\/[^ ]*\).*/\1/p' "$said")
    [ -n "$address" ] && break
    kill -0 "$started" 2>/dev/null || break
    sleep 0.1
done
[ -n "$address" ] || { cat "$said" >&2; echo "the console did not start" >&2; exit 1; }
"$here/node.sh" "$here/first-light.mjs" --console "$address" --out "$pictures"
