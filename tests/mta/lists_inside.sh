#!/bin/sh
# The root of Exim, and in it the question whom its list stops.
# usage: lists_inside.sh TREES WORK TESTS
set -eu
tree=$1/exim/tree work=$2 tests=$3
# shellcheck source=tests/mta/root.sh
. "$tests/root.sh"
hostname mail.shop.example
ip link set lo up
cd /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    chroot "$root" python3 /lab/mta/lists.py /lab/out
