#!/bin/sh
# What bouncelog doctor finds in logs and configurations, what it says to do, and its exit codes.
set -eu
export TZ=UTC SOURCE_DATE_EPOCH=1795478400
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# expect CODE WORDS ARGUMENTS...: the exit code, and a line that has the words.
expect() {
    code=$1 words=$2 status=0
    shift 2
    "$BOUNCELOG" doctor "$@" > "$work/out" 2> "$work/err" || status=$?
    if [ "$status" -ne "$code" ] || ! grep -qF -- "$words" "$work/out" || [ -s "$work/err" ]; then
        echo "doctor $*: exit $status, expected $code and \"$words\":"
        cat "$work/out" "$work/err"
        faults=1
    fi
}
printf 'top: 3\n' > "$work/config.yaml"
config="--config $work/config.yaml"

# shellcheck disable=SC2086
{
expect 0 "ok    samples/rotated/mail.log.2.gz: gzip, postfix, header rfc3164" $config samples/rotated/mail.log*
expect 0 "config.yaml is understood" $config samples/rotated/mail.log
expect 0 "its queue ids say that its stamps are UTC+01:00" $config samples/rotated/mail.log
expect 0 "header exim-main-log" $config samples/exim-mainlog
expect 0 "sendmail, header" $config samples/sendmail.log
expect 0 "header json, stamps with a zone" $config samples/journal-json.json
expect 0 "exim, postfix, sendmail" $config samples/mixed.log

# A log in which nothing happens any more; of a set the newest part counts.
SOURCE_DATE_EPOCH=1796000000 expect 0 "mail.log: the newest line about mail that was read is of 2026-11-23" $config samples/rotated/mail.log*
grep -q 'newest.*mail.log.1' "$work/out" && {
    echo "doctor: a rotated part is called old"
    faults=1
}

# The same lines twice, one beginning later.
tail -n 30 samples/postfix.log > "$work/syslog"
expect 3 "and $work/syslog have 30 lines in common" $config samples/postfix.log "$work/syslog"

expect 3 "WRONG README.md: no line of Postfix, Exim or sendmail" $config README.md
expect 3 "WRONG $work/none: cannot open" $config "$work/none"
expect 3 "WRONG $work: " $config "$work"
expect 3 "      Name the files in it." $config "$work"
expect 3 "      A shell expands * and ? only where they are not quoted" $config "$work/none*"
: > "$work/empty"
expect 0 "note  $work/empty: is empty" $config "$work/empty"
head -c 300 samples/rotated/mail.log.2.gz > "$work/cut.gz"
expect 3 "WRONG $work/cut.gz: " $config "$work/cut.gz"
# Lines of a delivery daemon that no shape takes.
for i in 10 11 12 13 14 15 16 17 18 19 20 21; do
    echo "Nov 22 03:11:$i mx1 postfix/smtp[9]: 4Xy1Zq2abc: to=<joe@example.com>, strange"
done > "$work/strange.log"
expect 3 "12 delivery lines were not understood" $config "$work/strange.log"
}

# The newest lines of a log that is longer than what is read.
i=0
while [ $i -lt 40 ]; do
    cat samples/exim-mainlog
    i=$((i + 1))
done > "$work/long.log"
cat samples/postfix.log >> "$work/long.log"
expect 0 "exim, postfix" "--config=$work/config.yaml" "$work/long.log"

# Configurations
printf 'colour: blue\n' > "$work/config.yaml"
expect 4 "WRONG $work/config.yaml:1:1: unknown option 'colour'" --config "$work/config.yaml" samples/postfix.log
printf 'output: samples/postfix.log\n' > "$work/config.yaml"
expect 4 "samples/postfix.log" --config "$work/config.yaml" samples/postfix.log
printf 'patterns_extra: %s\n' "$work/nowhere" > "$work/config.yaml"
expect 4 "$work/nowhere" --config "$work/config.yaml" samples/postfix.log
expect 4 "cannot open" --config "$work/none.yaml"

# Histories
config=--config=$work/config.yaml
printf 'top: 3\n' > "$work/config.yaml"
mkdir "$work/state"
"$BOUNCELOG" scan --history "$work/state/DB" -o /dev/null samples/postfix.log
expect 0 "history $work/state/DB: the last run was at 2026-11-24T00:00:00Z" "$config" -d "$work/state/DB" samples/postfix.log
expect 0 "history $work/state/new: the first run will make it" "$config" --history "$work/state/new" samples/postfix.log
expect 5 "WRONG history $work/none/DB: this user cannot make a file there" "$config" -d "$work/none/DB" samples/postfix.log
chmod 644 "$work/state/DB"
expect 0 "note  history $work/state/DB: others on this host can read" "$config" -d "$work/state/DB" samples/postfix.log
printf 'history: %s\n' "$work/state/DB" > "$work/config.yaml"
expect 0 "note  history $work/state/DB: others" "$config" samples/postfix.log
if [ "$(id -u)" -eq 0 ]; then # who may do all does not see it
    cp "$BOUNCELOG" samples/postfix.log "$work/"
    chmod 755 "$work/state"
    denied() {
        status=0
        runuser -u nobody -- "$work/bouncelog" doctor -d "$work/state/DB" "$work/postfix.log" > "$work/out" 2>&1 || status=$?
        if [ $status -ne 5 ] || ! grep -q "^WRONG history $work/state/DB: this user cannot $1" "$work/out" ||
            ! grep -q 'It belongs to root' "$work/out"; then
            echo "doctor as nobody: exit $status, expected 5 and cannot $1: $(cat "$work/out")"
            faults=1
        fi
    }
    denied write
    chmod 600 "$work/state/DB"
    denied read
fi
printf 'no history' > "$work/state/DB"
expect 5 "WRONG $work/state/DB" "$config" -d "$work/state/DB" samples/postfix.log

# Usage
status=0
"$BOUNCELOG" doctor --colour 2> "$work/err" || status=$?
[ $status -eq 2 ] || { echo "doctor --colour: exit $status"; faults=1; }

# What to do about a log that others may read.
if [ "$(id -u)" -eq 0 ] && command -v runuser > /dev/null && [ -n "$(getent group adm)" ]; then
    cp samples/postfix.log "$work/mail.log"
    chown root:adm "$work/mail.log"
    chmod 640 "$work/mail.log"
    if runuser -u nobody -- test -x "$BOUNCELOG"; then
        runuser -u nobody -- "$BOUNCELOG" doctor "$work/mail.log" > "$work/out" 2>&1 || :
        grep -q 'adduser nobody adm' "$work/out" || { echo "doctor: no advice about permissions:"; cat "$work/out"; faults=1; }
    fi
fi
exit $faults
