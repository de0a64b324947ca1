#!/bin/sh
# A machine without SSE2 (arm64): the program compiles without a warning, and says the same of all samples, of its own patterns'
# examples, of real logs' replies and of forged lines. Beside that only a compiler for such a machine could find more.
set -eu
build=$(dirname "$BOUNCELOG")/plain
if ! cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="-O1 -U__SSE2__ -U__AVX2__" -DBOUNCELOG_TESTS=OFF > "$build.log" 2>&1 ||
    ! cmake --build "$build" -- --quiet > "$build.log" 2>&1; then
    grep -m 5 'error' "$build.log" || tail -n 5 "$build.log"
    exit 1
fi
export BOUNCELOG="$build/bouncelog"
sh tests/run/golden.sh
"$BOUNCELOG" patterns check
for test in tests/hostile/injection.py tests/outputs/tiers.py; do
    python3 "$test"
done
