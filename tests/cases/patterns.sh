#!/bin/sh
# Every example of every pattern, built in and from the folder.
set -eu
"$BOUNCELOG" patterns check
"$BOUNCELOG" patterns check patterns

# Families of a site, under the key of 1.0 as well: named by a file that comes before theirs, and
# themselves naming ours.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/a.yaml" << 'YAML'
families:
  own: 'qq+'
rules:
  - name: site-parked
    category: policy
    pattern: '^zz%{zz}? %{own}{2} %{who-is}$'
    hit: ['550 zz qqqqqq no user', '550 zzyx qqqq no inbox']
    miss: ['550 zzy qqqqqq no user', '550 zzyx qq no user']
YAML
printf 'words:\n  zz: "yx"\n  who-is: ["no %%{who}", "some %%{who}"]\n' > "$work/b.yaml"
"$BOUNCELOG" patterns check --patterns-extra "$work"
