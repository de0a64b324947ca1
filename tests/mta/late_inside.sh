#!/bin/sh
# The network of several MTAs, each of which gets a root of its own, and the script that they follow.
# usage: late_inside.sh TREES WORK TESTS        (late_lab.py starts late_inside.sh host NAME MTA TREE WORK TESTS)
set -eu
if [ "$1" = host ]; then
    name=$2 mta=$3 tree=$4 work=$5 tests=$6
    # shellcheck source=tests/mta/root.sh
    . "$tests/root.sh"
    cd /
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
        chroot "$root" python3 /lab/mta/late_host.py "$name" "$mta"
fi
ip link set lo up
ip route add local 198.18.0.0/16 dev lo src 127.0.0.1
# The resolver of OpenSMTPD takes a host for one without IPv4 if that has no address but 127.0.0.1.
ip address add 127.0.0.2/32 dev lo
exec python3 "$3/late_lab.py" "$@"
