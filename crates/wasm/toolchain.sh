#!/usr/bin/env bash
# Makes `cargo build --target wasm32-unknown-unknown` possible, idempotently (`cargo xtask build --all` runs it).
# Debian's rustc-web and rust-web-src are of one version, so std can be built for the target where no toolchain server
# can be asked; rustup's compiler with those sources fails in `core`.
#   1. the target is installed for the active toolchain          -> use it
#   2. apt offers Debian's rustc-web: it and rust-web-src are unpacked in a folder (nothing is installed system-wide,
#      ~/.rustup is not touched), std built once for the target into that folder's sysroot
#   3. else `rustup target add`
# Result: $DIR/env.sh (source it), $DIR/bin/cargo-wasm (cargo with that environment) and $DIR/flags (for rustc, one a line).
# With WASM_TOOLCHAIN_SOURCES=1 only the compiler and the sources of its std are put there, for -Zbuild-std to other targets.
# Settings: WASM_TOOLCHAIN_DIR, WASM_TOOLCHAIN_SKIP_RUSTUP=1 (only 2: the same std on every machine), WASM_TOOLCHAIN_FORCE=1 (redo).
set -euo pipefail
export LC_ALL=C # apt's words are read
TARGET=wasm32-unknown-unknown
DIR=${WASM_TOOLCHAIN_DIR:-${PREPAIR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openclaw-prepair}/wasm-toolchain}
FORMAT=4
# The oldest compiler that serves: cargo takes no older one for this workspace, and -Cpanic=immediate-abort is of 1.91.
OLDEST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../../Cargo.toml")
say() { printf '[wasm-toolchain] %s\n' "$*" >&2; }
finish() { # $1: what, $2: flags, stdin: env.sh body
  mkdir -p "$DIR/bin"; cat > "$DIR/env.sh.tmp"; printf '%s' "$2" > "$DIR/flags"
  printf '#!/bin/sh\n. "%s/env.sh"\nexec cargo "$@"\n' "$DIR" > "$DIR/bin/cargo-wasm"; chmod +x "$DIR/bin/cargo-wasm"
  mv "$DIR/env.sh.tmp" "$DIR/env.sh"; say "ready: $1 (env: $DIR/env.sh)"
}
new_enough() { printf '%s\n' "$OLDEST" "$1" | sort -CV; } # $1: a version
serves() { new_enough "$("$1" -V 2>/dev/null | cut -d ' ' -f 2)"; } # $1: a rustc
has_target() { local d; serves "$1" && d=$("$1" --print target-libdir --target $TARGET 2>/dev/null) && compgen -G "$d/libstd-*.rlib" >/dev/null; }

# --- 1 ---------------------------------------------------------------------------------------
# What is old in $DIR is removed: it is new, empty, or has what one of the ways below leaves first.
if [ -n "$(ls -A "$DIR" 2>/dev/null)" ] && [ ! -f "$DIR/bin/cargo-wasm" ] && ! { [ -f "$DIR/lock" ] && [ ! -s "$DIR/lock" ]; }; then
  say "FAILED: $DIR is in use by something else; let WASM_TOOLCHAIN_DIR name a new folder"; exit 1
fi
unset RUSTC
SOURCES=${WASM_TOOLCHAIN_SOURCES:-0}
ready() {
  if [ "$SOURCES" = 1 ]; then [ -f "$DIR/sources" ] && serves "$DIR/bin/rustc"; return; fi
  [ "${WASM_TOOLCHAIN_FORCE:-0}" != 1 ] && [ -f "$DIR/stamp" ] && [ "$(cat "$DIR/stamp")" = "$FORMAT" ] \
    && has_target "$DIR/bin/rustc" && grep -qs '^export RUSTC=' "$DIR/env.sh" # else it is of 1 or 3
}
if [ "${WASM_TOOLCHAIN_SKIP_RUSTUP:-0}" != 1 ] && [ "$SOURCES" != 1 ]; then
  if has_target rustc; then echo "# target of $(rustc -V)" | finish "installed target" ''; exit 0; fi
fi
if ready; then say "ready: Debian's compiler, already there"; exit 0; fi
cand() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)' || true; }
offer() { local v; v=$(cand rustc-web); echo "apt offers ${v:+rustc-web }${v:-no rustc-web}"; }
offered() { new_enough "$(cand rustc-web)"; }
# An image's lists may be months old: refreshed once, where the compiler they offer is too old or gone from the mirror.
LISTS=''
refresh() {
  [ -z "$LISTS" ] || return 1
  say "$(offer); refreshing its lists"
  # without this mode a mirror that can't be reached is no error
  if apt-get -qq -o APT::Update::Error-Mode=any update >&2; then LISTS="apt's lists are fresh."
  else LISTS="apt's lists could not all be refreshed: run \`apt-get update\` as root, with mirrors that can be reached."; fi
}
fail() { # $1: the fact
  say "FAILED: $1; rustc $OLDEST or later is needed. $LISTS Instead of Debian's compiler, rustup's serves with the target" \
    "installed (\`rustup target add\`) and WASM_TOOLCHAIN_SKIP_RUSTUP unset."
  exit 1
}
if ! command -v apt-cache >/dev/null || ! { offered || { refresh; offered; }; }; then
  if [ "${WASM_TOOLCHAIN_SKIP_RUSTUP:-0}" != 1 ] && command -v rustup >/dev/null && rustup target add $TARGET >&2 && has_target rustc; then
    echo "# target of $(rustc -V)" | finish "rustup target add" ''; exit 0; fi
  fail "$(offer)"
fi

# --- 2 ------------------------------------------------------------------------------------------
for t in apt-get apt-cache dpkg-deb cargo; do command -v $t >/dev/null || { say "needs $t"; exit 1; }; done
mkdir -p "$DIR"; exec 9>"$DIR/lock"; flock 9
# whoever held the lock may have made it
if ready; then say "ready: Debian's compiler, already there"; exit 0; fi
W=$(mktemp -d "$DIR/work.XXXXXX"); trap 'rm -rf "$W"' EXIT
fetch() {
  local v llvm; v=$(cand rustc-web); new_enough "$v" || return 1
  llvm=$(apt-cache show "libstd-rust-web-dev=$v" | sed -n 's/^Depends: \(libstd-rust-web-[0-9.]*\).*/\1/p' | head -1)
  [ -n "$llvm" ] || return 1
  local lib; lib=$(apt-cache show "$llvm=$v" | grep -oE 'libllvm[0-9]+' | head -1); [ -n "$lib" ] || return 1
  rm -rf "$W/deb"; mkdir "$W/deb"; say "downloading rustc-web $v, its std, $lib and rust-web-src"
  (cd "$W/deb" && apt-get download -qq "rustc-web=$v" "$llvm=$v" "libstd-rust-web-dev=$v" "rust-web-src=$v" "$lib" 2>"$W/apt.log") \
    || { cat "$W/apt.log" >&2; return 1; }
}
fetch || { refresh && fetch; } || fail "rustc-web $(cand rustc-web) could not be downloaded"
rm -f "$DIR/stamp" "$DIR/sources" # written when all is there
rm -rf "$DIR/root"; mkdir -p "$DIR/root"
for d in "$W"/deb/*.deb; do
  case $d in
    */rust-web-src_*) dpkg-deb --fsys-tarfile "$d" | tar -x -C "$DIR/root" --wildcards './usr/src/rustc-*/library' './usr/lib/rustlib/src';;
    *) dpkg-deb -x "$d" "$DIR/root";;
  esac
done
rm -rf "$DIR/root/usr/share"
mkdir -p "$DIR/bin"
cat > "$DIR/bin/rustc" <<R
#!/bin/sh
LD_LIBRARY_PATH="$DIR/root/usr/lib/$(uname -m)-linux-gnu\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" exec "$DIR/root/usr/bin/rustc" "\$@"
R
chmod +x "$DIR/bin/rustc"
HOST=$("$DIR/bin/rustc" -vV | sed -n 's/^host: //p')
# a wasm linker: rustup's rust-lld (self-contained), else Debian's lld
LLD=$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$HOST/bin/rust-lld
mkdir -p "$DIR/root/usr/lib/rustlib/$HOST/bin"
if [ -x "$LLD" ]; then ln -sf "$LLD" "$DIR/root/usr/lib/rustlib/$HOST/bin/rust-lld"
else
  n=$(basename "$W"/deb/libllvm*.deb | grep -oE '^libllvm[0-9]+' | tr -dc 0-9)
  (cd "$W/deb" && apt-get download -qq "lld-$n") && dpkg-deb -x "$W"/deb/lld-"$n"_*.deb "$DIR/root"
  ln -sf "$DIR/root/usr/lib/llvm-$n/bin/lld" "$DIR/root/usr/lib/rustlib/$HOST/bin/rust-lld"
fi
if [ "$SOURCES" = 1 ]; then : > "$DIR/sources"; say "ready: compiler and sources"; exit 0; fi
say "building std for $TARGET with $("$DIR/bin/rustc" -V)"
# A panic traps at once, without its message, which nobody would see: a fifth smaller.
ABORT=$'-Zunstable-options\n-Cpanic=immediate-abort\n'
# fixed place and remapped paths: the same std on every run and machine with the same $DIR (a std with other
# crate hashes makes cargo's cached dependencies unusable: E0463), and no home folder in panic messages
B="$DIR/std-build"; rm -rf "$B"; mkdir -p "$B/src"; : > "$B/src/lib.rs"
SRC="$DIR/root/usr/lib/rustlib/src/rust"; REV=$("$DIR/bin/rustc" -vV | sed -n 's/^commit-hash: //p')
FLAGS="-Cembed-bitcode=yes ${ABORT//$'\n'/ } --remap-path-prefix=$SRC=/rustc/$REV --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
cat > "$B/Cargo.toml" <<'T'
[package]
name = "std-build"
version = "0.0.0"
edition = "2021"
[workspace]
[profile.release]
opt-level = "z"
debug = false
T
( cd "$B"; env -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET RUSTFLAGS="$FLAGS" RUSTC="$DIR/bin/rustc" RUSTC_BOOTSTRAP=1 \
  cargo build -q --release --target $TARGET -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size --target-dir "$B/target" >&2 )
L="$DIR/root/usr/lib/rustlib/$TARGET/lib"; rm -rf "$L"; mkdir -p "$L"
cp "$B"/target/$TARGET/release/deps/*.rlib "$L"/; rm -f "$L"/libstd_build-*; rm -rf "$B"
# without the sources rustc keeps the remapped names of std's inlined generics too
rm -rf "$DIR/root/usr/src" "$DIR/root/usr/lib/rustlib/src"
has_target "$DIR/bin/rustc"
# proof: a std program links
printf 'fn main() { println!("{:?}", std::env::args().collect::<Vec<_>>()) }' > "$W/t.rs"
# shellcheck disable=SC2086 # words
RUSTC_BOOTSTRAP=1 "$DIR/bin/rustc" --target $TARGET ${ABORT//$'\n'/ } -O "$W/t.rs" -o "$W/t.wasm"
printf 'export RUSTC="%s"\n# for the flags\nexport RUSTC_BOOTSTRAP=1\n' "$DIR/bin/rustc" | finish "Debian sysroot, $("$DIR/bin/rustc" -V)" "$ABORT"
echo $FORMAT > "$DIR/stamp"
