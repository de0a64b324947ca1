#!/bin/sh
# usage, in a mount namespace of its own: enter.sh WORK COMMAND... runs the command in an overlay over
# this system. What it writes goes to memory, and away with the namespace.
set -eu
work=$1
shift
mount --make-rprivate /
mount -t tmpfs none "$work/place"
mkdir "$work/place/upper" "$work/place/work" "$work/place/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/place/upper,workdir=$work/place/work" "$work/place/root"
root=$work/place/root
for folder in run tmp var/log; do
    mount -t tmpfs none "$root/$folder"
done
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir "$root/run/changes" # what the command has written, for it to look at
mount --bind "$work/place/upper" "$root/run/changes"
cp "$work/bouncelog.deb" tests/package/inside.sh "$root/tmp/"
cp samples/rotated/mail.log* "$root/var/log/"
chown root:adm "$root"/var/log/mail.log*
chmod 640 "$root"/var/log/mail.log*
# A program that only some hosts have must not decide whether services start.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LC_ALL=C.UTF-8 "$@"
