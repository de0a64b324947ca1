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
metrics=$state # Debian's package has them elsewhere

results() {
    for file in $state/history.db $state/summary.json $state/month.json $state/report.html $metrics/bouncelog.prom $state/suppress.txt \
        $state/suppress.csv; do
        [ -s "$file" ] || {
            fault "$1: no $file"
            return
        }
        [ "$(stat -c %U "$file")" = bouncelog ] || fault "$1: $file belongs to $(stat -c %U "$file")"
    done
    [ "$(stat -c %a $metrics/bouncelog.prom)" = 644 ] || fault "$1: the metrics are not for everybody"
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
    said=$(journalctl -u bouncelog.service -o cat --no-pager | grep -vE '^(Starting|Finished) bouncelog|Deactivated|Consumed|Triggering On' || :)
    [ -z "$said" ] || fault "a quiet night says: $said"
    results "the service"
    rm -f $state/* $metrics/bouncelog.prom
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
    rm -f $state/* $metrics/bouncelog.prom
    check "cron beside systemd" /etc/cron.daily/bouncelog
    [ -z "$(ls $state)" ] || fault "cron does the work of the timer"
    check "cron alone" unshare --mount sh -c 'mount -t tmpfs none /run && /etc/cron.daily/bouncelog'
    results "cron"
}

# One line of the settings, and there is a mail of what changed, and none of a night like the one before:
# under systemd by a unit of its own, with cron behind the nightly run. What hands it on is sendmail's.
mails() {
    rm -f $state/* $metrics/bouncelog.prom
    mkdir -p /var/spool/sent /usr/sbin
    chown bouncelog /var/spool/sent
    printf '#!/bin/sh\ncat > "/var/spool/sent/$(find /var/spool/sent -type f | wc -l)"\n' > /usr/sbin/sendmail
    chmod 755 /usr/sbin/sendmail
    echo BOUNCELOG_MAIL=postmaster@example.com >> /etc/default/bouncelog
    check "a night with a mail" systemctl start bouncelog.service
    morning 1 "the first night"
    grep -q '^To: postmaster@example.com$' /var/spool/sent/0 || fault "the mail is not to whom it should be: $(head -n 5 /var/spool/sent/0)"
    grep -q '^Subject: .*Newly dead' /var/spool/sent/0 || fault "the mail is not about the list: $(head -n 5 /var/spool/sent/0)"
    echo 'Nov 23 05:10:00 mx1 postfix/qmgr[5]: 4Xy1Zq2abd: removed' >> /var/log/mail.log
    check "a night like the one before" systemctl start bouncelog.service
    morning 1 "a night like the one before"
    check "a night without a line" unshare --mount sh -c 'mount -t tmpfs none /run && /etc/cron.daily/bouncelog'
    morning 2 "a night without a line"
    grep -q '^Subject: .*Silent log' /var/spool/sent/1 || fault "the second mail is not about the log: $(head -n 5 /var/spool/sent/1)"
    sed -i '/^BOUNCELOG_MAIL=/d' /etc/default/bouncelog
    sed -i '$d' /var/log/mail.log
    rm -r /var/spool/sent /usr/sbin/sendmail
}

# how many mails there are, once the unit that sends them is done
morning() {
    waited=0
    while systemctl is-active bouncelog-mail.service | grep -q activating || [ -e $state/night.status ]; do
        [ $waited -lt 100 ] || {
            fault "$2: nobody asks whether there is something to mail: $(journalctl -u bouncelog-mail.service -o cat --no-pager | tail -n 3)"
            return
        }
        sleep 0.1
        waited=$((waited + 1))
    done
    [ "$(find /var/spool/sent -type f | wc -l)" -eq "$1" ] || fault "$2: $(find /var/spool/sent -type f | wc -l) mails, not $1"
}
