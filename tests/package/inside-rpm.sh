#!/bin/sh
# The life of the RPM in a system that has just been started.
set -eu
cd /
# shellcheck source=tests/package/life.sh
. /root/life.sh
install="rpm --install --nodeps /root/bouncelog.rpm"

# shellcheck disable=SC2086
check "installing" $install
[ $faults -eq 0 ] || exit 1
check "files as they were packed" rpm --verify --nodeps bouncelog
check "the user reads logs" sh -c 'id -nG bouncelog | grep -qw adm'
[ "$(stat -c '%U %G %a' $state)" = "bouncelog bouncelog 750" ] || fault "$state is $(stat -c '%U %G %a' $state)"
check "the units" systemd-analyze verify --man=no /usr/lib/systemd/system/bouncelog.timer /usr/lib/systemd/system/bouncelog.service \
    /usr/lib/systemd/system/bouncelog-mail.service
[ -z "$(ls $state)" ] || fault "installing runs it"
check "the timer is switched on" systemctl enable --now bouncelog.timer

services
sandbox
cron
mails

echo 'top: 7' >> /etc/bouncelog/bouncelog.yaml
check "installing it again" rpm --upgrade --replacepkgs --nodeps /root/bouncelog.rpm
grep -qx 'top: 7' /etc/bouncelog/bouncelog.yaml || fault "an edited configuration was lost"
check "the timer after an upgrade" systemctl is-active bouncelog.timer
check "removing" rpm --erase bouncelog
! systemctl is-active -q bouncelog.timer || fault "removed, but the timer waits"
[ -s $state/summary.json ] || fault "removing took the results"
# systemd keeps when a timer was last due.
left=$(find /etc /usr /var -xdev -iname '*bouncelog*' ! -path '/var/lib/bouncelog*' ! -path '/var/lib/systemd/*' | sort | tr '\n' ' ')
[ "$left" = "/etc/bouncelog /etc/bouncelog/bouncelog.yaml.rpmsave " ] || fault "removed, but here: $left"
check "the user stays" id bouncelog
exit $faults
