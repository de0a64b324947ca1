#!/bin/sh
# The program for arm64: built by Debian's cross compiler against Debian's packages for arm64, it passes the
# unit tests and writes the golden files, byte by byte, on an emulated processor. There chars would be unsigned,
# vectors are others, and so are the numbers of system calls.
set -eu
skip() {
    echo "arm64: skipped, $*"
    exit 77
}
for tool in mmdebstrap aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v $tool > /dev/null || skip "$tool is not installed"
done
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$(dirname "$BOUNCELOG")/CMakeCache.txt" || skip "tested beside the release alone"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
fault() {
    echo "arm64: $*"
    faults=1
}

# What the image is built with, for the other processor: unpacked, nothing is run.
packages=$(grep -o 'lib[a-z0-9.+-]*-dev\|nettle-dev\|zlib1g-dev' packaging/Containerfile | sort -u | tr '\n' ,)
mmdebstrap --quiet --variant=extract --architectures=arm64 --include="${packages}libgcc-12-dev,libcmocka-dev" bookworm "$work/root" \
    > "$work/log" 2>&1 || skip "no packages for arm64: $(tail -n 1 "$work/log")"

# Debug: warnings are errors, and asserts of the tests as well. The emulator is too slow for a release of all tests.
cmake -S . -B "$work/build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64.cmake" -DBOUNCELOG_SYSROOT="$work/root" \
    -DCMAKE_BUILD_TYPE=Debug > "$work/log" 2>&1 || {
    tail -n 20 "$work/log"
    fault "cannot be configured"
    exit 1
}
for feature in isal zstd xz bzip2 journal mail; do
    sed -n '/have been enabled/,/have been disabled/p' "$work/log" | grep -q "^ \* $feature," || fault "is built without $feature"
done
cmake --build "$work/build" -- --quiet > "$work/log" 2>&1 || {
    grep -A 5 'error' "$work/log" | head -n 20
    fault "cannot be built"
    exit 1
}
emulated="qemu-aarch64 -L $work/root"

# Those that go through a million of something take a minute each on an emulated processor; golden files, cases and the
# others go the same ways.
count=0
for test in "$work"/build/tests/test_*; do
    case ${test##*/} in
    test_alone | test_chunks | test_date | test_input_codecs | test_input_lines | test_lists | test_order | test_page | test_records | \
        test_tables | test_tally | test_templates | test_totality) continue ;;
    esac
    $emulated "$test" > "$work/log" 2>&1 || fault "${test##*/}: $(grep -v 'OK \]' "$work/log" | tail -n 5)"
    count=$((count + 1))
done
[ $count -ge 28 ] || fault "only $count tests"

printf '#!/bin/sh\nexec %s %s "$@"\n' "$emulated" "$work/build/bouncelog" > "$work/bouncelog"
chmod +x "$work/bouncelog"
BOUNCELOG="$work/bouncelog" sh tests/run/golden.sh || fault "golden files differ"
BOUNCELOG="$work/bouncelog" python3 tests/cases/cases.py || fault "cases are read otherwise"
exit $faults
