#!/bin/sh
# The Debian package: builds from a clean copy, twice the same bytes, lintian finds nothing; in a copy
# of this system that is thrown away it installs, runs as its own user, and goes without a trace.
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
for tool in dpkg-buildpackage dh unshare; do
    command -v $tool > /dev/null || skip "$tool is not installed (dpkg-dev, debhelper, util-linux)"
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
if command -v lintian > /dev/null; then
    lintian --allow-root --fail-on error,warning "$work"/one/*.changes || fault "lintian"
else
    echo "package: lintian is not installed, so nobody has looked at the package"
fi
[ "$(id -u)" -eq 0 ] || skip "only root can install it (it was built)"

# All that follows happens in an overlay over this system, in memory.
mkdir "$work/place"
cp "$work"/one/bouncelog_*.deb "$work/bouncelog.deb"
if ! unshare -m sh tests/package/enter.sh "$work" true > "$work/out" 2>&1; then
    [ $faults -ne 0 ] || skip "no overlay over this system: $(tail -n 1 "$work/out")"
    exit 1
fi
unshare -m sh tests/package/enter.sh "$work" sh /tmp/inside.sh || faults=1
exit $faults
