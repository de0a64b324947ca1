#!/bin/sh
# Fetches packages and what they need and this host lacks, and unpacks it all below a folder: MTAs
# exclude each other, so none is ever installed.
# usage: packages.sh FOLDER PACKAGE...
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift

exec 9> "$folder/lock"
flock 9
[ "$(cat "$folder/complete" 2> /dev/null)" != "$*" ] || exit 0
rm -rf "$folder/complete" "$folder/tree" "$folder/debs"
mkdir -p "$folder/debs/partial"

fetch() {
    apt-get install -y -q --reinstall --download-only --no-install-recommends \
        -o "Dir::Cache::archives=$folder/debs" -o Debug::NoLocking=1 "$@" > "$folder/apt.log" 2>&1
}
fetch "$@" || {
    apt-get update -q > "$folder/apt.log" 2>&1 && fetch "$@"
} || {
    tail -n 3 "$folder/apt.log" >&2
    exit 1
}
for deb in "$folder"/debs/*.deb; do
    dpkg-deb -x "$deb" "$folder/tree"
done
# A folder would hide the link of this name that points there.
for name in bin sbin lib lib64; do
    if [ -L "/$name" ] && [ -d "$folder/tree/$name" ]; then
        mkdir -p "$folder/tree/usr/$name"
        cp -a "$folder/tree/$name/." "$folder/tree/usr/$name"
        rm -rf "${folder:?}/tree/$name"
    fi
done
rm -rf "$folder/debs"
echo "$*" > "$folder/complete"
