#!/usr/bin/env bash
# Everything on a fresh Debian machine: installs what is missing, builds, and runs every test. Needs root and Node 20.
set -euo pipefail
cd "$(dirname "$0")/.."

need() { command -v "$1" >/dev/null || missing+=("${@:2}"); }
missing=()
need c++ g++
need git git
need python3 python3
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
need clang clang
need wasm-ld lld
need clang-format clang-format
need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
need strace strace
need ip iproute2
need runc runc
need zsh zsh
need fish fish
need bwrap bubblewrap
need qemu-system-x86_64 qemu-system-x86
need cpio cpio
[ -d /usr/include/wasm32-wasi ] || missing+=(wasi-libc)
compgen -G '/usr/lib/llvm-*/lib/clang/*/lib/wasi/*' >/dev/null || missing+=(libclang-rt-14-dev-wasm32)
compgen -G '/usr/lib/llvm-*/lib/wasm32-wasi' >/dev/null || compgen -G '/usr/lib/wasm32-wasi/libc++.a' >/dev/null ||
  missing+=(libc++-14-dev-wasm32 libc++abi-14-dev-wasm32)
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi
# The kernel of the virtual machine is downloaded by apt while the tests run.
apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 || apt-get update -q
command -v go >/dev/null || { echo 'wasmctr: the tests need Go 1.24 or newer (go.dev/dl)' >&2; exit 1; }

command -v rustup >/dev/null || { echo 'wasmctr: the tests need Rust with rustup (rustup.rs)' >&2; exit 1; }
rustup target add wasm32-wasip1 wasm32-wasip2

npm ci
npm run test:all
