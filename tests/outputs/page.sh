#!/bin/sh
# The page and the metrics as a run over logs writes them: structure, policy, size, hostile strings
# in every field that a log has, in a browser too where there is one (chromium), and what promtool
# says where it is installed.
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$BOUNCELOG" scan -o /dev/null --timezone UTC --year 2026 --inbound --addresses --html "$work/few.html" \
    samples/postfix.log samples/exim-mainlog samples/sendmail.log tests/hostile/injection/*.log
"$BOUNCELOG" scan -o /dev/null --html "$work/none.html" - < /dev/null
python3 tests/outputs/page/axe.py "$work/few.html" "$work/none.html"
PYTHONIOENCODING=utf-8 python3 tests/outputs/page/check.py
