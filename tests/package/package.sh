#!/bin/sh
# The Debian package: built twice it is the same, lintian has nothing to say, its program is hardened;
# and in a clean Debian that is started for it, it installs, runs by systemd and by cron, and goes
# without a trace.
set -eu
skip() {
    echo "package: $*"
    exit 77
}
faults=0
fault() {
    echo "package: $*"
    faults=1
}
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$(dirname "$BOUNCELOG")/CMakeCache.txt" || [ -n "${BOUNCELOG_PACKAGE:-}" ] ||
    skip "tested with the release alone (or BOUNCELOG_PACKAGE=1)"
for tool in dpkg-buildpackage dh; do
    command -v $tool > /dev/null || skip "$tool is not installed (dpkg-dev, debhelper)"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DEB_BUILD_OPTIONS="nocheck parallel=2"
unset SOURCE_DATE_EPOCH # the changelog says it

dpkg-checkbuilddeps -P nocheck packaging/debian/control 2> "$work/missing" || skip "$(cat "$work/missing")"
packaging/build-deb "$work/one" > /dev/null
packaging/build-deb "$work/two" > /dev/null
for deb in "$work"/one/*.deb; do
    cmp "$deb" "$work/two/${deb##*/}" || fault "${deb##*/} differs from build to build"
done
cp "$work"/one/bouncelog_*.deb "$work/bouncelog.deb"
if command -v lintian > /dev/null; then
    lintian --allow-root --fail-on error,warning "$work"/one/*.changes || fault "lintian"
else
    echo "package: lintian is not installed, so nobody has looked at the package"
fi

# Position independent, relocations read only and bound at once, no executable stack, checked calls.
dpkg-deb -x "$work/bouncelog.deb" "$work/packed"
readelf -hlWd --dyn-syms "$work/packed/usr/bin/bouncelog" > "$work/elf"
for mark in 'Type: .*DYN' GNU_RELRO 'FLAGS.*BIND_NOW' 'FLAGS_1.*PIE' 'GNU_STACK.* RW ' __stack_chk_fail '__[a-z]*printf_chk\|__memcpy_chk'; do
    grep -q "$mark" "$work/elf" || fault "the program is not hardened: no $mark"
done

said=$(sh tests/package/root.sh "$work" "$work/bouncelog.deb") || skip "it was built, but not installed: $said"
sh tests/package/boot.sh "$work" inside.sh || {
    [ $? -eq 77 ] && [ $faults -eq 0 ] && exit 77
    faults=1
}
exit $faults
