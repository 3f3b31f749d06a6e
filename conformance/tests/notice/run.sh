#!/usr/bin/env bash
# The notice (傷病者用説明書) in a real browser: the plugin writes the papers of every language, and
# Debian's Chromium prints them.
#
#   conformance/tests/notice/run.sh [PICTURES]
#
# Saves the papers, as pages, prints and pictures, in the folder PICTURES (default target/notice).
# What plugin/src/notice/pictures shows is made by
#
#   conformance/tests/notice/run.sh --refresh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
shown=$root/plugin/src/notice/pictures
refresh=
[ "${1:-}" != --refresh ] || { refresh=yes; shift; }
out=${1:-$root/target/notice}

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
MYNAQ_NOTICE_PAPERS=$out cargo test --quiet --manifest-path "$root/Cargo.toml" -p mynaq-plugin --lib -- \
    --ignored --exact notice::tests::the_papers_are_written_for_the_browser
"$root/samples/console/tests/browser/node.sh" "$here/notice.mjs" --papers "$out"
if [ -n "$refresh" ]; then
    mkdir -p "$shown"
    cp "$out"/*.sample.png "$out"/ja.drill.png "$shown"
fi
