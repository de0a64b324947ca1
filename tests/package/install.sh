#!/bin/sh
# cmake --install puts everything where the FHS has it, and the nightly script writes what its manual
# says from the logs that it is told.
set -eu
build=$(dirname "$BOUNCELOG")
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fault() {
    echo "install: $*"
    faults=1
}

root=$work/root
DESTDIR=$root cmake --install "$build" --prefix /usr > "$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
for file in bin/bouncelog libexec/bouncelog/nightly libexec/bouncelog/morning libexec/bouncelog/fleet libexec/bouncelog/fleet-slurm libexec/bouncelog/tag-milter share/bouncelog/patterns/headers.yaml \
    share/bouncelog/patterns/mta/postfix.yaml share/bouncelog/grafana/alerts.yml share/bouncelog/schemas/summary.schema.json share/bouncelog/schemas/common.json \
    share/doc/bouncelog/README.md share/doc/bouncelog/docs/COOKBOOK.md share/doc/bouncelog/docs/report.png share/doc/bouncelog/examples/bouncelog.service \
    share/doc/bouncelog/examples/bouncelog-mail.service \
    share/doc/bouncelog/examples/bouncelog.timer share/doc/bouncelog/examples/bouncelog.cron \
    share/doc/bouncelog/examples/bouncelog.default; do
    [ -s "$root/usr/$file" ] || fault "/usr/$file is not there"
done
if [ -e "$build/manuals/made" ]; then
    for file in man/man1/bouncelog.1 man/man1/bouncelog-scan.1 man/man5/bouncelog.yaml.5 \
        bash-completion/completions/bouncelog zsh/site-functions/_bouncelog fish/vendor_completions.d/bouncelog.fish \
        doc/bouncelog/examples/bouncelog.yaml; do
        [ -s "$root/usr/share/$file" ] || fault "/usr/share/$file is not there"
    done
fi
for script in nightly morning fleet fleet-slurm; do
    [ -x "$root/usr/libexec/bouncelog/$script" ] || fault "the script $script cannot be executed"
done
for script in fleet fleet-slurm; do
    status=0
    "$root/usr/libexec/bouncelog/$script" > "$work/out" 2> "$work/err" || status=$?
    { [ $status -eq 2 ] && head -n 1 "$work/err" | grep -q "^usage: $script INTO" && tail -n 1 "$work/err" | grep -q FLEET_; } ||
        fault "$script without arguments: exit $status: $(cat "$work/err")"
done
strange=$(cd "$root" && find . -mindepth 1 -maxdepth 2 ! -path './usr' ! -path './usr/bin' ! -path './usr/libexec' ! -path './usr/share')
[ -z "$strange" ] || fault "strange places: $strange"
"$root/usr/bin/bouncelog" patterns check "$root/usr/share/bouncelog/patterns" > "$work/out" 2>&1 ||
    fault "the installed patterns: $(cat "$work/out")"

# The nightly script, with and without settings.
mkdir "$work/state" "$work/log.d"
cp samples/rotated/mail.log* "$work/log.d/"
nightly() {
    status=0
    BOUNCELOG_PROGRAM=$BOUNCELOG BOUNCELOG_DEFAULTS=$work/default sh "$build/examples/nightly" \
        > "$work/out" 2> "$work/err" || status=$?
}
cat > "$work/default" << END
BOUNCELOG_LOGS="$work/log.d/mail.log*"
BOUNCELOG_OPTIONS="--top 3 -s $work/state/map:postfix"
BOUNCELOG_STATE=$work/state
BOUNCELOG_METRICS=$work/state/metrics.prom
END
nightly
{ [ $status -eq 0 ] && [ ! -s "$work/out" ] && [ ! -s "$work/err" ]; } || fault "nightly: exit $status: $(cat "$work/err")"
for made in history.db summary.json month.json report.html metrics.prom suppress.txt suppress.csv map; do
    [ -s "$work/state/$made" ] || fault "nightly wrote no $made"
done
python3 -m json.tool "$work/state/summary.json" > "$work/out" || fault "summary.json is no JSON"
echo 'BOUNCELOG_OPTIONS="--fail-on suppressed>2"' >> "$work/default"
nightly
[ $status -eq 1 ] || fault "nightly: --fail-on: exit $status: $(cat "$work/err")"
# Which logs it finds by itself: also those of which only a rotated part is left, and of others none.
for names in 'mail.log' 'mail.log.1' 'mail.log-20261122' 'maillog-20261122.gz' 'exim4/mainlog.2.gz' 'mail.log.1 exim4/mainlog' 'mail.logger' 'mail.log.old'; do
    rm -rf "$work/found" "$work/state"
    mkdir -p "$work/found/exim4" "$work/state"
    for name in $names; do
        case "$name" in
        *.gz) gzip -c samples/exim-mainlog > "$work/found/$name" ;;
        exim*) cp samples/exim-mainlog "$work/found/$name" ;;
        *) cp samples/rotated/mail.log "$work/found/$name" ;;
        esac
    done
    printf 'BOUNCELOG_STATE=%s\nBOUNCELOG_METRICS=%s\n' "$work/state" "$work/state/metrics.prom" > "$work/default"
    sed "s|/var/log|$work/found|g; s|/run/systemd/journal|/nowhere|" "$build/examples/nightly" > "$work/nightly"
    status=0
    BOUNCELOG_PROGRAM=$BOUNCELOG BOUNCELOG_DEFAULTS=$work/default sh "$work/nightly" > "$work/out" 2> "$work/err" || status=$?
    case "$names $status" in
    'mail.logger 3' | 'mail.log.old 3') grep -q 'no mail log is here' "$work/err" || fault "nightly, $names: $(cat "$work/err")" ;;
    *' 0') for name in $names; do
        grep -q "found/$name\"" "$work/state/summary.json" || fault "nightly has not read $name"
    done ;;
    *) fault "nightly, $names: exit $status: $(cat "$work/err")" ;;
    esac
done
if [ ! -e /var/log/mail.log ] && [ ! -e /var/log/maillog ] && [ ! -e /var/log/exim4/mainlog ] && [ ! -e /var/log/exim/mainlog ] && [ ! -d /run/systemd/journal ]; then
    : > "$work/default"
    nightly
    { [ $status -eq 3 ] && grep -q 'no mail log is here' "$work/err"; } || fault "nightly without logs: exit $status: $(cat "$work/err")"
fi
if command -v shellcheck > /dev/null; then
    shellcheck "$build/examples/nightly" "$build/examples/morning" "$build/examples/bouncelog.cron" packaging/build-deb packaging/bouncelog.default \
        packaging/debian/*.postinst packaging/debian/*.postrm || fault "shellcheck"
else
    echo "install: shellcheck is not installed, so nobody has looked at the scripts"
fi
exit $faults
