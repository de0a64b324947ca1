#!/bin/sh
# A category may bear any name: each in turn is renamed in all pattern files, and what the program
# says stays the same but for that name. Roles say which categories it must know.
# usage: roles.sh [CATEGORY...]
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
# Names, to be split.
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(sed -n "s/^  - category: //p" patterns/categories.yaml)

# A domain that is gone, and what the rules for codes at MAIL and at the greeting are for.
for day in 10 12 14; do
    for to in a b c; do
        echo "Nov $day 10:00:0$day mx1 postfix/smtp[9]: 4A$day$to: to=<$to@gone.example>, relay=none, delay=1, delays=1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=gone.example type=A: Host not found)" |
            sed 's/:0\(1[0-9]\) /:\1 /'
    done
done > "$work/mail.log"
cat >> "$work/mail.log" << 'LOG'
Nov 14 11:00:00 mx1 postfix/smtp[9]: 4B14D: to=<d@x.example>, relay=mx.x.example[192.0.2.7]:25, delay=1, delays=1/0/0/0, dsn=5.1.1, status=bounced (host mx.x.example[192.0.2.7] said: 550 5.1.1 zzqx (in reply to MAIL FROM command))
Nov 14 11:00:01 mx1 postfix/smtp[9]: 4B14E: to=<e@x.example>, relay=none, delay=1, delays=1/0/0/0, dsn=5.1.1, status=bounced (host mx.x.example[192.0.2.7] refused to talk to me: 550 5.1.1 zzqx)
Nov 14 11:00:02 mx1 postfix/smtp[9]: 4B14F: to=<f@x.example>, relay=mx.x.example[192.0.2.7]:25, delay=1, delays=1/0/0/0, dsn=5.9.9, status=bounced (host mx.x.example[192.0.2.7] said: 550 zzqx (in reply to RCPT TO command))
LOG

scan() { # PATTERNS OUTPUT
    "$BOUNCELOG" scan --patterns "$1" --year 2026 --timezone UTC -o "$2" --html "$2.html" "$work/mail.log" \
        samples/postfix.log samples/exim-mainlog samples/sendmail.log 2> "$work/err" || {
        cat "$work/err"
        return 1
    }
}

scan patterns "$work/wanted"
grep -q '^ {"domain":"gone.example","category":"domain_not_found"' "$work/wanted" || {
    echo "roles: nothing would be seen: the sample lists no domain"
    faults=1
}

for category; do
    renamed=${category}0 # sorts where the old name did
    rm -rf "$work/p"
    cp -r patterns "$work/p"
    find "$work/p" -name '*.yaml' -exec sed -i \
        "/category: /s/\\b$category\\b/$renamed/; s/^  $category: /  $renamed: /" {} +
    if ! scan "$work/p" "$work/out"; then
        echo "roles: with '$category' renamed the program does not run"
        faults=1
        continue
    fi
    for part in '' .html; do
        sed "s/\\b$renamed\\b/$category/g" "$work/out$part" > "$work/back"
        if ! diff "$work/wanted$part" "$work/back" > "$work/diff"; then
            echo "roles: with '$category' renamed the result is another"
            cut -c 1-200 "$work/diff" | head -n 10
            faults=1
        fi
    done
done
exit "$faults"
