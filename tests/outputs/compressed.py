#!/usr/bin/env python3
"""-e FILE.gz and FILE.zst are what their tools take, hold the same bytes as FILE, are the same in every run, and whole or not at all."""
import glob, gzip, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

LOGS = sorted(glob.glob('samples/*.log'))


def scan(name, *words, logs=LOGS, code=0):
    done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '-o', '/dev/null', '--force', '-e', name, *words, *logs], capture_output=True, text=True)
    expect(f'{name} {words}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done.stderr


def unpacked(name):
    if name.endswith('.gz'):
        return gzip.open(name).read()
    return subprocess.run(['zstd', '-dcq', name], capture_output=True, check=True).stdout


with tempfile.TemporaryDirectory() as folder:
    big = f'{folder}/big.log'
    with open(big, 'w') as file: # more than is held back before it is written
        for n in range(6000):
            file.write(f'2026-11-02T03:00:00+00:00 mx1 postfix/smtp[9]: {0x30000000 + n:X}: to=<a{n * 7919 % 6007}@d.example>, relay=mx.d.example[198.51.100.7]:25, delay=1, '
                       f'delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {n * n:X})\n')
    with open(f'{folder}/none.log', 'w') as file:
        file.write('2026-11-02T03:00:00+00:00 mx1 postfix/qmgr[9]: 30000000: removed\n')
    for what, logs, least in (('samples', LOGS, 20_000), ('big', [big], 1_000_000), ('nothing', [f'{folder}/none.log'], 0)):
        plain = f'{folder}/{what}.ndjson'
        scan(plain, '--events-include', 'all', logs=logs)
        want = open(plain, 'rb').read()
        expect(f'{what}: {len(want)} bytes', len(want) >= least)
        for ending in ('gz', 'zst'):
            name, again = f'{folder}/{what}.ndjson.{ending}', f'{folder}/{what}-again.{ending}'
            scan(name, '--events-include', 'all', '-j', '1', logs=logs)
            scan(again, '--events-include', 'all', '-j', '3', logs=logs)
            packed = open(name, 'rb').read()
            expect(f'{what}.{ending}: other bytes', unpacked(name) == want)
            expect(f'{what}.{ending}: {len(packed)} of {len(want)} bytes', not want or len(packed) < len(want) / 4)
            expect(f'{what}.{ending}: not the same twice', packed == open(again, 'rb').read())
            expect(f'{what}.{ending}: mode', os.stat(name).st_mode & 0o777 == 0o600)
    # A pipe by such a name is compressed as well; one by another name, and standard output, are not.
    os.mkfifo(f'{folder}/pipe.gz')
    reader = subprocess.Popen(f'gzip -dc < {folder}/pipe.gz', shell=True, stdout=subprocess.PIPE)
    scan(f'{folder}/pipe.gz')
    done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '-e', '-', *LOGS], capture_output=True)
    expect('a pipe', reader.communicate()[0] == done.stdout and len(done.stdout) > 10_000)
    os.symlink('/dev/full', f'{folder}/full.gz')
    expect('a full disk', scan(f'{folder}/full.gz', code=6) == f'bouncelog: {folder}/full.gz: cannot write: No space left on device\n')
    expect('nothing but whole files', not [name for name in os.listdir(folder) if name.endswith('.tmp')])
finish()
