#!/bin/sh
# Every example of the documents, the manuals and --help runs, with our logs where it looks for its
# own, and with programs that only take what they are given where it hands something on. (README.md is
# tests/package/readme.sh's; that the nightly run of the package is what they say, tests/package/package.sh's.)
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fault() {
    echo "examples: $*"
    faults=1
}
program=$(cd "$(dirname "$BOUNCELOG")" && pwd)
source=$(pwd)
run=$work/run
mkdir -p "$work/bin" "$run/var/log" "$run/var/mail/bounces/new" "$run/var/mail/bounces/cur" "$run/var/lib/bouncelog" "$run/var/lib/prometheus/node-exporter" \
    "$run/var/lib/docker/containers/4f" "$run/srv/archive" "$run/etc/postfix" "$run/etc/mail" \
    "$run/var/log/exim4"
cp samples/rotated/mail.log* "$run/var/log/"
cp samples/rotated/mail.log* "$run/"
cp samples/exim-mainlog "$run/var/log/exim4/mainlog"
printf '%s\n' email joe@example.com > "$run/exported.csv"
printf '%s\n' joe@example.com | tee "$run/bad.txt.removed" > "$run/bad.csv.removed"
echo '{"Suppressions":[{"EmailAddress":"joe@example.com"}]}' > "$run/bad.ndjson.removed"
echo "To:old@example.com REJECT" > "$run/etc/mail/bouncelog"
echo "example.com OK" > "$run/etc/mail/access.own"
"$BOUNCELOG" scan --history "$run/srv/archive/mx1.db" -o /dev/null "$run"/mail.log*
"$BOUNCELOG" scan --history "$run/srv/archive/mx2.db" -o /dev/null samples/rfc5424.log
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do # documents take back run 17
    "$BOUNCELOG" scan --history "$run/DB" -o /dev/null "$run/mail.log.2.gz"
done
cp samples/rotated/mail.log* "$run/srv/archive/"
cp samples/docker-json-file.json "$run/var/lib/docker/containers/4f/4f-json.log"
printf '%s\n' '[22.11.2026 03:11:09] mx1: postfix/smtp[9]: 4Xy1Zq2abc: to=<joe@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))' \
    > "$run/var/log/ours.log"

# Whoever stands behind us notes that it was called, with what.
for name in curl mailman sympa postmap makemap aws jq sqlite3 sendmail; do
    cat > "$work/bin/$name" << END
#!/bin/sh
echo "$name \$*" >> "$work/calls"
case "$name \$*" in
*" -f bad.txt") [ -s bad.txt ] ;;
sympa*) grep -q . ;;
"jq -sRr @uri") cat ;;
jq*) cat "\$3" && [ -s "\$3" ] ;;
curl*@-*) cat > /dev/null ;;
curl*http_code*) printf 200 ;;
postmap*) [ -s "\${1#*:}" ] ;;
makemap*) cat > "\$3.db" ;;
"aws s3 cp"*) [ -s "\$3" ] ;;
sqlite3*) cp "\$1" "\${2#.backup }" ;;
sendmail*) grep -q "^Subject: " ;;
esac
END
done
printf '#!/bin/sh\ncat "%s/samples/journal-json.json"\n' "$source" > "$work/bin/journalctl"
printf '#!/bin/sh\ncat "%s/samples/postfix.log"\n' "$source" > "$work/bin/docker"
chmod +x "$work"/bin/*

# Blocks, one file each, in the order of the documents: NN.sh as they stand, NN.cron without time and
# user, NN.yaml a configuration. A manual's have no name.
for document in docs/COOKBOOK.md docs/LISTS.md docs/DASHBOARDS.md docs/EVENTS.md docs/HISTORY.md docs/PATTERNS.md docs/FLEET.md \
    docs/POLICY.md docs/SECURITY.md docs/BENCHMARKS.md docs/man/*.md; do
    awk -v folder="$work" -v before="$(find "$work" -name '[0-9][0-9].*' | wc -l)" -v manual="${document#docs/man/}" '
        /^```/ {
            name = substr($0, 4)
            if (name == "" && !inside && manual !~ /^docs/)
                name = manual ~ /yaml/ ? "yaml" : "sh"
            if (!inside && (name == "sh" || name == "cron" || name == "yaml" && manual !~ /^docs/)) {
                inside = 1
                file = sprintf("%s/%02d.%s", folder, ++before, name)
            } else {
                inside = 0
            }
            next
        }
        inside { print > file }' "$document"
done
for command in '' scan explain; do
    # shellcheck disable=SC2086
    "$BOUNCELOG" $command --help | sed -n 's/^Example:  //p'
done > "$work/99.sh"
[ "$(wc -l < "$work/99.sh")" -ge 2 ] || fault "--help has only $(wc -l < "$work/99.sh") examples"
count=0
journal=$(python3 tests/support/example_journal.py "$work/journal" mail.log)
for block in "$work"/[0-9][0-9].*; do
    case "$block" in
    *.cron) sed -n 's/^[0-9][^ ]* [^ ]* [^ ]* [^ ]* [^ ]* root //p' "$block" ;;
    *.yaml)
        echo 'a key of more than sixteen bytes' > "$run/key"
        mkdir -p "$run/bounces/new"
        sed 's|^hash_key_file: .*|hash_key_file: key|; s|^tag_key_file: .*|tag_key_file: key|; s|^mail: .*|mail: [bounces]|' "$block" > "$run/config.yaml"
        echo "bouncelog scan --config config.yaml -o configured.json mail.log"
        ;;
    *) cat "$block" ;;
    esac | sed -E 's,(^|[^a-z.])/(var|etc|srv)/,\1\2/,g' | sed "s| --journal | $journal |" > "$work/command"
    status=0
    (cd "$run" && PATH="$work/bin:$program:$PATH" USER_AND_TOKEN=api:token KEY=key sh -eu "$work/command") \
        > "$work/out" 2> "$work/err" < /dev/null || status=$?
    case "$status $(cat "$work/command")" in
    0*) [ ! -s "$work/err" ] || fault "$(cat "$work/command"): $(cat "$work/err")" ;;
    1*--fail-on* | 1*config.yaml*) ;;
    *) fault "$(cat "$work/command"): exit $status: $(cat "$work/err")" ;;
    esac
    count=$((count + 1))
done
[ $count -ge 39 ] || fault "only $count examples"
for made in var/lib/bouncelog/summary.json var/lib/bouncelog/report.html var/lib/bouncelog/suppress.txt year.html year.csv \
    day.ndjson bounces.ndjson etc/postfix/bouncelog_rcpt bad.csv var/lib/prometheus/node-exporter/bouncelog.prom ours.json \
    news.json anonymous.json etc/mail/access.db configured.json events.ndjson bad-addresses.txt \
    fleet.txt fleet.json fleet.html; do
    [ -s "$run/$made" ] || fault "no example wrote $made"
done
grep -q '"bounced": *1' "$run/ours.json" || fault "the site's own header was not understood"
! grep -q '@example.com' "$run/anonymous.json" || fault "figures without names have names"
for name in 'curl .*-sSf -u api:token' 'mailman delmembers' 'sympa del' 'postmap cdb:' 'aws s3 cp' 'aws sesv2' 'makemap -r hash' 'jq -c' 'sqlite3 ' 'curl .*-X DELETE .*/bounces/joe@example.com$' 'curl .*"EmailAddress":"joe@example.com".*/suppressions/delete$' 'sendmail -t'; do
    grep -q "^$name" "$work/calls" || fault "nobody called $name"
done

# Metrics, options and links of all documents.
for day in 03 10; do # two nights: who was listed in the first one is mailed again in the second
    grep "^2026-11-$day" samples/mailed-again.log > "$work/again-$day"
    "$BOUNCELOG" scan --history "$work/history" -o /dev/null "$work/again-$day" 2> /dev/null
done
"$BOUNCELOG" scan --history "$work/history" -o /dev/null --prometheus "$work/all.prom" samples/postfix.log 2> /dev/null
for metric in $(grep -ohE 'bouncelog_[a-z_]+' docs/COOKBOOK.md docs/DASHBOARDS.md | grep -v '_rcpt$\|_transport$' | sort -u); do
    grep -q "^# TYPE $metric " "$work/all.prom" || fault "there is no metric $metric"
done
for command in $("$BOUNCELOG" --help | sed -n 's/^  bouncelog \([a-z][a-z]*\).*/\1/p' | sort -u); do
    "$BOUNCELOG" "$command" --help
done > "$work/help"
for option in $(grep -hE 'bouncelog [a-z]+ ' docs/*.md | sed 's/^.*bouncelog //' | grep -oE -- '(^|[ `])--[a-z][a-z-]+' | tr -d ' `' | sort -u); do
    grep -q -e "$option" "$work/help" || fault "documents name the option $option, which is not there"
done
for document in docs/*.md docs/man/*.md CONTRIBUTING.md; do
    for link in $(grep -oE '\]\([^)#:]+\)' "$document" | tr -d '])('); do
        [ -e "$(dirname "$document")/$link" ] || fault "$document: $link is not there"
    done
done
exit $faults
