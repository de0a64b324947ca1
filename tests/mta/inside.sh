#!/bin/sh
# The first process of the MTA's namespaces: builds its root and its network, and runs the lab there.
# usage: inside.sh MTA CONFIGURATION TREE WORK TESTS
set -eu
mta=$1 configuration=$2 tree=$3 work=$4 tests=$5
root=$work/room/root

mount --make-rprivate /
mount -t tmpfs tmpfs "$work/room"
mkdir "$work/room/work" "$root"
cp -a "$tree" "$work/room/upper"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/room/upper,workdir=$work/room/work" "$root" || {
    echo "mta: skipped: overlay mounts are not allowed here"
    exit 77
}
mount -t proc proc "$root/proc"
for folder in dev tmp run var/log var/spool var/mail; do
    mkdir -p "$root/$folder"
    mount -t tmpfs tmpfs "$root/$folder"
done
chmod 1777 "$root/tmp"
for node in null zero random urandom full; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir -p "$root/lab/out" "$root/lab/mta"
mount --bind "$work/out" "$root/lab/out"
mount --bind "$tests" "$root/lab/mta"

hostname mail.sender.example
ip link set lo up
for net in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24; do
    ip route add local "$net" dev lo src 127.0.0.1
done
cd /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    chroot "$root" python3 /lab/mta/lab.py "$mta" "$configuration" /lab/out
