# shellcheck shell=sh disable=SC2154
# The root of an MTA in its own mounts: this host's with the unpacked packages of $tree laid over it,
# what it writes in memory below $work; its folders /lab/mta and /lab/out are $tests and $work/out.
# Sets $root.
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
