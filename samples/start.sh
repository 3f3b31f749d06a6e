#!/usr/bin/env bash
# MynaQ on one machine: simulated cards, a simulated gateway, and the sample console in the browser.
#
#   samples/start.sh                     build, start, print the address; Ctrl-C ends everything
#   samples/start.sh --once P01          one case without a browser: prints the filled record (JSON)
#   samples/start.sh --pcsc              through pcscd and its virtual reader
#
#   --pcsc            read cards through the real PC/SC daemon instead of the drill transport
#   --once PERSON     run one case for this person and exit; --people lists them
#   --people          list the simulated people
#   --events FILE     with --once: write the events of the case there (without patient data)
#   --listen ADDRESS  where the console listens (default 127.0.0.1:8080)
#   --release         optimised build
#   --help
#   -- ARGUMENT...    with --once: passed to `mynaq view`, such as
#                     samples/start.sh --once P03 -- --identity pin <<< 1234
#                     samples/start.sh --once P01 -- --consent unobtainable --reason unconscious
#
# What is missing on a Debian machine is installed (as root, or through sudo); Rust is not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

pcsc= once= people= events= release= listen=127.0.0.1:8080
view=()
while [ $# -gt 0 ]; do
    case "$1" in
        --pcsc) pcsc=yes ;;
        --people) people=yes ;;
        --release) release=--release ;;
        --once | --events | --listen)
            [ $# -ge 2 ] || { echo "$1 needs a value; see --help" >&2; exit 2; }
            printf -v "${1#--}" %s "$2"
            shift
            ;;
        -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
        --) shift; view=("$@"); break ;;
        *) echo "unknown: $1; see --help" >&2; exit 2 ;;
    esac
    shift
done

say() { echo "$*" >&2; }

install() { # PACKAGE...
    say "installing: $*"
    local sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    command -v apt-get >/dev/null || { say "install these by hand: $*"; exit 2; }
    { $sudo apt-get update -q && $sudo apt-get install -y -q --no-install-recommends "$@"; } >&2
}

prepare() {
    command -v cargo >/dev/null || { say "no Rust: install rustup from your distribution or rustup.rs"; exit 2; }
    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    [ -e /usr/include/PCSC/winscard.h ] || missing+=(libpcsclite-dev)
    if [ -n "$pcsc" ]; then
        [ -x /usr/sbin/pcscd ] || missing+=(pcscd)
        [ -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so ] || missing+=(vsmartcard-vpcd)
        command -v unshare >/dev/null || missing+=(util-linux)
        command -v ip >/dev/null || missing+=(iproute2)
    fi
    [ ${#missing[@]} = 0 ] || install "${missing[@]}"
    say "building (the first time takes a few minutes)"
    (cd "$root" && cargo build --workspace $release) >&2
}

# Inside pcscd's namespace the script runs once more; what it needs is built by then.
if [ -z "${MYNAQ_PREPARED:-}" ]; then
    prepare
    if [ -n "$pcsc" ]; then
        again=("$here/start.sh" --pcsc ${release:+--release} --listen "$listen")
        share=--share-network
        if [ -n "$once" ]; then
            again+=(--once "$once" ${events:+--events "$events"})
            share=
        fi
        [ ${#view[@]} = 0 ] || again+=(-- "${view[@]}")
        MYNAQ_PREPARED=yes exec "$root/conformance/with-pcscd.sh" $share "${again[@]}"
    fi
fi

target=${CARGO_TARGET_DIR:-$root/target}
case "$target" in /*) ;; *) target=$root/$target ;; esac
bin=$target/$([ -n "$release" ] && echo release || echo debug)

if [ -n "$people" ]; then
    exec "$bin/mynaq-simulator" people
fi

work=$(mktemp -d)
children=()
finish() {
    trap - EXIT
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start() { # OUTPUT COMMAND...: in the background, until its first line of output is there
    local output=$1
    shift
    "$@" >"$output" &
    children+=($!)
    for _ in $(seq 600); do
        if [ -s "$output" ]; then return 0; fi
        kill -0 "${children[-1]}" 2>/dev/null || { say "${1##*/} did not start"; exit 2; }
        sleep 0.05
    done
    say "${1##*/} did not start in 30 s"
    exit 2
}

address() { # NAME: from the simulator's line of JSON
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/simulator.json"
}

start "$work/simulator.json" "$bin/mynaq-simulator" run --world "$work/world" \
    ${pcsc:+--vpcd 127.0.0.1:35963} ${once:+--card "$once"}

if [ -n "$pcsc" ]; then
    reader='reader = "pcsc"'
else
    reader="reader = \"drill\"
drill_address = \"$(address drill)\""
fi
cat >"$work/mynaq.toml" <<CONFIG
# 訓練用。実運用の設定は host-sdk/INTERFACE.md を参照。
mode = "drill"

[department]
facility_code = "9910000001"
name = "模擬消防本部"
name_kana = "もぎしょうぼうほんぶ"
contact = "模擬消防本部 救急課（訓練のため電話はつながりません）"

[card]
$reader

[gateway]
url = "https://$(address gateway)/"
authority = "world/gateway/ca.pem"
certificate = "world/crew/client.pem"
key = "world/crew/client.key"

[ledger]
directory = "ledger"

[packs]
directory = "$root/adapters/packs"

[transcription]
default = "item"
sections = { patient = "all", visits = "never" }
CONFIG

plugin=$bin/libmynaq_plugin.so
if [ -n "$once" ]; then
    given() { # OPTION: whether the caller has given it
        local argument
        for argument in "${view[@]}"; do [ "$argument" = "$1" ] && return 0; done
        return 1
    }
    given --identity || view+=(--identity visual)
    given --consent || view+=(--consent given)
    code=0
    "$bin/mynaq" view --plugin "$plugin" --config "$work/mynaq.toml" \
        ${events:+--events "$events"} "${view[@]}" || code=$?
    exit "$code"
fi

# Who may view. Only the console logs crews in; mynaq view is one look of somebody at a desk.
cat >>"$work/mynaq.toml" <<CONFIG

[roster]
file = "roster.toml"
CONFIG
cat >"$work/roster.toml" <<ROSTER
# 訓練用の名簿（架空）。今日から来年の末まで。
department = "模擬消防本部"
issued = $(TZ=JST-9 date +%Y-%m-%d)
valid_until = $(($(TZ=JST-9 date +%Y) + 1))-12-31

[[unit]]
name = "救急1"

[[unit]]
name = "救急2"

[[member]]
id = "C-07"
units = ["救急1"]
roles = ["viewer"]

[[member]]
id = "C-08"
units = ["救急1", "救急2"]
roles = ["viewer"]
ROSTER

start "$work/console.json" "$bin/mynaq-console" --plugin "$plugin" --config "$work/mynaq.toml" \
    --listen "$listen" --drill-table "http://$(address control)"
say
say "  $(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$work/console.json")"
say
say "open it in a browser; Ctrl-C ends everything"
wait -n "${children[@]}" || true
say "a part has ended"
exit 1
