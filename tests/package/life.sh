# What the packages of all distributions must do, for the scripts that run inside a started system.
# shellcheck shell=sh
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

results() {
    for file in history.db summary.json month.json report.html bouncelog.prom suppress.txt suppress.csv; do
        [ -s $state/$file ] || {
            fault "$1: no $file"
            return
        }
        [ "$(stat -c %U $state/$file)" = bouncelog ] || fault "$1: $file belongs to $(stat -c %U $state/$file)"
    done
    grep -q '"total": *18,' $state/summary.json || fault "$1: the summary is not that of the logs"
    [ "$(cat $state/suppress.txt)" = "carla@example.com
late@example.com
old@example.com" ] || fault "$1: the list is $(cat $state/suppress.txt)"
}

# The service as it is started by hand, on the day after its logs; then by the timer, made to be due
# at once.
services() {
    mkdir -p /run/systemd/system/bouncelog.service.d
    printf '[Service]\nEnvironment=SOURCE_DATE_EPOCH=1795478400\n' > /run/systemd/system/bouncelog.service.d/clock.conf
    systemctl daemon-reload
    check "the service" systemctl start bouncelog.service
    journalctl --sync
    said=$(journalctl -u bouncelog.service -o cat --no-pager | grep -vE '^(Starting|Finished) bouncelog|Deactivated|Consumed' || :)
    [ -z "$said" ] || fault "a quiet night says: $said"
    results "the service"
    rm -f $state/*
    mkdir -p /run/systemd/system/bouncelog.timer.d
    printf '[Timer]\nOnCalendar=\nOnActiveSec=0\nAccuracySec=1us\nRandomizedDelaySec=0\n' > /run/systemd/system/bouncelog.timer.d/now.conf
    systemctl daemon-reload
    check "the timer" systemctl restart bouncelog.timer
    waited=0
    until [ -s $state/month.json ] && ! systemctl is-active bouncelog.service | grep -q activating || [ $waited -ge 300 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    rm -r /run/systemd/system/bouncelog.timer.d /run/systemd/system/bouncelog.service.d
    systemctl daemon-reload
    results "the timer"
}

# What the unit promises, seen from inside it.
sandbox() {
    mkdir -p /run/systemd/system/bouncelog.service.d
    cp /root/probe.sh /opt/
    printf '[Service]\nExecStart=\nExecStart=/bin/sh /opt/probe.sh\n' > /run/systemd/system/bouncelog.service.d/probe.conf
    systemctl daemon-reload
    check "the sandbox" systemctl start bouncelog.service
    [ -z "$(cat $state/probe)" ] || fault "the sandbox: $(cat $state/probe)"
    rm -f $state/probe /opt/probe.sh
    rm -r /run/systemd/system/bouncelog.service.d
    systemctl daemon-reload
}

# Cron steps back where systemd runs; where it does not, it does the same work.
cron() {
    rm -f $state/*
    check "cron beside systemd" /etc/cron.daily/bouncelog
    [ -z "$(ls $state)" ] || fault "cron does the work of the timer"
    check "cron alone" unshare --mount sh -c 'mount -t tmpfs none /run && /etc/cron.daily/bouncelog'
    results "cron"
}
