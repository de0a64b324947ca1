#!/bin/sh
# Real output against docs/schemas/.
set -eu
if ! python3 -c 'import jsonschema' 2> /dev/null; then
    echo "schemas: skipped, python3-jsonschema is not installed"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$BOUNCELOG" scan --timezone UTC --inbound -o "$work/summary.json" -e "$work/events.ndjson" \
    --events-include all samples/*.log samples/*.json samples/exim-mainlog samples/rotated/mail.log*
cat tests/cases/*.in | "$BOUNCELOG" explain --json - > "$work/explain.ndjson"
python3 - "$work" << 'END'
import json, sys
import jsonschema

def schema(name):
    with open(f'docs/schemas/{name}.schema.json', encoding='utf-8') as file:
        loaded = json.load(file)
    jsonschema.Draft7Validator.check_schema(loaded)
    return jsonschema.Draft7Validator(loaded)

work, faults = sys.argv[1], 0
for name, lines in (('summary', False), ('event', True), ('explain', True)):
    path = {'summary': 'summary.json', 'event': 'events.ndjson', 'explain': 'explain.ndjson'}[name]
    text = open(f'{work}/{path}', encoding='utf-8').read()
    documents = [json.loads(line) for line in text.split('\n') if line] if lines else [json.loads(text)]
    validator = schema(name)
    for number, document in enumerate(documents, 1):
        for error in validator.iter_errors(document):
            print(f'schemas: {name} {number}: {"/".join(map(str, error.path))}: {error.message[:200]}')
            faults += 1
    broken = dict(documents[0], unknown_key=1)
    if not list(validator.iter_errors(broken)):
        print(f'schemas: {name} takes unknown keys')
        faults += 1
    print(f'schemas: {len(documents)} {name} documents are valid')
sys.exit(bool(faults))
END
