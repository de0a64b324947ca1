#!/bin/sh
# usage: root.sh WORK PACKAGE...: a clean Debian 12 in WORK/root, with systemd, and the PACKAGEs (names
# or files) with all that they ask for in the cache of apt; the tests, and logs where a mail host has
# them. Exit 77: it cannot be had here.
set -eu
work=$1
shift
[ "$(id -u)" -eq 0 ] || {
    echo "only root can start a system of its own"
    exit 77
}
for tool in mmdebstrap systemd-nspawn; do
    command -v $tool > /dev/null || {
        echo "$tool is not installed (mmdebstrap, systemd-container)"
        exit 77
    }
done
mkdir "$work/files"
packages=""
for package in "$@"; do
    case "$package" in
    */*)
        cp "$package" "$work/files/"
        package=/root/${package##*/}
        ;;
    esac
    packages="$packages $package"
done
cp tests/package/*.sh "$work/files/"
mkdir "$work/logs"
cp samples/rotated/mail.log* "$work/logs/"
# shellcheck disable=SC2016
mmdebstrap --quiet --variant=minbase --include=systemd-sysv --skip=cleanup/apt \
    --customize-hook="cp '$work'/files/* \"\$1/root/\"" \
    --customize-hook="cp '$work'/logs/* \"\$1/var/log/\" && chown 0:4 \"\$1\"/var/log/mail.log* && chmod 640 \"\$1\"/var/log/mail.log*" \
    --customize-hook="chroot \"\$1\" apt-get install --download-only -y -q --no-install-recommends $packages" \
    bookworm "$work/root" > "$work/mmdebstrap.log" 2>&1 || {
    echo "no root could be made: $(tail -n 1 "$work/mmdebstrap.log")"
    exit 77
}
