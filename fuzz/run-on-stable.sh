#!/bin/sh
# Fuzzes without a nightly compiler: guided by coverage, but without the address sanitizer, which safe code can spare.
# ./run-on-stable.sh -max_total_time=300
set -eu
cd "$(dirname "$0")"
target=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-trace-compares \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
RUSTFLAGS="--cfg fuzzing $coverage -Ccodegen-units=1 -Cdebug-assertions=yes -Coverflow-checks=yes" \
    cargo build --release --target "$target"
mkdir -p corpus/definition
exec "${CARGO_TARGET_DIR:-target}/$target/release/definition" corpus/definition -max_len=4096 -dict=definition.dict "$@"
