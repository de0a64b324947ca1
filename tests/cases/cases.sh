#!/bin/sh
# tests/cases/NAME.in: one reply or log line a line; NAME.out: what `explain --json -` says to each.
#   headers    what may stand before a message     replies    the grammar of SMTP replies
#   postfix    exim    sendmail                    expiry     words that end a message's time
#   injection  strangers' words that pose as ours  hazards    same words, different meaning
#   hostile    bytes that no log should contain
# usage: cases.sh [--update]
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
faults=0
got=$(mktemp)
trap 'rm -f "$got"' EXIT
for input in tests/cases/*.in; do
    want=${input%.in}.out
    "$BOUNCELOG" explain --json - < "$input" > "$got"
    if [ "$(wc -l < "$input")" -ne "$(wc -l < "$got")" ]; then
        echo "cases: $input: $(wc -l < "$input") lines in, $(wc -l < "$got") lines out"
        faults=1
    fi
    if [ "${1:-}" = --update ]; then
        cp "$got" "$want"
    elif ! diff -u "$want" "$got"; then
        echo "cases: $input differs"
        faults=1
    fi
done
exit $faults
