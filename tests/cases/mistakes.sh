#!/bin/sh
# Mistakes in pattern files and what is said about each: tests/cases/mistakes.in, blocks that end in `%%`.
# A block is a file of a site (a line `@@ NAME` begins another one), then `=> ` and the whole line
# that must be said of it, and nothing else.
# usage: mistakes.sh [--update]
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/blocks"
awk -v folder="$work/blocks" '
    /^%%/ { n++; name = ""; next }
    /^=> / { print substr($0, 4) > (folder "/" n ".wanted"); next }
    /^@@ / { name = substr($0, 4); next }
    /^# / && !(n in title) { title[n] = $0; print $0 > (folder "/" n ".title"); next }
    { if (!made[n]++) system("mkdir " folder "/" n)
      print > (folder "/" n "/" (name == "" ? "planted.yaml" : name)) }' n=100 tests/cases/mistakes.in

faults=0
for block in "$work"/blocks/*.title; do
    block=${block%.title}
    code=0
    "$BOUNCELOG" patterns check --patterns-extra "$block" > /dev/null 2> "$work/err" || code=$?
    sed "s,^bouncelog: ,,; s,$block/,,g" "$work/err" > "$work/got"
    if [ "${1:-}" = --update ]; then
        { cat "$block.title"; for file in "$block"/*; do
            [ "${file##*/}" = planted.yaml ] || echo "@@ ${file##*/}"
            cat "$file"
        done; sed 's/^/=> /' "$work/got"; echo '%%'; } >> "$work/new"
    elif [ "$code" -ne 4 ] || ! diff "$block.wanted" "$work/got" > "$work/diff"; then
        echo "mistakes: $(cat "$block.title"): exit $code"
        cat "$work/diff"
        faults=1
    fi
done
# What docs/PATTERNS.md shows of them is what is said.
sed -n 's/^=> [a-z]*\.yaml//p' tests/cases/mistakes.in > "$work/said"
sed -n '/^## What is refused/,$s/^[a-z]*\.yaml\(:[0-9].*\)/\1/p' docs/PATTERNS.md > "$work/shown"
[ "$(wc -l < "$work/shown")" -ge 12 ] || { echo "mistakes: docs/PATTERNS.md shows too few"; faults=1; }
if grep -vxFf "$work/said" "$work/shown"; then
    echo "mistakes: docs/PATTERNS.md shows what is not said"
    faults=1
fi
[ "${1:-}" != --update ] || cp "$work/new" tests/cases/mistakes.in
exit "$faults"
