#!/bin/sh
# The archive has what cmake --install puts there; the RPM has that too, owns no folder of the
# distribution, keeps what an administrator edits, and, in a clean Debian that is started for it,
# installs, runs and goes. Debian's rpm stands in for that of another distribution: no dependency of
# the RPM can be looked up there (--nodeps), but the libraries of its names are in place.
set -eu
skip() {
    echo "rpm: $*"
    exit 77
}
faults=0
fault() {
    echo "rpm: $*"
    faults=1
}
build=$(dirname "$BOUNCELOG")
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt" || skip "tested with the release alone"
[ -e "$build/manuals/made" ] || skip "the manuals were not built (they need python3)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SOURCE_DATE_EPOCH

# Stripped on their way, so names and modes are compared.
listing() { (cd "$1" && find . ! -type d -printf '%m %P\n' | sort); }
DESTDIR=$work/installed cmake --install "$build" --prefix / > "$work/log" 2>&1 || cat "$work/log"
(cd "$build" && cpack -G TGZ -B "$work/cpack") > "$work/log" 2>&1 || cat "$work/log"
mkdir "$work/archive"
tar -x -z -C "$work/archive" --strip-components=1 -f "$work"/cpack/bouncelog-*.tar.gz
listing "$work/installed" > "$work/wanted"
listing "$work/archive" > "$work/got"
diff -u "$work/wanted" "$work/got" || fault "the archive is not what cmake --install puts there"
"$work/archive/bin/bouncelog" scan -o /dev/null samples/postfix.log || fault "the program of the archive"

for tool in rpmbuild rpm rpm2cpio cpio; do
    command -v $tool > /dev/null || skip "$tool is not installed (rpm, cpio)"
done
rpm=$(packaging/build-rpm "$work/rpm")
ask() { rpm -qp "$@" "$rpm"; }
equal() { # what, got, wanted
    [ "$2" = "$3" ] || fault "$1: $2, expected $3"
}
version=$("$BOUNCELOG" --version | sed -n 's/^bouncelog //p')
equal "its name" "$(ask --queryformat '%{NAME} %{VERSION} %{RELEASE} %{LICENSE}')" "bouncelog $version 1 MIT"
ask --queryformat '%{DESCRIPTION}\n' | diff -u - packaging/rpm/description || fault "its description"
DESTDIR=$work/nightly cmake --install "$work/rpm/build" > "$work/log" 2>&1 || cat "$work/log"
listing "$work/nightly" > "$work/wanted"
mkdir "$work/unpacked"
rpm2cpio "$rpm" | (cd "$work/unpacked" && cpio -i -d --quiet)
listing "$work/unpacked" > "$work/got"
diff -u "$work/wanted" "$work/got" || fault "the RPM is not what cmake --install puts there"
equal "folders of its own" "$(ask --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' | sed -n 's/^d[^ ]* //p' | grep -v '^/usr/share/doc/bouncelog/\|^/usr/share/bouncelog/' | tr '\n' ' ')" \
    "/etc/bouncelog /usr/libexec/bouncelog /usr/share/bouncelog /usr/share/doc/bouncelog "
equal "configuration" "$(ask --queryformat '[%{FILEFLAGS:fflags} %{FILENAMES}\n]' | sed -n '/^[^ ]*c[^ ]* \//p' | tr '\n' ' ')" \
    "cn /etc/bouncelog/bouncelog.yaml cn /etc/cron.daily/bouncelog cn /etc/default/bouncelog "
equal "owners" "$(ask --queryformat '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]' | sort -u)" root:root
readelf -d "$work/unpacked/usr/bin/bouncelog" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1()(64bit)/p' | sort > "$work/needed"
ask --requires | grep '\.so[.0-9]*()' | sort | diff -u "$work/needed" - || fault "the libraries that it asks for"
for need in shadow-utils util-linux; do
    ask --requires | grep -qx $need || fault "it does not ask for $need"
done
for script in pre post preun postun; do
    case $script in pre | post) tag=${script}in ;; *) tag=$script ;; esac
    [ -n "$(ask --queryformat "%{$tag}")" ] || fault "it has no script $script"
    ask --queryformat "%{$tag}\n" | grep -vxF -f "packaging/rpm/$script" | grep . &&
        fault "its script $script is not packaging/rpm/$script"
done

cp "$rpm" "$work/bouncelog.rpm"
libraries=$(ldd "$work/unpacked/usr/bin/bouncelog" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | while read -r file; do
    dpkg -S "$file" "/usr$file" 2> /dev/null | sed 's/:.*//' || :
done | sort -u)
# Names, to be split.
# shellcheck disable=SC2086
said=$(sh tests/package/root.sh "$work" rpm $libraries) || skip "it was built, but not installed: $said"
# shellcheck disable=SC2086
chroot "$work/root" apt-get install -y -q --no-install-recommends rpm $libraries > "$work/log" 2>&1 || fault "$(tail -n 3 "$work/log")"
cp "$work/bouncelog.rpm" "$work/root/root/"
sh tests/package/boot.sh "$work" inside-rpm.sh || {
    [ $? -eq 77 ] && [ $faults -eq 0 ] && exit 77
    faults=1
}
exit $faults
