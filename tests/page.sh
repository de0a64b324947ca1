#!/bin/sh
# The page and the metrics as a run over logs writes them: structure, policy, size, hostile strings
# in every field that a log has, in a browser too where there is one (chromium), and what promtool
# says where it is installed.
set -eu
export TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=1795478400
PYTHONIOENCODING=utf-8 python3 tests/page/check.py
