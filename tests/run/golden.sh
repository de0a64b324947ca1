#!/bin/sh
# Whole runs over samples/: the summary, all events and the suppression lists, byte for byte.
# Years and zones come from the samples themselves (queue ids, headers), never from the files'
# times; the few samples that carry none get --year and --timezone below.
# usage: golden.sh [--update]
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
update=${1:-}
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A new version changes its number alone.
version=$("$BOUNCELOG" --version | sed -n 's,^bouncelog ,,p' | sed 's,\.,\\.,g')
neutral() { sed "s/\"$version\"/\"VERSION\"/; s/ bouncelog $version / bouncelog VERSION /" "$1"; }

compare() { # GOT WANTED
    neutral "$1" > "$work/neutral"
    if [ "$update" = --update ]; then
        cp "$work/neutral" "$2"
    elif ! diff -u "$2" "$work/neutral"; then
        echo "golden: $2 differs"
        faults=1
    fi
}

run() { # NAME OPTION... FILE...
    name=$1
    shift
    "$BOUNCELOG" scan -o "$work/summary.json" -e "$work/events.ndjson" --events-include all \
        -s "$work/list.txt" -s "$work/list.csv:csv" -s "$work/list.json:json" "$@" 2> "$work/err" || {
        cat "$work/err"
        exit 1
    }
    for part in summary.json events.ndjson list.txt list.csv list.json; do
        case "$name" in
        postfix | exim | sendmail | rotated | came-back) ;;
        *) [ "$part" = summary.json ] || [ "$part" = events.ndjson ] || continue ;;
        esac
        compare "$work/$part" "tests/run/golden/$name.$part"
    done
}

[ "$update" != --update ] || rm -f tests/run/golden/*
for sample in samples/*.log samples/*.json samples/exim-mainlog; do
    name=$(basename "$sample" .log)
    name=$(basename "$name" .json)
    case "$name" in
    exim-mainlog) run exim "$sample" ;;
    solaris) run "$name" --year 2026 --timezone +01:00 "$sample" ;;
    year-first) run "$name" --timezone +01:00 "$sample" ;;
    *) run "$name" "$sample" ;;
    esac
done
run rotated samples/rotated/mail.log samples/rotated/mail.log.1 samples/rotated/mail.log.2.gz
run came-back --mail samples/came-back/box --tag-key-file samples/came-back/keys samples/came-back/mail.log
run inbound --inbound --top 3 samples/postfix.log samples/exim-mainlog samples/sendmail.log

# The same attempts in the names of ECS.
"$BOUNCELOG" scan --inbound -o /dev/null -e "$work/ecs.ndjson" --events-format ecs --events-include all \
    samples/postfix.log samples/exim-mainlog samples/sendmail.log samples/rotated/mail.log*
compare "$work/ecs.ndjson" tests/run/golden/ecs.ndjson

# Every format of suppression lists, with addresses of all three MTAs.
formats='postfix postfix-transport exim sendmail listmonk listmonk-webhook ses-csv ses-json mailgun-csv
    mailgun-json sparkpost sendgrid mautic email-csv hash'
everything='samples/postfix.log samples/exim-mainlog samples/sendmail.log samples/rotated/mail.log
    samples/rotated/mail.log.1 samples/rotated/mail.log.2.gz'
for format in $formats; do
    # shellcheck disable=SC2086
    "$BOUNCELOG" scan -o /dev/null -s "$work/list:$format" $everything 2> "$work/err" || cat "$work/err"
    compare "$work/list" "tests/run/golden/formats.list.$format"
done

# With a key, a list of the format hash is what --hash makes of the addresses.
echo 'a key of more than sixteen bytes' > "$work/key"
# shellcheck disable=SC2086
"$BOUNCELOG" scan -o /dev/null --hash-key-file "$work/key" -s "$work/keyed:hash" $everything
# shellcheck disable=SC2086
"$BOUNCELOG" scan -o /dev/null --hash-key-file "$work/key" --hash sha256 -s "$work/plain" \
    -s "$work/hashed:hash" $everything
cmp "$work/keyed" "$work/plain" && cmp "$work/keyed" "$work/hashed" || faults=1
compare "$work/keyed" tests/run/golden/formats.list.keyed

# The table has no schema; it is compared with what it was, too.
"$BOUNCELOG" scan --text samples/postfix.log samples/exim-mainlog samples/sendmail.log > "$work/table.txt"
compare "$work/table.txt" tests/run/golden/table.txt

# So are the page and the metrics, of hours and of days; the style sheet is a file of its own.
page() { # NAME FILE...
    name=$1
    shift
    "$BOUNCELOG" scan -o /dev/null --html "$work/page.html" --prometheus "$work/page.prom" "$@"
    awk '/<style>/{sub(/<style>.*/, "<style>"); print; inside = 1} /<\/style>/{inside = 0} !inside' "$work/page.html" |
        sed "s/sha256-[^']*'/sha256-...'/" > "$work/bare.html"
    compare "$work/bare.html" "tests/run/golden/$name.html"
    compare "$work/page.prom" "tests/run/golden/$name.prom"
}
page rotated samples/rotated/mail.log samples/rotated/mail.log.1 samples/rotated/mail.log.2.gz
page three samples/postfix.log samples/exim-mainlog samples/sendmail.log

# What policies would have done to 40 people who live, and to 20 who do not.
"$BOUNCELOG" backtest --json samples/mailed-again.log > "$work/tried.json"
compare "$work/tried.json" tests/run/golden/backtest.json
"$BOUNCELOG" backtest samples/mailed-again.log > "$work/tried.txt"
compare "$work/tried.txt" tests/run/golden/backtest.txt

# The output depends neither on the order of the arguments nor on the age of the files.
"$BOUNCELOG" scan samples/rotated/mail.log.2.gz samples/rotated/mail.log samples/rotated/mail.log.1 \
    > "$work/order.json"
compare "$work/order.json" tests/run/golden/rotated.summary.json
mkdir "$work/old"
cp samples/postfix.log "$work/old/"
touch -d 2020-01-01 "$work/old/postfix.log"
"$BOUNCELOG" scan "$work/old/postfix.log" > /dev/null -e "$work/old.ndjson" --events-include all
sed "s|$work/old/|samples/|" "$work/old.ndjson" | cmp - tests/run/golden/postfix.events.ndjson || faults=1
exit "$faults"
