# Sourced: a summary without what says when and from which files it was made.
counts_of() {
    python3 -c 'import json, sys
summary = json.load(sys.stdin)
for key in ("inputs", "generated_at", "reversals"): del summary[key]
print(json.dumps(summary, indent=1))'
}
