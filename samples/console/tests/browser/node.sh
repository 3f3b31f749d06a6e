#!/usr/bin/env bash
# Runs a script of the browser tests with what their package.json names, installed once.
#
#   samples/console/tests/browser/node.sh SCRIPT [ARGUMENT...]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

[ -x /usr/bin/chromium ] || {
    echo "chromium is missing: apt-get install -y --no-install-recommends chromium fonts-noto-cjk" >&2
    exit 2
}
# npm writes the second file when it has installed what the first names.
if ! [ "$here/node_modules/.package-lock.json" -nt "$here/package-lock.json" ]; then
    npm --prefix "$here" ci --no-audit --no-fund --silent
fi
# Debian's own Node.js may be older than the packages want; the registry has newer ones.
node=(node)
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)'; then
    node=(npm exec --yes --package=node@22 -- node)
fi
exec "${node[@]}" "$@"
