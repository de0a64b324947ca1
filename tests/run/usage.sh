#!/bin/sh
# What a user types, well or badly: exit codes and messages.
set -u
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
faults=0

expect() { # EXIT-CODE WORDS-OF-STDERR COMMAND...
    want=$1 words=$2
    shift 2
    "$@" > "$work/out" 2> "$work/err" < /dev/null
    got=$?
    if [ "$got" -ne "$want" ]; then
        echo "usage: $*: exit $got, not $want: $(cat "$work/err")"
        faults=1
    elif [ -n "$words" ] && ! grep -qF -- "$words" "$work/err"; then
        echo "usage: $*: no '$words' in: $(cat "$work/err")"
        faults=1
    elif [ -z "$words" ] && [ -s "$work/err" ]; then
        echo "usage: $*: unexpected message: $(cat "$work/err")"
        faults=1
    elif grep -vq '^bouncelog: ' "$work/err"; then
        echo "usage: $*: a message without 'bouncelog: ': $(cat "$work/err")"
        faults=1
    fi
}

B=$BOUNCELOG
log=samples/postfix.log
for command in "" scan explain codes patterns; do
    # shellcheck disable=SC2086
    expect 0 "" "$B" $command --help
    [ -s "$work/out" ] || { echo "usage: $command --help prints nothing"; faults=1; }
done
for command in scan explain codes patterns; do
    expect 0 "" "$B" help $command
    grep -q "^usage: bouncelog $command" "$work/out" || { echo "usage: help $command"; faults=1; }
done
expect 2 'there is no command "scna"; did you mean "scan"?' "$B" help scna
expect 0 "" "$B" --version
expect 2 "no command" "$B"
expect 2 'there is no command "scna"; did you mean "scan"?' "$B" scna
expect 2 "unknown option '--sumary'" "$B" scan --sumary x
expect 2 "did you mean --suppress" "$B" scan --supress x "$log"
expect 2 "needs a value" "$B" scan --output
expect 2 "takes no value" "$B" scan --text=yes "$log"
expect 2 "unknown format 'xml'" "$B" scan -s "$work/l:xml" "$log"
expect 2 "--since 'tomorrow'" "$B" scan --since tomorrow "$log"
expect 2 "--until '2h 30m': expected 2026-11-22, '2026-11-22 03:00'" "$B" scan --until '2h 30m' "$log"
expect 2 "--since is not before --until" "$B" scan --since today --until yesterday "$log"
expect 2 "--timezone 'Europe/Berln'" "$B" scan --timezone Europe/Berln "$log"
expect 2 "--display-timezone 'Europe/Berln': expected a name like Europe/Berlin, UTC, +02:00, or local" \
    "$B" scan --display-timezone Europe/Berln "$log"
expect 2 "--events-format 'gelf': expected one of bouncelog, ecs" "$B" scan --events-format gelf "$log"
expect 2 "--confine 'always': expected one of auto, never" "$B" scan --confine always "$log"
expect 2 "--color 'blue': expected one of auto, always, never" "$B" scan --color=blue "$log"
expect 2 "--mta 'qmail'" "$B" scan --mta qmail "$log"
expect 2 "--fail-on 'bounce_rat>5%'" "$B" scan --fail-on 'bounce_rat>5%' "$log"
expect 2 "unknown category 'spam'" "$B" scan --fail-on 'category:spam>5%' "$log"
expect 2 "bounce_rate is a share: 5% or 0.05" "$B" scan --fail-on 'bounce_rate>5' "$log"
expect 1 "holds" "$B" scan --fail-on 'bounce_rate>0.05' "$log"
expect 2 "'bounced' is a count, not a share" "$B" scan --fail-on 'bounced>5%' "$log"
expect 2 "a count, not a share" "$B" scan --fail-on 'category:ip_blocklisted>5%' "$log"
expect 2 "unknown name 'suppress' (bounce_rate, attempts," "$B" scan --fail-on 'suppress>1' "$log"
for option in host filter-transports output events html prometheus suppress recipients timezone \
    display-timezone; do
    expect 2 "option '--$option' needs a value" "$B" scan --$option '' "$log"
done
expect 2 "go together" "$B" scan --hash sha256 "$log"
echo 'a key of more than sixteen bytes' > "$work/key"
expect 2 "or with a list of the format hash" "$B" scan --hash-key-file "$work/key" "$log"
expect 0 "" "$B" scan --hash-key-file "$work/key" -s "$work/hashes:hash" "$log"
for format in postfix postfix-transport exim sendmail listmonk listmonk-webhook ses-csv ses-json \
    mailgun-csv mailgun-json sparkpost sendgrid mautic email-csv; do
    expect 2 ":$format': this format needs addresses" "$B" scan --hash sha256 --hash-key-file "$work/key" \
        -s "$work/list:$format" "$log"
done
for format in plain json csv hash; do
    expect 0 "" "$B" scan --hash sha256 --hash-key-file "$work/key" -s "$work/list:$format" "$log"
done
rm "$work/list"
expect 2 "mailgun-json, sparkpost, sendgrid, mautic, email-csv, hash, postmark, klaviyo, kumomta)" "$B" scan -s "$work/list:mailchimp" "$log"
# Keys of tags
printf 'From: joe@example.com\n\nHello.\n' > "$work/mail"
expect 2 "--tag-key-file goes with --mail" "$B" scan --tag-key-file "$work/key" "$log"
expect 0 "" "$B" scan --mail "$work/mail" --tag-key-file "$work/key" "$log"
expect 0 "" "$B" explain --mail "$work/mail" --tag-key-file "$work/key"
expect 2 "--tag-key-file" "$B" scan --mail "$work/mail" --tag-key-file "$work/nothing" "$log"
expect 2 "--tag-key-file" "$B" explain --mail "$work/mail" --tag-key-file "$work/nothing"
printf '# none\n\n' > "$work/keys"
expect 2 "$work/keys: no key is in it" "$B" scan --mail "$work/mail" --tag-key-file "$work/keys" "$log"
printf '# two\na key that is long enough\nshort\n' > "$work/keys"
expect 2 "$work/keys:3: expected up to 8 keys of at least 16 bytes" "$B" scan --mail "$work/mail" --tag-key-file "$work/keys" "$log"
expect 2 "$work/keys:3: expected up to 8 keys" "$B" explain --mail "$work/mail" --tag-key-file "$work/keys"
# What would be replaced, or removed, as a part of a list that may be split
cp "$log" "$work/part.0002"
ln -s part.0002 "$work/link.log"
expect 2 "part.0002 would be a part of the list" "$B" scan -s "$work/part:ses-csv" "$work/part.0002"
expect 2 "link.log would be a part of the list" "$B" scan -s "$work/part:ses-csv" "$work/link.log"
expect 2 "would be a part of the list" "$B" scan -s "$work/part:ses-csv" -o "$work/part.0001" "$log"
expect 0 "left out" "$B" scan -s "$work/part:csv" "$work/part.0002"
expect 2 "cannot open" "$B" scan --recipients "$work/none" "$log"
expect 3 "none.log: cannot open: No such file" "$B" scan "$work/none.log"
expect 3 "$work: is a directory; name the files in it" "$B" scan "$work"
only='a shell expands * and ? only where they are not quoted and a file is named so'
for name in 'none*' 'none.?' 'none*/mail.log'; do
    expect 3 "$name: cannot open: No such file or directory; $only" "$B" scan "$work/$name"
    expect 3 "$name: cannot open: No such file or directory; $only" "$B" "$work/$name"
    [ "$(wc -l < "$work/err")" -eq 1 ] || { echo "usage: $name: more than a line"; faults=1; }
done
cp "$log" "$work/star*.log" # a name like any other, where it is there
expect 0 "" "$B" scan "$work/star*.log"
expect 3 "none.log: cannot open" "$B" scan "$work/none.log"
grep -q ';' "$work/err" && { echo "usage: a hint for a name that is just wrong"; faults=1; }
if [ "$(id -u)" -ne 0 ]; then
    : > "$work/secret.log"
    chmod 0 "$work/secret.log"
    expect 3 "Permission denied; bouncelog doctor says who may read it" "$B" scan "$work/secret.log"
fi
mkfifo "$work/fifo"
expect 3 "is a FIFO" "$B" scan "$work/fifo"
expect 3 "is a device" "$B" scan /dev/zero
: > "$work/empty.log"
expect 0 "" "$B" scan "$work/empty.log"
gzip -c "$log" > "$work/whole.gz"
expect 0 "" "$B" scan "$work/whole.gz"
head -c 400 "$work/whole.gz" > "$work/cut.gz"
expect 3 "truncated gzip data after" "$B" scan "$work/cut.gz"
# The first bytes alone tell a packed file; when a disk was full there may be no more than those.
printf '\375\067zXZ' > "$work/cut.xz"
expect 3 "truncated xz data after 0" "$B" scan "$work/cut.xz"
printf '\050\265\057' > "$work/cut.zst"
expect 3 "truncated zstd data after 0" "$B" scan "$work/cut.zst"
printf 'BZh' > "$work/cut.bz2"
expect 3 "truncated bzip2 data after 0" "$B" scan "$work/cut.bz2"
printf '\037' > "$work/short.log"
expect 0 "" "$B" scan "$work/short.log"
expect 0 "named more than once" "$B" scan "$log" "$log"
expect 1 "--fail-on attempts>0 holds" "$B" scan --fail-on 'attempts>0' "$log"
expect 0 "" "$B" scan --fail-on 'attempts>100000' "$log"
expect 6 "cannot create" "$B" scan -o "$work/no/such/folder/x" "$log"
expect 6 "not a regular file" "$B" scan -s "$work" "$log"
expect 6 "standard output: cannot write" sh -c "$B scan $log > /dev/full"
echo old > "$work/list"
expect 0 "left out" "$B" scan -s "$work/list" -o /dev/null "$log"
grep -q old "$work/list" && { echo "usage: the list was not replaced"; faults=1; }

# One place takes one output, and never a log that is to be read.
cp "$log" "$work/own.log"
expect 2 "own.log is a log to be read" "$B" scan -o "$work/own.log" "$work/own.log"
expect 2 "own.log is a log to be read" "$B" scan -s "$work/../${work##*/}/own.log:csv" "$work/own.log"
expect 2 "is a log to be read" sh -c "$B scan -o $work/own.log - < $work/own.log"
cmp -s "$log" "$work/own.log" || { echo "usage: a log was overwritten"; faults=1; }
expect 2 "more than one output goes to $work/x" "$B" scan -o "$work/x" -s "$work/x" "$log"
expect 2 "more than one output goes to" "$B" scan -e "$work/list" -s "$work/../${work##*/}/list" "$log"
expect 2 "more than one output goes to standard output" "$B" scan -o - -e - "$log"
expect 2 "more than one output goes to standard output" "$B" scan -s - -e - "$log"
expect 2 "more than one output goes to $work/x" "$B" scan --html "$work/x" --prometheus "$work/x" "$log"
expect 2 "more than one output goes to $work/x" "$B" scan --html "$work/x" -e "$work/x" "$log"
expect 2 "own.log is a log to be read" "$B" scan --prometheus "$work/own.log" "$work/own.log"
expect 6 "cannot create" "$B" scan --html "$work/no/such/folder/x" "$log"
expect 2 "takes no value" "$B" scan --addresses=yes "$log"
expect 0 "" "$B" scan -o /dev/null -e /dev/null "$log"
expect 0 "" "$B" scan --html - "$log"
{ grep -q '^</html>' "$work/out" && ! grep -q '"schema"' "$work/out"; } ||
    { echo "usage: --html - is not the page alone"; faults=1; }
expect 0 "left out" "$B" scan -s - "$log"
grep -q '[{}]' "$work/out" && { echo "usage: a summary on standard output beside the list"; faults=1; }

expect 4 "cannot open" "$B" scan --patterns "$work/none" "$log"
expect 4 "cannot open" "$B" scan --policy "$work/none.yaml" "$log"
mkdir "$work/extra"
printf 'rules:\n  - name: x\n    category: nonsense\n' > "$work/extra/a.yaml"
expect 4 "extra/a.yaml:3:15: unknown category 'nonsense'" "$B" scan --patterns-extra "$work/extra" "$log"
printf 'rules: [\n' > "$work/extra/a.yaml"
expect 4 "extra/a.yaml:" "$B" scan --patterns-extra "$work/extra" "$log"
printf 'rules:\n  - name: x\n    category: policy\n    pattern: "a(b"\n    hit: [a]\n    miss: [b]\n' > "$work/extra/a.yaml"
expect 4 "extra/a.yaml:4:" "$B" scan --patterns-extra "$work/extra" "$log"
printf 'rules:\n  - name: x\n    category: policy\n    pattern: "word"\n    hit: ["550 nothing"]\n    miss: ["550 b"]\n' > "$work/extra/a.yaml"
expect 4 "'x' does not take its hit" "$B" patterns check --patterns-extra "$work/extra"
if [ "$(id -u)" -ne 0 ]; then
    chmod 0 "$work/extra/a.yaml"
    expect 4 "cannot open" "$B" scan --patterns-extra "$work/extra" "$log"
fi
printf 'top: 3\nfilter_transports: [a, b]\ntext: true\n' > "$work/config.yaml"
expect 0 "" "$B" scan --config "$work/config.yaml" "$log"
printf "top: 3\nfail_on: ['code:421>1']\nsender: [\"it's@x\"]\n" > "$work/config.yaml"
expect 0 "" "$B" scan --config "$work/config.yaml" --print-config --fail-on 'bounce_rate>5%' --top 4
grep -v "^  - \|:\$" "$work/out" > "$work/print"
printf "top: '4'  # command line\n" > "$work/wanted"
cmp "$work/print" "$work/wanted" || faults=1
grep -q "^  - 'code:421>1'  # $work/config.yaml:2\$" "$work/out" || { echo "usage: --print-config says not where"; faults=1; }
sed 's/  #.*//' "$work/out" > "$work/again.yaml" # what is printed can be read
expect 0 "" "$B" scan --config "$work/again.yaml" --print-config
sed 's/  #.*//' "$work/out" | cmp - "$work/again.yaml" || faults=1
printf '# nothing but words\n\n  # top: 3\n' > "$work/config.yaml"
expect 0 "" "$B" scan --config "$work/config.yaml" "$log"
printf 'top: 3\ncolour: blue\n' > "$work/config.yaml"
expect 4 "config.yaml:2:1: unknown option 'colour'" "$B" scan --config "$work/config.yaml" "$log"
while IFS= read -r line; do
    printf '%s\n' "$line" > "$work/config.yaml"
    expect 4 "config.yaml:1:" "$B" scan --config "$work/config.yaml" "$log"
done << 'END'
top: many
color: false
timezone: Europe/Berln
fail_on: 'bounce_rat>5%'
host: ''
END

expect 2 "no known code" "$B" codes 999
expect 0 "" "$B" codes 550 5.1.1
expect 0 "" "$B" explain '550 5.1.1 User unknown'
expect 2 "expected: patterns check" "$B" patterns chek

# A delivery that is not understood is told, and one that an ACL threw away is understood.
echo 'Nov  1 06:52:58 mx1 postfix/smtp[2]: B9BE181ABC: to=joe@example.com, relay=none, delay=4, dsn=4.4.1, status=deferred (x)' > "$work/log"
expect 0 "" "$B" scan --year 2026 "$work/log"
grep -q '"unparsed":1}' "$work/out" || { echo "usage: to= without brackets is context"; faults=1; }
echo '2026-11-02 06:00:00 1xNg3s-00000000100-AB12 => blackhole (DATA ACL discarded recipients)' > "$work/log"
expect 0 "" "$B" scan "$work/log"
grep -q '"discarded":1,' "$work/out" || { echo "usage: a blackhole is not discarded"; faults=1; }
exit $faults
