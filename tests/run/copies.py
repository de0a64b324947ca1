#!/usr/bin/env python3
"""Copies of one log in one run without a history, whole or cut anywhere, packed or not, in any order and under any name, count once: mail.log.1 beside the
mail.log.1.gz that it becomes, a backup, a log that was copied while it grew. Logs that only begin alike count all of their lines."""
import gzip, json, os, random, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

NAMES = ('mail.log', 'mail.log.1', 'mail.log.1.gz', 'mail.log.2.gz', 'mail.log.bak', 'backup-mail.log', 'mail.log-20261124', 'other.gz', 'mail.log.3')
GROWING = ('mail.log', 'mail.log.bak', 'backup-mail.log')
COUNTS = ('lines', 'attempts', 'messages', 'recipients', 'categories')


def scan(*paths):
    done = subprocess.run([PROGRAM, 'scan', '--year', '2026', *paths], capture_output=True, text=True, timeout=60)
    expect(f'{paths}: exit {done.returncode}: {done.stderr}', done.returncode == 0)
    summary = json.loads(done.stdout)
    return {key: summary[key] for key in COUNTS}


def write(path, content):
    with (gzip.open if path.endswith('.gz') else open)(path, 'wb') as file:
        file.write(content)


with tempfile.TemporaryDirectory() as work:
    chance, runs = random.Random(int(os.environ.get('SEED', '5'))), 0
    for sample in ('postfix.log', 'exim-mainlog', 'sendmail.log'):
        with open(f'samples/{sample}', 'rb') as file:
            log = file.read()
        write(f'{work}/whole', log)
        wanted = scan(f'{work}/whole')
        for _ in range(30):
            folder = tempfile.mkdtemp(dir=work)
            names = chance.sample(NAMES, chance.randrange(2, 5))
            # What was put away or packed counts as it stands, with half a last line: that is cut between lines.
            ends = [len(log)] + [chance.choice((len(log), log.rindex(b'\n', 0, chance.randrange(6000, len(log))) + 1,
                                                chance.randrange(5000, len(log)) if name in GROWING else len(log))) for name in names[1:]]
            for name, end in zip(names, ends):
                write(f'{folder}/{name}', log[:end])
            paths = [f'{folder}/{name}' for name in names]
            chance.shuffle(paths)
            got = scan(*paths)
            runs += 1
            expect(f'{sample}: {dict(zip(names, ends))}: {[key for key in COUNTS if got[key] != wanted[key]]}', got == wanted)
        # The same beginning, and other mail behind it.
        half = log.rindex(b'\n', 0, len(log) // 2) + 1
        other = log[:half] + log[half:].replace(b'example.com', b'example.network')
        write(f'{work}/other', other)
        both = scan(f'{work}/whole', f'{work}/other')
        expect(f'{sample}: logs that begin alike: {both["lines"]["total"]} lines', both['lines']['total'] == 2 * wanted['lines']['total'])
finish(f'{runs} runs')
