#!/bin/sh
# docs/COOKBOOK.md: every command of it runs, with our logs where it looks for its own, and with
# programs that only take what they are given where it hands something on.
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fault() {
    echo "cookbook: $*"
    faults=1
}
program=$(cd "$(dirname "$BOUNCELOG")" && pwd)
source=$(pwd)
run=$work/run
mkdir -p "$work/bin" "$run/var/log" "$run/var/lib/bouncelog" "$run/var/lib/prometheus/node-exporter" \
    "$run/var/lib/docker/containers/4f" "$run/srv/archive" "$run/etc/postfix"
cp samples/rotated/mail.log* "$run/var/log/"
cp samples/rotated/mail.log* "$run/srv/archive/"
cp samples/docker-json-file.json "$run/var/lib/docker/containers/4f/4f-json.log"
printf '%s\n' '[22.11.2026 03:11:09] mx1: postfix/smtp[9]: 4Xy1Zq2abc: to=<joe@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))' \
    > "$run/var/log/ours.log"

# Whoever stands behind us notes that it was called, with what.
for name in curl mailman sympa postmap aws; do
    cat > "$work/bin/$name" << END
#!/bin/sh
echo "$name \$*" >> "$work/calls"
case "$name \$*" in
*" -f bad.txt") [ -s bad.txt ] ;;
sympa*) grep -q . ;;
postmap*) [ -s "\${1#*:}" ] ;;
"aws s3 cp"*) [ -s "\$3" ] ;;
esac
END
done
printf '#!/bin/sh\ncat "%s/samples/journal-json.json"\n' "$source" > "$work/bin/journalctl"
printf '#!/bin/sh\ncat "%s/samples/postfix.log"\n' "$source" > "$work/bin/docker"
chmod +x "$work"/bin/*

# Blocks, one file each: NN.sh as they stand, NN.cron without time and user.
awk -v folder="$work" '
    /^```/ {
        if (!inside && ($0 == "```sh" || $0 == "```cron")) {
            inside = 1
            file = sprintf("%s/%02d.%s", folder, ++n, substr($0, 4))
        } else {
            inside = 0
        }
        next
    }
    inside { print > file }' docs/COOKBOOK.md
count=0
for block in "$work"/[0-9][0-9].*; do
    case "$block" in
    *.cron) sed -n 's/^[0-9][^ ]* [^ ]* [^ ]* [^ ]* [^ ]* root //p' "$block" ;;
    *) cat "$block" ;;
    esac | sed -E 's,(^|[^a-z.])/(var|etc|srv)/,\1\2/,g' > "$work/command"
    status=0
    (cd "$run" && PATH="$work/bin:$program:$PATH" USER_AND_TOKEN=api:token sh -eu "$work/command") \
        > "$work/out" 2> "$work/err" < /dev/null || status=$?
    case "$status $(cat "$work/command")" in
    0*) [ ! -s "$work/err" ] || fault "$(cat "$work/command"): $(cat "$work/err")" ;;
    1*--fail-on*) ;;
    *) fault "$(cat "$work/command"): exit $status: $(cat "$work/err")" ;;
    esac
    count=$((count + 1))
done
[ $count -ge 18 ] || fault "only $count recipes"
for made in var/lib/bouncelog/summary.json var/lib/bouncelog/report.html var/lib/bouncelog/suppress.txt year.html year.csv \
    day.ndjson bounces.ndjson etc/postfix/bouncelog_rcpt bad.csv var/lib/prometheus/node-exporter/bouncelog.prom ours.json \
    news.json anonymous.json; do
    [ -s "$run/$made" ] || fault "no recipe wrote $made"
done
grep -q '"bounced": *1' "$run/ours.json" || fault "the site's own header was not understood"
! grep -q '@example.com' "$run/anonymous.json" || fault "figures without names have names"
for name in 'curl .*-sSf -u api:token' 'mailman delmembers' 'sympa del' 'postmap cdb:' 'aws s3 cp' 'aws sesv2'; do
    grep -q "^$name" "$work/calls" || fault "nobody called $name"
done

# Metrics, options and links of all documents.
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
for document in docs/*.md CONTRIBUTING.md; do
    for link in $(grep -oE '\]\([^)#:]+\)' "$document" | tr -d '])('); do
        [ -e "$(dirname "$document")/$link" ] || fault "$document: $link is not there"
    done
done
exit $faults
