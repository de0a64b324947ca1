#!/bin/sh
# Every example of every pattern, built in and from the folder.
set -eu
"$BOUNCELOG" patterns check
"$BOUNCELOG" patterns check patterns
