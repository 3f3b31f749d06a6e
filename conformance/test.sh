#!/usr/bin/env bash
# Every test of the project, through real parts: installs what is missing on a Debian machine, then
# formats, lints, documents, builds and tests. Ends with the first thing that is not right.
#
#   conformance/test.sh           what every change must pass
#   conformance/test.sh --long    that, and what takes minutes: kill loops, thousands of cases,
#                                 fuzzing, the Windows build, licences of all dependencies
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

long=
case "${1:-}" in
    '') ;;
    --long) long=yes ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "unknown: $1; see --help" >&2; exit 2 ;;
esac

begun=$SECONDS
step() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - begun)); }

step "what the tests need"
missing=()
need() { # FILE PACKAGE...: the packages, where the file is not there
    local file=$1
    shift
    [ -e "$file" ] || missing+=("$@")
}
need /usr/bin/gcc gcc libc6-dev
need /usr/bin/g++ g++
need /usr/bin/x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
need /usr/bin/x86_64-w64-mingw32-g++ g++-mingw-w64-x86-64
need /usr/bin/i686-w64-mingw32-gcc gcc-mingw-w64-i686
need /usr/bin/mcs mono-mcs
need /usr/bin/mono mono-runtime libmono-system-core4.0-cil
need /usr/share/java/jna.jar libjna-java
need /usr/bin/python3 python3
need /usr/bin/valgrind valgrind
need /usr/lib/debug/.build-id libc6-dbg # without it valgrind cannot follow the loader
need /usr/bin/pkg-config pkg-config
need /usr/include/PCSC/winscard.h libpcsclite-dev
need /usr/sbin/pcscd pcscd
need /usr/lib/pcsc/drivers/serial/libifdvpcd.so vsmartcard-vpcd
need /usr/bin/pkcs15-tool opensc
need /usr/bin/openssl openssl
need /usr/bin/unshare util-linux
need /sbin/ip iproute2
need /usr/bin/chromium chromium
need /usr/bin/fc-list fontconfig
need /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
need /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
if [ -n "$long" ]; then
    need /usr/lib/rustlib/src/rust/library rustc-web cargo-web rust-web-src
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
if [ ${#missing[@]} != 0 ]; then
    echo "installing: ${missing[*]}"
    $sudo apt-get update -q
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

step "format"
cargo fmt --all --check
cargo fmt --check --manifest-path conformance/peers/jpki/Cargo.toml

step "lint"
cargo clippy --workspace --all-targets --quiet -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

step "one TLS provider"
# Two would make a bare builder panic on the day somebody writes one.
if cargo tree --workspace --edges all --prefix none | grep -E '^(aws-lc-rs|aws-lc-sys|openssl|openssl-sys|native-tls) '; then
    echo "a second TLS provider is in the graph" >&2
    exit 1
fi

step "build"
cargo build --workspace

step "tests"
${long:+env MYNAQ_LONG=yes PROPTEST_CASES=20000} cargo test --workspace

step "the console in a real browser"
samples/console/tests/browser/run.sh

step "the notice in a real browser"
conformance/tests/notice/run.sh

if [ -n "$long" ]; then
    step "what remains in memory, optimised as it ships"
    # Other things stay on its stacks than on those of a build for tests.
    cargo test --release -p mynaq-conformance --test remains

    step "fuzzing, a minute for each target"
    cargo fmt --manifest-path plugin/fuzz/Cargo.toml --check
    # Its own Cargo.lock must know what the plugin depends on.
    cargo fetch --locked --quiet --manifest-path plugin/fuzz/Cargo.toml
    command -v cargo-fuzz >/dev/null || cargo install --locked --quiet cargo-fuzz --version 0.13.2
    fuzzing="${CARGO_TARGET_DIR:-$PWD/target}/fuzz"
    fuzz() { # COMMAND ARGUMENT...: with the stable compiler, which takes the flags when told to
        RUSTC_BOOTSTRAP=1 cargo fuzz "$1" --fuzz-dir plugin/fuzz --target-dir "$fuzzing" "${@:2}"
    }
    fuzz build
    rm -rf "$fuzzing/corpus" "$fuzzing/found"
    mkdir -p "$fuzzing/found"
    # New inputs go to a copy: what is committed is what somebody has looked at.
    cp -r plugin/fuzz/corpus "$fuzzing/corpus"
    for corpus in "$fuzzing"/corpus/*; do
        target=$(basename "$corpus") log="$corpus.log"
        if ! fuzz run "$target" "$corpus" -- -dict=plugin/fuzz/words.dict -max_total_time=60 \
            -max_len=16384 -timeout=5 -rss_limit_mb=1024 \
            -artifact_prefix="$fuzzing/found/$target-" >"$log" 2>&1; then
            grep -m 1 -A 4 -E 'panicked at|ERROR: ' "$log" >&2 || tail -n 40 "$log" >&2
            echo "$target fails on" "$fuzzing/found/$target-"* "- all of it is in $log" >&2
            exit 1
        fi
        echo "$target: $(grep -E '^#[0-9]+.(INITED|DONE)' "$log" | sed 's/\t/ /g; s/ lim:.*//' | paste -sd' ')"
    done

    step "Windows, 64 and 32 bit"
    # Debian's compiler with Debian's standard library sources: rustup's has none for this target.
    windows() { # TARGET PACKAGE...
        local target=$1 packages=()
        shift
        for package in "$@"; do packages+=(-p "$package"); done
        env PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$PWD/target/windows" \
            /usr/bin/cargo build -Zbuild-std --target "$target" "${packages[@]}"
    }
    windows x86_64-pc-windows-gnu mynaq-plugin mynaq-cli
    # The start objects of a 32-bit library are not made with the standard library, but beside it.
    objects=/usr/lib/rustlib/i686-pc-windows-gnu/lib
    for object in rsbegin rsend; do
        [ -e "$objects/$object.o" ] && continue
        sources=(/usr/src/rustc-*/library/rtstartup)
        $sudo mkdir -p "$objects"
        $sudo env RUSTC_BOOTSTRAP=1 /usr/bin/rustc --target i686-pc-windows-gnu --emit=obj \
            -o "$objects/$object.o" "${sources[0]}/$object.rs"
    done
    windows i686-pc-windows-gnu mynaq-plugin

    step "licences and sources of dependencies"
    command -v cargo-deny >/dev/null || cargo install --locked --quiet cargo-deny --version 0.20.2
    cargo deny check bans licenses sources
fi

step "all passed"
