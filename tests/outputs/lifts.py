#!/usr/bin/env python3
"""FILE.removed of each list format: who took mail again, in the form that the reader takes to lift what the list has put there. What no list
could carry is on none of them, and a list of fingerprints has fingerprints."""
import hashlib, hmac, os, re, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

SAFE, UNSAFE = ['bob.low@x.example', 'eve+news@x.example'], ['#odd@x.example', '"a b"@x.example']
LINES = ''.join(f'{address}\n' for address in SAFE)
FORMATS = {
    'plain': LINES,
    'json': '[\n{"address":"bob.low@x.example"},\n{"address":"eve+news@x.example"}\n]\n',
    'csv': 'address\r\n"bob.low@x.example"\r\n"eve+news@x.example"\r\n',
    'postfix': LINES, 'postfix-transport': LINES, 'exim': LINES,
    'sendmail': 'To:bob.low@x.example\nTo:eve+news@x.example\n',
    'listmonk': LINES, 'listmonk-webhook': LINES,
    'mautic': LINES, 'email-csv': f'email\n{LINES}',
    'ses-csv': LINES,
    'ses-json': '{"emailAddress":"bob.low@x.example"}\n{"emailAddress":"eve+news@x.example"}\n',
    'mailgun-csv': LINES, 'mailgun-json': LINES, 'sparkpost': LINES, 'sendgrid': LINES,
    'hash': ''.join(sorted(f'{hashlib.sha256(address.encode()).hexdigest()}\n' for address in SAFE + UNSAFE)),
}
# One mailbox, as it was mailed and as every reader of lists knows it.
LETTERS, LABEL = 'joe@b\u00fccher.example', 'joe@xn--bcher-kva.example'
NOTHING = {'json': '[\n]\n', 'csv': 'address\r\n', 'email-csv': 'email\n'}
KEY = 'a key of more than sixteen bytes'


def line(day, number, address, dead):
    dsn, status, words = (('5.1.1', 'bounced', 'host mx.x.example[198.51.100.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command)') if dead else
                          ('2.0.0', 'sent', '250 2.0.0 Ok'))
    return (f'Nov {day:2d} 03:00:{number:02d} mx1 postfix/smtp[9]: {0x30000000 + day * 100 + number:X}: to=<{address}>, relay=mx.x.example[198.51.100.7]:25, delay=1, '
            f'delays=0/0/0/1, dsn={dsn}, status={status} ({words})\n')


def nights(folder, formats, options=()):
    """What FILE.removed has after each of three nights: all fail, nothing is new, all take mail."""
    got = []
    with open(f'{folder}/log', 'w') as log:
        log.writelines(line(2, number, address, True) for number, address in enumerate(['Bob.Low@x.example', 'eve+news@X.example', *UNSAFE]))
    for night in range(3):
        if night == 2:
            with open(f'{folder}/log', 'a') as log:
                log.writelines(line(9, number, address, False) for number, address in enumerate(SAFE + UNSAFE))
        done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '-d', f'{folder}/db', '--delta', '--force', '-o', '/dev/null', *options,
                               *(word for name in formats for word in ('-s', f'{folder}/{name}:{name}')), f'{folder}/log'], capture_output=True, text=True)
        expect(f'night {night}: exit {done.returncode}, {done.stderr}', done.returncode == 0)
        got.append({name: open(f'{folder}/{name}.removed', newline='').read() for name in formats})
    return got


with tempfile.TemporaryDirectory() as folder:
    first, second, third = nights(folder, FORMATS)
    for name, want in FORMATS.items():
        expect(f'{name}: {third[name]!r}, not {want!r}', third[name] == want)
        for night in (first, second):
            expect(f'{name}, nobody went: {night[name]!r}', night[name] == NOTHING.get(name, ''))
with tempfile.TemporaryDirectory() as folder:
    with open(f'{folder}/key', 'w') as file:
        file.write(KEY)
    prints = sorted(hmac.new(KEY.encode(), address.encode(), 'sha256').hexdigest() for address in SAFE + UNSAFE)
    third = nights(folder, ['plain', 'json', 'csv', 'hash'], ['--hash', 'sha256', '--hash-key-file', f'{folder}/key'])[2]
    for name, row in {'plain': '{}\n', 'hash': '{}\n', 'csv': '"{}"\r\n'}.items():
        want = NOTHING.get(name, '') + ''.join(row.format(print) for print in prints)
        expect(f'--hash {name}: {third[name]!r}', third[name] == want)
with tempfile.TemporaryDirectory() as folder:
    with open(f'{folder}/key', 'w') as file:
        file.write(KEY)
    third = nights(folder, ['hash', 'plain'], ['--hash-key-file', f'{folder}/key'])[2]
    expect(f'a key for the list of fingerprints alone: {third}', third == {'hash': ''.join(f'{print}\n' for print in prints), 'plain': LINES})
with tempfile.TemporaryDirectory() as folder:
    with open(f'{folder}/key', 'w') as file:
        file.write(KEY)
    for options in ([], ['--hash', 'sha256', '--hash-key-file', f'{folder}/key']):
        kept = UNSAFE[:]
        UNSAFE[:] = [LETTERS]
        for name in 'plain', 'hash', 'csv', 'json':
            gone = nights(folder, [name], options)[2][name]
            os.remove(f'{folder}/db')
            with open(f'{folder}/log') as log: # as in the first night, for the list that it came from
                first = log.readlines()[:3]
            with open(f'{folder}/log', 'w') as log:
                log.writelines(first)
            subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '--force', '-o', '/dev/null', *options, '-s', f'{folder}/first:{name}', f'{folder}/log'], check=True)
            listed = open(f'{folder}/first').read()
            words = lambda text: set(re.findall(r'[0-9a-f]{64}|[a-z.+]+@[a-z0-9.-]+', text))
            expect(f'{name} {options}: {words(gone)} leave a list of {words(listed)}', words(gone) == words(listed) and len(words(gone)) == 3)
        UNSAFE[:] = kept
finish()
