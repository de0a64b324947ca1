#!/bin/sh
# The rules as a whole: every reply of tests/rules/*.tsv gets a category that is fair to it, and no
# text, however long or odd, stops or slows the judgement.
set -u
command -v python3 > /dev/null || { echo "rules: skipped, no python3"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
for table in tests/rules/*.tsv; do
    scripts/accuracy "$table" --strict --bouncelog "$BOUNCELOG" > "$work/out" || {
        echo "rules: $table"
        grep -v ' right$' "$work/out"
        faults=1
    }
done

# All bytes but LF, as one line each; a line of 1 MiB of each of some texts that make patterns work.
python3 - "$work/odd" << 'PYTHON'
import sys
mib = 1 << 20
with open(sys.argv[1], 'wb') as out:
    for byte in range(256):
        if byte != 10:
            out.write(b'550 5.1.1 ' + bytes([byte]) * 40 + b' user ' + bytes([byte]) + b' unknown\n')
    out.write(b'550 ' + bytes(b for b in range(256) if b != 10) + b'\n')
    for text in (b'user ', b'<a@b.c> ', b'mailbox full of ', b'a' * 64 + b'@', b'192.0.2.1 blocked ', b'1.',
                 b'sender address not ', b'recipient ' * 8 + b'unknown ', b'"', b'(((', b'\\n550-', b'a.b-'):
        out.write((b'550 5.7.1 ' + text * (mib // len(text)))[:mib] + b'\n')
PYTHON
lines=$(wc -l < "$work/odd")
if ! timeout 20 "$BOUNCELOG" explain --json - < "$work/odd" > "$work/out"; then
    echo "rules: odd texts: failed, or took too long"
    faults=1
elif [ "$(wc -l < "$work/out")" -ne "$lines" ]; then
    echo "rules: odd texts: $(wc -l < "$work/out") verdicts for $lines lines"
    faults=1
elif ! python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1], "rb")]' "$work/out"; then
    echo "rules: odd texts: a verdict is no JSON"
    faults=1
fi
exit $faults
