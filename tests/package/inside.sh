#!/bin/sh
# The life of the Debian package in a system that has just been started: installed, run, upgraded,
# removed, purged.
set -eu
cd /
# shellcheck source=tests/package/life.sh
. /root/life.sh
metrics=/var/lib/prometheus/node-exporter

# Names of what is there, but for what records the life of the system itself.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root -o -path /var/cache \
        -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/systemd/catalog -o -path /var/lib/systemd/random-seed \) -prune -o -print | sort
}
files > /root/before

check "installing" apt-get install -y -q --no-install-recommends /root/bouncelog.deb
[ $faults -eq 0 ] || exit 1
check "the user reads logs" sh -c 'id -nG bouncelog | grep -qw adm'
[ "$(stat -c '%U %G %a' $state)" = "bouncelog bouncelog 750" ] || fault "$state is $(stat -c '%U %G %a' $state)"
[ "$(stat -c '%U %G %a' $metrics)" = "root bouncelog 1775" ] || fault "$metrics is $(stat -c '%U %G %a' $metrics)"
for file in /etc/bouncelog/bouncelog.yaml /etc/default/bouncelog /etc/cron.daily/bouncelog /lib/systemd/system/bouncelog.timer; do
    [ -s $file ] || fault "$file is not there"
done
check "files as they were packed" dpkg -V bouncelog
check "the units" systemd-analyze verify --man=no /lib/systemd/system/bouncelog.timer /lib/systemd/system/bouncelog.service \
    /lib/systemd/system/bouncelog-mail.service
systemd-analyze security --threshold=20 bouncelog.service > /tmp/out || fault "the sandbox is worth little: $(tail -n 1 /tmp/out)"
check "the timer waits for the night" systemctl is-active bouncelog.timer
check "and will after the next start" systemctl is-enabled bouncelog.timer
[ -z "$(ls $state)" ] || fault "installing runs it"

services
sandbox
cron
mails
check "the program for everybody" runuser -u nobody -- bouncelog explain '550 5.1.1 User unknown'
check "doctor" runuser -u bouncelog -- bouncelog doctor

echo 'top: 7' >> /etc/bouncelog/bouncelog.yaml
check "an edited configuration" systemctl start bouncelog.service
check "installing it again" dpkg -i /root/bouncelog.deb
grep -qx 'top: 7' /etc/bouncelog/bouncelog.yaml || fault "an edited configuration was lost"
check "the timer after an upgrade" systemctl is-active bouncelog.timer

check "removing" apt-get remove -y -q bouncelog
[ ! -e /usr/bin/bouncelog ] || fault "removed, but the program is there"
! systemctl is-active -q bouncelog.timer || fault "removed, but the timer waits"
[ -s /etc/bouncelog/bouncelog.yaml ] || fault "removing took the configuration"
[ -s $state/summary.json ] || fault "removing took the results"
check "cron without the package" unshare --mount sh -c 'mount -t tmpfs none /run && /etc/cron.daily/bouncelog'
check "purging" apt-get purge -y -q bouncelog
check "the user stays" id bouncelog
# GMime brings gnupg, which apt itself suggests, and keeps for that.
check "what it asked for" apt-get autoremove --purge -y -q \
    -o APT::AutoRemove::SuggestsImportant=false -o APT::AutoRemove::RecommendsImportant=false
files > /root/after
# The backups of the files that users stand in, and the cache of the linker, are the system's.
left=$(comm -13 /root/before /root/after | grep -vE '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|^/etc/\.pwd\.lock$' || :)
[ -z "$left" ] || fault "purged, but here: $left"
gone=$(comm -23 /root/before /root/after)
[ -z "$gone" ] || fault "purged, and gone with it: $gone"
exit $faults
