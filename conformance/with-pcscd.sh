#!/usr/bin/env bash
# Runs a command beside a pcscd of its own, in namespaces of its own: nothing of it is seen outside,
# and several can run side by side. The virtual reader waits for a card on 127.0.0.1:35963.
#
#   conformance/with-pcscd.sh [--share-network | --bare] COMMAND [ARGUMENT...]
#
# --share-network keeps the machine's network, for a browser outside. The virtual reader's port is then
# open to other machines while it runs; without it nothing is.
# --bare leaves pcscd to the command, to start and stop it; the folder of its drivers is a copy.
set -euo pipefail

network=-n
mode=own
case "${1:-}" in
    --share-network) network= mode=share; shift ;;
    --bare) mode=bare; shift ;;
esac
if [ $# -eq 0 ]; then
    sed -n '2,10s/^# \{0,1\}//p' "$0"
    exit 2
fi
missing() { # WHAT PACKAGE
    echo "$1 is missing: apt-get install -y --no-install-recommends $2" >&2
    exit 2
}
[ -x /usr/sbin/pcscd ] || missing pcscd pcscd
[ -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so ] || missing "the virtual reader" vsmartcard-vpcd

# As an ordinary user through a user namespace; where those are forbidden, as root.
if unshare -Urm $network true 2>/dev/null; then
    isolate=(unshare -Urm $network)
elif unshare -m $network true 2>/dev/null; then
    isolate=(unshare -m $network)
else
    echo "no namespaces: allow user namespaces (sysctl kernel.unprivileged_userns_clone=1) or be root" >&2
    exit 2
fi

# shellcheck disable=SC2016 # expanded by the inner shell
exec "${isolate[@]}" --propagation private bash -c '
    set -euo pipefail
    mount -t tmpfs tmpfs /run
    mkdir -p /run/pcscd
    [ "$0" = share ] || ip link set lo up
    if [ "$0" = bare ]; then
        cp -r /usr/lib/pcsc/drivers /run/drivers
        mount --bind /run/drivers /usr/lib/pcsc/drivers
        exec "$@"
    fi
    # Newer versions ask polkit, which does not run here.
    polkit=
    case "$(/usr/sbin/pcscd --help 2>&1)" in *--disable-polkit*) polkit=--disable-polkit ;; esac
    /usr/sbin/pcscd --foreground $polkit >/dev/null 2>&1 &
    pcscd=$!
    child=
    finish() {
        trap - EXIT
        [ -z "$child" ] || kill "$child" 2>/dev/null || true
        kill "$pcscd" 2>/dev/null || true
        wait 2>/dev/null || true
    }
    trap finish EXIT
    trap "exit 130" INT
    trap "exit 143" TERM
    for _ in $(seq 100); do
        [ -S /run/pcscd/pcscd.comm ] && break
        kill -0 "$pcscd" 2>/dev/null || { echo "pcscd did not start" >&2; exit 2; }
        sleep 0.05
    done
    [ -S /run/pcscd/pcscd.comm ] || { echo "pcscd did not start in 5 s" >&2; exit 2; }
    "$@" &
    child=$!
    code=0
    wait "$child" || code=$?
    child=
    exit "$code"
' "$mode" "$@"
