#!/bin/sh
# Rotation torture (torture.py), in a length that fits every build. tests/run/torture runs more of it.
set -eu
for tool in logrotate gzip xz zstd; do
    command -v "$tool" > /dev/null || PATH=$PATH:/usr/sbin
    command -v "$tool" > /dev/null || {
        echo "rotation: skipped: no $tool"
        exit 77
    }
done
export PATH
exec python3 tests/run/torture.py "${SCENARIOS:-20}" "${SEED:-1}"
