#!/bin/sh
# Whole runs over samples/: the summary, all events and the suppression list, byte for byte.
# usage: golden.sh [--update]
set -eu
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { # NAME OPTION... FILE...
    name=$1
    shift
    "$BOUNCELOG" scan --timezone UTC --year 2026 -o "$work/summary.json" -e "$work/events.ndjson" \
        --events-include all -s "$work/list.txt" -s "$work/list.csv:csv" -s "$work/list.json:json" "$@"
    for part in summary.json events.ndjson list.txt list.csv list.json; do
        want=tests/golden/$name.$part
        if [ "$update" = --update ]; then
            cp "$work/$part" "$want"
        elif ! diff -u "$want" "$work/$part"; then
            echo "golden: $want differs"
            faults=1
        fi
    done
}

update=${1:-}
for sample in samples/*.log samples/*.json samples/exim-mainlog; do
    run "$(basename "$sample")" "$sample"
done
run rotated samples/rotated/mail.log samples/rotated/mail.log.1 samples/rotated/mail.log.2.gz
run inbound --inbound --top 3 samples/postfix.log samples/exim-mainlog samples/sendmail.log
exit $faults
