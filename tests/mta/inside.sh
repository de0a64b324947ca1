#!/bin/sh
# The first process of the MTA's namespaces: builds its root and its network, and runs the lab there.
# usage: inside.sh MTA CONFIGURATION TREE WORK TESTS
set -eu
mta=$1 configuration=$2 tree=$3 work=$4 tests=$5
# shellcheck source=tests/mta/root.sh
. "$tests/root.sh"

hostname mail.sender.example
ip link set lo up
for net in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24; do
    ip route add local "$net" dev lo src 127.0.0.1
done
cd /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    chroot "$root" python3 /lab/mta/lab.py "$mta" "$configuration" /lab/out
