#!/bin/sh
# `patterns check` and the loader find faults of every kind: each is planted into a copy of
# patterns/, and must be named with file and line.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

plant() { # WORDS FILE SED-SCRIPT
    words=$1 file=$2
    rm -rf "$work/p"
    cp -r patterns "$work/p"
    sed "$3" "patterns/$file" > "$work/p/$file"
    if cmp -s "patterns/$file" "$work/p/$file"; then
        echo "planted: '$words': nothing was planted into $file"
        faults=1
        return
    fi
    code=0
    "$BOUNCELOG" patterns check "$work/p" > "$work/out" 2>&1 || code=$?
    if [ "$code" -ne 4 ] || ! grep -F -- "$words" "$work/out" | grep -Eq 'p/[a-z0-9/-]*\.yaml:[0-9]+:[0-9]+: '; then
        echo "planted: '$words' into $file: exit $code: $(head -n 3 "$work/out")"
        faults=1
    fi
}

rule() { # WORDS YAML-OF-A-RULE...  (a file of its own, in the layer of the recipient)
    words=$1
    shift
    rm -rf "$work/p"
    cp -r patterns "$work/p"
    { printf 'layer: recipient\nrules:\n'; printf '  %s\n' "$@"; } > "$work/p/replies/99-planted.yaml"
    code=0
    "$BOUNCELOG" patterns check "$work/p" > "$work/out" 2>&1 || code=$?
    if [ "$code" -ne 4 ] || ! grep -F -- "$words" "$work/out" | grep -Eq '\.yaml:[0-9]+:[0-9]+: '; then
        echo "planted: '$words': exit $code: $(head -n 3 "$work/out")"
        faults=1
    fi
}

"$BOUNCELOG" patterns check patterns > /dev/null

# Rules
rule "example" '- name: x' '  category: recipient_unknown' '  pattern: "zzqx"' '  miss: ["550 a"]'
rule "example" '- name: x' '  category: recipient_unknown' '  pattern: "zzqx"' '  hit: ["550 zzqx"]'
rule "does not take its hit" '- name: x' '  category: recipient_unknown' '  literal: [zzqx]' \
    '  pattern: "zzqx w"' '  hit: ["550 zzqx"]' '  miss: ["550 a"]'
rule "takes its miss" '- name: x' '  category: recipient_unknown' '  literal: [zzqx]' \
    '  pattern: "zzqx"' '  hit: ["550 zzqx"]' '  miss: ["550 a zzqx"]'
rule "first" '- name: x' '  category: recipient_unknown' '  literal: [spamhaus]' \
    '  pattern: "spamhaus"' '  hit: ["554 5.7.1 blocked using zen.spamhaus.org"]' '  miss: ["550 a"]'
rule "literal" '- name: x' '  category: recipient_unknown' '  literal: [nowhere]' \
    '  pattern: "zzqx|nowhere"' '  hit: ["550 zzqx"]' '  miss: ["550 a"]'
rule "unbounded" '- name: x' '  category: recipient_unknown' '  literal: [zzqx]' \
    '  pattern: "zzqx.*a.*b"' '  hit: ["550 zzqx ab"]' '  miss: ["550 a"]'
rule "unknown category" '- name: x' '  category: nonsense' '  pattern: "zzqx"' \
    '  hit: ["550 zzqx"]' '  miss: ["550 a"]'
rule "stands twice" '- name: spamhaus' '  category: policy' '  literal: [zzqx]' '  pattern: "zzqx"' \
    '  hit: ["550 zzqx"]' '  miss: ["550 a"]'
rule "unknown key" '- name: x' '  category: policy' '  colour: blue' '  pattern: "zzqx"' \
    '  hit: ["550 zzqx"]' '  miss: ["550 a"]'
rule "missing closing parenthesis" "- name: x" "  category: recipient_unknown" "  pattern: \"zz(qx\"" "  hit: [\"550 zzqx\"]" "  miss: [\"550 a\"]"

# Line shapes, templates, frames, header forms
plant "is no template of a sender" senders.yaml 's/template: numbered/template: number/'
plant "the template finds the campaign 'bounce-camp-1124'" senders.yaml 's/(?<campaign>\[a-z\]\[^@=0-9\]\*+/(?<campaign>[a-m]++-/'
plant "takes this hit of 'removed' first" mta/postfix.yaml \
    "s/^  - name: sender-or-expiry/  - name: early\n    daemons: [qmgr]\n    gate: 'remov'\n    meaning: context\n    hit: ['remov']\n    miss: ['x']\n\n&/"
plant "does not take its hit" mta/postfix.yaml "s/    gate: 'uid='/    gate: 'uid:'/"
plant "takes its miss" mta/postfix.yaml "s/    miss: \['from=<client=>'\]/    miss: ['client=x']/"
plant "otherwise than its pattern" mta/postfix.yaml "s/to=<{recipient}>, relay={relay}, delay/to=<{relay}>, relay={recipient}, delay/"
plant "the pattern has no group 'state'; did you mean 'status'?" mta/postfix.yaml 's/{status} ({text}/{state} ({text}/'
plant "nobody reads a group 'delai'" mta/postfix.yaml 's/(?<delay>/(?<delai>/'
plant "is 'mx1', not 'mx2'" headers.yaml "0,/host: mx1/s//host: mx2/"
plant "unknown meaning" mta/exim.yaml "0,/meaning: attempt/s//meaning: attemt/"
plant "unknown outcome" mta/exim.yaml "0,/outcome: bounced/s//outcome: bouncd/"
plant "unknown stage" mta/postfix.yaml "0,/    stage: banner/s//    stage: bannr/"

# Tables
plant "no category has the role 'suppress_domain'; write 'role: suppress_domain' at one" categories.yaml \
    "/role: suppress_domain/d"
plant "role 'expired' stands twice, at 'expired' as well" categories.yaml "s/role: unclassified/role: [unclassified, expired]/"
plant "unknown role 'expird'; did you mean 'expired'?" categories.yaml "s/role: expired/role: expird/"
plant "unknown family 'adress'; did you mean 'address'?" mta/postfix.yaml '0,/%{address}/s//%{adress}/'
plant "unknown category" enhanced.yaml "0,/category: [a-z_]*/s//category: nonsense/"
plant "unknown layer" categories.yaml "s/layers: .quota./layers: [quotas]/"
plant "is no enhanced code" enhanced.yaml "s/enhanced: 'X.1.1'/enhanced: 'X.1'/"
plant "the class of 550 is another; write 'permanent'" codes.yaml "/code: 550/,/class/s/class: .*/class: transient/"
plant "stands twice" keep-hosts.yaml "s/  - spamcop/  - spamhaus/"
plant "unknown" codes.yaml "0,/category: [a-z_]*/s//category: nonsense/"
plant "stands twice" categories.yaml "0,/category: recipient_disabled/s//category: recipient_unknown/"
exit "$faults"
