#!/bin/sh
# tests/cases/NAME.in: one reply or log line a line; NAME.out: what `explain --json -` says to each.
# usage: cases.sh [--update]
set -eu
faults=0
for input in tests/cases/*.in; do
    want=${input%.in}.out
    got=$(mktemp)
    "$BOUNCELOG" explain --json - < "$input" > "$got"
    if [ "${1:-}" = --update ]; then
        cp "$got" "$want"
    elif ! diff -u "$want" "$got"; then
        echo "cases: $input differs"
        faults=1
    fi
    rm -f "$got"
done
exit $faults
