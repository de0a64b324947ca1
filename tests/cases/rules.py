"""The rules as a whole: every reply of rules/*.tsv gets a category that is fair to it, and no text,
however long or odd, stops or slows the judgement."""
import glob, json, subprocess, sys

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish

SECONDS, MIB = 20, 1 << 20

for table in sorted(glob.glob('tests/cases/rules/*.tsv')):
    scored = subprocess.run(['tests/cases/accuracy', table, '--strict', '--bouncelog', PROGRAM], capture_output=True, text=True)
    if scored.returncode:
        fault(table)
        print('\n'.join(line for line in scored.stdout.split('\n') if not line.endswith(' right')), scored.stderr)

# All bytes but LF, as one line each; a line of 1 MiB of each of some texts that make patterns work.
BYTES = [bytes([byte]) for byte in range(256) if byte != 10]
texts = [b'550 5.1.1 ' + byte * 40 + b' user ' + byte + b' unknown' for byte in BYTES]
texts.append(b'550 ' + b''.join(BYTES))
for text in (b'user ', b'<a@b.c> ', b'mailbox full of ', b'a' * 64 + b'@', b'192.0.2.1 blocked ', b'1.',
             b'sender address not ', b'recipient ' * 8 + b'unknown ', b'"', b'(((', b'\\n550-', b'a.b-'):
    texts.append((b'550 5.7.1 ' + text * (MIB // len(text)))[:MIB])
try:
    judged = subprocess.run([PROGRAM, 'explain', '--json', '-'], input=b''.join(text + b'\n' for text in texts), stdout=subprocess.PIPE,
                            timeout=SECONDS)
except subprocess.TimeoutExpired:
    fault(f'odd texts took more than {SECONDS} seconds')
else:
    verdicts = judged.stdout.split(b'\n')
    expect(f'odd texts: exit {judged.returncode}', judged.returncode == 0)
    expect('odd texts: half a verdict', verdicts.pop() == b'')
    expect(f'odd texts: {len(verdicts)} verdicts for {len(texts)} lines', len(verdicts) == len(texts))
    for verdict in verdicts:
        try:
            json.loads(verdict)
        except ValueError:
            fault(f'odd texts: a verdict is no JSON: {verdict[:80]}')
finish()
