#!/bin/sh
# README.md: what it shows is what scripts/demo prints, its examples run, its links lead somewhere.
# usage: readme.sh [--update]
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
update=${1:-}
faults=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fault() {
    echo "readme: $*"
    faults=1
}

# The first block under "What you get". The program has another name here, maybe.
scripts/demo | sed "s|$BOUNCELOG|build/release/bouncelog|" > "$work/demo"
awk '/^## /{at = $0 == "## What you get"; n = 0}
     at && /^```/{n++; next}
     at && n == 1' README.md > "$work/shown"
if [ "$update" = --update ]; then
    awk -v demo="$work/demo" '
        /^## /{at = $0 == "## What you get"; n = 0}
        at && /^```/{n++
            if (n == 1) {
                print
                while ((getline line < demo) > 0)
                    print line
                next
            }
        }
        !(at && n == 1)' README.md > "$work/readme"
    cp "$work/readme" README.md
elif ! diff -u "$work/shown" "$work/demo"; then
    fault "the block under \"What you get\" is not what scripts/demo prints"
fi

# Every command under "How to use it", with our logs where they look for theirs.
program=$(cd "$(dirname "$BOUNCELOG")" && pwd)
mkdir -p "$work/run/var/log/exim4" "$work/run/var/lib/bouncelog"
cp samples/rotated/mail.log* "$work/run/"
cp samples/rotated/mail.log* "$work/run/var/log/"
cp samples/exim-mainlog "$work/run/var/log/exim4/mainlog"
cp -r samples/came-back "$work/run/"
echo @example.com > "$work/run/subscribers.txt"
awk '/^## /{at = $0 == "## How to use it"}
     at && /^```/{inside = $0 == "```sh"; next}
     at && inside && !/^#/ && NF' README.md > "$work/commands"
[ "$(wc -l < "$work/commands")" -ge 5 ] || fault "only $(wc -l < "$work/commands") examples"
journal=$(python3 tests/support/example_journal.py "$work/journal" mail.log)
while IFS= read -r command; do
    here=$(printf '%s\n' "$command" | sed "s|/var/|var/|g; s| --journal | $journal |")
    status=0
    (cd "$work/run" && PATH="$program:$PATH" sh -c "$here") > "$work/out" 2> "$work/err" < /dev/null || status=$?
    case "$status $command" in
    "0 "* | "1 "*--fail-on*) ;;
    *) fault "$command: exit $status: $(cat "$work/err")" ;;
    esac
    case "$status" in
    0) [ ! -s "$work/err" ] || fault "$command: $(cat "$work/err")" ;;
    esac
done < "$work/commands"
for made in var/lib/bouncelog/summary.json var/lib/bouncelog/suppress.txt bad.csv summary.json; do
    [ -s "$work/run/$made" ] || fault "no example wrote $made"
done

# The page of the demo is there, and what it says comes next runs.
page=$(sed -n 's/^The page: \([^ ]*\).*/\1/p' "$work/demo")
grep -q '^<!doctype html>' "$page" || fault "the demo has no page at '$page'"
sed '1,/^What next?$/d' "$work/demo" | sed -E 's|^ *||; s|/var/|var/|g; s|build/release/bouncelog|bouncelog|; s|samples/(rotated/)?||' > "$work/next"
[ "$(wc -l < "$work/next")" -eq 4 ] || fault "the demo says not four commands but $(wc -l < "$work/next")"
while IFS= read -r command; do
    status=0
    (cd "$work/run" && PATH="$program:$PATH" sh -c "$command") > "$work/out" 2>&1 < /dev/null || status=$?
    case "$status $command" in
    "0 "* | "3 bouncelog doctor"*) ;; # 3: this host has no log
    *) fault "$command: exit $status: $(cat "$work/out")" ;;
    esac
    [ -s "$work/out" ] || fault "$command says nothing"
done < "$work/next"

# The configuration file that it shows, and the patterns that docs/PATTERNS.md shows.
echo 'a key of more than sixteen bytes' > "$work/key"
awk '/^```/{inside = $0 == "```yaml"; next} inside' README.md |
    sed "s|^hash_key_file: .*|hash_key_file: $work/key|" > "$work/config.yaml"
status=0
"$BOUNCELOG" scan --config "$work/config.yaml" samples/rotated/mail.log* > "$work/out" 2> "$work/err" || status=$?
{ [ "$status" -le 1 ] && grep -q '"suppress"' "$work/out"; } ||
    fault "its configuration file: exit $status: $(cat "$work/err")"
mkdir "$work/patterns"
awk -v folder="$work/patterns" '
    /^```/{inside = $0 == "```yaml"; n++; next}
    inside && /^[a-z]/{whole = 1}
    !inside{whole = 0}
    whole{print > (folder "/" n ".yaml")}' docs/PATTERNS.md
"$BOUNCELOG" patterns check --patterns-extra "$work/patterns" > "$work/out" 2>&1 ||
    fault "examples of docs/PATTERNS.md: $(cat "$work/out")"
count=$(find "$work/patterns" -name '*.yaml' | wc -l)
[ "$count" -ge 2 ] || fault "only $count examples in docs/PATTERNS.md"

# Options that it names, and files that it links to.
for command in $("$BOUNCELOG" --help | sed -n 's/^  bouncelog \([a-z][a-z]*\).*/\1/p'); do
    "$BOUNCELOG" "$command" --help
done > "$work/help"
for option in $(grep -oE -- '--[a-z][a-z-]+' README.md | sort -u); do
    case "$option" in
    --preset | --build | --install | --now | --strip-components | --help) ;; # of other programs, and ours everywhere
    *) grep -qe "$option" "$work/help" || fault "there is no option $option" ;;
    esac
done
for link in $(grep -oE '\]\([^)#:]+\)' README.md | tr -d '])('); do
    [ -e "$link" ] || fault "$link is not here"
done

# The tests that docs/SECURITY.md names, with their functions where it names them.
tr '\n' ' ' < docs/SECURITY.md | grep -oE '`tests/[^`]+`( +\(`test_[^)]+\))?' > "$work/held"
[ "$(wc -l < "$work/held")" -ge 20 ] || fault "docs/SECURITY.md names only $(wc -l < "$work/held") tests"
while IFS= read -r claim; do
    file=$(printf '%s\n' "$claim" | sed 's/^`\([^`]*\)`.*/\1/')
    [ -e "$file" ] || fault "docs/SECURITY.md: $file is not here"
    for name in $(printf '%s\n' "$claim" | grep -oE '`test_[a-z_]+`' | tr -d '`'); do
        grep -q "cmocka_unit_test[a-z_]*($name\b" "$file" || fault "docs/SECURITY.md: $file has no $name"
    done
done < "$work/held"
exit $faults
