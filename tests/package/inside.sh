#!/bin/sh
# The life of the package, from installing to purging, inside the overlay of enter.sh.
set -eu
faults=0
fault() {
    echo "package: $*"
    faults=1
}
check() { # what, then a command that must succeed
    what=$1
    shift
    "$@" > /tmp/out 2>&1 || fault "$what: $(cat /tmp/out)"
}
state=/var/lib/bouncelog

check "installing" dpkg -i /tmp/bouncelog.deb
check "the user reads logs" sh -c 'id -nG bouncelog | grep -qw adm'
[ "$(stat -c '%U %G %a' $state)" = "bouncelog bouncelog 750" ] || fault "$state is $(stat -c '%U %G %a' $state)"
for file in /etc/bouncelog/bouncelog.yaml /etc/default/bouncelog /etc/cron.daily/bouncelog /lib/systemd/system/bouncelog.timer; do
    [ -s $file ] || fault "$file is not there"
done
check "files as they were packed" dpkg -V bouncelog
if command -v systemd-analyze > /dev/null; then
    # Whether manuals can be shown is not what is asked here.
    systemd-analyze verify /lib/systemd/system/bouncelog.timer /lib/systemd/system/bouncelog.service > /tmp/out 2>&1 || :
    grep 'bouncelog\.' /tmp/out | grep -v "Command 'man" && fault "systemd does not like the units"
fi

# As systemd would, and as cron.
results() {
    for file in history.db summary.json month.json report.html bouncelog.prom suppress.txt suppress.csv; do
        [ -s $state/$file ] || fault "$1: no $file"
        [ "$(stat -c %U $state/$file)" = bouncelog ] || fault "$1: $file belongs to $(stat -c %U $state/$file)"
    done
    grep -q '"total"' $state/summary.json || fault "$1: the summary is empty"
    grep -qx 'carla@example.com' $state/suppress.txt || fault "$1: the list is wrong"
}
command=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/bouncelog.service)
check "the service's command" runuser -u bouncelog -- "$command"
[ ! -s /tmp/out ] || fault "the nightly run says $(cat /tmp/out)"
results "the service's command"
rm -f $state/*
mkdir -p /run/systemd/system
check "cron beside systemd" /etc/cron.daily/bouncelog
[ -z "$(ls $state)" ] || fault "cron does the work of the timer"
rmdir /run/systemd/system /run/systemd 2> /dev/null || :
check "cron alone" /etc/cron.daily/bouncelog
results "cron"
echo 'top: 7' >> /etc/bouncelog/bouncelog.yaml
check "an edited configuration" runuser -u bouncelog -- "$command"
check "the program for everybody" runuser -u nobody -- bouncelog explain '550 5.1.1 User unknown'

check "installing it again" dpkg -i /tmp/bouncelog.deb
grep -qx 'top: 7' /etc/bouncelog/bouncelog.yaml || fault "an edited configuration was lost"
check "removing" dpkg -r bouncelog
[ ! -e /usr/bin/bouncelog ] || fault "removed, but the program is there"
[ -s /etc/bouncelog/bouncelog.yaml ] || fault "removing took the configuration"
[ -s $state/summary.json ] || fault "removing took the results"
check "cron without the package" /etc/cron.daily/bouncelog
check "purging" dpkg -P bouncelog
left=$(find /etc /usr /lib /var -xdev -iname '*bouncelog*' -newer /tmp/bouncelog.deb | grep -v '^/usr/src' || :)
[ -z "$left" ] || fault "purged, but here: $left"
check "the user stays" id bouncelog
# Whatever else was written belongs to dpkg, adduser and ldconfig.
other=$(cd /run/changes && find . -type f ! -path './var/lib/dpkg/*' ! -path './var/cache/*' ! -path './etc/passwd*' \
    ! -path './etc/group*' ! -path './etc/shadow*' ! -path './etc/gshadow*' ! -path './etc/sub?id*' ! -path './etc/.pwd.lock' \
    ! -path './usr/sbin/policy-rc.d' ! -path './etc/ld.so.cache' ! -path './var/lib/systemd/*' ! -path './var/lib/man-db/*')
[ -z "$other" ] || fault "purged, but here: $other"
exit $faults
